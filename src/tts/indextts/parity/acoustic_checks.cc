// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From the voice sample to what the model keeps of it. Each stage gets the reference's input where the folder
// has it, so that an error shows where it arises.
#include <array>
#include <charconv>
#include <utility>

#include "base/files.h"
#include "runtime/cpu/language.h"
#include "runtime/cpu/row_operations.h"
#include "runtime/ggml/graph.h"
#include "tts/indextts/parity/parity.h"
#include "tts/indextts/voice/conformer.h"
#include "tts/indextts/voice/log_mel.h"
#include "tts/indextts/voice/perceiver.h"
#include "tts/indextts/voice/prompt_audio.h"
#include "tts/indextts/voice/speaker_encoder.h"

namespace waveshift::tts::indextts {
namespace {

constexpr double kGeluTolerance = 2e-6;
constexpr int64_t kMostPromptBytes = int64_t{256} << 20;
constexpr std::array<std::string_view, 2> kConditioning = {"conformer.", "perceiver."};
constexpr std::array<std::string_view, 1> kSpeaker = {"speaker."};

int64_t Size(const std::vector<float>& values) { return static_cast<int64_t>(values.size()); }

// A stage that failed: a row for it, or the end of everything.
Status Failed(const std::string& name, const Status& status, std::vector<ParityRow>* rows) {
  if (EndsParity(status)) return status;
  rows->push_back(FailedRow(name, status));
  return OkStatus();
}

// The rate in resample_RATE_in; 0 for other names.
int64_t RateOf(std::string_view name) {
  constexpr std::string_view kBefore = "resample_";
  constexpr std::string_view kBehind = "_in";
  if (!name.starts_with(kBefore) || !name.ends_with(kBehind)) return 0;
  name.remove_prefix(kBefore.size());
  name.remove_suffix(kBehind.size());
  int rate = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), rate);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  return whole && rate >= 1000 && rate <= 768000 ? rate : 0;
}

StatusOr<LogMel> GoldenMel(GoldenFolder* golden) {
  WS_ASSIGN_OR_RETURN(NpyArray array, golden->Array("log_mel"));
  auto* values = std::get_if<std::vector<float>>(&array.values);
  if (values == nullptr || array.shape.size() != 2) {
    return InvalidArgument("log_mel: is no spectrogram [bands, frames] of float32");
  }
  return LogMel{array.shape[0], array.shape[1], std::move(*values)};
}

Status GraphGelu(const ParityInput& input, const std::vector<float>& values, std::vector<float>* by_tanh,
                 std::vector<float>* by_erf) {
  ggml::Graph graph(input.device.graphs());
  ggml::Tensor x = graph.Floats({Size(values)});
  ggml::Tensor tanh_out = graph.Output(graph.GeluTanh(x));
  ggml::Tensor erf_out = graph.Output(graph.GeluErf(x));
  WS_RETURN_IF_ERROR(graph.Prepare());
  ggml::SetValues(x, values);
  WS_RETURN_IF_ERROR(graph.Compute(input.stop));
  *by_tanh = ggml::FloatsOf(tanh_out);
  *by_erf = ggml::FloatsOf(erf_out);
  return OkStatus();
}

}  // namespace

Status CheckResampling(const ParityInput& input, std::vector<ParityRow>* rows) {
  const int64_t to = input.model.architecture().mel.sample_rate_hz;
  for (const std::string& name : input.golden.names()) {
    const int64_t from = RateOf(name);
    if (from == 0) continue;
    const std::string result = "resample_" + std::to_string(from) + "_out";
    const auto samples = input.golden.Floats(name);
    if (!samples.ok()) {
      WS_RETURN_IF_ERROR(Failed(result, samples.status(), rows));
      continue;
    }
    const std::vector<float> out = ResampleLikeReference(*samples, from, to);
    rows->push_back(CompareTensor(&input.golden, result, out, {Size(out)}, kTolerance32));
  }
  return OkStatus();
}

Status CheckGelu(const ParityInput& input, std::vector<ParityRow>* rows) {
  const auto values = input.golden.Floats("gelu_in");
  if (!values.ok()) return Failed("gelu_in", values.status(), rows);
  if (values->empty()) return Failed("gelu_in", InvalidArgument("gelu_in: is empty"), rows);
  std::vector<float> by_tanh = *values;
  std::vector<float> by_erf(values->size(), 1.0F);
  if (input.device.graphs().kind() == ggml::DeviceKind::kCpu) {
    cpu::Language().Gelu(by_tanh);
    cpu::RowOperations().GateGelu(by_erf, values->data(), by_erf.data());
  } else {
    WS_RETURN_IF_ERROR(GraphGelu(input, *values, &by_tanh, &by_erf));
  }
  for (const auto& [name, found] :
       {std::pair("gelu_tanh_out", &by_tanh), std::pair("gelu_erf_out", &by_erf)}) {
    rows->push_back(CompareAbsolute(&input.golden, name, *found, {Size(*values)}, kGeluTolerance));
  }
  return OkStatus();
}

Status CheckPrompt(const ParityInput& input, std::vector<ParityRow>* rows) {
  const StatusOr<std::string> clip = ReadFile(input.golden.PromptPath(), kMostPromptBytes);
  if (!clip.ok()) return Failed("audio_24k", clip.status(), rows);
  const auto audio = DecodePrompt(*clip, input.golden.PromptPath(), input.model.architecture());
  if (!audio.ok()) return Failed("audio_24k", audio.status(), rows);
  rows->push_back(CompareTensor(&input.golden, "audio_24k", *audio, {Size(*audio)}, kTolerance32));
  const StatusOr<LogMel> mel = ComputeLogMel(*audio, input.model.architecture().mel);
  if (!mel.ok()) return Failed("log_mel", mel.status(), rows);
  rows->push_back(
      CompareTensor(&input.golden, "log_mel", mel->values, {mel->bands, mel->frames}, kTolerance32));
  return OkStatus();
}

Status CheckConditioning(const ParityInput& input, std::vector<ParityRow>* rows) {
  const Architecture& sizes = input.model.architecture();
  const double tolerance = ToleranceOf(input, kConditioning);
  const StatusOr<LogMel> mel = GoldenMel(&input.golden);
  if (!mel.ok()) return Failed("cond_out", mel.status(), rows);
  ConformerTrace trace;
  const auto heard = RunConformer(input.model, input.device.graphs(), *mel, input.stop, &trace);
  if (!heard.ok()) return Failed("cond_out", heard.status(), rows);
  const std::vector<int64_t> shape = {Size(*heard) / sizes.conformer.width, sizes.conformer.width};
  const auto compare = [&](const std::string& name, const std::vector<float>& found) {
    rows->push_back(CompareTensor(&input.golden, name, found, shape, tolerance));
  };
  compare("cond_subsampled", trace.subsampled);
  for (size_t i = 0; i < trace.blocks.size(); ++i) {
    compare("cond_block_" + std::to_string(i), trace.blocks[i]);
  }
  compare("cond_out", *heard);
  const auto latents = RunPerceiver(input.model, input.device.graphs(), *heard, input.stop);
  if (!latents.ok()) return Failed("perceiver_out", latents.status(), rows);
  rows->push_back(CompareTensor(&input.golden, "perceiver_out", *latents,
                                {sizes.perceiver.latents, sizes.gpt.width}, tolerance));
  return OkStatus();
}

Status CheckSpeaker(const ParityInput& input, std::vector<ParityRow>* rows) {
  const StatusOr<LogMel> mel = GoldenMel(&input.golden);
  if (!mel.ok()) return Failed("ecapa_embedding", mel.status(), rows);
  const auto speaker = RunSpeakerEncoder(input.model, input.device.graphs(), *mel, input.stop);
  if (!speaker.ok()) return Failed("ecapa_embedding", speaker.status(), rows);
  rows->push_back(CompareTensor(&input.golden, "ecapa_embedding", *speaker, {Size(*speaker)},
                                ToleranceOf(input, kSpeaker)));
  return OkStatus();
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From the reference's latents to sound, layer by layer, and the activation by itself.
#include <array>
#include <map>
#include <utility>

#include "runtime/cpu/isa.h"
#include "runtime/cpu/snake.h"
#include "runtime/cpu/workers.h"
#include "tts/indextts/parity/parity.h"
#include "tts/indextts/tensor_list.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

constexpr std::array<std::string_view, 1> kVocoder = {"vocoder."};
constexpr std::string_view kLayerPrefix = "voc_";
constexpr double kFilterTolerance = 1e-7;

// What each layer made, [channel][row], by the name of the golden tensor.
class LayerLog {
 public:
  VocoderTap Tap() {
    return [this](const VocoderRows& rows) {
      const std::string name = rows.name == "waveform" ? rows.name : std::string(kLayerPrefix) + rows.name;
      std::vector<std::vector<float>>& channels = layers_[name];
      channels.resize(static_cast<size_t>(rows.channels));
      for (size_t c = 0; c < channels.size(); ++c) {
        for (int64_t r = 0; r < rows.rows; ++r) {
          channels[c].push_back(rows.values[r * rows.step + static_cast<int64_t>(c)]);
        }
      }
    };
  }
  void Compare(GoldenFolder* golden, double tolerance, std::vector<ParityRow>* rows) const {
    for (const auto& [name, channels] : layers_) {
      std::vector<float> values;
      for (const std::vector<float>& channel : channels) {
        values.insert(values.end(), channel.begin(), channel.end());
      }
      std::vector<int64_t> shape = {static_cast<int64_t>(channels.size()),
                                    static_cast<int64_t>(channels.front().size())};
      if (name == "waveform") shape.erase(shape.begin());
      rows->push_back(CompareTensor(golden, name, values, shape, tolerance));
    }
  }

 private:
  std::map<std::string, std::vector<std::vector<float>>> layers_;
};

Status SpeakLatents(const ParityInput& input, LayerLog* log) {
  WS_ASSIGN_OR_RETURN(const auto vocoder, ParityVocoder(input));
  WS_ASSIGN_OR_RETURN(const auto embedding, input.golden.Floats("ecapa_embedding"));
  WS_ASSIGN_OR_RETURN(const auto latents, input.golden.Floats("latents"));
  WS_ASSIGN_OR_RETURN(auto voice, vocoder->MakeVoice(embedding));
  VocoderStreamOptions options;
  options.tap = log->Tap();
  WS_ASSIGN_OR_RETURN(const auto session, vocoder->Open(options));
  return session->Speak(
      std::move(voice), latents, [](std::span<const float>) {}, input.stop);
}

// Columns of [channels, rows] as the kernels want them, and back.
std::vector<float> Turned(const std::vector<float>& values, int64_t channels, int64_t rows, bool to_rows) {
  const int64_t padded = cpu::PaddedChannels(channels);
  std::vector<float> out(static_cast<size_t>(to_rows ? padded * rows : channels * rows));
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t r = 0; r < rows; ++r) {
      const auto plain = static_cast<size_t>(c * rows + r);
      const auto turned = static_cast<size_t>(r * padded + c);
      out[to_rows ? turned : plain] = values[to_rows ? plain : turned];
    }
  }
  return out;
}

// The golden input aa_NUMBER_in [channels, rows] through the activation alone, which gives the tensor
// OUT_NAME.
StatusOr<ParityRow> ActivationRow(const ParityInput& input, const cpu::AntiAliasedSnake& snake,
                                  const std::string& number, const std::string& out_name,
                                  cpu::Workers* workers) {
  WS_ASSIGN_OR_RETURN(const NpyArray array, input.golden.Array("aa_" + number + "_in"));
  const auto* values = std::get_if<std::vector<float>>(&array.values);
  if (values == nullptr || array.shape.size() != 2 || array.shape[0] != snake.channels()) {
    return InvalidArgument("aa_" + number + "_in: is no float32 [channels, rows]");
  }
  const int64_t rows = array.shape[1];
  const int64_t step = cpu::PaddedChannels(snake.channels());
  const std::vector<float> in = Turned(*values, snake.channels(), rows, true);
  std::vector<float> out(in.size());
  snake.Apply(
      {.in = in.data(), .in_row = step, .end = rows, .rows = rows, .out = out.data(), .out_row = step},
      workers);
  return CompareTensor(&input.golden, out_name, Turned(out, snake.channels(), rows, false), array.shape,
                       kTolerance32);
}

Status CheckActivationCases(const ParityInput& input, std::vector<ParityRow>* rows) {
  WS_ASSIGN_OR_RETURN(const auto filter, input.golden.Floats("aa_filter"));
  WS_ASSIGN_OR_RETURN(const auto alpha, input.golden.Floats("aa_alpha"));
  WS_ASSIGN_OR_RETURN(const auto beta, input.golden.Floats("aa_beta"));
  const ggml::StoredTensor* stored = input.model.file().FindTensor(kFilterName);
  std::vector<float> taps(static_cast<size_t>(stored->values()));
  ggml::ReadRows(stored->type, stored->bytes, taps);
  rows->push_back(CompareAbsolute(&input.golden, "aa_filter", taps, {stored->values()}, kFilterTolerance));
  WS_ASSIGN_OR_RETURN(const auto snake, cpu::AntiAliasedSnake::Make(cpu::BestIsa(), alpha, beta, filter));
  // This filter doubles each value on the way up and takes the mean of both on the way down.
  std::vector<float> no_filter(cpu::AntiAliasedSnake::kTaps);
  no_filter[cpu::AntiAliasedSnake::kTaps / 2 - 1] = no_filter[cpu::AntiAliasedSnake::kTaps / 2] = 0.5F;
  WS_ASSIGN_OR_RETURN(const auto plain, cpu::AntiAliasedSnake::Make(cpu::BestIsa(), alpha, beta, no_filter));
  cpu::Workers workers(1);
  for (const std::string& name : input.golden.names()) {
    if (!name.starts_with("aa_") || !name.ends_with("_in")) continue;
    const std::string number = name.substr(3, name.size() - 6);
    WS_ASSIGN_OR_RETURN(ParityRow row,
                        ActivationRow(input, snake, number, "aa_" + number + "_out", &workers));
    rows->push_back(std::move(row));
    const std::string plain_name = "snake_" + number + "_out";
    if (!input.golden.Has(plain_name)) continue;
    WS_ASSIGN_OR_RETURN(row, ActivationRow(input, plain, number, plain_name, &workers));
    rows->push_back(std::move(row));
  }
  return OkStatus();
}

}  // namespace

Status CheckActivation(const ParityInput& input, std::vector<ParityRow>* rows) {
  const Status status = CheckActivationCases(input, rows);
  if (EndsParity(status)) return status;
  if (!status.ok()) rows->push_back(FailedRow("aa", status));
  return OkStatus();
}

Status CheckVocoder(const ParityInput& input, std::vector<ParityRow>* rows) {
  LayerLog log;
  const Status status = SpeakLatents(input, &log);
  if (EndsParity(status)) return status;
  if (!status.ok()) {
    rows->push_back(FailedRow("waveform", status));
    return OkStatus();
  }
  log.Compare(&input.golden, ToleranceOf(input, kVocoder), rows);
  return OkStatus();
}

}  // namespace waveshift::tts::indextts

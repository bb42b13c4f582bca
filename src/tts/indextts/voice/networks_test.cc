// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the model hears, stage by stage, against what the reference implementation computes
// (tests/golden/indextts).
#include <cmath>
#include <optional>

#include <gtest/gtest.h>

#include "runtime/ggml/graph.h"
#include "tts/indextts/golden_model_test_tools.h"
#include "tts/indextts/voice/conformer.h"
#include "tts/indextts/voice/log_mel.h"
#include "tts/indextts/voice/perceiver.h"
#include "tts/indextts/voice/prompt_audio.h"
#include "tts/indextts/voice/speaker_encoder.h"

namespace waveshift::tts::indextts {
namespace {

LogMel GoldenMel() { return {.bands = 100, .frames = 122, .values = GoldenFloats("log_mel")}; }

// A spectrogram in which everything changes all the time.
LogMel Noise(int64_t frames) {
  LogMel mel{100, frames, std::vector<float>(static_cast<size_t>(100 * frames))};
  uint32_t state = 1;
  for (float& value : mel.values) {
    state = state * 1664525 + 1013904223;
    value = -3 + static_cast<float>(state >> 8) / static_cast<float>(1 << 23);
  }
  return mel;
}

// How the networks are computed: as graphs, or by the kernels of an instruction set.
struct Way {
  ggml::TensorType type;
  std::optional<cpu::Isa> isa;
};

class Networks : public testing::TestWithParam<Way> {
 protected:
  // f32: three times closer than the bound of the golden data, 1e-4.
  double Tolerance() const { return GetParam().type == ggml::TensorType::kF32 ? 3e-5 : 2e-2; }
  Processor OurKernels() { return {.workers = &workers_, .isa = *GetParam().isa}; }
  StatusOr<std::vector<float>> Conformer(const LogMel& mel, ConformerTrace* trace = nullptr,
                                         const std::stop_token& stop = {}) {
    if (GetParam().isa) return RunCpuConformer(*model_, OurKernels(), mel, stop, trace);
    return RunGraphConformer(*model_, TestDevice(), mel, stop, trace);
  }
  StatusOr<std::vector<float>> Perceiver(std::span<const float> heard) {
    if (GetParam().isa) return RunCpuPerceiver(*model_, OurKernels(), heard, {});
    return RunGraphPerceiver(*model_, TestDevice(), heard, {});
  }
  StatusOr<std::vector<float>> Speaker(const LogMel& mel, const std::stop_token& stop = {}) {
    if (GetParam().isa) return RunCpuSpeakerEncoder(*model_, OurKernels(), mel, stop);
    return RunGraphSpeakerEncoder(*model_, TestDevice(), mel, stop);
  }

  std::shared_ptr<const LoadedModel> model_ = GoldenModel(GetParam().type);
  cpu::Workers workers_{2};
};

TEST_P(Networks, Conformer) {
  ConformerTrace trace;
  const auto out = Conformer(GoldenMel(), &trace);
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(trace.subsampled, GoldenFloats("cond_subsampled")), Tolerance());
  ASSERT_EQ(trace.blocks.size(), 2u);
  EXPECT_LT(RelativeError(trace.blocks[0], GoldenFloats("cond_block_0")), Tolerance());
  EXPECT_LT(RelativeError(trace.blocks[1], GoldenFloats("cond_block_1")), Tolerance());
  EXPECT_LT(RelativeError(*out, GoldenFloats("cond_out")), Tolerance());
  EXPECT_EQ(*Conformer(GoldenMel()), *out);
}

TEST_P(Networks, Perceiver) {
  const auto out = Perceiver(GoldenFloats("cond_out"));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(*out, GoldenFloats("perceiver_out")), Tolerance());
}

TEST_P(Networks, SpeakerEncoder) {
  const auto out = Speaker(GoldenMel());
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(*out, GoldenFloats("ecapa_embedding")), Tolerance());
}

TEST_P(Networks, FromSoundToVoice) {
  const std::string clip = ReadFile(kGoldenFolder + "prompt.wav", 1 << 20).value();
  const auto audio = DecodePrompt(clip, "prompt.wav", model_->architecture());
  ASSERT_TRUE(audio.ok()) << audio.status();
  const auto mel = ComputeLogMel(*audio, model_->architecture().mel);
  ASSERT_TRUE(mel.ok()) << mel.status();
  const auto heard = Conformer(*mel);
  ASSERT_TRUE(heard.ok()) << heard.status();
  const auto rows = Perceiver(*heard);
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_LT(RelativeError(*rows, GoldenFloats("perceiver_out")), Tolerance());
  const auto speaker = Speaker(*mel);
  ASSERT_TRUE(speaker.ok()) << speaker.status();
  EXPECT_LT(RelativeError(*speaker, GoldenFloats("ecapa_embedding")), Tolerance());
}

TEST_P(Networks, Stop) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Conformer(GoldenMel(), nullptr, stop.get_token()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Speaker(GoldenMel(), stop.get_token()).status().code(), StatusCode::kCancelled);
}

std::vector<Way> Ways() {
  std::vector<Way> ways;
  for (const ggml::TensorType type : {ggml::TensorType::kF32, ggml::TensorType::kF16}) {
    ways.push_back({type, std::nullopt});
    for (const cpu::Isa isa : cpu::AvailableIsas()) ways.push_back({type, isa});
  }
  return ways;
}
INSTANTIATE_TEST_SUITE_P(Ways, Networks, testing::ValuesIn(Ways()), [](const auto& each) {
  const Way& way = each.param;
  return std::string(TypeName(way.type)) + "_" + (way.isa ? std::string(IsaName(*way.isa)) : "graph");
});

// As many rows as the position table has: more than are in memory at once.
TEST(CpuNetworks, TheLongestSample) {
  const auto model = GoldenModel(ggml::TensorType::kF32);
  const LogMel mel = Noise(2 * model->architecture().conformer.positions + 2);
  cpu::Workers workers(2);
  const auto out = RunCpuConformer(*model, {.workers = &workers}, mel, {});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->size(), static_cast<size_t>(32 * model->architecture().conformer.positions));
  const auto by_graph = RunGraphConformer(*model, TestDevice(), mel, {});
  ASSERT_TRUE(by_graph.ok()) << by_graph.status();
  EXPECT_LT(RelativeError(*out, *by_graph), 3e-5);
  const auto speaker = RunCpuSpeakerEncoder(*model, {.workers = &workers}, mel, {});
  ASSERT_TRUE(speaker.ok()) << speaker.status();
  const auto speaker_by_graph = RunGraphSpeakerEncoder(*model, TestDevice(), mel, {});
  ASSERT_TRUE(speaker_by_graph.ok()) << speaker_by_graph.status();
  EXPECT_LT(RelativeError(*speaker, *speaker_by_graph), 3e-5);
}

// What the device's kind chooses, and any number of threads.
TEST(CpuNetworks, ThreadsMakeNoDifference) {
  const auto model = GoldenModel(ggml::TensorType::kF32);
  cpu::Workers one(1);
  cpu::Workers three(3);
  const LogMel mel = GoldenMel();
  const auto heard = RunCpuConformer(*model, {.workers = &one}, mel, {});
  EXPECT_EQ(*RunCpuConformer(*model, {.workers = &three}, mel, {}), *heard);
  EXPECT_EQ(*RunConformer(*model, TestDevice(), mel, {}), *heard);
  const auto rows = RunCpuPerceiver(*model, {.workers = &one}, *heard, {});
  EXPECT_EQ(*RunCpuPerceiver(*model, {.workers = &three}, *heard, {}), *rows);
  EXPECT_EQ(*RunPerceiver(*model, TestDevice(), *heard, {}), *rows);
  const auto speaker = RunCpuSpeakerEncoder(*model, {.workers = &one}, mel, {});
  EXPECT_EQ(*RunCpuSpeakerEncoder(*model, {.workers = &three}, mel, {}), *speaker);
  EXPECT_EQ(*RunSpeakerEncoder(*model, TestDevice(), mel, {}), *speaker);
}

TEST(NetworksBounds, SpectrogramsThatDoNotFitAreRefused) {
  const auto model = GoldenModel(ggml::TensorType::kF32);
  const auto mel = [](int64_t bands, int64_t frames) {
    return LogMel{bands, frames, std::vector<float>(static_cast<size_t>(bands * frames), -3.0F)};
  };
  const auto conformer = [&](const LogMel& each) {
    return RunConformer(*model, TestDevice(), each, {}).status().code();
  };
  const auto speaker = [&](const LogMel& each) {
    return RunSpeakerEncoder(*model, TestDevice(), each, {}).status().code();
  };
  EXPECT_EQ(conformer(mel(80, 50)), StatusCode::kInvalidArgument);
  EXPECT_EQ(conformer(mel(100, 2)), StatusCode::kInvalidArgument);
  EXPECT_EQ(conformer(mel(100, 3)), StatusCode::kOk);
  EXPECT_EQ(conformer(mel(100, 10003)), StatusCode::kOutOfRange);
  EXPECT_EQ(speaker(mel(80, 50)), StatusCode::kInvalidArgument);
  EXPECT_EQ(speaker(mel(100, 4)), StatusCode::kInvalidArgument);
  EXPECT_EQ(speaker(mel(100, 5)), StatusCode::kOk);
}

TEST(NetworksBounds, PiecesMakeNoDifference) {
  const auto model = GoldenModel(ggml::TensorType::kF32);
  ConformerTrace trace;
  const auto out =
      RunGraphConformer(*model, TestDevice(), GoldenMel(), {}, &trace, {.rows = 7, .queries = 11});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(trace.subsampled, GoldenFloats("cond_subsampled")), 3e-5);
  EXPECT_LT(RelativeError(*out, GoldenFloats("cond_out")), 3e-5);
}

// The formula of the feed-forward layers, where the reference has values for it.
TEST(Gelu, IsThatOfTheReference) {
  ggml::Graph graph(TestDevice());
  const std::vector<float> values = GoldenFloats("gelu_in");
  ggml::Tensor x = graph.Floats({static_cast<int64_t>(values.size())});
  ggml::Tensor by_tanh = graph.Output(graph.GeluTanh(x));
  ggml::Tensor by_erf = graph.Output(graph.GeluErf(x));
  ASSERT_TRUE(graph.Prepare().ok());
  ggml::SetValues(x, values);
  ASSERT_TRUE(graph.Compute().ok());
  std::vector<float> ours(values.size(), 1.0F);
  cpu::RowOperations().GateGelu(ours, values.data(), ours.data());
  const std::vector<float> tanh_wanted = GoldenFloats("gelu_tanh_out");
  const std::vector<float> erf_wanted = GoldenFloats("gelu_erf_out");
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(ggml::FloatsOf(by_tanh)[i], tanh_wanted[i], 2e-6) << values[i];
    EXPECT_NEAR(ggml::FloatsOf(by_erf)[i], erf_wanted[i], 2e-6) << values[i];
    EXPECT_NEAR(ours[i], erf_wanted[i], 2e-6) << values[i];
  }
}

}  // namespace
}  // namespace waveshift::tts::indextts

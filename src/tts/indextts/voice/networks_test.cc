// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the model hears, stage by stage, against what the reference implementation computes
// (tests/golden/indextts).
#include <cmath>

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

class Networks : public testing::TestWithParam<ggml::TensorType> {
 protected:
  // f32: three times closer than the bound of the golden data, 1e-4.
  double Tolerance() const { return GetParam() == ggml::TensorType::kF32 ? 3e-5 : 2e-2; }
  std::shared_ptr<const LoadedModel> model_ = GoldenModel(GetParam());
};

TEST_P(Networks, Conformer) {
  ConformerTrace trace;
  const auto out = RunConformer(*model_, TestDevice(), GoldenMel(), {}, &trace);
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(trace.subsampled, GoldenFloats("cond_subsampled")), Tolerance());
  ASSERT_EQ(trace.blocks.size(), 2u);
  EXPECT_LT(RelativeError(trace.blocks[0], GoldenFloats("cond_block_0")), Tolerance());
  EXPECT_LT(RelativeError(trace.blocks[1], GoldenFloats("cond_block_1")), Tolerance());
  EXPECT_LT(RelativeError(*out, GoldenFloats("cond_out")), Tolerance());
  EXPECT_EQ(*RunConformer(*model_, TestDevice(), GoldenMel(), {}), *out);
}

TEST_P(Networks, Perceiver) {
  const auto out = RunPerceiver(*model_, TestDevice(), GoldenFloats("cond_out"), {});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(*out, GoldenFloats("perceiver_out")), Tolerance());
}

TEST_P(Networks, SpeakerEncoder) {
  const auto out = RunSpeakerEncoder(*model_, TestDevice(), GoldenMel(), {});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(*out, GoldenFloats("ecapa_embedding")), Tolerance());
}

TEST_P(Networks, FromSoundToVoice) {
  const std::string clip = ReadFile(kGoldenFolder + "prompt.wav", 1 << 20).value();
  const auto audio = DecodePrompt(clip, "prompt.wav", model_->architecture());
  ASSERT_TRUE(audio.ok()) << audio.status();
  const auto mel = ComputeLogMel(*audio, model_->architecture().mel);
  ASSERT_TRUE(mel.ok()) << mel.status();
  const auto heard = RunConformer(*model_, TestDevice(), *mel, {});
  ASSERT_TRUE(heard.ok()) << heard.status();
  const auto rows = RunPerceiver(*model_, TestDevice(), *heard, {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_LT(RelativeError(*rows, GoldenFloats("perceiver_out")), Tolerance());
  const auto speaker = RunSpeakerEncoder(*model_, TestDevice(), *mel, {});
  ASSERT_TRUE(speaker.ok()) << speaker.status();
  EXPECT_LT(RelativeError(*speaker, GoldenFloats("ecapa_embedding")), Tolerance());
}

INSTANTIATE_TEST_SUITE_P(Types, Networks, testing::Values(ggml::TensorType::kF32, ggml::TensorType::kF16),
                         [](const auto& each) { return std::string(TypeName(each.param)); });

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
  const auto out = RunConformer(*model, TestDevice(), GoldenMel(), {}, &trace, {.rows = 7, .queries = 11});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_LT(RelativeError(trace.subsampled, GoldenFloats("cond_subsampled")), 3e-5);
  EXPECT_LT(RelativeError(*out, GoldenFloats("cond_out")), 3e-5);
}

TEST(NetworksBounds, TheLongestSample) {
  const auto model = GoldenModel(ggml::TensorType::kF32);
  const int64_t frames = 2 * model->architecture().conformer.positions + 2;
  LogMel mel{100, frames, std::vector<float>(static_cast<size_t>(100 * frames), -3.0F)};
  const auto out = RunConformer(*model, TestDevice(), mel, {});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->size(), static_cast<size_t>(32 * model->architecture().conformer.positions));
  EXPECT_TRUE(std::isfinite(out->back()));
}

TEST(NetworksBounds, Stop) {
  const auto model = GoldenModel(ggml::TensorType::kF32);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(RunConformer(*model, TestDevice(), GoldenMel(), stop.get_token()).status().code(),
            StatusCode::kCancelled);
  EXPECT_EQ(RunSpeakerEncoder(*model, TestDevice(), GoldenMel(), stop.get_token()).status().code(),
            StatusCode::kCancelled);
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
  const std::vector<float> tanh_wanted = GoldenFloats("gelu_tanh_out");
  const std::vector<float> erf_wanted = GoldenFloats("gelu_erf_out");
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(ggml::FloatsOf(by_tanh)[i], tanh_wanted[i], 2e-6) << values[i];
    EXPECT_NEAR(ggml::FloatsOf(by_erf)[i], erf_wanted[i], 2e-6) << values[i];
  }
}

}  // namespace
}  // namespace waveshift::tts::indextts

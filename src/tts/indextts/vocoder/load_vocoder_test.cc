// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "tts/indextts/compute_device.h"
#include "tts/indextts/golden_model_test_tools.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

using Values = std::vector<float>;

class LoadVocoderTest : public testing::Test {
 protected:
  static std::shared_ptr<const ggml::GgufFile> File(ggml::TensorType type) {
    return ggml::GgufFile::Open(GoldenModelPath(type)).value();
  }
  // The golden latents so many times one behind the other.
  static Values Latents(int times) {
    const Values once = GoldenFloats("latents");
    Values latents;
    for (int i = 0; i < times; ++i) latents.insert(latents.end(), once.begin(), once.end());
    return latents;
  }
  static Values Speak(const VocoderModel& model, const Values& latents, const VocoderStreamOptions& options) {
    const auto session = model.Open(options).value();
    Values samples;
    const auto sink = [&](std::span<const float> piece) {
      samples.insert(samples.end(), piece.begin(), piece.end());
    };
    const auto voice = model.MakeVoice(GoldenFloats("ecapa_embedding")).value();
    const Status status = session->Speak(voice, latents, sink, {});
    EXPECT_TRUE(status.ok()) << status;
    return samples;
  }
  static double LargestDifference(const Values& a, const Values& b) {
    EXPECT_EQ(a.size(), b.size());
    double largest = 0;
    for (size_t i = 0; i < a.size(); ++i) largest = std::fmax(largest, std::abs(a[i] - b[i]));
    return largest;
  }
};

TEST_F(LoadVocoderTest, SpeaksOnTheProcessorWhereTheDeviceCannot) {
  if (CheckCudaDevice().ok()) GTEST_SKIP() << "wants a machine without a CUDA device";
  const auto wanted = LoadVocoder(File(ggml::TensorType::kF32), ggml::DeviceKind::kCpu, 1).value();
  const auto found = LoadVocoder(File(ggml::TensorType::kF32), ggml::DeviceKind::kCuda, 1).value();
  EXPECT_EQ(wanted->fallback_reason(), "");
  EXPECT_EQ(found->fallback_reason(), Message(CheckCudaDevice()));
  EXPECT_EQ(found->bytes(), wanted->bytes());
  EXPECT_EQ(found->operations(3), wanted->operations(3));
  EXPECT_EQ(Speak(*found, Latents(2), {.threads = 1}), Speak(*wanted, Latents(2), {.threads = 1}));
}

class CudaVocoderTest : public LoadVocoderTest {
 protected:
  void SetUp() override {
    if (!CheckCudaDevice().ok()) {
      GTEST_SKIP() << "wants a build with CUDA and its device: " << Message(CheckCudaDevice());
    }
  }
};

TEST_F(CudaVocoderTest, SpeaksAsTheProcessorDoes) {
  for (const auto type : {ggml::TensorType::kF32, ggml::TensorType::kF16}) {
    const auto cpu = LoadVocoder(File(type), ggml::DeviceKind::kCpu, 1).value();
    const auto cuda = LoadVocoder(File(type), ggml::DeviceKind::kCuda, 1).value();
    ASSERT_EQ(cuda->fallback_reason(), "");
    const double bound = type == ggml::TensorType::kF32 ? 2e-5 : 2e-2;
    EXPECT_LT(LargestDifference(Speak(*cuda, Latents(9), {}), Speak(*cpu, Latents(9), {.threads = 1})),
              bound);
  }
}

// Pieces compute again all that they depend on: not a bit differs.
TEST_F(CudaVocoderTest, PiecesGiveTheSameSamples) {
  const auto vocoder = LoadVocoder(File(ggml::TensorType::kF16), ggml::DeviceKind::kCuda, 1).value();
  const Values latents = Latents(20);
  const Values whole = Speak(*vocoder, latents, {.codes_of_piece = 10000});
  for (const int64_t codes : {1, 7, 64}) {
    EXPECT_EQ(Speak(*vocoder, latents, {.codes_of_piece = codes}), whole) << codes;
  }
}

TEST_F(CudaVocoderTest, SaysWhatItCannotSpeak) {
  const auto vocoder = LoadVocoder(File(ggml::TensorType::kF16), ggml::DeviceKind::kCuda, 1).value();
  const auto session = vocoder->Open({}).value();
  const auto voice = vocoder->MakeVoice(GoldenFloats("ecapa_embedding")).value();
  const auto nothing = [](std::span<const float>) { ADD_FAILURE() << "was spoken"; };
  EXPECT_EQ(session->Speak(voice, Values(63), nothing, {}).code(), StatusCode::kInvalidArgument);
  Values latents = Latents(1);
  latents[5] = std::nanf("");
  EXPECT_EQ(session->Speak(voice, latents, nothing, {}).code(), StatusCode::kInternal);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(session->Speak(voice, Latents(1), nothing, stop.get_token()).code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::tts::indextts

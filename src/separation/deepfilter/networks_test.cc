// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/files.h"
#include "separation/deepfilter/filter.h"
#include "separation/deepfilter/test_model.h"

namespace waveshift::separation::deepfilter {
namespace {

using testing::HasSubstr;

constexpr const char* kConfig =
    "[train]\nmodel = deepfilternet3\n[df]\nsr = 48000\nfft_size = 960\r\nhop_size=480\nnb_erb = 32\n"
    "nb_df = 96\nnorm_tau = 1\nmin_nb_erb_freqs = 2\ndf_order = 5\ndf_lookahead = 2\n"
    "[deepfilternet]\nconv_lookahead = 2";

TEST(Networks, ConfigOfAnotherModelIsRefused) {
  EXPECT_TRUE(CheckConfig(kConfig, "config.ini").ok());
  std::string other = kConfig;
  other.replace(other.find("df_order = 5"), 12, "df_order = 3");
  const Status status = CheckConfig(other, "config.ini");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(status), HasSubstr("config.ini: [df] df_order must be 5"));
  EXPECT_FALSE(CheckConfig("", "config.ini").ok());
  // The key counts in its own section only.
  EXPECT_THAT(Message(CheckConfig("[df]\nmodel = deepfilternet3\n", "c")), HasSubstr("[train] model"));
}

TEST(Networks, MissingAndDamagedFilesAreNamed) {
  const auto folder = ScratchDirectory::Make();
  ASSERT_TRUE(folder.ok());
  auto loaded = Networks::Load(folder->path(), onnx::Device::kCpu);
  EXPECT_EQ(loaded.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(loaded.status()), HasSubstr("config.ini"));
  ASSERT_TRUE(WriteFileAtomic(folder->path() + "/config.ini", kConfig).ok());
  loaded = Networks::Load(folder->path(), onnx::Device::kCpu);
  EXPECT_EQ(loaded.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(loaded.status()), HasSubstr("enc.onnx is missing"));
  ASSERT_TRUE(WriteFileAtomic(folder->path() + "/enc.onnx", "no model").ok());
  loaded = Networks::Load(folder->path(), onnx::Device::kCpu);
  EXPECT_EQ(loaded.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(loaded.status()), HasSubstr("enc.onnx"));
}

// The features of noise whose loudness changes.
std::vector<Features> SomeFeatures(size_t steps) {
  std::mt19937 random(3);
  std::normal_distribution<float> values(0, 1e-3F);
  FeatureTracker tracker;
  std::vector<Features> features(steps);
  Spectrum spectrum;
  for (size_t t = 0; t < steps; ++t) {
    const float loud = t % 50 < 25 ? 1.0F : 0.1F;
    for (auto& bin : spectrum) bin = {loud * values(random), loud * values(random)};
    tracker.Next(spectrum, features[t]);
  }
  return features;
}

TEST(Networks, PartsOfASignalGiveWhatTheWholeGives) {
  WS_SKIP_WITHOUT_DEEPFILTER();
  const auto networks = Networks::Load(TestDeepFilterFolder(), onnx::Device::kCpu);
  ASSERT_TRUE(networks.ok()) << Message(networks.status());
  const std::vector<Features> features = SomeFeatures(120);
  Memory whole_memory;
  const auto whole = (*networks)->Run(features, whole_memory, {});
  ASSERT_TRUE(whole.ok()) << Message(whole.status());
  Memory memory;
  size_t begin = 0;
  for (const size_t count : {size_t{1}, size_t{2}, size_t{47}, size_t{70}}) {
    const auto part = (*networks)->Run(std::span(features).subspan(begin, count), memory, {});
    ASSERT_TRUE(part.ok()) << Message(part.status());
    for (size_t i = 0; i < part->masks.size(); ++i) {
      ASSERT_NEAR(part->masks[i], whole->masks[begin * kBands + i], 1e-4);
    }
    for (size_t i = 0; i < part->coefficients.size(); ++i) {
      ASSERT_NEAR(part->coefficients[i], whole->coefficients[begin * kCoefficients + i], 1e-4);
    }
    begin += count;
  }
}

TEST(Networks, StopsWhenAsked) {
  WS_SKIP_WITHOUT_DEEPFILTER();
  const auto networks = Networks::Load(TestDeepFilterFolder(), onnx::Device::kCpu);
  ASSERT_TRUE(networks.ok()) << Message(networks.status());
  std::stop_source source;
  source.request_stop();
  Memory memory;
  const auto steps = (*networks)->Run(SomeFeatures(5), memory, source.get_token());
  EXPECT_EQ(steps.status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::separation::deepfilter

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/flac.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/test_signals.h"
#include "audio/wav.h"

namespace waveshift::audio {
namespace {

StereoBuffer Sound() {
  const auto left = testing_signals::Speech(1, 48000, 1);
  StereoBuffer out;
  for (const float v : left) {
    out.interleaved.push_back(v);
    out.interleaved.push_back(-0.5F * v);
  }
  return out;
}

TEST(Flac, HoldsTheSamples) {
  const StereoBuffer sound = Sound();
  const auto bytes = EncodeFlac(sound);
  ASSERT_TRUE(bytes.ok()) << Message(bytes.status());
  EXPECT_EQ(bytes->substr(0, 4), "fLaC");
  EXPECT_LT(bytes->size(), sound.interleaved.size() * 2 * 8 / 10);
  const auto mono = DecodeWav(*bytes, "flac");
  ASSERT_TRUE(mono.ok()) << Message(mono.status());
  ASSERT_EQ(static_cast<int64_t>(mono->samples.size()), sound.frames());
  EXPECT_EQ(mono->sample_rate_hz, 48000);
  for (size_t i = 0; i < mono->samples.size(); ++i) {
    ASSERT_NEAR(mono->samples[i], 0.25F * sound.interleaved[2 * i], 1.0 / 32768) << i;
  }
  EXPECT_EQ(*EncodeFlac(sound), *bytes);
}

TEST(Flac, WhatIsTooLoudIsClipped) {
  StereoBuffer loud{std::vector<float>(9600, 1.7F)};
  const auto bytes = EncodeFlac(loud);
  ASSERT_TRUE(bytes.ok());
  EXPECT_NEAR(DecodeWav(*bytes, "flac")->samples[100], 1.0, 1e-4);
}

TEST(Flac, RefusesWhatIsNoSound) {
  EXPECT_EQ(EncodeFlac({}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(EncodeFlac({{0.0F, std::nanf("")}}).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::audio

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/stream_resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "audio/resample.h"

namespace waveshift::audio {
namespace {

// A tone to the left, another to the right; `place` of the first frame.
std::vector<float> Tones(size_t frames, double rate_hz) {
  std::vector<float> out;
  for (size_t i = 0; i < frames; ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    out.push_back(static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 997 * t)));
    out.push_back(static_cast<float>(0.3 * std::cos(2 * std::numbers::pi * 7001 * t)));
  }
  return out;
}

std::vector<float> InParts(const std::vector<float>& in, int from_hz, int to_hz, size_t frames) {
  const auto stream = StreamResampler::Make(from_hz, to_hz).value();
  std::vector<float> out;
  for (size_t i = 0; i < in.size(); i += 2 * frames) {
    EXPECT_TRUE(stream->Add(std::span(in).subspan(i, std::min(2 * frames, in.size() - i)), out).ok());
  }
  EXPECT_TRUE(stream->Finish(out).ok());
  return out;
}

TEST(StreamResampler, EverySampleIsAtItsPlace) {
  constexpr size_t kFrames = 48017;
  const auto out = InParts(Tones(kFrames, 48000), 48000, 44100, 1000);
  ASSERT_EQ(static_cast<int64_t>(out.size()), 2 * ResampledLength(kFrames, 48000, 44100));
  const auto should = Tones(out.size() / 2, 44100);
  for (size_t i = 2000; i + 2000 < out.size(); ++i) ASSERT_NEAR(out[i], should[i], 1e-5F) << i;
}

TEST(StreamResampler, DoesNotDependOnHowTheInputIsCut) {
  const auto in = Tones(30011, 44100);
  const auto whole = InParts(in, 44100, 48000, 30011);
  for (const size_t frames : {1U, 333U, 4096U}) EXPECT_EQ(InParts(in, 44100, 48000, frames), whole) << frames;
}

TEST(StreamResampler, ThereAndBackIsTheSameSound) {
  const auto in = Tones(50000, 48000);
  const auto back = InParts(InParts(in, 48000, 44100, 777), 44100, 48000, 4001);
  ASSERT_GE(back.size() + 2, in.size());
  for (size_t i = 2000; i + 2000 < in.size(); ++i) ASSERT_NEAR(back[i], in[i], 1e-5F) << i;
}

TEST(StreamResampler, ShortAndEmptyStreams) {
  EXPECT_TRUE(InParts({}, 48000, 44100, 10).empty());
  EXPECT_EQ(InParts({0.1F, 0.2F}, 48000, 44100, 10).size(), 2U);
  EXPECT_EQ(StreamResampler::Make(10, 44100).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::audio

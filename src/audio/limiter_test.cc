// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/limiter.h"

#include <ebur128.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "audio/loudness.h"
#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

using testing_signals::Noise;
using testing_signals::Sine;

std::vector<float> Stereo(const std::vector<float>& left, const std::vector<float>& right) {
  std::vector<float> out;
  for (size_t i = 0; i < left.size(); ++i) {
    out.push_back(left[i]);
    out.push_back(right[i]);
  }
  return out;
}

// In pieces of the given sizes, over and over; the latency is cut off.
std::vector<float> Limit(const std::vector<float>& in, const std::vector<size_t>& pieces,
                         const LimiterOptions& options = {}) {
  TruePeakLimiter limiter(options);
  std::vector<float> out(in.size());
  size_t done = 0;
  for (size_t k = 0; done < in.size(); ++k) {
    const size_t n = std::min(2 * pieces[k % pieces.size()], in.size() - done);
    limiter.Process(std::span(in).subspan(done, n), std::span(out).subspan(done, n));
    done += n;
  }
  limiter.Flush(out);
  out.erase(out.begin(), out.begin() + 2 * limiter.latency_samples());
  return out;
}

// By libebur128's own oversampling, not ours: what a meter elsewhere says.
double TruePeakDb(const std::vector<float>& stereo) {
  ebur128_state* meter = ebur128_init(2, 48000, EBUR128_MODE_TRUE_PEAK);
  ebur128_add_frames_float(meter, stereo.data(), stereo.size() / 2);
  double highest = 0;
  for (const unsigned channel : {0U, 1U}) {
    double peak = 0;
    ebur128_true_peak(meter, channel, &peak);
    highest = std::max(highest, peak);
  }
  ebur128_destroy(&meter);
  return 20 * std::log10(highest);
}

struct Case {
  std::string name;
  std::vector<float> sound;
};

std::vector<Case> LoudSounds() {
  constexpr size_t kCount = 96000;
  std::vector<Case> cases;
  for (const double db : {-1.0, 3.0, 12.0}) {
    const auto gain = static_cast<float>(GainFromDb(db));
    const std::string at = " at " + std::to_string(db) + " dB";
    Noise noise(static_cast<uint64_t>(db + 20));
    std::vector<float> white(2 * kCount);
    for (float& v : white) v = gain * noise.Next();
    cases.push_back({"white noise" + at, white});
    std::vector<float> bursts(2 * kCount, 0.0F);
    for (size_t i = 0; i < bursts.size(); ++i) {
      if ((i / 4000) % 3 == 0) bursts[i] = gain * noise.Next();
    }
    cases.push_back({"bursts" + at, bursts});
    std::vector<float> impulses(2 * kCount, 0.0F);
    for (size_t i = 100; i < impulses.size(); i += 1 + static_cast<size_t>(3000 * std::abs(noise.Next()))) {
      impulses[i] = noise.Next() > 0 ? gain : -gain;
    }
    cases.push_back({"impulses" + at, impulses});
    for (const double hz : {50.0, 997.0, 11999.0, 12000.0, 17000.0, 20000.0}) {
      // At 12 kHz and 45 degrees every sample is 3 dB below the peaks between them.
      cases.push_back(
          {"sine " + std::to_string(hz) + at,
           Stereo(Sine(hz, gain, kCount, 48000, std::numbers::pi / 4), Sine(hz, gain / 2, kCount, 48000))});
    }
  }
  return cases;
}

// 0.05 dB: of what is loud enough for the other meter alone.
TEST(TruePeakLimiter, KeepsTheTruePeakUnderTheCeiling) {
  for (const double ceiling : {-1.5, -6.0}) {
    for (const Case& c : LoudSounds()) {
      EXPECT_LE(TruePeakDb(Limit(c.sound, {1000}, {.ceiling_dbtp = ceiling})), ceiling + 0.05) << c.name;
    }
  }
}

TEST(TruePeakLimiter, PassesQuieterSoundBitForBit) {
  Noise noise(5);
  std::vector<float> in(2 * 48000);
  for (float& v : in) v = 0.25F * noise.Next();
  EXPECT_EQ(Limit(in, {777}), in);
  // A loud moment long ago leaves no trace either.
  std::vector<float> loud(in.begin(), in.begin() + 2000);
  for (float& v : loud) v *= 8;
  loud.resize(2 * 48000 * 4, 0.0F);
  loud.insert(loud.end(), in.begin(), in.end());
  const auto out = Limit(loud, {480});
  EXPECT_TRUE(std::equal(in.begin(), in.end(), out.end() - static_cast<ptrdiff_t>(in.size())));
}

TEST(TruePeakLimiter, TheCutsOfTheInputDoNotMatter) {
  for (const Case& c : LoudSounds()) {
    const std::vector<float> in(c.sound.begin(), c.sound.begin() + 20000);
    const auto whole = Limit(in, {10000});
    EXPECT_EQ(Limit(in, {1}), whole) << c.name;
    EXPECT_EQ(Limit(in, {1, 255, 256, 257, 3, 1024}), whole) << c.name;
  }
}

TEST(TruePeakLimiter, TheGainIsSmoothAndSharedByBothChannels) {
  // A quiet constant on the right shows the gain that the left needs.
  std::vector<float> in(2 * 48000, 0.0F);
  for (size_t i = 0; i < 48000; ++i) {
    in[2 * i + 1] = 0.1F;
    if (i == 20000) in[2 * i] = 4.0F;
  }
  const auto out = Limit(in, {480});
  float lowest = 1;
  float steepest = 0;
  for (size_t i = 1; i < 48000; ++i) {
    lowest = std::min(lowest, out[2 * i + 1] / 0.1F);
    steepest = std::max(steepest, std::abs(out[2 * i + 1] - out[2 * i - 1]) / 0.1F);
  }
  EXPECT_NEAR(lowest, GainFromDb(-1.65) / 4, 0.005);
  EXPECT_LT(steepest, 0.01F);
  EXPECT_EQ(out[2 * 19000 + 1], 0.1F);
  // A third of the way down is left after the release time.
  EXPECT_NEAR(1 - out[2 * (20000 + 4800) + 1] / 0.1F, (1 - lowest) / std::numbers::e, 0.03);
}

// The middle third of a second is left out, with 20 ms of crossing to each side.
std::vector<float> Shares() {
  std::vector<float> shares(48000, 1.0F);
  for (size_t i = 0; i < 48000; ++i) {
    const double from_edge = i < 24000 ? 16000.0 - static_cast<double>(i) : static_cast<double>(i) - 32000.0;
    shares[i] = static_cast<float>(std::clamp(from_edge / 960, 0.0, 1.0));
  }
  return shares;
}

TEST(TruePeakLimiter, WhatIsLeftOutPassesBitForBit) {
  Noise noise(11);
  std::vector<float> in(2 * 48000);
  for (float& v : in) v = 1.5F * noise.Next();
  const auto shares = Shares();
  std::vector<float> whole(in.size());
  TruePeakLimiter limiter;
  limiter.Process(in, shares, whole);
  limiter.Flush(whole);
  whole.erase(whole.begin(), whole.begin() + 2 * limiter.latency_samples());
  for (size_t i = 0; i < 48000; ++i) {
    if (shares[i] > 0) continue;
    ASSERT_EQ(whole[2 * i], in[2 * i]) << i;
    ASSERT_EQ(whole[2 * i + 1], in[2 * i + 1]) << i;
  }
  // Where it acts wholly it is as strict as ever; beside it, 12 frames see each other's peaks.
  for (const auto& [from, to] : {std::pair<ptrdiff_t, ptrdiff_t>{0, 15000}, {33000, 48000}}) {
    EXPECT_LE(TruePeakDb({whole.begin() + 2 * from, whole.begin() + 2 * to}), -1.0) << from;
  }
  // Cuts do not matter here either.
  std::vector<float> pieces(in.size());
  for (size_t done = 0; done < 48000; done += 700) {
    const size_t n = std::min<size_t>(700, 48000 - done);
    limiter.Process(std::span(in).subspan(2 * done, 2 * n), std::span(shares).subspan(done, n),
                    std::span(pieces).subspan(2 * done, 2 * n));
  }
  limiter.Flush(pieces);
  pieces.erase(pieces.begin(), pieces.begin() + 2 * limiter.latency_samples());
  EXPECT_EQ(pieces, whole);
}

// A loud voice ends where a quiet passage that is left out begins: nothing of its gain reaches over.
TEST(TruePeakLimiter, ItsReleaseEndsWhereItIsLeftOut) {
  std::vector<float> in(2 * 48000, 0.1F);
  for (size_t i = 0; i < 2 * 15900; ++i) in[i] = 3.0F;
  const auto shares = Shares();
  std::vector<float> out(in.size());
  TruePeakLimiter limiter;
  limiter.Process(in, shares, out);
  limiter.Flush(out);
  const auto latency = static_cast<size_t>(limiter.latency_samples());
  for (size_t i = 16000; i < 32000; ++i) ASSERT_EQ(out[2 * (i + latency)], 0.1F) << i;
  EXPECT_LT(out[2 * (15950 + latency)], 0.1F);
}

TEST(TruePeakLimiter, FlushGivesTheRestAndStartsAnew) {
  TruePeakLimiter limiter;
  const std::vector<float> in = Stereo(Sine(500, 2.0, 1000, 48000), Sine(700, 2.0, 1000, 48000));
  std::vector<float> first(in.size());
  limiter.Process(in, first);
  limiter.Flush(first);
  EXPECT_EQ(first.size(), in.size() + 2 * static_cast<size_t>(limiter.latency_samples()));
  std::vector<float> second(in.size());
  limiter.Process(in, second);
  limiter.Flush(second);
  EXPECT_EQ(first, second);
  EXPECT_LT(limiter.latency_samples(), 48000 * 6 / 1000);
}

TEST(TruePeakLimiter, SurvivesValuesThatAreNotNumbers) {
  std::vector<float> in(4000, 0.1F);
  in[1001] = std::numeric_limits<float>::quiet_NaN();
  in[1500] = std::numeric_limits<float>::infinity();
  in[2000] = std::numeric_limits<float>::max();
  for (const float v : Limit(in, {100})) ASSERT_TRUE(std::isfinite(v));
  EXPECT_TRUE(
      std::isfinite(Limit(in, {100}, {.ceiling_dbtp = NAN, .lookahead_ms = -1, .release_ms = NAN})[0]));
}

}  // namespace
}  // namespace waveshift::audio

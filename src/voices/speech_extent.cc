// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/speech_extent.h"

#include <algorithm>
#include <cmath>

namespace waveshift::voices {
namespace {

constexpr size_t kLeastFrames = 20;
constexpr float kQuietestSpeechDb = -55;
// Speech rises and falls: its frames' levels spread over more than this (standard deviation).
constexpr double kSteadyDb = 2.5;
// Below the line's level (its 80th percentile): the end of its speech, and other sound that counts as speech.
constexpr double kLevelPercentile = 0.8;
constexpr float kEndBelowDb = 18;
constexpr float kOtherBelowDb = 9;
// Soft last consonants.
constexpr size_t kTailFrames = 6;
constexpr size_t kOwnTailFrames = 50;
// Clicks and breaths are shorter.
constexpr size_t kOtherFrames = 15;

float Level(std::span<const float> slot) {
  std::vector<float> sorted(slot.begin(), slot.end());
  const auto at =
      sorted.begin() + static_cast<ptrdiff_t>(kLevelPercentile * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

bool IsSteady(std::span<const float> slot) {
  double sum = 0;
  double squares = 0;
  for (const float level : slot) {
    sum += level;
    squares += static_cast<double>(level) * level;
  }
  const auto n = static_cast<double>(slot.size());
  return squares / n - (sum / n) * (sum / n) < kSteadyDb * kSteadyDb;
}

// Of the sound that counts as somebody else's: kOtherFrames of which most are loud. Returns after.size() for
// none.
size_t OtherSound(std::span<const float> after, float loud) {
  // Behind the slot's own last words, which may dip between two syllables.
  size_t from = 0;
  for (size_t i = 0; i < after.size() && i < from + kOtherFrames; ++i) {
    if (after[i] >= loud) from = i + 1;
  }
  if (from > kOwnTailFrames) return 0;
  for (size_t i = from; i + kOtherFrames <= after.size(); ++i) {
    if (after[i] < loud) continue;
    const auto run = after.subspan(i, kOtherFrames);
    const auto count = std::count_if(run.begin(), run.end(), [loud](float level) { return level >= loud; });
    if (3 * static_cast<size_t>(count) >= 2 * kOtherFrames) return i;
  }
  return after.size();
}

}  // namespace

void AppendLevels(std::span<const float> interleaved, std::vector<float>& levels) {
  constexpr auto kValues = static_cast<size_t>(2 * kLevelFrame);
  for (size_t at = 0; at + kValues <= interleaved.size(); at += kValues) {
    double power = 0;
    for (const float v : interleaved.subspan(at, kValues)) {
      if (std::isfinite(v)) power += static_cast<double>(v) * v;
    }
    const double db = 10 * std::log10(power / static_cast<double>(kValues) + 1e-12);
    levels.push_back(std::max(kLowestLevelDb, static_cast<float>(db)));
  }
}

SpeechExtent MeasureExtent(std::span<const float> slot, std::span<const float> after) {
  SpeechExtent extent;
  if (slot.size() < kLeastFrames || IsSteady(slot)) return extent;
  const float level = Level(slot);
  if (level < kQuietestSpeechDb) return extent;
  extent.known = true;
  const auto last =
      std::find_if(slot.rbegin(), slot.rend(), [level](float frame) { return frame >= level - kEndBelowDb; });
  extent.spoken_frames = std::min(slot.size(), static_cast<size_t>(slot.rend() - last) + kTailFrames);
  extent.quiet_frames = OtherSound(after, level - kOtherBelowDb);
  return extent;
}

}  // namespace waveshift::voices

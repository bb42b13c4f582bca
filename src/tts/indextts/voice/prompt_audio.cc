// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/prompt_audio.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <numeric>
#include <string>

#include "audio/wav.h"

namespace waveshift::tts::indextts {
namespace {

constexpr double kZeroCrossings = 6;
constexpr double kRolloff = 0.99;
// What the reflected padding of the speaker encoder needs.
constexpr int64_t kFewestFrames = 5;
constexpr int kMostChannels = 32;
// Forty decibels over full scale: such numbers are not sound on the scale of [-1, 1].
constexpr float kLoudest = 100;

// One phase of the polyphase filter: its taps that are not zero, the first of them for sample `first` of the
// input, counted from where the phase's output period begins.
struct Phase {
  int64_t first = 0;
  std::vector<float> taps;
};

// Of output sample `number` in each period of `to` output and `from` input samples (both without a common
// divisor).
Phase MakePhase(int64_t number, int64_t from, int64_t to) {
  const double cutoff = kRolloff * static_cast<double>(std::min(from, to));
  const double centre = static_cast<double>(number) / static_cast<double>(to);
  const double reach = kZeroCrossings / cutoff;
  Phase phase;
  phase.first = static_cast<int64_t>(std::ceil((centre - reach) * static_cast<double>(from)));
  const auto last = static_cast<int64_t>(std::floor((centre + reach) * static_cast<double>(from)));
  for (int64_t i = phase.first; i <= last; ++i) {
    const double t = std::clamp(cutoff * (static_cast<double>(i) / static_cast<double>(from) - centre),
                                -kZeroCrossings, kZeroCrossings);
    const double window = std::cos(std::numbers::pi * t / (2 * kZeroCrossings));
    const double x = std::numbers::pi * t;
    const double sinc = t == 0 ? 1 : std::sin(x) / x;
    phase.taps.push_back(static_cast<float>(sinc * window * window * cutoff / static_cast<double>(from)));
  }
  return phase;
}

float Apply(const Phase& phase, std::span<const float> samples, int64_t period_begin) {
  const int64_t first = period_begin + phase.first;
  const int64_t begin = std::max<int64_t>(0, -first);
  const int64_t end =
      std::min(static_cast<int64_t>(phase.taps.size()), static_cast<int64_t>(samples.size()) - first);
  if (begin >= end) return 0;
  // Four sums side by side: one alone would wait for each addition.
  std::array<double, 4> sums = {};
  const std::span<const float> taps = std::span(phase.taps).subspan(static_cast<size_t>(begin));
  const std::span<const float> in = samples.subspan(static_cast<size_t>(first + begin));
  const auto count = static_cast<size_t>(end - begin);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (size_t j = 0; j < 4; ++j) sums[j] += static_cast<double>(taps[i + j]) * in[i + j];
  }
  for (; i < count; ++i) sums[0] += static_cast<double>(taps[i]) * in[i];
  return static_cast<float>((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

std::string SecondsText(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

}  // namespace

std::vector<float> ResampleLikeReference(std::span<const float> samples, int64_t from_hz, int64_t to_hz) {
  if (from_hz == to_hz) return {samples.begin(), samples.end()};
  const int64_t divisor = std::gcd(from_hz, to_hz);
  const int64_t from = std::max<int64_t>(1, from_hz / divisor);
  const int64_t to = to_hz / divisor;
  const int64_t count = (static_cast<int64_t>(samples.size()) * to + from - 1) / from;
  std::vector<float> out(static_cast<size_t>(count));
  // A phase at a time: with rates that have no common divisor there are thousands.
  for (int64_t number = 0; number < std::min(to, count); ++number) {
    const Phase phase = MakePhase(number, from, to);
    int64_t period_begin = 0;
    for (int64_t i = number; i < count; i += to, period_begin += from) {
      out[static_cast<size_t>(i)] = Apply(phase, samples, period_begin);
    }
  }
  return out;
}

PromptLimits PromptLimitsOf(const Architecture& architecture) {
  const MelSizes& mel = architecture.mel;
  // 1 + floor(samples / hop) frames; the reflected padding of the first frame needs more than half a window.
  const int64_t fewest = std::max((kFewestFrames - 1) * mel.hop, mel.fft / 2 + 1);
  // The Conformer sees floor((frames - 1) / 2).
  const int64_t most = (2 * architecture.conformer.positions + 2) * mel.hop - 1;
  const auto rate = static_cast<double>(mel.sample_rate_hz);
  return {static_cast<double>(fewest) / rate, static_cast<double>(most) / rate};
}

StatusOr<std::vector<float>> DecodePrompt(std::string_view bytes, std::string_view name,
                                          const Architecture& architecture) {
  const audio::WavLimits limits{.max_channels = kMostChannels};
  WS_ASSIGN_OR_RETURN(const audio::MonoBuffer clip, audio::DecodeWav(bytes, name, limits));
  const PromptLimits bounds = PromptLimitsOf(architecture);
  if (clip.seconds() < bounds.shortest_seconds) {
    return InvalidArgument(std::string(name) + ": a voice sample of " + SecondsText(clip.seconds()) +
                           " is too short (at least " + SecondsText(bounds.shortest_seconds) + ")");
  }
  if (clip.seconds() > bounds.longest_seconds) {
    return OutOfRange(std::string(name) + ": a voice sample of " + SecondsText(clip.seconds()) +
                      " is too long (at most " + SecondsText(bounds.longest_seconds) + ")");
  }
  if (std::any_of(clip.samples.begin(), clip.samples.end(),
                  [](float sample) { return std::abs(sample) > kLoudest; })) {
    return InvalidArgument(std::string(name) + ": holds samples far outside -1 to 1");
  }
  return ResampleLikeReference(clip.samples, clip.sample_rate_hz, architecture.mel.sample_rate_hz);
}

}  // namespace waveshift::tts::indextts

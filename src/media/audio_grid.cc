// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/audio_grid.h"

#include <algorithm>

#include "media/segmenter.h"

namespace waveshift::media {
namespace {

int64_t CeilDivide(int64_t a, int64_t b) { return a / b + (a % b > 0 ? 1 : 0); }

}  // namespace

std::vector<int64_t> AudioSegmentFrames(const std::vector<Samples>& starts, Samples length) {
  const auto n = static_cast<int64_t>(starts.size());
  if (n == 0) return {};
  // The programme's end is covered; a programme of more segments than frames gets more frames.
  const int64_t end = std::max(CeilDivide(std::max<Samples>(length, 1), kAacFrame), n - 1);
  std::vector<int64_t> first(starts.size() + 1);
  first[0] = -1;
  for (size_t i = 1; i < starts.size(); ++i) {
    first[i] = std::max(first[i - 1] + 1, CeilDivide(starts[i] - kAacFrame / 2, kAacFrame));
  }
  first.back() = end;
  for (size_t i = starts.size(); i-- > 1;) first[i] = std::min(first[i], first[i + 1] - 1);
  return first;
}

std::vector<double> AudioSegmentSeconds(const std::vector<Samples>& starts, Samples length) {
  const std::vector<int64_t> first = AudioSegmentFrames(starts, length);
  std::vector<double> seconds;
  for (size_t i = 0; i < starts.size(); ++i) {
    seconds.push_back(SecondsFromSamples((first[i + 1] - first[i]) * kAacFrame));
  }
  return seconds;
}

}  // namespace waveshift::media

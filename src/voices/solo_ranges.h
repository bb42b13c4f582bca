// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where a transcript has one speaker alone: what a recording of a voice may be cut from. Arithmetic on the
// lines' times, without sound.
#ifndef WAVESHIFT_VOICES_SOLO_RANGES_H_
#define WAVESHIFT_VOICES_SOLO_RANGES_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/media_time.h"

namespace waveshift::voices {

// One line of the transcript, of any kind and length; times may be wrong in any way.
struct Turn {
  static constexpr int kNotSpeech = -1;  // music, noises
  Samples start = 0;
  Samples end = 0;
  int speaker = 0;  // 0, 1, 2, ...; kNotSpeech
};

struct SoloRules {
  Samples guard = SamplesFromMs(int64_t{300});    // from every turn of another speaker
  Samples padding = SamplesFromMs(int64_t{200});  // before and behind a speaker's own turns
  bool may_cross_non_speech = false;              // false: turns that are not speech are nobody's
};

struct SoloRange {
  int speaker = 0;
  Samples start = 0;
  Samples end = 0;
  friend bool operator==(const SoloRange&, const SoloRange&) = default;
};

// The stretches of [0, length) that lie in a speaker's turns or within `padding` of them, and `guard` from
// every turn of anybody else; a speaker's turns that touch or overlap make one stretch. Sorted by start, then
// speaker. Turns that are empty, negative or outside [0, length) say nothing. Pre: speakers are kNotSpeech or
// 0 to turns.size() - 1. Pure. O(n log n) in the turns, and linear in what comes out and in how often each
// speaker's turns run through the borders of others'.
std::vector<SoloRange> SoloRanges(std::span<const Turn> turns, Samples length, const SoloRules& rules = {});

// Which of one speaker's ranges to listen to: the longest first (of equal ones the earliest) until they make
// `budget`, each counted as at most `longest`. Indices into `ranges`, ascending. Pure, O(n log n).
std::vector<size_t> RangesToHear(std::span<const SoloRange> ranges, Samples budget, Samples longest);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_SOLO_RANGES_H_

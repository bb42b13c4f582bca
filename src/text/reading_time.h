// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How long a subtitle stands: with the speech, and a little longer where it could not be read in that time.
#ifndef WAVESHIFT_TEXT_READING_TIME_H_
#define WAVESHIFT_TEXT_READING_TIME_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/subtitles.h"

namespace waveshift::text {

struct ReadingLimits {
  int64_t shortest_ms = 1000;        // what stands for less flashes by
  int64_t gap_ms = 80;               // two pictures at 25 a second: the eye sees that the text has changed
  int64_t longest_linger_ms = 1500;  // past the speech
  double columns_per_second = 17;    // a wide character has two columns
};

// Adults read about 17 Latin characters a second, 9 Chinese, 4 Japanese and 12 Korean (what broadcasters and
// streaming services ask of subtitles for adults).
ReadingLimits ReadingLimitsFor(std::string_view language);

// Cues in order of start, as long as the speech, become cues in order of start that can be read:
//  - a cue lingers until it has stood for shortest_ms and could be read, at most longest_linger_ms past the
//    speech, and ends gap_ms before the next cue;
//  - a cue that the next one follows at once ends gap_ms early, if shortest_ms are left to it;
//  - cues that overlap (two people speak at once) keep their times.
// No start changes. `borders_ms` (ascending; may be empty): times up to which cues are published together. A
// cue's end then depends only on cues that begin before the next border behind its start: one that ends
// behind that border keeps its time, and none lingers across it. Time: the cues, and the borders among them.
std::vector<Cue> GiveReadingTime(std::vector<Cue> cues, const ReadingLimits& limits,
                                 const std::vector<int64_t>& borders_ms = {});

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_READING_TIME_H_

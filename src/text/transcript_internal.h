// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The parts of the transcript parsers. Room-internal.
#ifndef WAVESHIFT_TEXT_TRANSCRIPT_INTERNAL_H_
#define WAVESHIFT_TEXT_TRANSCRIPT_INTERNAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "text/transcript.h"

namespace waveshift::text::internal {

// Later times are taken for mistakes: ten thousand hours.
inline constexpr int64_t kMaxTimeMs = int64_t{10000} * 3600 * 1000;

// `bytes` are valid UTF-8 without byte order mark. Lines come in the order of the file, checked by CheckLine,
// each with its sequence.
StatusOr<Transcript> ParseJson(std::string_view bytes, const std::string& name);
StatusOr<Transcript> ParseCues(std::string_view bytes, TranscriptFormat format, const std::string& name);

// Cleans the texts (control characters, white space) and checks sizes. `line.where` and the times are set.
Status FinishLine(TranscriptLine& line);

// The two times of a cue.
struct CueTimes {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};
// True when the row is meant as a time line: it begins with a digit and has a colon before an arrow.
bool LooksLikeTimeLine(std::string_view row);
// "00:00:01,000 --> 00:00:02.500 [settings]". Returns "" or what is wrong with it.
std::string ParseCueTimes(std::string_view row, TranscriptFormat format, CueTimes* times);
// "1:02:03.004"
std::string ClockText(int64_t ms);

// The plain text of a cue; rows become one paragraph.
struct CueText {
  std::string text;
  std::string voice;       // of the first voice tag
  bool has_voice = false;  // a voice tag stands in it
};
CueText PlainVttText(std::string_view payload);
CueText PlainSrtText(std::string_view payload);

// "[Anna] text" or "Anna: text" taken apart; false when `text` begins with neither.
bool SplitSpeaker(std::string_view text, std::string* speaker, std::string* rest);

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_TRANSCRIPT_INTERNAL_H_

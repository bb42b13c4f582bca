// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Subtitles of the dubbed text as SRT, WebVTT and ASS. Text is escaped to each format's rules; cues are
// written in order of start.
#ifndef WAVESHIFT_TEXT_SUBTITLES_H_
#define WAVESHIFT_TEXT_SUBTITLES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::text {

struct Cue {
  int64_t start_ms = 0;  // from the first picture
  int64_t end_ms = 0;
  std::string speaker;
  std::string text;  // one paragraph, unescaped
};

// Breaks a paragraph into at most two balanced rows by the language's rules (about 42 columns Latin, 20 CJK),
// never inside a word.
std::string WrapForSubtitles(std::string_view text, std::string_view language);

// One dubbed line as one or more cues: a long text is split at sentence and clause ends so that no cue holds
// more than two rows; the time of [start_ms, end_ms) is shared by length of text.
std::vector<Cue> CuesOfLine(const Cue& line, std::string_view language);

std::string FormatSrt(const std::vector<Cue>& cues);
std::string FormatVtt(const std::vector<Cue>& cues);
// `width` and `height` of the picture: font size and margins are scaled to it.
std::string FormatAss(const std::vector<Cue>& cues, int width, int height, std::string_view title);

// One segment of the HLS WebVTT rendition: the cues that touch [start_ms, end_ms). `mpegts_90khz` is the 90
// kHz time stamp of the programme's zero (X-TIMESTAMP-MAP, LOCAL:00:00:00.000).
std::string FormatVttSegment(const std::vector<Cue>& cues, int64_t start_ms, int64_t end_ms,
                             int64_t mpegts_90khz);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_SUBTITLES_H_

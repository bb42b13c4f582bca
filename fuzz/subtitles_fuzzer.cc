// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The input is a speaker's name, a line end, and the text of a line.
#include "text/subtitles.h"

#include <algorithm>
#include <string>

#include "fuzzing.h"
#include "text/language.h"
#include "text/transcript.h"

namespace {

using waveshift::fuzz::Require;
namespace text = waveshift::text;

std::string Unspaced(std::string s) {
  s.erase(std::remove_if(s.begin(), s.end(), [](char c) { return c == ' ' || c == '\n'; }), s.end());
  return s;
}

void CheckFormats(const std::vector<text::Cue>& cues) {
  const std::string srt = text::FormatSrt(cues);
  const std::string vtt = text::FormatVtt(cues);
  const std::string ass = text::FormatAss(cues, 1280, 720, cues.front().speaker);
  Require(text::IsValidUtf8(srt) && text::IsValidUtf8(vtt) && text::IsValidUtf8(ass), "subtitles are UTF-8");
  const auto srt_lines = text::ParseTranscript(srt, text::TranscriptFormat::kSrt, "srt");
  const auto vtt_lines = text::ParseTranscript(vtt, text::TranscriptFormat::kVtt, "vtt");
  Require(srt_lines.ok() && srt_lines->lines.size() == cues.size(), "SRT reads back");
  Require(vtt_lines.ok() && vtt_lines->lines.size() == cues.size(), "WebVTT reads back");
  for (size_t i = 0; i < cues.size(); ++i) {
    Require(vtt_lines->lines[i].start_ms == cues[i].start_ms && vtt_lines->lines[i].end_ms == cues[i].end_ms,
            "times read back");
    if (!cues[i].speaker.empty()) {
      Require(Unspaced(vtt_lines->lines[i].translation) == Unspaced(cues[i].text), "texts read back");
    }
  }
  const std::string events = ass.substr(ass.find("\nDialogue:"));
  Require(events.find_first_of("{}") == std::string::npos, "ASS has no commands");
  Require(static_cast<size_t>(std::count(events.begin(), events.end(), '\n')) == cues.size() + 1,
          "one row a cue");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t kStartMs = 1000;
  constexpr int64_t kEndMs = 31000;
  const std::string_view bytes = waveshift::fuzz::BytesOf(data, std::min<size_t>(size, 4000));
  const size_t end = std::min(bytes.find('\n'), bytes.size());
  const text::Cue line{
      .start_ms = kStartMs,
      .end_ms = kEndMs,
      .speaker = text::CollapseWhitespace(bytes.substr(0, std::min(end, text::kMaxSpeakerBytes))),
      .text = std::string(bytes.substr(end))};
  const std::vector<text::Cue> cues = text::CuesOfLine(line, "");
  std::string all;
  int64_t at = kStartMs;
  for (const text::Cue& cue : cues) {
    Require(cue.start_ms == at && cue.end_ms > at, "cues follow each other");
    at = cue.end_ms;
    const std::string rows = text::WrapForSubtitles(cue.text, "");
    Require(std::count(rows.begin(), rows.end(), '\n') <= 1, "two rows at most");
    all += cue.text;
  }
  Require(cues.empty() || at == kEndMs, "cues fill the line's time");
  Require(Unspaced(all) == Unspaced(text::CollapseWhitespace(line.text)), "no word is lost");
  if (!cues.empty()) CheckFormats(cues);
  return 0;
}

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The three formats. Each escapes in its own way, so that no text can end a cue, open a tag or become a
// command.
#include "text/subtitles.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "text/language.h"
#include "text/row_breaks_internal.h"

namespace waveshift::text {
namespace {

// Keeps two characters from being read as one command, and is not seen.
constexpr std::string_view kWordJoiner = "\xE2\x81\xA0";

void ReplaceAll(std::string* text, std::string_view what, std::string_view with) {
  for (size_t at = text->find(what); at != std::string::npos; at = text->find(what, at + with.size())) {
    text->replace(at, what.size(), with);
  }
}

// What every format needs: rows, no empty cue, times that make sense, order of start.
std::vector<Cue> Presentable(const std::vector<Cue>& cues) {
  std::vector<Cue> ready;
  ready.reserve(cues.size());
  for (const Cue& cue : cues) {
    Cue clean = cue;
    clean.text = WrapForSubtitles(cue.text, "");
    if (clean.text.empty()) continue;
    clean.speaker = CollapseWhitespace(cue.speaker);
    clean.start_ms = std::max<int64_t>(0, cue.start_ms);
    clean.end_ms = std::max(clean.start_ms + 1, cue.end_ms);
    ready.push_back(std::move(clean));
  }
  std::stable_sort(ready.begin(), ready.end(),
                   [](const Cue& a, const Cue& b) { return a.start_ms < b.start_ms; });
  return ready;
}

std::string Clock(int64_t ms, char point) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%02lld:%02lld:%02lld%c%03lld", static_cast<long long>(ms / 3600000),
                static_cast<long long>(ms / 60000 % 60), static_cast<long long>(ms / 1000 % 60), point,
                static_cast<long long>(ms % 1000));
  return buffer;
}

std::string AssClock(int64_t centiseconds) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%lld:%02lld:%02lld.%02lld",
                static_cast<long long>(centiseconds / 360000),
                static_cast<long long>(centiseconds / 6000 % 60),
                static_cast<long long>(centiseconds / 100 % 60), static_cast<long long>(centiseconds % 100));
  return buffer;
}

// SRT has no escapes, but players read tags, positions and ASS's row breaks: those are broken up.
std::string SrtText(std::string text) {
  ReplaceAll(&text, "-->", "\xE2\x86\x92");
  ReplaceAll(&text, "{\\", "{" + std::string(kWordJoiner) + "\\");
  for (const std::string_view command : {"\\N", "\\n", "\\h"}) {
    ReplaceAll(&text, command, "\\" + std::string(kWordJoiner) + std::string(command.substr(1)));
  }
  for (size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : ' ';
    if (next == '/' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'))
      text.insert(at + 1, kWordJoiner);
  }
  return text;
}

// "-->" cannot stand in it: its last character is escaped.
std::string VttText(std::string text) {
  ReplaceAll(&text, "&", "&amp;");
  ReplaceAll(&text, "<", "&lt;");
  ReplaceAll(&text, ">", "&gt;");
  return text;
}

// Braces open commands and no renderer but libass knows an escape for them: their wide forms look alike and
// are text everywhere.
std::string AssText(std::string text) {
  ReplaceAll(&text, "\\", "\\" + std::string(kWordJoiner));
  ReplaceAll(&text, "{", "\xEF\xBD\x9B");
  ReplaceAll(&text, "}", "\xEF\xBD\x9D");
  ReplaceAll(&text, "\n", "\\N");
  return text;
}

std::string AssName(std::string name) {
  ReplaceAll(&name, ",", ";");
  ReplaceAll(&name, "{", "(");
  ReplaceAll(&name, "}", ")");
  return name;
}

std::string VttCue(const Cue& cue) {
  std::string block = Clock(cue.start_ms, '.') + " --> " + Clock(cue.end_ms, '.') + "\n";
  // The tag's end must not make an arrow of a name that ends in dashes; readers trim the name.
  if (!cue.speaker.empty()) block += "<v " + VttText(cue.speaker) + (cue.speaker.ends_with('-') ? " >" : ">");
  return block + VttText(cue.text) + "\n\n";
}

std::string FontFor(const std::vector<Cue>& cues) {
  bool han = false;
  bool kana = false;
  bool hangul = false;
  for (const Cue& cue : cues) {
    han = han || internal::HasHan(cue.text);
    kana = kana || internal::HasKana(cue.text);
    hangul = hangul || internal::HasHangul(cue.text);
  }
  if (kana) return "Noto Sans CJK JP";
  if (hangul) return "Noto Sans CJK KR";
  return han ? "Noto Sans CJK SC" : "Noto Sans";
}

std::string AssHead(const std::vector<Cue>& cues, int width, int height, std::string_view title) {
  constexpr int kLargest = 1 << 15;
  if (width <= 0 || height <= 0) {
    width = 1280;
    height = 720;
  }
  width = std::min(width, kLargest);
  height = std::min(height, kLargest);
  // 5.5 % of the height, less in upright pictures, where a full row would be wider than the picture.
  const double base = std::min<double>(height, 0.75 * width);
  const long size = std::max(8L, std::lround(base * 0.055));
  char style[320];
  std::snprintf(style, sizeof style,
                "Style: "
                "Default,%s,%ld,&H00FFFFFF,&H000000FF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,%.1f,0,2,%"
                "ld,%ld,%ld,1\n",
                FontFor(cues).c_str(), size, std::max(1.0, static_cast<double>(size) * 0.06),
                std::lround(width * 0.03), std::lround(width * 0.03), std::lround(height * 0.05));
  return "[Script Info]\nTitle: " + CollapseWhitespace(title) +
         "\nScriptType: v4.00+\nPlayResX: " + std::to_string(width) +
         "\nPlayResY: " + std::to_string(height) +
         "\nWrapStyle: 0\nScaledBorderAndShadow: yes\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize, "
         "PrimaryColour, "
         "SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, "
         "Spacing, Angle, "
         "BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n" +
         style +
         "\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n";
}

}  // namespace

std::string FormatSrt(const std::vector<Cue>& cues) {
  std::string out;
  size_t number = 0;
  for (const Cue& cue : Presentable(cues)) {
    out += std::to_string(++number) + "\n" + Clock(cue.start_ms, ',') + " --> " + Clock(cue.end_ms, ',') +
           "\n" + SrtText(cue.text) + "\n\n";
  }
  return out;
}

std::string FormatVtt(const std::vector<Cue>& cues) {
  std::string out = "WEBVTT\n\n";
  for (const Cue& cue : Presentable(cues)) out += VttCue(cue);
  return out;
}

std::string FormatAss(const std::vector<Cue>& cues, int width, int height, std::string_view title) {
  const std::vector<Cue> ready = Presentable(cues);
  std::string out = AssHead(ready, width, height, title);
  for (const Cue& cue : ready) {
    const int64_t start = (cue.start_ms + 5) / 10;
    const int64_t end = std::max(start + 1, (cue.end_ms + 5) / 10);
    out += "Dialogue: 0," + AssClock(start) + "," + AssClock(end) + ",Default," + AssName(cue.speaker) +
           ",0,0,0,," + AssText(cue.text) + "\n";
  }
  return out;
}

std::string FormatVttSegment(const std::vector<Cue>& cues, int64_t start_ms, int64_t end_ms,
                             int64_t mpegts_90khz) {
  // MPEG time stamps have 33 bits.
  const uint64_t stamp = static_cast<uint64_t>(mpegts_90khz) & ((uint64_t{1} << 33) - 1);
  std::string out = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:" + std::to_string(stamp) + ",LOCAL:00:00:00.000\n\n";
  std::vector<Cue> touching;
  for (const Cue& cue : cues) {
    if (cue.start_ms < end_ms && cue.end_ms > start_ms) touching.push_back(cue);
  }
  for (const Cue& cue : Presentable(touching)) out += VttCue(cue);
  return out;
}

}  // namespace waveshift::text

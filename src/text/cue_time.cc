// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Time lines of SRT and WebVTT.
#include <cstdio>

#include "text/transcript_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

constexpr std::string_view kArrow = "-->";

// Takes the digits off the front of `text`. -1 when there is none or more than `max_digits`.
int64_t TakeNumber(std::string_view* text, size_t max_digits, size_t* digits) {
  int64_t value = 0;
  *digits = 0;
  while (!text->empty() && IsAsciiDigit(text->front())) {
    if (++*digits > max_digits) return -1;
    value = value * 10 + (text->front() - '0');
    text->remove_prefix(1);
  }
  return *digits == 0 ? -1 : value;
}

// Milliseconds after the comma or point: WebVTT wants three digits, SRT files in the wild have one to three.
int64_t TakeFraction(std::string_view* text, bool strict) {
  size_t digits = 0;
  int64_t value = TakeNumber(text, 3, &digits);
  if (value < 0 || (strict && digits != 3)) return -1;
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

// [hours:]minutes:seconds and a fraction. "" or what is wrong.
std::string ReadClock(std::string_view clock, bool vtt, int64_t* ms) {
  int64_t part[3] = {};
  size_t digits[3] = {};
  size_t parts = 0;
  std::string_view rest = clock;
  const std::string quoted = "'" + Excerpt(clock) + "'";
  const std::string malformed =
      quoted + " is no time (" +
      (vtt ? "hours:minutes:seconds.milliseconds" : "hours:minutes:seconds,milliseconds") + ")";
  while (true) {
    part[parts] = TakeNumber(&rest, 9, &digits[parts]);
    if (part[parts] < 0) return malformed;
    ++parts;
    if (rest.empty() || rest.front() != ':') break;
    if (parts == 3) return malformed;
    rest.remove_prefix(1);
  }
  if (parts < 2 || rest.empty() || (rest.front() != '.' && rest.front() != ',')) return malformed;
  rest.remove_prefix(1);
  const int64_t fraction = TakeFraction(&rest, vtt);
  if (fraction < 0 || !rest.empty()) return malformed;
  const int64_t hours = parts == 3 ? part[0] : 0;
  const int64_t minutes = part[parts - 2];
  const int64_t seconds = part[parts - 1];
  if (digits[parts - 2] > 2 || digits[parts - 1] > 2) return malformed;
  if (minutes > 59 || seconds > 59) return quoted + ": minutes and seconds go up to 59";
  *ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
  return *ms > kMaxTimeMs ? quoted + " is too late, at most " + ClockText(kMaxTimeMs) : "";
}

}  // namespace

bool LooksLikeTimeLine(std::string_view row) {
  const std::string_view trimmed = TrimAscii(row);
  const size_t arrow = trimmed.find(kArrow);
  return arrow != std::string_view::npos && IsAsciiDigit(trimmed.front()) && trimmed.find(':') < arrow;
}

std::string ParseCueTimes(std::string_view row, TranscriptFormat format, CueTimes* times) {
  const bool vtt = format == TranscriptFormat::kVtt;
  const size_t arrow = row.find(kArrow);
  if (arrow == std::string_view::npos) return "'" + Excerpt(row) + "' is no time line (start --> end)";
  const std::string_view start = TrimAscii(row.substr(0, arrow));
  std::string_view end = TrimAscii(row.substr(arrow + kArrow.size()));
  size_t stop = 0;
  while (stop < end.size() && !IsAsciiSpace(end[stop])) ++stop;
  const std::string_view settings = TrimAscii(end.substr(stop));
  end = end.substr(0, stop);
  if (std::string wrong = ReadClock(start, vtt, &times->start_ms); !wrong.empty())
    return "start time " + wrong;
  if (std::string wrong = ReadClock(end, vtt, &times->end_ms); !wrong.empty()) return "end time " + wrong;
  // SRT knows nothing here but coordinates ("X1:40 X2:600"); WebVTT tells readers to skip settings that they
  // do not know.
  if (!vtt && !settings.empty() && settings.find(':') == std::string_view::npos) {
    return "'" + Excerpt(settings) + "' stands after the end time";
  }
  if (times->end_ms <= times->start_ms) {
    return "end time (" + ClockText(times->end_ms) + ") must be later than start time (" +
           ClockText(times->start_ms) + ")";
  }
  return "";
}

std::string ClockText(int64_t ms) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%02lld:%02lld:%02lld.%03lld", static_cast<long long>(ms / 3600000),
                static_cast<long long>(ms / 60000 % 60), static_cast<long long>(ms / 1000 % 60),
                static_cast<long long>(ms % 1000));
  return buffer;
}

}  // namespace waveshift::text::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a dubbed line to cues of at most two rows.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "text/language.h"
#include "text/row_breaks_internal.h"
#include "text/subtitles.h"

namespace waveshift::text {
namespace {

using internal::BreakKind;
using internal::BrokenText;

// A cue that stands for less cannot be read.
constexpr double kShortestCueMs = 1000;

std::string_view Trimmed(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

double CostOfEnd(BreakKind kind) {
  switch (kind) {
    case BreakKind::kSentence:
      return 0;
    case BreakKind::kClause:
      return 0.15;
    case BreakKind::kWord:
      return 0.7;
    case BreakKind::kInsideWord:
      return 1.5;
  }
  return 0;
}

// For every break the furthest one that still ends the same row; at least the next one, however long a word
// is.
std::vector<size_t> FurthestRowEnds(const BrokenText& text, int row_limit) {
  const size_t last = text.breaks.size() - 1;
  std::vector<size_t> furthest(last + 1, last);
  size_t end = 0;
  for (size_t from = 0; from < last; ++from) {
    end = std::max(end, from + 1);
    while (end < last && text.Columns(from, end + 1) <= row_limit) ++end;
    furthest[from] = end;
  }
  return furthest;
}

// Break numbers at which the cues end: few, alike in length, at pauses; none holds more than two rows of
// `row_limit`.
std::vector<size_t> CueEnds(const BrokenText& text, int row_limit) {
  const size_t last = text.breaks.size() - 1;
  const std::vector<size_t> row_end = FurthestRowEnds(text, row_limit);
  const double total = text.Columns(0, last);
  const double ideal = total / std::max(1.0, std::ceil(total / (2.0 * row_limit)));
  constexpr double kCostOfCue = 0.5;
  std::vector<double> cost(last + 1, std::numeric_limits<double>::infinity());
  std::vector<size_t> came_from(last + 1, 0);
  cost[0] = 0;
  for (size_t from = 0; from < last; ++from) {
    const size_t limit = row_end[row_end[from]];
    for (size_t to = from + 1; to <= limit; ++to) {
      const double unlike = text.Columns(from, to) / ideal - 1;
      const double end_cost = to == last ? 0 : CostOfEnd(text.breaks[to].kind);
      const double with = cost[from] + kCostOfCue + unlike * unlike + end_cost;
      if (with < cost[to]) {
        cost[to] = with;
        came_from[to] = from;
      }
    }
  }
  std::vector<size_t> ends;
  for (size_t at = last; at > 0; at = came_from[at]) ends.push_back(at);
  std::reverse(ends.begin(), ends.end());
  return ends;
}

double ShortestShareMs(const BrokenText& text, const std::vector<size_t>& ends, double duration_ms) {
  const double total = std::max(1, text.breaks.back().column);
  double shortest = duration_ms;
  size_t from = 0;
  for (const size_t end : ends) {
    shortest = std::min(shortest, duration_ms * (text.breaks[end].column - text.breaks[from].column) / total);
    from = end;
  }
  return shortest;
}

}  // namespace

std::string WrapForSubtitles(std::string_view text, std::string_view language) {
  std::string plain = CollapseWhitespace(text);
  const BrokenText broken = internal::FindBreaks(plain, language);
  const size_t row_break = internal::BestRowBreak(broken, 0, broken.breaks.size() - 1);
  if (row_break == 0) return plain;
  const size_t at = broken.breaks[row_break].at;
  return std::string(Trimmed(std::string_view(plain).substr(0, at))) + "\n" + plain.substr(at);
}

std::vector<Cue> CuesOfLine(const Cue& line, std::string_view language) {
  const std::string plain = CollapseWhitespace(line.text);
  if (plain.empty()) return {};
  const BrokenText broken = internal::FindBreaks(plain, language);
  const auto duration = static_cast<double>(std::max<int64_t>(0, line.end_ms - line.start_ms));
  // Fast speech: wider rows rather than cues that flash by.
  std::vector<size_t> ends;
  for (double row_limit = broken.row_limit;; row_limit *= 1.2) {
    ends = CueEnds(broken, static_cast<int>(row_limit));
    if (ends.size() <= 1 || ShortestShareMs(broken, ends, duration) >= kShortestCueMs) break;
  }
  const double total = std::max(1, broken.breaks.back().column);
  std::vector<Cue> cues;
  size_t from = 0;
  for (const size_t end : ends) {
    Cue cue = line;
    if (!cues.empty()) cue.start_ms = cues.back().end_ms;
    if (end + 1 < broken.breaks.size()) {
      cue.end_ms = line.start_ms + std::llround(duration * broken.breaks[end].column / total);
    }
    const std::string_view part = std::string_view(plain).substr(
        broken.breaks[from].at, broken.breaks[end].at - broken.breaks[from].at);
    cue.text = Trimmed(part);
    cues.push_back(std::move(cue));
    from = end;
  }
  return cues;
}

}  // namespace waveshift::text

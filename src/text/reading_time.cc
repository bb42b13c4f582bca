// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/reading_time.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "text/row_breaks_internal.h"

namespace waveshift::text {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// When `cue` has stood long enough, other cues aside.
int64_t ReadUntil(const Cue& cue, const ReadingLimits& limits) {
  const double columns = internal::ColumnsOfText(cue.text);
  const auto reading = static_cast<int64_t>(std::ceil(1000 * columns / limits.columns_per_second));
  const int64_t wanted = cue.start_ms + std::max(limits.shortest_ms, reading);
  return std::clamp(wanted, cue.end_ms, cue.end_ms + limits.longest_linger_ms);
}

int64_t EndOf(const Cue& cue, int64_t next_start_ms, int64_t border_ms, const ReadingLimits& limits) {
  if (cue.end_ms > border_ms || next_start_ms < cue.end_ms) return cue.end_ms;
  const int64_t end = std::min(ReadUntil(cue, limits), border_ms);
  // Behind the border nobody knows yet what follows.
  if (next_start_ms >= border_ms || end <= next_start_ms - limits.gap_ms) return end;
  const int64_t early = next_start_ms - limits.gap_ms;
  if (early >= cue.end_ms || early - cue.start_ms >= limits.shortest_ms) return early;
  return cue.end_ms;
}

}  // namespace

ReadingLimits ReadingLimitsFor(std::string_view language) {
  ReadingLimits limits;
  const std::string_view primary = language.substr(0, language.find('-'));
  if (primary == "zh" || primary == "yue") limits.columns_per_second = 18;
  if (primary == "ja") limits.columns_per_second = 8;
  if (primary == "ko") limits.columns_per_second = 24;
  return limits;
}

std::vector<Cue> GiveReadingTime(std::vector<Cue> cues, const ReadingLimits& limits,
                                 const std::vector<int64_t>& borders_ms) {
  if (cues.empty()) return cues;
  auto border = std::upper_bound(borders_ms.begin(), borders_ms.end(), cues.front().start_ms);
  for (size_t i = 0; i < cues.size(); ++i) {
    while (border != borders_ms.end() && *border <= cues[i].start_ms) ++border;
    const int64_t next_start = i + 1 < cues.size() ? cues[i + 1].start_ms : kNever;
    cues[i].end_ms = EndOf(cues[i], next_start, border == borders_ms.end() ? kNever : *border, limits);
  }
  return cues;
}

}  // namespace waveshift::text

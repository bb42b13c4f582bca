// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/solo_ranges.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <tuple>

namespace waveshift::voices {
namespace {

// Whose a stretch of the timeline is, guards included: a speaker's number, or one of these.
constexpr int kNobody = -2;
constexpr int kSeveral = -3;

struct Owned {
  Samples start = 0;  // to the next one's start
  int owner = kNobody;
};

struct Border {
  Samples at = 0;
  int change = 0;  // +1: a turn (with its guard) begins, -1: it ends
  int speaker = 0;
};

bool IsInside(const Turn& turn, Samples length) {
  return turn.start >= 0 && turn.start < turn.end && turn.start < length;
}

std::vector<Border> Borders(std::span<const Turn> turns, Samples length, const SoloRules& rules) {
  std::vector<Border> borders;
  for (const Turn& turn : turns) {
    const bool is_speech = turn.speaker != Turn::kNotSpeech;
    if (!IsInside(turn, length) || (!is_speech && rules.may_cross_non_speech)) continue;
    const Samples guard = is_speech ? rules.guard : 0;
    borders.push_back({turn.start - guard, 1, turn.speaker});
    borders.push_back({std::min(turn.end, length) + guard, -1, turn.speaker});
  }
  std::sort(borders.begin(), borders.end(), [](const Border& a, const Border& b) { return a.at < b.at; });
  return borders;
}

// The timeline in stretches with one owner each, in order; the first begins before everything.
std::vector<Owned> Owners(const std::vector<Border>& borders, size_t speakers) {
  std::vector<int64_t> open(speakers + 1);  // by speaker + 1
  int64_t present = 0;
  int64_t sum = 0;  // of the present ones' numbers: with one present it is that one's
  std::vector<Owned> owners = {{INT64_MIN, kNobody}};
  for (size_t i = 0; i < borders.size(); ++i) {
    int64_t& count = open[static_cast<size_t>(borders[i].speaker) + 1];
    const bool was_present = count > 0;
    count += borders[i].change;
    if (was_present != (count > 0)) {
      present += borders[i].change;
      sum += int64_t{borders[i].change} * borders[i].speaker;
    }
    if (i + 1 < borders.size() && borders[i + 1].at == borders[i].at) continue;
    const int owner = present == 0 ? kNobody : present > 1 ? kSeveral : static_cast<int>(sum);
    if (owner != owners.back().owner) owners.push_back({borders[i].at, owner});
  }
  return owners;
}

// Each speaker's own turns with their padding, those that touch made one; by speaker, then start.
std::vector<SoloRange> OwnStretches(std::span<const Turn> turns, Samples length, Samples padding) {
  std::vector<SoloRange> own;
  for (const Turn& turn : turns) {
    if (turn.speaker == Turn::kNotSpeech || !IsInside(turn, length)) continue;
    own.push_back({turn.speaker, std::max<Samples>(0, turn.start - padding),
                   std::min(length, std::min(turn.end, length) + padding)});
  }
  std::sort(own.begin(), own.end(), [](const SoloRange& a, const SoloRange& b) {
    return std::tie(a.speaker, a.start) < std::tie(b.speaker, b.start);
  });
  size_t kept = 0;
  for (const SoloRange& range : own) {
    if (kept > 0 && own[kept - 1].speaker == range.speaker && range.start <= own[kept - 1].end) {
      own[kept - 1].end = std::max(own[kept - 1].end, range.end);
    } else {
      own[kept++] = range;
    }
  }
  own.resize(kept);
  return own;
}

// The parts of a speaker's stretch that are nobody else's.
void AppendFree(const SoloRange& stretch, const std::vector<Owned>& owners, std::vector<SoloRange>& out) {
  auto at = std::upper_bound(owners.begin(), owners.end(), stretch.start,
                             [](Samples start, const Owned& owned) { return start < owned.start; });
  --at;  // the first begins before everything
  bool goes_on = false;
  for (; at != owners.end() && at->start < stretch.end; ++at) {
    const Samples start = std::max(at->start, stretch.start);
    const Samples end = at + 1 == owners.end() ? stretch.end : std::min((at + 1)->start, stretch.end);
    const bool is_free = at->owner == stretch.speaker || at->owner == kNobody;
    if (is_free && goes_on) {
      out.back().end = end;
    } else if (is_free) {
      out.push_back({stretch.speaker, start, end});
    }
    goes_on = is_free;
  }
}

}  // namespace

std::vector<SoloRange> SoloRanges(std::span<const Turn> turns, Samples length, const SoloRules& rules) {
  const std::vector<Owned> owners = Owners(Borders(turns, length, rules), turns.size());
  std::vector<SoloRange> ranges;
  for (const SoloRange& stretch : OwnStretches(turns, length, rules.padding)) {
    AppendFree(stretch, owners, ranges);
  }
  std::sort(ranges.begin(), ranges.end(), [](const SoloRange& a, const SoloRange& b) {
    return std::tie(a.start, a.speaker) < std::tie(b.start, b.speaker);
  });
  return ranges;
}

std::vector<size_t> RangesToHear(std::span<const SoloRange> ranges, Samples budget, Samples longest) {
  std::vector<size_t> order(ranges.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto length = [&](size_t i) { return std::min(longest, ranges[i].end - ranges[i].start); };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return length(a) > length(b); });
  Samples heard = 0;
  size_t count = 0;
  while (count < order.size() && heard < budget) heard += length(order[count++]);
  order.resize(count);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace waveshift::voices

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/rooms.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace waveshift::alignment {
namespace {

// Speeds that a line may have on top of its take's.
struct Caps {
  double usual = 1;
  double hard = 1;
  double slowest = 1;
};

Caps CapsFor(const LineToPlace& line, const PlannerOptions& options) {
  const double take = line.take_speed > 0 ? line.take_speed : 1;
  Caps caps;
  caps.usual = std::max(1.0, options.max_speed / take);
  caps.hard = std::max(caps.usual, options.hard_max_speed / take);
  caps.slowest = std::min(1.0, options.min_speed / take);
  return caps;
}

// Finds the bounds of one phrase.
class RoomFinder {
 public:
  RoomFinder(std::span<const LineToPlace> lines, std::span<const Placed> placed,
             const PlannerOptions& options, Samples programme)
      : lines_(lines), placed_(placed), options_(options), programme_(programme) {}

  PhraseRooms Find() {
    std::vector<std::optional<Samples>> left_out(lines_.size());
    // Each round leaves out one line more; the others are then as if it were not there.
    while (const auto worst = TryAll(left_out)) left_out[worst->line] = worst->too_long_by;
    for (size_t i = 0; i < lines_.size(); ++i) phrase_.rooms[i].too_long_by = left_out[i].value_or(0);
    return std::move(phrase_);
  }

 private:
  struct Misfit {
    size_t line;
    Samples too_long_by;
  };

  // The first line that does not fit, or none.
  std::optional<Misfit> TryAll(const std::vector<std::optional<Samples>>& left_out) {
    phrase_ = {};
    hardest_.clear();
    for (size_t i = 0; i < lines_.size(); ++i) {
      phrase_.rooms.push_back(FirstRoom(lines_[i]));
      if (left_out[i]) phrase_.rooms.back().fits = false;
    }
    OrderLines();
    for (size_t i = 0; i < lines_.size(); ++i) {
      Room& room = phrase_.rooms[i];
      if (!room.fits) continue;
      if (const Samples over = PressBeforeEnd(i); over > 0) return Misfit{i, over};
      room.latest_end = programme_;
      const Samples kept = lines_[i].next_kept;
      if (kept >= programme_) continue;
      if (Press(i, kept) <= 0) {
        room.latest_end = kept;
      } else {
        room.runs_into_kept = true;
      }
    }
    return std::nullopt;
  }

  Room FirstRoom(const LineToPlace& line) {
    Room room;
    room.fits = line.natural_length > 0;
    hardest_.push_back(1);
    if (!room.fits) return room;
    const Caps caps = CapsFor(line, options_);
    room.usual_shortest = ShortestAt(line.natural_length, caps.usual);
    room.shortest = room.usual_shortest;
    hardest_.back() = ShortestAt(line.natural_length, caps.hard);
    // Rounded down, so that the line is not slower than it may be.
    room.longest =
        std::max(line.natural_length,
                 static_cast<Samples>(std::floor(static_cast<double>(line.natural_length) / caps.slowest)));
    room.earliest = std::max(Floor(line, options_.usual_early, options_.min_gap), BehindKept(line));
    return room;
  }

  // Where the line may begin at all when it may be `early`, behind what earlier phrases became.
  Samples Floor(const LineToPlace& line, Samples early, Samples gap) const {
    Samples floor = std::max<Samples>(0, line.slot_start - early);
    for (const Placed& before : placed_) {
      floor = std::max(floor, before.end + GapBetween(before.slot_end, line.slot_start, gap));
      if (before.slot_end > line.slot_start) floor = std::max(floor, before.start);
    }
    return floor;
  }

  static Samples BehindKept(const LineToPlace& line) { return std::min(line.kept_until, line.slot_start); }

  void OrderLines() {
    for (size_t j = 1; j < lines_.size(); ++j) {
      if (!phrase_.rooms[j].fits) continue;
      const size_t first_of_j = phrase_.orders.size();
      bool nearest = true;
      for (size_t i = j; i-- > 0;) {
        if (!phrase_.rooms[i].fits) continue;
        const Samples gap = GapBetween(lines_[i].slot_end, lines_[j].slot_start, options_.min_gap);
        if (!Follows(i, gap, first_of_j)) phrase_.orders.push_back({i, j, gap, false});
        if (nearest && gap < 0) phrase_.orders.push_back({i, j, 0, true});
        nearest = false;
      }
    }
  }

  // Whether end[i] + gap <= start[j] follows from orders of j that are there already.
  bool Follows(size_t i, Samples gap, size_t first_of_j) const {
    for (size_t k = first_of_j; k < phrase_.orders.size(); ++k) {
      const Order& order = phrase_.orders[k];
      if (order.from_start) continue;
      const Samples there = GapBetween(lines_[i].slot_end, lines_[order.first].slot_start, options_.min_gap);
      // At the least: `shortest` may still go down to the hard cap's length, and gaps may be given up.
      const Samples at_least =
          std::min<Samples>(there, 0) + hardest_[order.first] + std::min<Samples>(order.gap, 0);
      if (at_least >= gap) return true;
    }
    return false;
  }

  // Lines whose starts or lengths add up to the earliest end of line i.
  struct Chain {
    std::vector<size_t> in_length;  // lines whose length counts
    size_t head = 0;                // starts at its earliest
    std::vector<size_t> orders;     // between them
    Samples over = 0;
  };

  Chain ChainTo(size_t i, Samples wall) const {
    const EarliestPlan plan = PlanEarliest(phrase_);
    Chain chain;
    chain.over = plan.end[i] - wall;
    chain.head = i;
    bool through_end = true;
    for (bool more = chain.over > 0; more;) {
      if (through_end) chain.in_length.push_back(chain.head);
      more = false;
      for (size_t k = 0; k < phrase_.orders.size() && !more; ++k) {
        const Order& order = phrase_.orders[k];
        if (order.second != chain.head) continue;
        const Samples from = (order.from_start ? plan.start : plan.end)[order.first] + order.gap;
        if (from != plan.start[chain.head] || plan.start[chain.head] == phrase_.rooms[chain.head].earliest) {
          continue;
        }
        chain.orders.push_back(k);
        chain.head = order.first;
        through_end = !order.from_start;
        more = true;
      }
    }
    return chain;
  }

  // Lets the lines before `wall` become shorter than at the usual cap, as far as line i's end wants. What is
  // still over.
  Samples Press(size_t i, Samples wall) {
    for (;;) {
      const Chain chain = ChainTo(i, wall);
      if (chain.over <= 0) return chain.over;
      Samples left = 0;
      for (const size_t k : chain.in_length) left += phrase_.rooms[k].shortest - hardest_[k];
      if (left == 0) return chain.over;
      const double share = std::min(1.0, static_cast<double>(chain.over) / static_cast<double>(left));
      for (const size_t k : chain.in_length) {
        Samples& shortest = phrase_.rooms[k].shortest;
        const auto most = static_cast<double>(shortest - hardest_[k]);
        shortest = std::max(hardest_[k], shortest - static_cast<Samples>(std::ceil(share * most)));
      }
    }
  }

  // The same before the programme's end: then by beginning early, then without a gap, at last in a kept slot.
  Samples PressBeforeEnd(size_t i) {
    for (;;) {
      const Samples over = Press(i, programme_);
      if (over <= 0) return over;
      const Chain chain = ChainTo(i, programme_);
      const LineToPlace& head = lines_[chain.head];
      const auto begins_at = [&](Samples gap) { return Floor(head, options_.max_early, gap); };
      if (BeginEarlier(chain, std::max(begins_at(options_.min_gap), BehindKept(head)))) continue;
      if (GiveUpGap(chain)) continue;
      if (BeginEarlier(chain, begins_at(0))) continue;
      return over;
    }
  }

  bool BeginEarlier(const Chain& chain, Samples floor) {
    Samples& earliest = phrase_.rooms[chain.head].earliest;
    if (earliest <= floor) return false;
    earliest = std::max(floor, earliest - chain.over);
    return true;
  }

  bool GiveUpGap(const Chain& chain) {
    for (const size_t k : chain.orders) {
      Samples& gap = phrase_.orders[k].gap;
      if (gap <= 0) continue;
      gap = std::max<Samples>(0, gap - chain.over);
      return true;
    }
    return false;
  }

  const std::span<const LineToPlace> lines_;
  const std::span<const Placed> placed_;
  const PlannerOptions& options_;
  const Samples programme_;
  PhraseRooms phrase_;
  std::vector<Samples> hardest_;  // length at the hard cap
};

}  // namespace

Samples ShortestAt(Samples natural, double speed) {
  auto length = static_cast<Samples>(std::ceil(static_cast<double>(natural) / speed));
  while (static_cast<double>(natural) > speed * static_cast<double>(length)) ++length;
  return length;
}

Samples GapBetween(Samples first_slot_end, Samples second_slot_start, Samples min_gap) {
  return first_slot_end <= second_slot_start ? min_gap : second_slot_start - first_slot_end;
}

EarliestPlan PlanEarliest(const PhraseRooms& phrase) {
  EarliestPlan plan;
  size_t k = 0;
  for (size_t j = 0; j < phrase.rooms.size(); ++j) {
    Samples start = phrase.rooms[j].earliest;
    for (; k < phrase.orders.size() && phrase.orders[k].second == j; ++k) {
      const Order& order = phrase.orders[k];
      start = std::max(start, (order.from_start ? plan.start : plan.end)[order.first] + order.gap);
    }
    plan.start.push_back(start);
    plan.end.push_back(start + phrase.rooms[j].shortest);
  }
  return plan;
}

PhraseRooms FindRooms(std::span<const LineToPlace> lines, std::span<const Placed> placed,
                      const PlannerOptions& options, Samples programme_length) {
  return RoomFinder(lines, placed, options, programme_length).Find();
}

}  // namespace waveshift::alignment

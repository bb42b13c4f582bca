// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "alignment/planner.h"

namespace waveshift::alignment {
namespace {

constexpr Samples kWorthSaying = SamplesFromMs(int64_t{50});
constexpr Samples kLongBorrow = SamplesFromMs(int64_t{500});
// A speaker who was hurried in the line before is not slowed in this one: the change of pace would be heard.
constexpr double kHurried = 1.02;

// "1.2 s"; never "0.0 s".
std::string Seconds(Samples n) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", std::max(0.1, SecondsFromSamples(n)));
  return text.data();
}

// The fewest samples that `natural` may become without being faster than `speed`.
Samples ShortestAt(Samples natural, double speed) {
  auto length = static_cast<Samples>(std::ceil(static_cast<double>(natural) / speed));
  while (static_cast<double>(natural) > speed * static_cast<double>(length)) ++length;
  return length;
}

// Speeds that a line may have on top of its take's.
struct Caps {
  double usual = 1;
  double hard = 1;
  double slowest = 1;
};

// The window of one line on the timeline.
struct Room {
  Samples start = 0;     // where it begins when all goes well
  Samples earliest = 0;  // where it may begin when it would not end in time otherwise
  Samples end = 0;       // where it should end
};

class GreedyPlanner : public Planner {
 public:
  GreedyPlanner(const PlannerOptions& options, Samples programme_length)
      : options_(options), programme_(programme_length) {}

  Placement Place(const LineToPlace& line) override {
    Forget(line.slot_start);
    const Room room = FindRoom(line);
    const Caps caps = CapsFor(line);
    Placement placement;
    placement.start = room.start;
    placement.length = Length(line, room, caps);
    if (line.natural_length <= 0) return NoSound(std::move(placement));
    if (placement.start + placement.length > programme_) {
      placement.length = ShortestAt(line.natural_length, caps.hard);
      placement.start = programme_ - placement.length;
      if (placement.start < room.earliest) return DoesNotFit(std::move(placement), line, room);
    }
    placement.speed = static_cast<double>(line.natural_length) / static_cast<double>(placement.length);
    Warn(line, room, caps, placement);
    placed_.push_back({line.slot_end, placement.start + placement.length});
    last_speed_[line.speaker] = placement.speed;
    return placement;
  }

 private:
  struct Placed {
    Samples slot_end = 0;
    Samples end = 0;
  };

  // Lines that cannot reach a line whose slot starts here or later.
  void Forget(Samples slot_start) {
    std::erase_if(placed_, [&](const Placed& p) {
      return p.slot_end <= slot_start && p.end + options_.min_gap <= slot_start - options_.max_early;
    });
  }

  Room FindRoom(const LineToPlace& line) const {
    Room room;
    const Samples slot_start = std::max<Samples>(0, line.slot_start);
    room.start = slot_start;
    room.earliest = std::max<Samples>(0, slot_start - options_.max_early);
    for (const Placed& before : placed_) {
      const bool overlapped = line.overlaps_previous && before.slot_end > line.slot_start;
      if (!overlapped) room.start = std::max(room.start, before.end + options_.min_gap);
      // At the end of the programme the gap is given up before the line is.
      room.earliest = std::max(room.earliest, overlapped ? std::min(slot_start, before.end) : before.end);
    }
    const Samples onset = line.next_onset >= programme_ ? programme_ : line.next_onset - options_.min_gap;
    room.end = line.overlaps_next ? std::min(line.slot_end, onset) : onset;
    room.end = std::min(room.end, programme_);
    return room;
  }

  Caps CapsFor(const LineToPlace& line) const {
    const double take = line.take_speed > 0 ? line.take_speed : 1;
    Caps caps;
    caps.usual = std::max(1.0, options_.max_speed / take);
    caps.hard = std::max(caps.usual, options_.hard_max_speed / take);
    caps.slowest = std::min(1.0, std::max(options_.min_speed, options_.gentle_min_speed) / take);
    return caps;
  }

  Samples Length(const LineToPlace& line, const Room& room, const Caps& caps) const {
    const Samples natural = line.natural_length;
    const Samples free = room.end - room.start;
    if (natural <= free) return Slowed(line, room, caps);
    Samples length = std::max(free, ShortestAt(natural, caps.usual));
    const Samples wall = std::min(programme_, line.next_kept);
    if (room.start + length > wall) length = std::max(wall - room.start, ShortestAt(natural, caps.hard));
    return length;
  }

  // 1.0 for a line that fills slow_below of its slot, down to the slowest speed for one that fills three
  // quarters of that.
  Samples Slowed(const LineToPlace& line, const Room& room, const Caps& caps) const {
    const Samples natural = line.natural_length;
    const Samples slot = line.slot_end - line.slot_start;
    const auto last = last_speed_.find(line.speaker);
    if (room.start != line.slot_start || slot <= 0 ||
        (last != last_speed_.end() && last->second > kHurried)) {
      return natural;
    }
    const double filled = static_cast<double>(natural) / static_cast<double>(slot);
    if (filled >= options_.slow_below) return natural;
    const double share = std::min(1.0, (options_.slow_below - filled) / (0.25 * options_.slow_below));
    const double speed = 1 - share * (1 - caps.slowest);
    // Rounded down, so that the line is not slower than it may be.
    const auto length = static_cast<Samples>(static_cast<double>(natural) / speed);
    return std::clamp(length, natural, std::max(natural, room.end - room.start));
  }

  void Warn(const LineToPlace& line, const Room& room, const Caps& caps, Placement& placement) const {
    const Samples end = placement.start + placement.length;
    const Samples longer = placement.length - std::max<Samples>(0, line.slot_end - line.slot_start);
    auto& warnings = placement.warnings;
    if ((end > room.end && longer >= kWorthSaying) || longer > kLongBorrow) {
      warnings.push_back(Seconds(longer) + " longer than its slot");
    }
    const Samples late = placement.start - line.slot_start;
    if (late >= kWorthSaying) warnings.push_back("starts " + Seconds(late) + " late");
    if (-late >= kWorthSaying)
      warnings.push_back("starts " + Seconds(-late) + " early to end with the video");
    if (placement.length < ShortestAt(line.natural_length, caps.usual)) {
      std::array<char, 64> text{};
      std::snprintf(text.data(), text.size(), "spoken %.2f times as fast to end in time",
                    placement.speed * line.take_speed);
      warnings.emplace_back(text.data());
    }
    if (end > line.next_kept)
      warnings.push_back("runs " + Seconds(end - line.next_kept) + " into a slot that keeps its sound");
  }

  static Placement NoSound(Placement placement) {
    placement.fits = false;
    placement.length = 0;
    placement.warnings.emplace_back("has no sound to place");
    return placement;
  }

  static Placement DoesNotFit(Placement placement, const LineToPlace& line, const Room& room) {
    placement.fits = false;
    placement.speed = static_cast<double>(line.natural_length) / static_cast<double>(placement.length);
    placement.warnings.push_back(Seconds(room.earliest - placement.start) +
                                 " too long to be spoken before the video ends");
    return placement;
  }

  const PlannerOptions options_;
  const Samples programme_;
  std::vector<Placed> placed_;
  std::map<std::string, double> last_speed_;
};

}  // namespace

std::unique_ptr<Planner> MakeGreedyPlanner(const PlannerOptions& options, Samples programme_length) {
  return std::make_unique<GreedyPlanner>(options, programme_length);
}

}  // namespace waveshift::alignment

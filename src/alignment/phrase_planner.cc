// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <utility>

#include "alignment/phrase_cutter.h"
#include "alignment/phrase_problem.h"
#include "alignment/phrase_solver.h"
#include "alignment/plan_warnings.h"
#include "alignment/planner.h"
#include "alignment/rooms.h"
#include "alignment/rounding.h"

namespace waveshift::alignment {
namespace {

class PhrasePlanner : public Planner {
 public:
  PhrasePlanner(const PlannerOptions& options, Samples programme_length)
      : options_(options), programme_(programme_length), cutter_(options) {}

  std::vector<Placement> Add(const LineToPlace& line) override {
    open_.push_back(line);
    return Close(cutter_.Add({line.slot_start, line.slot_end}, line.next_start));
  }

  std::vector<Placement> Finish() override { return Close(open_.size()); }

 private:
  std::vector<Placement> Close(size_t count) {
    if (count == 0) return {};
    std::vector<Placement> out = PlanPhrase(std::span(open_).first(count));
    open_.erase(open_.begin(), open_.begin() + static_cast<ptrdiff_t>(count));
    return out;
  }

  std::vector<Placement> PlanPhrase(std::span<const LineToPlace> lines) {
    const Samples origin = lines.front().slot_start;
    std::erase_if(placed_, [&](const Placed& p) {
      return p.slot_end <= origin && p.end + options_.min_gap <= origin - options_.max_early;
    });
    const PhraseRooms rooms = FindRooms(lines, placed_, options_, programme_);
    const PhraseProblem problem =
        MakeProblem(lines, rooms, last_pace_, options_, lines.back().next_start, origin);
    const PhraseSolution solution = SolvePhrase(problem);
    const SamplePlan plan = RoundPlan(rooms, solution.z, origin);
    std::vector<Placement> out;
    for (size_t i = 0; i < lines.size(); ++i) out.push_back(PlacementOf(lines, i, rooms.rooms[i], plan));
    return out;
  }

  Placement PlacementOf(std::span<const LineToPlace> lines, size_t i, const Room& room,
                        const SamplePlan& plan) {
    const LineToPlace& line = lines[i];
    if (line.natural_length <= 0) return NoSound();
    if (!room.fits) return DoesNotFit(line, room);
    Placement placement;
    placement.start = plan.start[i];
    placement.length = plan.end[i] - plan.start[i];
    placement.speed = static_cast<double>(line.natural_length) / static_cast<double>(placement.length);
    Warn(line, room, BorrowUntil(lines, i), options_, placement);
    placed_.push_back({line.slot_end, placement.start, plan.end[i]});
    last_pace_[line.speaker] = {1 / placement.speed, SecondsFromSamples(line.natural_length), line.slot_end};
    return placement;
  }

  // Where the silence ends that line i may borrow: the sound of nobody's slot, a kept slot, the next line,
  // the programme.
  Samples BorrowUntil(std::span<const LineToPlace> lines, size_t i) const {
    Samples until = std::min({programme_, lines[i].next_kept, lines[i].quiet_until});
    for (size_t j = i; j < lines.size(); ++j) {
      const Samples onset = lines[j].next_start;
      if (onset >= programme_) break;
      until = std::min(until, onset < lines[i].slot_end ? lines[i].slot_end : onset - options_.min_gap);
      if (onset >= lines[i].slot_end) break;
    }
    return until;
  }

  const PlannerOptions options_;
  const Samples programme_;
  PhraseCutter cutter_;
  std::vector<LineToPlace> open_;
  std::vector<Placed> placed_;  // lines of earlier phrases that can still matter
  PaceBySpeaker last_pace_;
};

}  // namespace

std::unique_ptr<Planner> MakePlanner(const PlannerOptions& options, Samples programme_length) {
  return std::make_unique<PhrasePlanner>(options, programme_length);
}

}  // namespace waveshift::alignment

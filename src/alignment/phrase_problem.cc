// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/phrase_problem.h"

#include <algorithm>
#include <cmath>

namespace waveshift::alignment {
namespace {

double Square(double v) { return v * v; }

double SquaredPlus(double v) { return v > 0 ? v * v : 0; }

double Onset(double shift) { return kOnset * std::abs(shift) + kFarOnset * Square(shift); }

double Pace(double length, double natural) {
  const double off = length / natural - 1;
  return natural * (off > 0 ? kSlow : kFast) * Square(off);
}

// Writes down one phrase's terms and bounds.
class ProblemMaker {
 public:
  ProblemMaker(std::span<const LineToPlace> lines, const PhraseRooms& rooms, const PaceBySpeaker& last,
               Samples origin)
      : lines_(lines), rooms_(rooms), last_(last), origin_(origin), place_(lines.size(), Difference::kNone) {
    for (const auto& [speaker, pace] : last) slowest_ = std::max(slowest_, pace.pace);
    problem_.lines.reserve(lines.size());
    problem_.bounds.reserve(5 * lines.size());
  }

  PhraseProblem Make(const PlannerOptions& options, Samples next_start) {
    size_t order = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const size_t first_order = order;
      while (order < rooms_.orders.size() && rooms_.orders[order].second == i) ++order;
      if (!rooms_.rooms[i].fits) continue;
      place_[i] = problem_.lines.size();
      const auto orders = std::span(rooms_.orders).subspan(first_order, order - first_order);
      latest_end_.resize(i + 1);
      latest_end_[i] = LatestEnd(i, orders);
      AddTerms(i, options, next_start);
      AddBounds(i, orders);
      AddSmooth(i);
    }
    return std::move(problem_);
  }

 private:
  double At(Samples position) const { return SecondsFromSamples(position - origin_); }

  // No optimum ends line i later: nothing gains by starting behind the onset or by being longer than
  // `longest`.
  Samples LatestEnd(size_t i, std::span<const Order> orders) {
    Samples start = std::max(rooms_.rooms[i].earliest, lines_[i].slot_start);
    for (const Order& order : orders) start = std::max(start, latest_end_[order.first] + order.gap);
    return start + rooms_.rooms[i].longest;
  }

  void AddTerms(size_t i, const PlannerOptions& options, Samples next_start) {
    const LineToPlace& line = lines_[i];
    const Room& room = rooms_.rooms[i];
    LineTerms terms;
    terms.onset = At(line.slot_start);
    terms.may_be_late = latest_end_[i] - room.longest > line.slot_start;
    terms.natural = SecondsFromSamples(line.natural_length);
    const Samples slot = std::max<Samples>(0, line.slot_end - line.slot_start);
    const Samples spoken = line.spoken_length < 0 ? slot : std::min(slot, line.spoken_length);
    terms.covered = kFilled * SecondsFromSamples(spoken);
    const Samples quiet = room.runs_into_kept ? std::min(line.quiet_until, line.next_kept) : line.quiet_until;
    if (quiet < latest_end_[i]) terms.quiet_until = At(quiet);
    const Samples free =
        next_start >= kNever ? kNever : next_start - GapBetween(line.slot_end, next_start, options.min_gap);
    if (free < latest_end_[i]) terms.free_until = At(free);
    terms.earliest = At(room.earliest);
    if (room.latest_end < latest_end_[i]) terms.latest_end = At(room.latest_end) + kInterior;
    terms.shortest = SecondsFromSamples(room.shortest);
    terms.longest = std::max(SecondsFromSamples(room.longest), terms.shortest + kInterior);
    problem_.lines.push_back(terms);
  }

  void AddBounds(size_t i, std::span<const Order> orders) {
    const size_t x = 2 * place_[i];
    const size_t y = x + 1;
    const LineTerms& terms = problem_.lines.back();
    problem_.bounds.push_back({x, Difference::kNone, terms.earliest});
    if (terms.latest_end < kNoLimit) problem_.bounds.push_back({Difference::kNone, y, -terms.latest_end});
    problem_.bounds.push_back({y, x, terms.shortest});
    if (terms.longest < slowest_ * terms.natural) problem_.bounds.push_back({x, y, -terms.longest});
    for (const Order& order : orders) {
      if (latest_end_[order.first] + order.gap <= rooms_.rooms[i].earliest && !order.from_start) continue;
      const size_t from = 2 * place_[order.first] + (order.from_start ? 0 : 1);
      problem_.bounds.push_back({x, from, SecondsFromSamples(order.gap)});
    }
  }

  void AddSmooth(size_t i) {
    const LineToPlace& line = lines_[i];
    const double natural = problem_.lines.back().natural;
    for (size_t j = i; j-- > 0;) {
      if (place_[j] == Difference::kNone || lines_[j].speaker != line.speaker) continue;
      if (line.slot_start - lines_[j].slot_end >= kSmoothPause) return;
      const double shorter = std::min(natural, problem_.lines[place_[j]].natural);
      problem_.smooth.push_back({place_[i], place_[j], 1, kSmooth * shorter});
      return;
    }
    const auto last = last_.find(line.speaker);
    if (last == last_.end() || line.slot_start - last->second.slot_end >= kSmoothPause) return;
    const double shorter = std::min(natural, last->second.natural);
    problem_.smooth.push_back({place_[i], SmoothTerm::kFixed, last->second.pace, kSmooth * shorter});
  }

  const std::span<const LineToPlace> lines_;
  const PhraseRooms& rooms_;
  const PaceBySpeaker& last_;
  const Samples origin_;
  std::vector<size_t> place_;        // of each line among those that fit
  std::vector<Samples> latest_end_;  // of each line
  // No optimum has a slower pace: more is not worth the silence, and no neighbour draws it there.
  double slowest_ = 1 + kSilence / (2 * kSlow);
  PhraseProblem problem_;
};

}  // namespace

PhraseProblem MakeProblem(std::span<const LineToPlace> lines, const PhraseRooms& rooms,
                          const PaceBySpeaker& last, const PlannerOptions& options, Samples next_start,
                          Samples origin) {
  return ProblemMaker(lines, rooms, last, origin).Make(options, next_start);
}

double Cost(const PhraseProblem& problem, std::span<const double> z) {
  double cost = 0;
  const auto pace = [&](size_t i) { return (z[2 * i + 1] - z[2 * i]) / problem.lines[i].natural; };
  for (size_t i = 0; i < problem.lines.size(); ++i) {
    const LineTerms& line = problem.lines[i];
    const double end = z[2 * i + 1];
    const double length = end - z[2 * i];
    cost += Onset(z[2 * i] - line.onset) + Pace(length, line.natural);
    cost += kSilence * std::max(0.0, line.covered - length);
    if (line.quiet_until < kNoLimit) cost += kOverSound * SquaredPlus(end - line.quiet_until);
    const double delay = std::max(0.0, end - line.free_until);
    cost += kDelay * delay + kFarOnset * Square(delay);
  }
  for (const SmoothTerm& term : problem.smooth) {
    const double before = term.before == SmoothTerm::kFixed ? term.pace : pace(term.before);
    cost += term.weight * Square(pace(term.line) - before);
  }
  return cost;
}

}  // namespace waveshift::alignment

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One phrase as a convex problem, in seconds from the phrase's origin. Line i has two unknowns, its start x_i
// and its end y_i; its length is l_i = y_i - x_i, its pace r_i = l_i / natural_i (1 natural, 0.8 = 1.25 times
// as fast). The cost is the sum of
//
//   onset      Onset(x_i - onset_i)
//   pace       natural_i * (kSlow * max(0, r_i - 1)^2 + kFast * max(0, 1 - r_i)^2)
//   silence    kSilence * max(0, covered_i - l_i): the dub falls silent while the original still speaks
//   smoothness kSmooth * natural of the shorter * (r_i - r_j)^2 for neighbouring lines of one speaker
//   sound      kOverSound * max(0, y_i - quiet_until_i)^2
//   delay      kDelay * D + kFarOnset * D^2, D = max(0, y_i - free_until_i): pushing the next phrase
//
//   Onset(d) = kOnset * |d| + kFarOnset * d^2
//
// over the polyhedron of rooms.h. Speed is the reciprocal of pace: the cost is written in lengths, in which
// the order of lines is linear and every term convex; the sum is strictly convex: there is one optimum.
//
// Slow is cheaper than fast. Being kSilence / (2 * kSlow) slower is what it is worth to fill silence. A start
// stays on its onset to the sample until a second less of hurry would save more than kOnset: at the usual
// cap, between two lines at their natural pace, that is (2 * kFast + 4 * kSmooth) * (1 - 1 / 1.2), which is
// less. So within the caps pace gives way, beyond them starts do, for as few lines and as
// little as the whole phrase allows. kDelay is more than kOnset because what is pushed into the next phrase
// pushes on there.
#ifndef WAVESHIFT_ALIGNMENT_PHRASE_PROBLEM_H_
#define WAVESHIFT_ALIGNMENT_PHRASE_PROBLEM_H_

#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "alignment/planner.h"
#include "alignment/rooms.h"

namespace waveshift::alignment {

inline constexpr double kOnset = 16;
inline constexpr double kDelay = 32;
inline constexpr double kFarOnset = 1;
inline constexpr double kSlow = 10;
inline constexpr double kFast = 20;
inline constexpr double kSilence = 2;
inline constexpr double kSmooth = 12;
inline constexpr double kOverSound = 50;
// A line counts as filling its slot when it covers this share of what the original speaks in it.
inline constexpr double kFilled = 0.95;
// Beyond a pause of this length nobody compares two lines' pace.
inline constexpr Samples kSmoothPause = SamplesFromMs(int64_t{2000});

// An interior-point method wants an interior: a wall stands this much farther back, and what cannot change
// may change by this much. Rounding to samples takes it away again.
inline constexpr double kInterior = 2e-6;

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();

struct LineTerms {
  double onset = 0;
  bool may_be_late = true;  // false: nothing before it can push it behind its onset
  double natural = 1;
  double covered = 0;
  double quiet_until = kNoLimit;
  double free_until = kNoLimit;
  // Bounds.
  double earliest = 0;
  double latest_end = kNoLimit;
  double shortest = 0;
  double longest = 0;
};

// Two neighbouring lines of a speaker, or one and a pace that is fixed already (of an earlier phrase).
struct SmoothTerm {
  size_t line = 0;
  size_t before = kFixed;
  double pace = 1;    // of a fixed one
  double weight = 0;  // kSmooth times the shorter natural length
  static constexpr size_t kFixed = std::numeric_limits<size_t>::max();
};

// The unknowns are numbered x_0, y_0, x_1, y_1, ...; z[plus] - z[minus] >= bound, kNone for a term that is
// not there.
struct Difference {
  size_t plus = kNone;
  size_t minus = kNone;
  double bound = 0;
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();
};

struct PhraseProblem {
  std::vector<LineTerms> lines;
  std::vector<SmoothTerm> smooth;
  // All hard bounds that could matter; in order of the later line.
  std::vector<Difference> bounds;
};

// The pace of a speaker's last line so far.
struct LastPace {
  double pace = 1;
  double natural = 0;  // seconds
  Samples slot_end = 0;
};
using PaceBySpeaker = std::map<std::string, LastPace, std::less<>>;

// Of the lines that fit, in their order. `next_start` is the slot_start of the next phrase's first line,
// kNever without one; `origin` the timeline's sample that is second 0.
PhraseProblem MakeProblem(std::span<const LineToPlace> lines, const PhraseRooms& rooms,
                          const PaceBySpeaker& last, const PlannerOptions& options, Samples next_start,
                          Samples origin);

// The cost of a plan, whether it keeps the bounds or not. z as numbered above.
double Cost(const PhraseProblem& problem, std::span<const double> z);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_PHRASE_PROBLEM_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/ducker.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waveshift::audio {
namespace {

// Silence, for ears; ramps need a number.
constexpr double kLowestDb = -100;

// Raised cosine from 0 (i = 0) to just below 1 (i = length - 1).
double Rise(Samples i, Samples length) {
  return 0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(length));
}

}  // namespace

float DuckCurve::Lowered(double share) const {
  if (options_.mode == DuckMode::kFade) return static_cast<float>(1 - share);
  return static_cast<float>(std::pow(10.0, options_.depth_db * share / 20));
}

DuckCurve::DuckCurve(const DuckOptions& options) : options_(options) {
  options_.depth_db = std::max(options_.depth_db, kLowestDb);
  options_.edge = std::max<Samples>(1, options_.edge);
  options_.attack = std::max(options_.edge, options_.attack);
  options_.release = std::max(options_.edge, options_.release);
  for (Samples i = 0; i < options_.attack; ++i) {
    attack_.push_back(Lowered(Rise(i, options_.attack)));
  }
  for (Samples i = 0; i < options_.release; ++i) {
    release_.push_back(Lowered(1 - Rise(i, options_.release)));
  }
}

Samples DuckCurve::lookahead() const {
  return std::max({options_.attack, options_.release, options_.min_gap});
}

void DuckCurve::Insert(std::vector<Interval>& list, Interval interval) {
  if (interval.end <= interval.start) return;
  const auto at = std::upper_bound(list.begin(), list.end(), interval,
                                   [](const Interval& a, const Interval& b) { return a.start < b.start; });
  list.insert(at, interval);
}

void DuckCurve::AddDucked(Samples start, Samples end) { Insert(ducked_, {start, end}); }

void DuckCurve::AddProtected(Samples start, Samples end) { Insert(protected_, {start, end}); }

// An interval still shapes what follows within lookahead() of its end: its release, the pause to the next
// one, ramps beside it.
void DuckCurve::Forget(Samples position) {
  const Samples behind = position - lookahead();
  for (auto* list : {&ducked_, &protected_}) {
    const auto passed = std::partition_point(list->begin(), list->end(),
                                             [behind](const Interval& i) { return i.start <= behind; });
    list->erase(
        std::remove_if(list->begin(), passed, [behind](const Interval& i) { return i.end <= behind; }),
        passed);
  }
}

bool DuckCurve::ProtectedIn(Samples start, Samples end) const {
  for (const Interval& i : protected_) {
    if (i.start >= end) return false;
    if (i.end > start) return true;
  }
  return false;
}

Samples DuckCurve::AttackBefore(Samples start) const {
  Samples length = options_.attack;
  for (const Interval& i : protected_) {
    if (i.start >= start) break;
    length = std::min(length, std::max(options_.edge, start - i.end));
  }
  return length;
}

Samples DuckCurve::ReleaseAfter(Samples end) const {
  Samples length = options_.release;
  for (const Interval& i : protected_) {
    if (i.start >= end + options_.release) break;
    if (i.end > end) length = std::min(length, std::max(options_.edge, i.start - end));
  }
  return length;
}

void DuckCurve::Duck(Interval interval, Samples start, std::span<float> out) const {
  if (interval.end <= interval.start) return;
  const auto size = static_cast<Samples>(out.size());
  const bool lifts = options_.depth_db > 0;
  const auto lower = [&](Samples from, Samples to, auto gain) {
    for (Samples t = std::max(from, start); t < std::min(to, start + size); ++t) {
      float& value = out[static_cast<size_t>(t - start)];
      value = lifts ? std::max(value, gain(t - from)) : std::min(value, gain(t - from));
    }
  };
  const Samples attack = AttackBefore(interval.start);
  const Samples release = ReleaseAfter(interval.end);
  const float floor = Lowered(1);
  lower(interval.start - attack, interval.start, [&](Samples i) {
    return attack == options_.attack ? attack_[static_cast<size_t>(i)] : Lowered(Rise(i, attack));
  });
  lower(interval.start, interval.end, [floor](Samples) { return floor; });
  lower(interval.end, interval.end + release, [&](Samples i) {
    return release == options_.release ? release_[static_cast<size_t>(i)] : Lowered(1 - Rise(i, release));
  });
}

void DuckCurve::Open(Interval interval, Samples start, std::span<float> out) const {
  const Samples edge = options_.edge;
  const Samples from = std::max(interval.start - edge, start);
  const Samples to = std::min(interval.end + edge, start + static_cast<Samples>(out.size()));
  for (Samples t = from; t < to; ++t) {
    double gain = 1;
    if (t < interval.start) gain = Rise(t - (interval.start - edge), edge);
    if (t >= interval.end) gain = 1 - Rise(t - interval.end, edge);
    float& value = out[static_cast<size_t>(t - start)];
    value = std::max(value, static_cast<float>(gain));
  }
}

void DuckCurve::Gains(Samples start, std::span<float> out) {
  const Samples end = start + static_cast<Samples>(out.size());
  Forget(start);
  if (options_.mode == DuckMode::kMute) {
    std::fill(out.begin(), out.end(), 0.0F);
    for (const Interval& i : protected_) {
      if (i.start - options_.edge >= end) break;
      Open(i, start, out);
    }
    return;
  }
  std::fill(out.begin(), out.end(), 1.0F);
  Interval joined;
  for (const Interval& next : ducked_) {
    if (next.start >= end + lookahead()) break;
    const bool joins = joined.end > joined.start &&
                       (next.start <= joined.end ||
                        (next.start - joined.end < options_.min_gap && !ProtectedIn(joined.end, next.start)));
    if (joins) {
      joined.end = std::max(joined.end, next.end);
      continue;
    }
    Duck(joined, start, out);
    joined = next;
  }
  Duck(joined, start, out);
}

}  // namespace waveshift::audio

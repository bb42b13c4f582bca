// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_DUCKER_H_
#define WAVESHIFT_AUDIO_DUCKER_H_

#include <span>
#include <vector>

#include "base/media_time.h"

namespace waveshift::audio {

enum class DuckMode {
  kDuck,  // the background plays, lowered under speech
  kMute,  // the background is silent, except in protected intervals
  kFade,  // what is to go under speech fades out and back in
};

struct DuckOptions {
  DuckMode mode = DuckMode::kDuck;
  double depth_db = -18;                          // -100 at least; above 0 it lifts
  Samples attack = SamplesFromMs(int64_t{80});    // ends at the interval's start
  Samples release = SamplesFromMs(int64_t{300});  // begins at the interval's end
  Samples min_gap = SamplesFromMs(int64_t{600});  // a shorter pause between two intervals stays lowered
  Samples edge = SamplesFromMs(int64_t{20});      // fades of kMute; shortest ramp beside a protected interval
};

// The background's gain along the timeline. Ramps are raised cosines, of kDuck in decibels. Ducked intervals
// are where speech is spoken over the background: there the gain is that of depth_db, with kFade 0; protected
// ones are slots that keep their sound: there the gain is 1 (ramps beside them are shortened down to `edge`,
// and a pause that holds one does not stay lowered), except under a ducked interval that overlaps them.
// kMute: 0 outside protected intervals, 1 inside, fades lie outside.
//
// The gain at a position depends on nothing but the intervals, so the cuts between Gains calls do not matter.
// An interval must be known lookahead() before the position reaches its start; added later it counts from the
// position on. Intervals that lie behind are forgotten. One thread at a time.
class DuckCurve {
 public:
  explicit DuckCurve(const DuckOptions& options = {});
  Samples lookahead() const;

  // [start, end); an empty one is ignored.
  void AddDucked(Samples start, Samples end);
  void AddProtected(Samples start, Samples end);

  // The gains of start, start + 1, ... Pre: start is not before the end of the call before.
  void Gains(Samples start, std::span<float> out);

 private:
  struct Interval {
    Samples start = 0;
    Samples end = 0;
  };
  static void Insert(std::vector<Interval>& list, Interval interval);
  // The gain where a ramp has gone `share` of its way down.
  float Lowered(double share) const;
  void Forget(Samples position);
  bool ProtectedIn(Samples start, Samples end) const;
  Samples AttackBefore(Samples start) const;
  Samples ReleaseAfter(Samples end) const;
  void Duck(Interval interval, Samples start, std::span<float> out) const;
  void Open(Interval interval, Samples start, std::span<float> out) const;

  DuckOptions options_;
  std::vector<float> attack_;  // gains of the full ramps
  std::vector<float> release_;
  std::vector<Interval> ducked_;     // by start
  std::vector<Interval> protected_;  // by start
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_DUCKER_H_

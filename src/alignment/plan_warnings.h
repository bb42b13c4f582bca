// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What people are told about a line's place.
#ifndef WAVESHIFT_ALIGNMENT_PLAN_WARNINGS_H_
#define WAVESHIFT_ALIGNMENT_PLAN_WARNINGS_H_

#include "alignment/planner.h"
#include "alignment/rooms.h"

namespace waveshift::alignment {

// `borrow_until`: where the silence that the line may borrow ends.
void Warn(const LineToPlace& line, const Room& room, Samples borrow_until, const PlannerOptions& options,
          Placement& placement);

Placement NoSound();
// `room` does not fit.
Placement DoesNotFit(const LineToPlace& line, const Room& room);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_PLAN_WARNINGS_H_

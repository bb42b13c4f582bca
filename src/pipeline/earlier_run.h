// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What an earlier run of a job left, and what of it a later one goes on from.
#ifndef WAVESHIFT_PIPELINE_EARLIER_RUN_H_
#define WAVESHIFT_PIPELINE_EARLIER_RUN_H_

#include <cstddef>
#include <optional>

#include "base/status.h"
#include "pipeline/job.h"
#include "pipeline/journal.h"
#include "pipeline/prepare.h"
#include "stores/object_store.h"

namespace waveshift::pipeline {

struct EarlierRun {
  bool spoke_every_line = false;
  bool is_complete = false;  // with the same fingerprint: nothing is left to make but the report
};

// Removes the lines and final files that this run does not go on from, before anything new is written: old
// and new are never mixed. Errors are the store's.
StatusOr<EarlierRun> KeepOfEarlierRun(const OutputLayout& layout, const PreparedJob& job,
                                      const std::optional<JournalState>& state, const Journal& journal,
                                      stores::ObjectStore& store);

// How many of the plan's first segments no line without a take can still change. Such a line could move every
// line of its phrase.
size_t SegmentsThatMayStay(const PreparedJob& job, const Journal& journal);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_EARLIER_RUN_H_

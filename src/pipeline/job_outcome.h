// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How a job ended, in words and numbers: for its caller, its report and people. No I/O.
#ifndef WAVESHIFT_PIPELINE_JOB_OUTCOME_H_
#define WAVESHIFT_PIPELINE_JOB_OUTCOME_H_

#include <string>

#include "pipeline/background.h"
#include "pipeline/job.h"
#include "pipeline/prepare.h"
#include "pipeline/programme_loudness.h"
#include "pipeline/report.h"
#include "separation/separator.h"

namespace waveshift::pipeline {

// Why the job counts as failed, in one line: more than `failed_share_limit` of the lines to speak (0 to 1)
// could not be spoken. "" when it does not.
std::string FailureOf(const PreparedJob& job, double failed_share_limit);

// Everything but the wall time and the report. `failure` as above.
JobResult ResultOf(const PreparedJob& job, std::string failure);

// `removal` and `separator` (null: nothing was separated) are looked at only.
BackgroundReport BackgroundReportOf(BackgroundMode mode, const SpeechRemoval* removal,
                                    const separation::Separator* separator);

// Notices for people: from where on a job ducks what it was to separate, and that a wanted loudness is out of
// reach.
std::string FallbackNotice(const BackgroundReport& background);
std::string BoundedGainNotice(const ProgrammeGain& gain);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_JOB_OUTCOME_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/job_outcome.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace waveshift::pipeline {

std::string FailureOf(const PreparedJob& job, double failed_share_limit) {
  const ReportTotals totals = CountLines(job.lines);
  if (job.lines_to_speak == 0) return "";
  const double share = static_cast<double>(totals.failed) / static_cast<double>(job.lines_to_speak);
  if (totals.failed == 0 || share <= failed_share_limit) return "";
  const auto first = std::find_if(job.lines.begin(), job.lines.end(),
                                  [](const LineState& line) { return line.status == LineStatus::kFailed; });
  return std::to_string(totals.failed) + " of " + std::to_string(job.lines_to_speak) +
         " lines could not be spoken; line " + std::to_string(first->line.sequence) + ": " + first->error;
}

JobResult ResultOf(const PreparedJob& job, std::string failure) {
  const ReportTotals totals = CountLines(job.lines);
  JobResult result;
  result.failure = std::move(failure);
  result.completed = result.failure.empty();
  result.lines = totals.lines;
  result.dubbed = totals.dubbed;
  result.kept = totals.kept;
  result.failed = totals.failed;
  result.shortened = totals.shortened;
  result.reused = totals.reused;
  result.warnings = totals.warnings;
  result.media_seconds = SecondsFromSamples(job.plan.length);
  return result;
}

BackgroundReport BackgroundReportOf(BackgroundMode mode, const SpeechRemoval* removal,
                                    const separation::Separator* separator) {
  BackgroundReport report;
  report.mode = mode == BackgroundMode::kSeparate ? "separate"
                : mode == BackgroundMode::kNone   ? "none"
                                                  : "duck";
  if (removal == nullptr) return report;
  report.separator = separator->name();
  report.version = separator->version();
  if (!removal->fallback()) return report;
  report.ducked_from_ms = MsFromSamples(removal->fallback()->from);
  report.reason = removal->fallback()->reason;
  return report;
}

std::string FallbackNotice(const BackgroundReport& background) {
  char text[64];
  std::snprintf(text, sizeof text,
                "from %.1f s on the original sound is ducked: ", background.ducked_from_ms / 1000);
  return text + background.reason;
}

std::string BoundedGainNotice(const ProgrammeGain& gain) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f dB", gain.gain_db);
  return std::string("the original's peaks and level allow a gain of ") + text +
         " only: the loudness that is wanted is not reached";
}

}  // namespace waveshift::pipeline

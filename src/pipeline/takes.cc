// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/takes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace waveshift::pipeline {
namespace {

constexpr char kEndsJob[] = "waveshift/ends_job";  // a mark on statuses
constexpr float kQuietestPeak = 1e-3F;             // -60 dBFS

// A take that must not reach the mix.
Status CheckTake(const audio::MonoBuffer& audio) {
  float peak = 0;
  for (const float s : audio.samples) {
    if (!std::isfinite(s)) return Internal("the engine made invalid samples");
    peak = std::max(peak, std::abs(s));
  }
  if (audio.samples.empty() || peak < kQuietestPeak) return Internal("the engine made no sound");
  if (audio.sample_rate_hz <= 0) return Internal("the engine gave no sample rate");
  return OkStatus();
}

}  // namespace

bool EndsJob(const Status& status) {
  return status.code() == StatusCode::kCancelled || status.code() == StatusCode::kFailedPrecondition ||
         HasMark(status, kEndsJob);
}

Status KeepTake(Journal& journal, const LineState& state, StatusOr<tts::SpokenLine> line) {
  if (!line.ok()) return line.status();
  WS_RETURN_IF_ERROR(CheckTake(line->audio));
  const auto saved =
      journal.SaveTake(state.take_key, {std::move(line->audio), line->voice, line->warnings, line->engine});
  if (saved.ok()) return OkStatus();
  // A full disk, a store that cannot be reached or a task that somebody else has taken is not the line's
  // fault.
  Status broken = Annotate(saved.status(), "the journal cannot be written");
  if (broken.code() == StatusCode::kInternal) broken = FailedPrecondition(Message(broken));
  return WithMark(std::move(broken), kEndsJob);
}

}  // namespace waveshift::pipeline

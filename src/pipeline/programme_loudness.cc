// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/programme_loudness.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "pipeline/prompt_limiter.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kHearWhole = Samples{600} * kTimelineRateHz;
constexpr Samples kStretch = Samples{10} * kTimelineRateHz;
constexpr Samples kStretches = kHearWhole / kStretch;
constexpr Samples kRead = kTimelineRateHz;
constexpr double kMostGainDb = 20;
constexpr double kMostLimitingDb = 6;

Status Hear(media::AudioReader& reader, Samples frames, audio::LoudnessMeter& meter,
            const std::stop_token& stop) {
  std::vector<float> sound;
  for (Samples done = 0; done < frames; done += kRead) {
    sound.clear();
    WS_RETURN_IF_ERROR(reader.Read(std::min(kRead, frames - done), sound, stop));
    meter.Add(sound);
  }
  return OkStatus();
}

}  // namespace

StatusOr<audio::LoudnessSummary> HearProgramme(const SoundSource& sound, Samples length,
                                               const std::stop_token& stop) {
  const auto meter = audio::LoudnessMeter::Make();
  if (length <= kHearWhole) {
    WS_ASSIGN_OR_RETURN(const auto reader, sound.Open(0));
    WS_RETURN_IF_ERROR(Hear(*reader, length, *meter, stop));
    return meter->Summary();
  }
  for (Samples i = 0; i < kStretches; ++i) {
    const Samples middle = length / (2 * kStretches) * (2 * i + 1);
    WS_ASSIGN_OR_RETURN(const auto reader, sound.Open(middle - kStretch / 2));
    WS_RETURN_IF_ERROR(Hear(*reader, kStretch, *meter, stop));
  }
  return meter->Summary();
}

ProgrammeGain GainForTarget(const audio::LoudnessSummary& original, double target_lufs) {
  if (!std::isfinite(original.integrated_lufs)) return {};
  const double wanted = target_lufs - original.integrated_lufs;
  const double most = std::clamp(kCeilingDbtp + kMostLimitingDb - original.true_peak_dbtp, 0.0, kMostGainDb);
  const double gain = std::clamp(wanted, -kMostGainDb, most);
  // Tenths: a measurement that differs in the last digit must not make a new fingerprint.
  return {.gain_db = std::round(gain * 10) / 10, .bounded = std::abs(gain - wanted) > 0.1};
}

}  // namespace waveshift::pipeline

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_BALANCE_H_
#define WAVESHIFT_APP_CLI_BALANCE_H_

#include "config/settings.h"
#include "pipeline/job.h"

namespace waveshift::app {

// How a job joins speech and background, as VOCALS_VOLUME and its neighbours say.
inline pipeline::BalanceOptions BalanceFrom(const config::Settings& settings) {
  const config::MixSettings& mix = settings.mix;
  return {.voice_gain = mix.vocals_volume,
          .background_gain = mix.background_volume,
          .duck_db = mix.ducking_db,
          .match_tone = mix.match_tone,
          .target_lufs = mix.loudness_lufs};
}

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_BALANCE_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How fast an engine speaks.
#ifndef WAVESHIFT_APP_BENCH_VOICES_MEASURE_H_
#define WAVESHIFT_APP_BENCH_VOICES_MEASURE_H_

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "app/bench/bench_row.h"
#include "base/status.h"
#include "tts/synthesizer.h"

namespace waveshift::app {

using EngineMaker = std::function<StatusOr<std::shared_ptr<tts::Synthesizer>>()>;

struct VoicesMeasureOptions {
  int threads = 1;  // what the maker's engine has; for the rows
  int rounds = 5;   // at least 1
  BenchProgress progress;
};

// Speaks English lines with an engine that nobody has used yet:
//   load         s    from making the engine to the first sentence's sound, less first_audio
//   first_audio  s    from the request to a sentence's sound, once it is loaded
//   rtf_line     s/s  time a second of speech, one line at a time
//   rtf_job      s/s  the same, six lines at once
//   cpu_job      s/s  processor time of this process a second of speech, six lines at once
//   peak_memory  MiB  of this process, so measure one engine a process
// The aims are those of two threads. Errors are the engine's.
StatusOr<std::vector<BenchRow>> MeasureVoice(const EngineMaker& make, const VoicesMeasureOptions& options,
                                             const std::stop_token& stop);

// What an engine should reach: the project's aim for a measure, none for most.
std::optional<double> VoiceAim(std::string_view engine, int threads, std::string_view measure);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_VOICES_MEASURE_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How well and how fast speech is split from music.
#ifndef WAVESHIFT_APP_BENCH_SEPARATION_MEASURE_H_
#define WAVESHIFT_APP_BENCH_SEPARATION_MEASURE_H_

#include <stop_token>
#include <string>
#include <vector>

#include "app/bench/bench_row.h"
#include "app/bench/separation_programme.h"
#include "base/status.h"
#include "separation/separator.h"

namespace waveshift::app {

struct SeparationMeasureOptions {
  int threads = 1;              // what the separator has; for the rows
  bool quality = true;          // else time only: nothing is said of what came out
  std::vector<double> minutes;  // lengths after which memory is looked at, growing
  BenchProgress progress;
};

// Of programmes in mono and stereo with speech +10, +5, 0 and -5 dB over the music:
//   load                  s    until the separator is ready
//   speech, background    dB   SI-SDR of what came out
//   speech_before, ...    dB   that of the mixture
//   sum_error             dB   of speech + background against the mixture
//   rtf, cpu              s/s  time and processor time a second of a programme; the median over all levels
//                              too
//   memory_N_min          MiB  peak of this process once N minutes of the stereo programme went through it,
//                              so measure one separator a process
// Without quality one programme is enough. Errors are the separator's.
StatusOr<std::vector<BenchRow>> MeasureSeparator(const separation::Separator& separator,
                                                 const std::string& subject, const SeparationSources& sources,
                                                 const SeparationMeasureOptions& options,
                                                 const std::stop_token& stop);

// What needs no model: "duck" leaves speech and music together, "centre" takes the middle for the speech and
// the rest for the music. What comes out silent has no row.
std::vector<BenchRow> MeasureWithoutModel(const std::string& method, const SeparationSources& sources);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_SEPARATION_MEASURE_H_

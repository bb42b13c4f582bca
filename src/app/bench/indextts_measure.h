// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How fast the stages of an IndexTTS model are, at fixed sizes: a voice sample of 10 s, 48 text tokens, 117
// codes (5 s of speech), three beams. Time does not depend on the weights' values, so random ones will do.
#ifndef WAVESHIFT_APP_BENCH_INDEXTTS_MEASURE_H_
#define WAVESHIFT_APP_BENCH_INDEXTTS_MEASURE_H_

#include <stop_token>
#include <string>
#include <vector>

#include "app/bench/bench_row.h"
#include "base/status.h"
#include "runtime/ggml/device.h"

namespace waveshift::app {

struct IndexTtsMeasureOptions {
  int threads = 1;
  std::vector<int> batches = {1, 4, 8, 16};  // lines whose codes are generated together, each 1 to 64
  int steps = 8;                             // that are measured of each, at least 1
  int rounds = 2;                            // of the other stages, at least 1
  ggml::DeviceKind device = ggml::DeviceKind::kCpu;
  bool ggml_network = false;  // the GPT by ggml, where kernels of our own could
  BenchProgress progress;
};

// Smaller models are measured with as much as they can take. Rows, in seconds unless it says otherwise:
//   load         open, check and map the file, cells of the GPT, pack the vocoder; from the page cache
//   log_mel, conformer, perceiver, speaker_encoder   of the voice sample
//   gpt_voice, gpt_text                              the prefix's rows
//   gpt_step     a code for each of so many lines, in the middle of the 117
//   search       the choice of a code for each of so many lines, on top of each step
//   second_pass  latents of the 117 codes
//   vocoder, vocoder_first_audio                     of the 117 codes
//   codes        codes/s of all lines together
//   rtf          s/s: gpt_text, 117 steps and searches, second_pass and vocoder of as many lines, over their
//                speech; the voice is known
//   peak_memory  MiB of this process, with the cells of the most lines: measure one model a process
// On the processor each row knows its share of what the machine can do (measured at the end). NotFound,
// InvalidArgument: the model file; Cancelled; ResourceExhausted when there is no memory for the cells.
StatusOr<std::vector<BenchRow>> MeasureIndexTts(const std::string& model,
                                                const IndexTtsMeasureOptions& options,
                                                const std::stop_token& stop);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_INDEXTTS_MEASURE_H_

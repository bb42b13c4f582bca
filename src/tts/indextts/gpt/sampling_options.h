// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_SAMPLING_OPTIONS_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_SAMPLING_OPTIONS_H_

#include <cstdint>

#include "base/status.h"

namespace waveshift::tts::indextts {

// The codes that a search chooses among: 0 .. count-1.
struct CodeSet {
  int64_t count = 0;  // with start and stop
  int32_t start = 0;
  int32_t stop = 0;
};

// How codes are chosen; the defaults are the published model's. Four modes: beam-sample (sample, beams > 1),
// beam search (no sample, beams > 1), plain sampling (sample, one beam), greedy (neither). With one beam the
// penalty works on raw logits, with more on log-probabilities.
struct SamplingOptions {
  bool sample = true;
  int beams = 3;
  double temperature = 1.0;
  int top_k = 30;      // 0 = off
  double top_p = 0.8;  // 1 = off
  double repetition_penalty = 10.0;
  double length_penalty = 0.0;  // scores of finished beams are divided by length^length_penalty
  double typical_mass = 0.0;    // of the filter by typical probability; 0 = off
  int max_codes = 600;          // with the stop code
};

inline constexpr int kMostBeams = 16;

// InvalidArgument names the field at fault.
Status CheckSampling(const SamplingOptions& options, const CodeSet& codes);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_SAMPLING_OPTIONS_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How many lines a device has room for.
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_BATCH_PLAN_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_BATCH_PLAN_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "base/status.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/gpt/network.h"

namespace waveshift::tts::indextts {

struct BatchPlan {
  int lines = 0;      // that may run at once
  int64_t cells = 0;  // for all of them; at least one line fits at its longest
};

struct BatchWishes {
  int lines = 16;
  int beams = 3;
  int max_codes = 600;     // of a line, as SamplingOptions
  int64_t max_text = 120;  // tokens of a sentence
  ggml::TensorType cell_type = ggml::TensorType::kF16;
};

// What fits in `free_bytes` of memory, a quarter of which is left for the values between layers and for
// others: 400 cells a line (a sentence of 48 tokens and 117 codes takes about 220; lines that grow longer
// make others wait), and never fewer than one line needs at its longest. ResourceExhausted when not even that
// fits.
StatusOr<BatchPlan> PlanBatch(const Architecture& architecture, const BatchWishes& wishes,
                              int64_t free_bytes);

// Makes the network of a plan; when the device says ResourceExhausted, the network of half the lines, and no
// more after that: its status then means that another device should be used. `plan` becomes what was made.
using PlannedMaker = std::function<StatusOr<std::unique_ptr<GptNetwork>>(const BatchPlan& plan)>;
StatusOr<std::unique_ptr<GptNetwork>> MakePlanned(const PlannedMaker& make, BatchPlan* plan);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_BATCH_PLAN_H_

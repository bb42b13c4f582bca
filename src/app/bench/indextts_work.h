// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How many multiplications and additions the stages of IndexTTS are by the definition of their layers
// (reference, section 9.2; a multiplication and an addition count 2). The vocoder counts its own
// (Vocoder::operations).
#ifndef WAVESHIFT_APP_BENCH_INDEXTTS_WORK_H_
#define WAVESHIFT_APP_BENCH_INDEXTTS_WORK_H_

#include <cstdint>
#include <string_view>

#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/architecture.h"

namespace waveshift::app {

// Of a spectrogram of so many frames.
double ConformerFlop(const tts::indextts::Architecture& architecture, int64_t frames);
double PerceiverFlop(const tts::indextts::Architecture& architecture, int64_t frames);
double SpeakerEncoderFlop(const tts::indextts::Architecture& architecture, int64_t frames);

// The GPT's layers for `rows` rows that follow each other behind `before` others: each sees those before it
// and itself. `logit_rows` of them become logits.
double GptFlop(const tts::indextts::GptSizes& sizes, int64_t rows, int64_t before, int64_t logit_rows);
// For rows that each see `positions` and become logits: a step of so many beams.
double GptStepFlop(const tts::indextts::GptSizes& sizes, int64_t rows, int64_t positions);

// Bytes of all tensors whose names begin so.
double WeightBytes(const ggml::GgufFile& file, std::string_view prefix);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_INDEXTTS_WORK_H_

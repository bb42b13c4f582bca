// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Model files with random weights: for measuring, since how long a network takes does not depend on its
// values, and for tests. They speak no words.
#ifndef WAVESHIFT_TTS_INDEXTTS_RANDOM_MODEL_H_
#define WAVESHIFT_TTS_INDEXTTS_RANDOM_MODEL_H_

#include <array>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "runtime/ggml/tensor_type.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/tensor_list.h"

namespace waveshift::tts::indextts {

// The sizes of the published models, and of one that goes through every code path within two megabytes.
Architecture ArchitectureOf10();
Architecture ArchitectureOf15();
Architecture TinyArchitecture();

// Taps of a low-pass filter, as every anti-aliased activation has them: symmetric, their sum one.
inline constexpr std::array<float, kFilterTaps> kRandomFilter = {
    0.002F, 0.004F, -0.02F, -0.03F, 0.11F, 0.434F, 0.434F, 0.11F, -0.03F, -0.02F, 0.004F, 0.002F};

// A SentencePiece model of four pieces.
std::string SmallestTokenizer();

// Between which bounds a tensor's values lie, equally distributed: center - spread to center + spread.
struct ValueRange {
  float center = 0;
  float spread = 0;
};
// So that a network's activations stay near one: matrices by what flows into a row (their variance is one
// through that number, in the vocoder's residual blocks 0.09 through it), norms and variances near one,
// logarithms of frequencies within a half. `spec` is none that is dropped, and not the filter.
ValueRange RandomRange(const TensorSpec& spec);

struct RandomModelOptions {
  ggml::TensorType gpt_type = ggml::TensorType::kF16;    // f32, f16, q8_0 or q4_k
  ggml::TensorType other_type = ggml::TensorType::kF16;  // f32 or f16
  uint64_t seed = 1;
  // Gets the share that is done, from 0 to 1, never going back.
  std::function<void(double)> progress;
  std::stop_token stop;
};

// Bytes of the tensors, which is nearly the size of the file.
int64_t RandomModelBytes(const Architecture& architecture, const RandomModelOptions& options);

// Writes `path` whole or not at all; CheckModelFile passes it. The same architecture, options and seed give
// the same bytes. A tensor's values come from a generator by counter; of a large one the first 131072 do, and
// what follows are pieces of them from random places, so that writing takes no longer than the disk does.
// `architecture` has passed CheckArchitecture. Cancelled when options.stop is requested.
Status WriteRandomModel(const std::string& path, const Architecture& architecture,
                        const RandomModelOptions& options);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_RANDOM_MODEL_H_

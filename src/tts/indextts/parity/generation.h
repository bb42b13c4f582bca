// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the checks of codes have in common.
#ifndef WAVESHIFT_TTS_INDEXTTS_PARITY_GENERATION_H_
#define WAVESHIFT_TTS_INDEXTTS_PARITY_GENERATION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/status.h"
#include "tts/indextts/gpt/embedder.h"
#include "tts/indextts/gpt/generator.h"
#include "tts/indextts/gpt/network.h"
#include "tts/indextts/parity/parity.h"

namespace waveshift::tts::indextts {

// The GPT with keys and values in 32 bits, and its embedder. Model and device of `input` outlive it.
struct ParityGpt {
  std::unique_ptr<Embedder> embedder;
  std::unique_ptr<GptNetwork> network;
};
StatusOr<ParityGpt> MakeParityGpt(const ParityInput& input);

// Runs the requests, all at once; results by the requests' places. Those that the model refuses have the
// error as their status.
StatusOr<std::vector<LineResult>> GenerateAll(const ParityInput& input, std::vector<LineRequest> requests);

// A case of cases.json's generation with the ids of its text; a json exception where it lacks something.
// `first_index` of the noise is that of its row in a batch.
LineRequest GoldenRequest(const nlohmann::json& each, std::vector<int32_t> ids,
                          const std::shared_ptr<const VoiceRows>& voice, int64_t first_index);

// Whether sequences of codes must be the reference's: with a GPT in 32 bits.
bool PromisesSequences(const ParityInput& input);
// Gives a row of cases its verdict.
void JudgeCases(const ParityInput& input, ParityRow* row);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_PARITY_GENERATION_H_

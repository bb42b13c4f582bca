// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Release folders with deterministic random weights, for tests and measurements. They speak no words.
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_TEST_TOOLS_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_TEST_TOOLS_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/convert/checkpoint_test_tools.h"
#include "tts/indextts/random_model.h"
#include "tts/indextts/tensor_list.h"

namespace waveshift::tts::indextts {

// The tensors of a release's weight file: the GPT in float16, the vocoder in float32, as they are published.
std::vector<TestTensor> ReleaseTensors(const Architecture& architecture, Part part);
// The configuration that a release of this architecture has.
std::string ReleaseConfigText(const Architecture& architecture);
// Values of a size that keeps a network's activations near one: matrices by their fan-in, norms near one.
void FillLikeTrained(const TestTensor& tensor, int64_t first, std::span<float> values);

// Writes config.yaml, gpt.pth, bigvgan_generator.pth and, as bpe.model, `tokenizer` (a SentencePiece model;
// "": four pieces).
Status WriteRelease(const std::string& folder, const Architecture& architecture,
                    const std::string& tokenizer);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_TEST_TOOLS_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The Perceiver that makes a fixed number of rows of what the Conformer heard (Jaegle et al. 2021, arXiv
// 2103.03206; here without norms before attention and feed-forward).
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_PERCEIVER_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_PERCEIVER_H_

#include <span>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/voice/cpu_layers.h"

namespace waveshift::tts::indextts {

// The rows with which the GPT's prefix begins, [perceiver.latents, gpt.width], of the Conformer's output
// [time, conformer.width]. Cancelled soon after `stop` is requested; with a graph other errors as of Graph.
// On the processor by kernels of our own, else as a graph. Pre: whole rows, at least one.
StatusOr<std::vector<float>> RunPerceiver(const LoadedModel& model, const ggml::Device& device,
                                          std::span<const float> heard, const std::stop_token& stop);

// By kernels of our own. Memory: about 4 bytes * (time + latents) * (gpt.width + heads * latents) and 10 MB;
// a sample of 10 s takes 13 MB. The same bits on any number of threads.
StatusOr<std::vector<float>> RunCpuPerceiver(const LoadedModel& model, const Processor& processor,
                                             std::span<const float> heard, const std::stop_token& stop);
// As a graph, on any device.
StatusOr<std::vector<float>> RunGraphPerceiver(const LoadedModel& model, const ggml::Device& device,
                                               std::span<const float> heard, const std::stop_token& stop);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_PERCEIVER_H_

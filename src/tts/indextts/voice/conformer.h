// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The Conformer that listens to the voice sample (Gulati et al. 2020, arXiv 2005.08100, in the variant that
// IndexTTS was trained with: no macaron, layer norm in the convolution, positions by key without a shift).
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_CONFORMER_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_CONFORMER_H_

#include <cstdint>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/voice/cpu_layers.h"
#include "tts/indextts/voice/log_mel.h"

namespace waveshift::tts::indextts {

// What is computed on the way, for comparisons.
struct ConformerTrace {
  std::vector<float> subsampled;           // input of the first block, [time, width]
  std::vector<std::vector<float>> blocks;  // output of each, [time, width]
};

// How much a graph has in memory at once; the result does not depend on it.
struct ConformerPieces {
  int64_t rows = 256;  // of the first layer's output; their unfolded input takes 25 MB at the published sizes
  int64_t queries = 512;  // that are compared with all keys; those of a long sample would take gigabytes
};

// [time, conformer.width], time = floor((frames - 1) / 2). InvalidArgument when the spectrogram has too few
// bands or frames, OutOfRange when it has more than the position table; Cancelled soon after `stop` is
// requested; with a graph other errors as of Graph. On the processor by kernels of our own, else as a graph.
StatusOr<std::vector<float>> RunConformer(const LoadedModel& model, const ggml::Device& device,
                                          const LogMel& mel, const std::stop_token& stop,
                                          ConformerTrace* trace = nullptr);

// By kernels of our own. Memory: about 36 bytes * time * conformer.width and 10 MB; a sample of 10 s takes
// 19 MB, the longest of 106 s 102 MB. The same bits on any number of threads.
StatusOr<std::vector<float>> RunCpuConformer(const LoadedModel& model, const Processor& processor,
                                             const LogMel& mel, const std::stop_token& stop,
                                             ConformerTrace* trace = nullptr);
// As a graph, on any device.
StatusOr<std::vector<float>> RunGraphConformer(const LoadedModel& model, const ggml::Device& device,
                                               const LogMel& mel, const std::stop_token& stop,
                                               ConformerTrace* trace = nullptr,
                                               const ConformerPieces& pieces = {});
// Whether a spectrogram fits.
Status CheckConformerInput(const Architecture& architecture, const LogMel& mel);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_CONFORMER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// ECAPA-TDNN (Desplanques et al. 2020, arXiv 2005.07143): the vector that tells the vocoder whose voice it
// is.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_SPEAKER_ENCODER_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_SPEAKER_ENCODER_H_

#include <stop_token>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/voice/cpu_layers.h"
#include "tts/indextts/voice/log_mel.h"

namespace waveshift::tts::indextts {

// [speaker.width]. InvalidArgument when the spectrogram has other bands than the model or fewer than five
// frames; Cancelled soon after `stop` is requested; with a graph other errors as of Graph. On the processor
// by kernels of our own, else as a graph.
StatusOr<std::vector<float>> RunSpeakerEncoder(const LoadedModel& model, const ggml::Device& device,
                                               const LogMel& mel, const std::stop_token& stop);

// By kernels of our own. Memory: about 4 bytes * frames * (3 speaker.channels + 2 speaker.mixed_channels) and
// 10 MB; a sample of 10 s takes 27 MB, the longest of 106 s 195 MB. The same bits on any number of threads.
StatusOr<std::vector<float>> RunCpuSpeakerEncoder(const LoadedModel& model, const Processor& processor,
                                                  const LogMel& mel, const std::stop_token& stop);
// As a graph, on any device.
StatusOr<std::vector<float>> RunGraphSpeakerEncoder(const LoadedModel& model, const ggml::Device& device,
                                                    const LogMel& mel, const std::stop_token& stop);
// Whether a spectrogram fits.
Status CheckSpeakerInput(const Architecture& architecture, const LogMel& mel);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_SPEAKER_ENCODER_H_

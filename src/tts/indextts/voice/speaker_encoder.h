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
#include "tts/indextts/voice/log_mel.h"

namespace waveshift::tts::indextts {

// [speaker.width]. InvalidArgument when the spectrogram has other bands than the model or fewer than five
// frames; other errors as of Graph.
StatusOr<std::vector<float>> RunSpeakerEncoder(const LoadedModel& model, const ggml::Device& device,
                                               const LogMel& mel, const std::stop_token& stop);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_SPEAKER_ENCODER_H_

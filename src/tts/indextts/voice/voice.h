// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// All that the model keeps of a voice sample. A plain value.
struct Voice {
  std::string key;                  // of the sample and the model, 64 hex digits
  std::vector<float> conditioning;  // rows before the text, [perceiver.latents, gpt.width]
  std::vector<float> speaker;       // for the vocoder, [speaker.width]
};

// A voice as a file's bytes, and back. InvalidArgument when the bytes are no such file, or of another voice
// or model: another key, other sizes, a hash that does not fit, numbers that are none.
std::string EncodeVoiceFile(const Voice& voice);
StatusOr<Voice> DecodeVoiceFile(std::string_view bytes, std::string_view key,
                                const Architecture& architecture);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// IndexTTS 1.x: speech in the voice of a recording, in Chinese and English. Runs on ggml and own kernels,
// without Python; see docs/models-indextts.md for how a model file is made.
#ifndef WAVESHIFT_TTS_INDEXTTS_ENGINE_H_
#define WAVESHIFT_TTS_INDEXTTS_ENGINE_H_

#include <memory>
#include <string>

#include "runtime/ggml/device.h"
#include "tts/synthesizer.h"

namespace waveshift::tts {

struct IndexTtsOptions {
  // A folder: the model is its largest *.gguf. Voices that were heard once are kept in its folder "voices".
  std::string folder;
  ggml::DeviceKind device = ggml::DeviceKind::kAuto;
  int threads = 0;  // of the processor; 0 = as many as this process may use
  // Lines whose codes are generated together; 0 = by the device's memory.
  int most_lines = 0;
  // What comes out is taken as it is, whatever is wrong with it: for models that cannot speak.
  bool accept_faults = false;
};

// VoiceSpec::name is what reports call the voice. VoiceSpec::reference_path is the recording whose voice
// speaks (any format that libsndfile reads, some seconds, one person); without one a line is an
// InvalidArgument. A sentence whose codes cannot be speech (too short or long for its text, silent,
// repeating) is generated again with other random numbers, at most twice; then the line is an Internal error.
// Speed and natural rate are made by stretching, 0.5 to 2. The model is loaded with the first line; calls
// from several threads share its steps. The same line sounds the same whatever stands beside it.
std::unique_ptr<Synthesizer> MakeIndexTts(const IndexTtsOptions& options);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_INDEXTTS_ENGINE_H_

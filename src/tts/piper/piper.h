// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Piper voices (VITS networks, one voice or one set of speakers a file) as a speech engine.
#ifndef WAVESHIFT_TTS_PIPER_PIPER_H_
#define WAVESHIFT_TTS_PIPER_PIPER_H_

#include <memory>
#include <string>
#include <vector>

#include "phonemes/phonemizer.h"
#include "runtime/onnx/session.h"
#include "tts/synthesizer.h"

namespace waveshift::tts {

struct PiperOptions {
  std::string folder;  // every NAME.onnx with NAME.onnx.json in it is a voice
  int threads = 0;     // 0 = as many as the machine has processors
  onnx::Device device = onnx::Device::kCpu;
  phonemes::PhonemizerOptions phonemizer;
};

// What it makes of a request
// - voice.name: "" = the first voice by name of the language (of its region, when there is one), "NAME" of a
//   file, or "NAME#SPEAKER" with a speaker's name or number for files with several (else speaker 0).
// - voice.pitch_hz, pitch_range, reference_path: ignored.
// - speed * voice.natural_rate: the network's own length_scale, exactly, within 0.3..3; a warning says when
//   it is cut.
// - text: spoken sentence by sentence, with pauses between; symbols that the voice does not have are left
//   out, and a warning says so.
// Output: mono at the voice's own rate, silence trimmed to 10 ms at both ends, fades of 2 ms. The network
// adds noise of its own to pitch and length; here it begins at a number made of the sentence and the voice,
// so the same request gives the same samples on the same processor. Errors for a line: InvalidArgument
// (language, voice, speed or text that cannot be spoken), Internal (the network made no usable sound in three
// attempts), and those of the phonemizer. Voices are looked for when first needed; a file that is not usable
// is an error of the lines that ask for it.
std::unique_ptr<Synthesizer> MakePiper(const PiperOptions& options);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_PIPER_PIPER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Kokoro-82M as a speech engine: one small network, 54 ready voices, eight languages.
#ifndef WAVESHIFT_TTS_KOKORO_KOKORO_H_
#define WAVESHIFT_TTS_KOKORO_KOKORO_H_

#include <memory>
#include <string>

#include "phonemes/phonemizer.h"
#include "runtime/onnx/session.h"
#include "tts/synthesizer.h"

namespace waveshift::tts {

struct KokoroOptions {
  std::string folder;  // has the network as *.onnx (the largest is taken) and the voices as voices/*.bin
  int threads = 0;     // 0 = as many as the machine has processors
  onnx::Device device = onnx::Device::kCpu;
  phonemes::PhonemizerOptions phonemizer;
};

// What it makes of a request
// - language: English, Spanish, French, Hindi, Italian, Japanese, Brazilian Portuguese, Mandarin.
// - voice.name: "" = the language's first voice; else see ParseKokoroVoice. Every voice speaks every
//   language. English is British with a British voice, or when the tag says so.
// - voice.pitch_hz, pitch_range, reference_path: ignored; a voice has its own pitch (kokoro/voice_table.h).
// - speed * voice.natural_rate: the network's own, within 0.3..3; a warning says when it is cut.
// - text: sentences are put together up to about 15 s of speech, longer ones are cut at punctuation; between
//   what is spoken apart lies the pause that its punctuation stands for.
// Output: mono at 24 kHz, silence trimmed to 10 ms at both ends, fades of 2 ms. The same request gives the
// same samples on the same processor. Errors for a line: InvalidArgument (language, voice, speed or text that
// cannot be spoken), Internal (the network made no usable sound in three attempts), and those of the
// phonemizer. The model is loaded when it is first needed.
std::unique_ptr<Synthesizer> MakeKokoro(const KokoroOptions& options);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_KOKORO_KOKORO_H_

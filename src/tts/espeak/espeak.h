// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// espeak-ng as a speech engine: always there, more than a hundred languages, no model files. It runs as a
// process of its own, one a piece of text, because its licence is the GPL.
#ifndef WAVESHIFT_TTS_ESPEAK_ESPEAK_H_
#define WAVESHIFT_TTS_ESPEAK_ESPEAK_H_

#include <chrono>
#include <memory>
#include <string>

#include "tts/synthesizer.h"

namespace waveshift::tts {

struct EspeakOptions {
  std::string program = "espeak-ng";            // looked up on PATH when it has no slash
  std::chrono::milliseconds line_limit{60000};  // for one line; DeadlineExceeded for the line beyond it
  size_t threads = 0;  // processes at once; 0 = as many as the machine has processors
};

// What it makes of a request
// - text: always plain text. Neither SSML nor espeak's own marks ([[phonemes]], control codes) are obeyed.
// - voice.name: see EspeakVoiceList::Resolve. Latin words in Mandarin are spoken by the English voice with
//   the same variant.
// - voice.pitch_hz: the nearest that the variant reaches (low variants about 66..175 Hz, high ones about
//   120..340 Hz), within 15 %.
// - voice.pitch_range, voice.reference_path: ignored; the program has no switch for the range outside SSML
//   and voice files.
// - speed * voice.natural_rate: the program's own tempo, 175 words a minute being 1.0, within 0.46..2.57; a
//   warning says when it is cut.
// Output: mono at the program's own rate (22050 Hz), silence trimmed to 10 ms at both ends, fades of 2 ms.
// The same request gives the same samples with the same version of the program. Errors for a line:
// InvalidArgument (language, voice, speed or text that cannot be spoken), DeadlineExceeded, Internal (the
// program failed, or spoke longer than the text can justify). The program is looked at when it is first
// needed; nothing is started here.
std::unique_ptr<Synthesizer> MakeEspeak(const EspeakOptions& options = {});

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_ESPEAK_ESPEAK_H_

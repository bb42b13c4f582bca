// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_ENSEMBLE_H_
#define WAVESHIFT_TTS_ENSEMBLE_H_

#include <memory>
#include <vector>

#include "tts/synthesizer.h"

namespace waveshift::tts {

struct EnsembleOptions {
  // At least one, all different by name. The first speaks what names no engine in VoiceSpec::engine.
  std::vector<std::shared_ptr<Synthesizer>> engines;
  // A line that its engine cannot speak goes to the next of `engines` behind it that speaks the language,
  // without the name of the voice, which is the other engine's; a warning says so.
  bool stand_in = false;
};

// Several engines as one: each line goes to the engine that its voice names (InvalidArgument for the line
// when there is none of that name). Lines for one engine are spoken together, engines one after the other in
// the order in which the lines first need them, so that each has all processors. name(), version(), voices
// and what languages are spoken are the first engine's. Thread-safe as the engines are.
std::unique_ptr<Synthesizer> MakeEnsemble(EnsembleOptions options);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_ENSEMBLE_H_

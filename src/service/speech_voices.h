// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Who speaks a request to /v1/audio/speech: engine, voice and language.
#ifndef WAVESHIFT_SERVICE_SPEECH_VOICES_H_
#define WAVESHIFT_SERVICE_SPEECH_VOICES_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "service/speech_request.h"
#include "service/task_manager.h"
#include "tts/synthesizer.h"

namespace waveshift::service {

// The engines that may be asked for.
struct SpeechEngines {
  std::vector<std::string> names;  // best first; none: nothing is spoken here
  std::string preferred = "auto";  // who speaks when the request leaves it open: "auto" or a name
  // The engine of a name, or of "auto", for a language ("" = any). FailedPrecondition when it is not ready,
  // InvalidArgument when it does not speak the language. Any thread.
  std::function<StatusOr<Engine>(const std::string& name, const std::string& language)> make;
};

struct Speaker {
  Engine engine;
  tts::VoiceSpec voice;
  std::string language;  // BCP-47
};

// True for OpenAI's own models ("tts-1", "tts-1-hd", "gpt-4o-mini-tts", also with a date behind) and "auto":
// whoever speaks best.
bool IsAnyModel(std::string_view model);

// - model: an engine's name, or IsAnyModel. 404 when there is none of this name, or it cannot speak.
// - voice: OpenAI's names (alloy, ash, ballad, cedar, coral, echo, fable, marin, nova, onyx, sage, shimmer,
//   verse) stand for voices of the same apparent sex, all different while the engine has enough; "auto" is
//   the language's first voice; every other name is the engine's own, and with any model finds its engine.
// - language: the request's; else what text::GuessLanguage says; else the voice's, when it is written in the
//   text's script; else English.
// Any thread.
SpeechError ResolveSpeaker(const SpeechRequest& request, const SpeechEngines& engines, Speaker& speaker);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_SPEECH_VOICES_H_

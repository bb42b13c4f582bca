// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_ENGINES_H_
#define WAVESHIFT_APP_CLI_ENGINES_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "service/speech_voices.h"
#include "service/task_manager.h"

namespace waveshift::config {
struct Settings;
}  // namespace waveshift::config

namespace waveshift::app {

// Which engine somebody wants, and what it is made with.
struct EngineChoice {
  std::string word = "auto";    // of --engine or WAVESHIFT_ENGINE
  std::string model_dir;        // WAVESHIFT_MODEL_DIR
  std::string device = "auto";  // auto, cpu, cuda
  int threads = 0;              // 0 = as many as the machine has processors
  // Whether there is a recording for every voice (a dub has the speakers' own); "auto" takes an engine that
  // clones only then.
  bool has_recordings = false;
};

// As the configuration has it.
EngineChoice ChoiceFrom(const config::Settings& settings);

// The engines in this build, best first.
std::vector<std::string> EngineNames();

// A word of the contract as an engine's name, "auto" ("" as well), or "" for "none". InvalidArgument for a
// word that is none.
StatusOr<std::string> ResolveEngine(std::string_view word);

// The engine for a language ("" = any): "auto" is the best one that is ready and speaks it, with a notice
// when that is only espeak; "none" gives an empty Engine. Engines with models are made once for each choice
// and stay, as loading takes time: a later call with the same choice gives the same one. InvalidArgument for
// an unknown word or a language that the engine does not speak, FailedPrecondition when it is not in this
// build or not ready, with how to mend it. Any thread.
// With "auto" a line that the engine cannot speak goes to the next one. `others` are engines (names of
// EngineNames()) that single voices ask for; they must be ready and speak the language, too.
StatusOr<service::Engine> MakeEngine(const EngineChoice& choice, std::string_view language,
                                     const std::vector<std::string>& others = {});

// The engines of this build for requests of their own (POST /v1/audio/speech); `choice` says who speaks when
// the request leaves it open. None when that is "none".
service::SpeechEngines SpeechEnginesFor(const EngineChoice& choice);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_ENGINES_H_

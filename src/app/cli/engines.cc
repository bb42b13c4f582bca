// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/engines.h"

#include <algorithm>
#include <array>

#include "tts/espeak/espeak.h"
#include "tts/espeak/voice_list.h"

namespace waveshift::app {
namespace {

// Words of the contract; what is not among EngineNames() belongs to other builds.
constexpr std::array<std::string_view, 4> kKnownEngines = {"indextts", "kokoro", "piper", "espeak"};

}  // namespace

std::vector<std::string> EngineNames() { return {"espeak"}; }

StatusOr<std::string> ResolveEngine(std::string_view word) {
  if (word == "none") return std::string();
  if (word == "auto" || word.empty() || word == "espeak") return std::string("espeak");
  const bool known = std::find(kKnownEngines.begin(), kKnownEngines.end(), word) != kKnownEngines.end();
  if (known) {
    return FailedPrecondition("engine: " + std::string(word) +
                              " is not part of this build; use espeak or auto");
  }
  return InvalidArgument("engine: must be auto, espeak or none, not \"" + std::string(word) + "\"");
}

StatusOr<service::Engine> MakeEngine(std::string_view word, std::string_view language) {
  WS_ASSIGN_OR_RETURN(const std::string name, ResolveEngine(word));
  if (name.empty()) return service::Engine();
  service::Engine engine{tts::MakeEspeak(), &tts::EspeakVoiceName};
  WS_RETURN_IF_ERROR(engine.synthesizer->CheckReady());
  if (!language.empty() && !engine.synthesizer->Speaks(language)) {
    return InvalidArgument("target language: espeak does not speak \"" + std::string(language) + "\"");
  }
  return engine;
}

}  // namespace waveshift::app

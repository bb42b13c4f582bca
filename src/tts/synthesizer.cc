// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/synthesizer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "text/language.h"

namespace waveshift::tts {

Status Synthesizer::CheckLanguage(std::string_view language) const {
  WS_RETURN_IF_ERROR(CheckReady());
  if (Speaks(language)) return OkStatus();
  return InvalidArgument("language: " + std::string(name()) + " does not speak \"" + std::string(language) +
                         "\"");
}

Status Synthesizer::CheckVoice(const VoiceSpec& voice, std::string_view language) const {
  static_cast<void>(voice);
  return CheckLanguage(language);
}

bool Synthesizer::Clones(const VoiceSpec& voice) const {
  static_cast<void>(voice);
  return false;
}

std::vector<std::pair<std::string, std::string>> Synthesizer::Versions() const {
  return {{std::string(name()), version()}};
}

std::string IdentityFor(const Synthesizer& synthesizer, const VoiceSpec& voice) {
  const auto engines = synthesizer.Versions();
  auto found = std::find_if(engines.begin(), engines.end(),
                            [&](const auto& engine) { return engine.first == voice.engine; });
  if (found == engines.end()) found = engines.begin();
  return found->first + " " + found->second;
}

StatusOr<VoiceInfo> Synthesizer::FindVoice(std::string_view name) const {
  for (VoiceInfo& voice : Voices()) {
    if (voice.name == name) return std::move(voice);
  }
  return InvalidArgument("voice: " + std::string(this->name()) + " has no voice \"" +
                         text::CollapseWhitespace(name.substr(0, 64)) + "\"");
}

StatusOr<SpokenLine> SpeakOne(Synthesizer& synthesizer, const SpeakRequest& request,
                              const std::stop_token& stop) {
  std::optional<StatusOr<SpokenLine>> spoken;
  const Status status = synthesizer.Synthesize(
      std::span<const SpeakRequest>(&request, 1),
      [&spoken](size_t, StatusOr<SpokenLine> line) { spoken.emplace(std::move(line)); }, stop);
  if (!status.ok()) return status;
  if (!spoken.has_value())
    return Internal(std::string(synthesizer.name()) + ": the engine gave no answer to a line");
  return *std::move(spoken);
}

}  // namespace waveshift::tts

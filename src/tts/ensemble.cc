// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/ensemble.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace waveshift::tts {
namespace {

// Lines for one engine: their places among the requests, and the requests as that engine gets them.
struct Share {
  size_t engine = 0;
  std::vector<size_t> places;
  std::vector<SpeakRequest> requests;
};

class Ensemble : public Synthesizer {
 public:
  explicit Ensemble(EnsembleOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return First().name(); }
  std::string version() const override { return First().version(); }
  Status CheckReady() const override;
  bool Speaks(std::string_view language) const override { return First().Speaks(language); }
  Status CheckLanguage(std::string_view language) const override { return First().CheckLanguage(language); }
  Status CheckVoice(const VoiceSpec& voice, std::string_view language) const override;
  bool Clones(const VoiceSpec& voice) const override;
  std::vector<std::pair<std::string, std::string>> Versions() const override;
  std::vector<VoiceInfo> Voices() const override { return First().Voices(); }
  StatusOr<VoiceInfo> FindVoice(std::string_view name) const override { return First().FindVoice(name); }
  Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                    const std::stop_token& stop) override;

 private:
  const Synthesizer& First() const { return *options_.engines.front(); }
  StatusOr<size_t> EngineOf(const VoiceSpec& voice) const;
  // The next engine for a line that `engine` could not speak.
  std::optional<size_t> StandIn(size_t engine, const SpeakRequest& request) const;
  Status SpeakShare(const Share& share, const SpokenSink& sink, std::vector<Share>& again,
                    std::vector<std::string>& reasons, const std::stop_token& stop);

  const EnsembleOptions options_;
};

Share& ShareOf(std::vector<Share>& shares, size_t engine) {
  const auto found =
      std::find_if(shares.begin(), shares.end(), [&](const Share& share) { return share.engine == engine; });
  if (found != shares.end()) return *found;
  return shares.emplace_back(Share{.engine = engine, .places = {}, .requests = {}});
}

Status Ensemble::CheckReady() const {
  for (const auto& engine : options_.engines) WS_RETURN_IF_ERROR(engine->CheckReady());
  return OkStatus();
}

StatusOr<size_t> Ensemble::EngineOf(const VoiceSpec& voice) const {
  if (voice.engine.empty()) return 0;
  for (size_t i = 0; i < options_.engines.size(); ++i) {
    if (options_.engines[i]->name() == voice.engine) return i;
  }
  return InvalidArgument("voice: there is no engine \"" + voice.engine + "\" here");
}

Status Ensemble::CheckVoice(const VoiceSpec& voice, std::string_view language) const {
  WS_ASSIGN_OR_RETURN(const size_t engine, EngineOf(voice));
  return options_.engines[engine]->CheckVoice(voice, language);
}

bool Ensemble::Clones(const VoiceSpec& voice) const {
  const auto engine = EngineOf(voice);
  return engine.ok() && options_.engines[*engine]->Clones(voice);
}

std::vector<std::pair<std::string, std::string>> Ensemble::Versions() const {
  std::vector<std::pair<std::string, std::string>> versions;
  versions.reserve(options_.engines.size());
  for (const auto& engine : options_.engines) versions.emplace_back(engine->name(), engine->version());
  return versions;
}

std::optional<size_t> Ensemble::StandIn(size_t engine, const SpeakRequest& request) const {
  if (!options_.stand_in) return std::nullopt;
  for (size_t i = engine + 1; i < options_.engines.size(); ++i) {
    if (options_.engines[i]->CheckLanguage(request.language).ok()) return i;
  }
  return std::nullopt;
}

// Lines that fail and have somebody to stand in go to `again`; all others are answered.
Status Ensemble::SpeakShare(const Share& share, const SpokenSink& sink, std::vector<Share>& again,
                            std::vector<std::string>& reasons, const std::stop_token& stop) {
  Synthesizer& engine = *options_.engines[share.engine];
  const auto answer = [&](size_t n, StatusOr<SpokenLine> line) {
    const size_t place = share.places[n];
    if (!line.ok()) {
      const auto other = StandIn(share.engine, share.requests[n]);
      if (!other.has_value()) return sink(place, std::move(line));
      reasons[place] +=
          std::string(engine.name()) + " could not speak this line (" + Message(line.status()) + "); ";
      Share& next = ShareOf(again, *other);
      next.places.push_back(place);
      next.requests.push_back(share.requests[n]);
      next.requests.back().voice.name.clear();
      return;
    }
    if (line->engine.empty()) line->engine = engine.name();
    if (!reasons[place].empty()) {
      line->warnings.insert(line->warnings.begin(), reasons[place] + line->engine + " spoke it");
    }
    sink(place, std::move(line));
  };
  return engine.Synthesize(share.requests, answer, stop);
}

Status Ensemble::Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                            const std::stop_token& stop) {
  std::vector<Share> shares;
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto engine = EngineOf(requests[i].voice);
    if (!engine.ok()) {
      sink(i, engine.status());
      continue;
    }
    Share& share = ShareOf(shares, *engine);
    share.places.push_back(i);
    share.requests.push_back(requests[i]);
  }
  std::vector<std::string> reasons(requests.size());
  while (!shares.empty()) {
    std::vector<Share> again;
    for (const Share& share : shares) {
      WS_RETURN_IF_ERROR(SpeakShare(share, sink, again, reasons, stop));
    }
    shares = std::move(again);
  }
  return OkStatus();
}

}  // namespace

std::unique_ptr<Synthesizer> MakeEnsemble(EnsembleOptions options) {
  return std::make_unique<Ensemble>(std::move(options));
}

}  // namespace waveshift::tts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/engines.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "config/settings.h"
#include "tts/ensemble.h"
#include "tts/espeak/espeak.h"
#include "tts/espeak/voice_list.h"
#include "tts/indextts/engine.h"
#include "tts/kokoro/cast.h"
#include "tts/kokoro/kokoro.h"
#include "tts/piper/piper.h"

namespace waveshift::app {
namespace {

using SynthesizerPtr = std::shared_ptr<tts::Synthesizer>;

// Best first.
constexpr std::array<std::string_view, 4> kEngines = {"indextts", "kokoro", "piper", "espeak"};

ggml::DeviceKind GgmlDeviceOf(const EngineChoice& choice) {
  if (choice.device == "cuda") return ggml::DeviceKind::kCuda;
  return choice.device == "cpu" ? ggml::DeviceKind::kCpu : ggml::DeviceKind::kAuto;
}

onnx::Device DeviceOf(const EngineChoice& choice) {
  if (choice.device == "cuda") return onnx::Device::kCuda;
  return choice.device == "cpu" ? onnx::Device::kCpu : onnx::Device::kAuto;
}

SynthesizerPtr Make(std::string_view name, const EngineChoice& choice) {
  const auto threads = std::max(0, choice.threads);
  if (name == "indextts") {
    tts::IndexTtsOptions options;
    options.folder = choice.model_dir + "/indextts";
    options.threads = threads;
    options.device = GgmlDeviceOf(choice);
    return tts::MakeIndexTts(options);
  }
  if (name == "kokoro") {
    tts::KokoroOptions options;
    options.folder = choice.model_dir + "/kokoro";
    options.threads = threads;
    options.device = DeviceOf(choice);
    return tts::MakeKokoro(options);
  }
  if (name == "piper") {
    tts::PiperOptions options;
    options.folder = choice.model_dir + "/piper";
    options.threads = threads;
    options.device = DeviceOf(choice);
    return tts::MakePiper(options);
  }
  tts::EspeakOptions options;
  options.threads = static_cast<size_t>(threads);
  return tts::MakeEspeak(options);
}

SynthesizerPtr Shared(std::string_view name, const EngineChoice& choice) {
  using Key = std::tuple<std::string, std::string, std::string, int>;
  static std::mutex mutex;
  static auto* const engines = new std::map<Key, SynthesizerPtr>;
  const std::lock_guard lock(mutex);
  SynthesizerPtr& engine = (*engines)[Key(name, choice.model_dir, choice.device, choice.threads)];
  if (engine == nullptr) engine = Make(name, choice);
  return engine;
}

voices::VoiceNamer NamerOf(std::string_view name) {
  if (name == "kokoro") return &tts::KokoroCast;
  if (name == "espeak") return &tts::EspeakVoiceName;
  return nullptr;
}

Status CheckFor(const tts::Synthesizer& engine, std::string_view language) {
  return language.empty() ? engine.CheckReady() : engine.CheckLanguage(language);
}

// Engines in the order in which they speak, and what is to be said about the choice.
struct Members {
  std::vector<SynthesizerPtr> engines;
  std::string notice;

  bool Has(std::string_view name) const {
    return std::any_of(engines.begin(), engines.end(),
                       [&](const SynthesizerPtr& engine) { return engine->name() == name; });
  }
};

// The best engine, and those after it that may stand in for it.
StatusOr<Members> BestEngines(const EngineChoice& choice, std::string_view language) {
  Members members;
  std::string why;
  Status last;
  for (const std::string_view name : kEngines) {
    if (name == "indextts" && !choice.has_recordings) continue;
    const SynthesizerPtr engine = Shared(name, choice);
    if (!members.engines.empty()) {
      if (language.empty() || engine->Speaks(language)) members.engines.push_back(engine);
      continue;
    }
    last = CheckFor(*engine, language);
    if (last.ok()) {
      members.engines.push_back(engine);
      if (name == "espeak") members.notice = "no neural voice: espeak speaks (" + why + ")";
    }
    // A model that has to be made first is nothing to miss.
    if (name != "indextts") why += (why.empty() ? "" : "; ") + Message(last);
  }
  if (members.engines.empty()) return last;
  return members;
}

StatusOr<SynthesizerPtr> NamedEngine(const std::string& name, const EngineChoice& choice,
                                     std::string_view language) {
  SynthesizerPtr engine = Shared(name, choice);
  WS_RETURN_IF_ERROR(engine->CheckReady());
  const Status speaks = CheckFor(*engine, language);
  if (speaks.code() == StatusCode::kInvalidArgument) {
    return InvalidArgument("target language: " + name + " does not speak \"" + std::string(language) + "\"");
  }
  WS_RETURN_IF_ERROR(speaks);
  return engine;
}

service::Engine EngineOf(Members members, bool stand_in) {
  service::Engine engine;
  engine.voice_namer = NamerOf(members.engines.front()->name());
  for (const SynthesizerPtr& member : members.engines) {
    engine.other_namers.emplace(member->name(), NamerOf(member->name()));
  }
  engine.notice = std::move(members.notice);
  engine.synthesizer = members.engines.size() == 1
                           ? members.engines.front()
                           : tts::MakeEnsemble({.engines = std::move(members.engines), .stand_in = stand_in});
  return engine;
}

}  // namespace

EngineChoice ChoiceFrom(const config::Settings& settings) {
  return {.word = settings.engine, .model_dir = settings.model_dir, .device = settings.device};
}

std::vector<std::string> EngineNames() { return {kEngines.begin(), kEngines.end()}; }

StatusOr<std::string> ResolveEngine(std::string_view word) {
  if (word == "none") return std::string();
  if (word == "auto" || word.empty()) return std::string("auto");
  if (std::find(kEngines.begin(), kEngines.end(), word) != kEngines.end()) return std::string(word);
  return InvalidArgument("engine: must be auto, indextts, kokoro, piper, espeak or none, not \"" +
                         std::string(word) + "\"");
}

StatusOr<service::Engine> MakeEngine(const EngineChoice& choice, std::string_view language,
                                     const std::vector<std::string>& others) {
  WS_ASSIGN_OR_RETURN(const std::string name, ResolveEngine(choice.word));
  if (name.empty()) return service::Engine();
  const bool is_auto = name == "auto";
  Members members;
  if (is_auto) {
    WS_ASSIGN_OR_RETURN(members, BestEngines(choice, language));
  } else {
    WS_ASSIGN_OR_RETURN(members.engines.emplace_back(), NamedEngine(name, choice, language));
  }
  for (const std::string& other : others) {
    WS_ASSIGN_OR_RETURN(SynthesizerPtr engine, NamedEngine(other, choice, language));
    if (!members.Has(other)) members.engines.push_back(std::move(engine));
  }
  return EngineOf(std::move(members), is_auto);
}

service::SpeechEngines SpeechEnginesFor(const EngineChoice& choice) {
  service::SpeechEngines engines;
  const auto preferred = ResolveEngine(choice.word);
  // A word that is none, or an engine of other builds, is an error of each request that leaves it open.
  if (preferred.ok() && preferred->empty()) return engines;
  engines.names = EngineNames();
  engines.preferred = preferred.ok() ? *preferred : choice.word;
  engines.make = [choice](const std::string& name, const std::string& language) {
    EngineChoice chosen = choice;
    chosen.word = name;
    return MakeEngine(chosen, language);
  };
  return engines;
}

}  // namespace waveshift::app

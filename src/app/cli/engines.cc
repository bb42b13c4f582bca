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
#include "tts/espeak/espeak.h"
#include "tts/espeak/voice_list.h"
#include "tts/kokoro/cast.h"
#include "tts/kokoro/kokoro.h"
#include "tts/piper/piper.h"

namespace waveshift::app {
namespace {

using SynthesizerPtr = std::shared_ptr<tts::Synthesizer>;

// Best first. What is not among EngineNames() belongs to other builds.
constexpr std::array<std::string_view, 4> kKnownEngines = {"indextts", "kokoro", "piper", "espeak"};
constexpr std::array<std::string_view, 3> kEngines = {"kokoro", "piper", "espeak"};

onnx::Device DeviceOf(const EngineChoice& choice) {
  if (choice.device == "cuda") return onnx::Device::kCuda;
  return choice.device == "cpu" ? onnx::Device::kCpu : onnx::Device::kAuto;
}

SynthesizerPtr Make(std::string_view name, const EngineChoice& choice) {
  const auto threads = std::max(0, choice.threads);
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

StatusOr<service::Engine> BestEngine(const EngineChoice& choice, std::string_view language) {
  std::string why;
  Status last;
  for (const std::string_view name : kEngines) {
    const SynthesizerPtr engine = Shared(name, choice);
    last = CheckFor(*engine, language);
    if (last.ok()) {
      const bool is_best = name == kEngines.front() || name == "piper";
      return service::Engine{engine, NamerOf(name),
                             is_best ? "" : "no neural voice: espeak speaks (" + why + ")"};
    }
    why += (why.empty() ? "" : "; ") + Message(last);
  }
  return last;
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
  if (std::find(kKnownEngines.begin(), kKnownEngines.end(), word) != kKnownEngines.end()) {
    return FailedPrecondition("engine: " + std::string(word) + " is not part of this build; use auto");
  }
  return InvalidArgument("engine: must be auto, kokoro, piper, espeak or none, not \"" + std::string(word) +
                         "\"");
}

StatusOr<service::Engine> MakeEngine(const EngineChoice& choice, std::string_view language) {
  WS_ASSIGN_OR_RETURN(const std::string name, ResolveEngine(choice.word));
  if (name.empty()) return service::Engine();
  if (name == "auto") return BestEngine(choice, language);
  const SynthesizerPtr engine = Shared(name, choice);
  WS_RETURN_IF_ERROR(engine->CheckReady());
  const Status speaks = CheckFor(*engine, language);
  if (speaks.code() == StatusCode::kInvalidArgument) {
    return InvalidArgument("target language: " + name + " does not speak \"" + std::string(language) + "\"");
  }
  WS_RETURN_IF_ERROR(speaks);
  return service::Engine{engine, NamerOf(name), ""};
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

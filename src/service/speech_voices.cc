// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/speech_voices.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/guess_language.h"
#include "text/language.h"
#include "text/words.h"

namespace waveshift::service {
namespace {

// "tts-1-hd" is one of the first.
constexpr std::array<std::string_view, 2> kOpenAiModels = {"tts-1", "gpt-4o-mini-tts"};

struct OpenAiVoice {
  std::string_view name;
  bool is_high = false;         // a woman's
  std::string_view in_english;  // Kokoro's: the one that bears its name, else a well graded one
};
constexpr std::array<OpenAiVoice, 13> kOpenAiVoices = {{{"alloy", true, "af_alloy"},
                                                        {"ash", false, "am_michael"},
                                                        {"ballad", false, "bm_george"},
                                                        {"cedar", false, "am_puck"},
                                                        {"coral", true, "af_heart"},
                                                        {"echo", false, "am_echo"},
                                                        {"fable", false, "bm_fable"},
                                                        {"marin", true, "af_bella"},
                                                        {"nova", true, "af_nova"},
                                                        {"onyx", false, "am_onyx"},
                                                        {"sage", true, "af_sarah"},
                                                        {"shimmer", true, "af_sky"},
                                                        {"verse", false, "am_fenrir"}}};

const OpenAiVoice* FindOpenAiVoice(std::string_view name) {
  const auto* const found = std::find_if(kOpenAiVoices.begin(), kOpenAiVoices.end(),
                                         [&](const OpenAiVoice& voice) { return voice.name == name; });
  return found == kOpenAiVoices.end() ? nullptr : &*found;
}

bool IsFirstVoice(std::string_view name) { return name == "auto" || name == "default"; }

// How many of OpenAI's voices of this sex there are, or stand before `voice`.
size_t CountOf(bool high, const OpenAiVoice* before = nullptr) {
  size_t count = 0;
  for (const OpenAiVoice& voice : kOpenAiVoices) {
    if (&voice == before) break;
    if (voice.is_high == high) ++count;
  }
  return count;
}

// The engine's own name for one of OpenAI's voices; "" lets the engine choose.
std::string NameFor(const OpenAiVoice& voice, const Engine& engine, const std::string& language) {
  std::string english(voice.in_english);
  const bool is_english = text::PrimarySubtag(language) == "en";
  if (is_english && engine.synthesizer->FindVoice(english).ok()) return english;
  const size_t index = CountOf(voice.is_high, &voice);
  const voices::VoiceNamer& namer = engine.voice_namer;
  std::vector<std::string> names;
  if (namer.is_cast()) {
    for (const tts::CastVoice& cast : namer.Cast(language, CountOf(false), CountOf(true))) {
      const bool fits = cast.is_high == voice.is_high && engine.synthesizer->FindVoice(cast.name).ok();
      if (fits) names.push_back(cast.name);
    }
  } else {
    for (size_t i = 0; i <= index; ++i) {
      std::string name = namer.Variant(language, voice.is_high, i);
      if (name.empty()) break;
      names.push_back(std::move(name));
    }
  }
  return names.empty() ? "" : names[index % names.size()];
}

bool SharesScript(std::string_view text, std::string_view language) {
  const auto letters = text::LettersByScript(text);
  const std::vector<std::string> scripts = text::ScriptsOfLanguage(language);
  return letters.empty() || std::any_of(scripts.begin(), scripts.end(),
                                        [&](const std::string& script) { return letters.count(script) > 0; });
}

std::string LanguageOf(const SpeechRequest& request, const std::string& voice_language) {
  if (!request.language.empty()) return request.language;
  const std::string guess = text::GuessLanguage(request.input);
  if (voice_language.empty()) return guess.empty() ? "en" : guess;
  const bool is_voices_own = guess.empty() ? SharesScript(request.input, voice_language)
                                           : guess == text::PrimarySubtag(voice_language);
  if (is_voices_own) return voice_language;
  return guess.empty() ? "en" : guess;
}

SpeechError NoSuchModel(const std::string& model, const std::string& why) {
  return {.status = 404,
          .code = "not_found",
          .message = "model: " + text::CollapseWhitespace(model) + " " + why,
          .param = "model",
          .openai_code = "model_not_found"};
}

SpeechError NoSuchVoice(const std::string& message) {
  const std::string field = "voice: ";
  return WrongField("voice", message.starts_with(field) ? message.substr(field.size()) : message,
                    "invalid_value");
}

// Which engine is meant, "auto" included.
SpeechError FindEngine(const std::string& model, const SpeechEngines& engines, std::string& name) {
  if (IsAnyModel(model) && !engines.names.empty()) {
    name = engines.preferred;
    return {};
  }
  if (std::find(engines.names.begin(), engines.names.end(), model) == engines.names.end())
    return NoSuchModel(model, "is not known here; GET /v1/models lists what is");
  name = model;
  const auto ready = engines.make(name, "");
  return ready.ok() ? SpeechError{} : NoSuchModel(model, "cannot speak: " + Message(ready.status()));
}

// An engine's own voice. With "auto" it also says whose it is: `name` becomes that engine's.
SpeechError FindOwnVoice(const std::string& voice, const SpeechEngines& engines, std::string& name,
                         tts::VoiceInfo& info) {
  std::vector<std::string> candidates = {name};
  if (name == "auto") candidates = engines.names;
  Status last;
  for (const std::string& candidate : candidates) {
    const auto engine = engines.make(candidate, "");
    if (!engine.ok()) continue;
    auto found = engine->synthesizer->FindVoice(voice);
    last = found.status();
    if (!found.ok()) continue;
    name = candidate;
    info = *std::move(found);
    return {};
  }
  if (candidates.size() == 1 && !last.ok()) return NoSuchVoice(Message(last));
  return NoSuchVoice("nobody here has the voice \"" + text::CollapseWhitespace(voice) +
                     "\"; GET /v1/audio/voices lists them");
}

SpeechError MakeFor(const SpeechEngines& engines, const std::string& name, Speaker& speaker) {
  auto engine = engines.make(name, speaker.language);
  if (engine.ok() && engine->synthesizer == nullptr) return NoSuchModel(name, "cannot speak");
  if (engine.ok()) {
    speaker.engine = *std::move(engine);
    return {};
  }
  if (engine.status().code() == StatusCode::kInvalidArgument) {
    const std::string who = name == "auto" ? "no engine here speaks" : name + " does not speak";
    return WrongField("language", who + " \"" + speaker.language + "\"", "invalid_value");
  }
  return {.status = HttpStatusFor(engine.status()),
          .code = std::string(CodeWord(engine.status())),
          .message = Message(engine.status()),
          .param = "",
          .openai_code = ""};
}

}  // namespace

bool IsAnyModel(std::string_view model) {
  if (model == "auto") return true;
  return std::any_of(kOpenAiModels.begin(), kOpenAiModels.end(), [&](std::string_view name) {
    return model == name || (model.starts_with(name) && model[name.size()] == '-');
  });
}

SpeechError ResolveSpeaker(const SpeechRequest& request, const SpeechEngines& engines, Speaker& speaker) {
  std::string name;
  if (SpeechError error = FindEngine(request.model, engines, name); error.is_error()) return error;
  const OpenAiVoice* const openai = FindOpenAiVoice(request.voice);
  tts::VoiceInfo info;
  const bool is_own_name = openai == nullptr && !IsFirstVoice(request.voice);
  if (is_own_name) {
    if (SpeechError error = FindOwnVoice(request.voice, engines, name, info); error.is_error()) return error;
    speaker.voice.name = info.name;
  }
  speaker.language = LanguageOf(request, info.language);
  if (SpeechError error = MakeFor(engines, name, speaker); error.is_error()) return error;
  if (openai != nullptr) speaker.voice.name = NameFor(*openai, speaker.engine, speaker.language);
  return {};
}

}  // namespace waveshift::service

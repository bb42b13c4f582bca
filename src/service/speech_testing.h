// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: engines of which one speaks without a network's weights, when the test lets it.
#ifndef WAVESHIFT_SERVICE_SPEECH_TESTING_H_
#define WAVESHIFT_SERVICE_SPEECH_TESTING_H_

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/speech_voices.h"
#include "tts/espeak/espeak.h"
#include "tts/espeak/voice_list.h"
#include "tts/kokoro/cast.h"
#include "tts/kokoro/voice_table.h"
#include "tts/kokoro/voices.h"

namespace waveshift::service::testing {

// Kokoro's voices and languages; what it says is a tone of 50 ms a byte of the text, at 22050 Hz.
class ToneKokoro : public tts::Synthesizer {
 public:
  static constexpr int kRateHz = 22050;

  std::string_view name() const override { return "kokoro"; }
  std::string version() const override { return "tone"; }
  Status CheckReady() const override { return OkStatus(); }
  bool Speaks(std::string_view language) const override {
    return tts::KokoroLanguageLetter(language) != '\0';
  }
  std::vector<tts::VoiceInfo> Voices() const override {
    std::vector<tts::VoiceInfo> voices;
    for (const tts::KokoroVoice& voice : tts::KokoroVoiceTable()) voices.push_back(Info(voice.name));
    return voices;
  }
  StatusOr<tts::VoiceInfo> FindVoice(std::string_view name) const override {
    WS_ASSIGN_OR_RETURN(const std::vector<tts::VoicePart> parts, tts::ParseKokoroVoice(name));
    for (const tts::VoicePart& part : parts) {
      const auto table = tts::KokoroVoiceTable();
      if (std::none_of(table.begin(), table.end(),
                       [&](const auto& voice) { return voice.name == part.name; }))
        return InvalidArgument("voice: kokoro has no voice \"" + part.name + "\"");
    }
    tts::VoiceInfo info = Info(parts.front().name);
    info.name = tts::KokoroBlendName(parts);
    return info;
  }
  // A text with FAIL fails; in one with NOTHING there is nothing to say; one with the word of Hold() waits.
  Status Synthesize(std::span<const tts::SpeakRequest> requests, const tts::SpokenSink& sink,
                    const std::stop_token& stop) override {
    for (size_t i = 0; i < requests.size(); ++i) {
      WS_RETURN_IF_ERROR(Wait(requests[i], stop));
      const std::string& text = requests[i].text;
      if (text.find("FAIL") != std::string::npos) {
        sink(i, Internal("kokoro: told to fail"));
      } else if (text.find("NOTHING") != std::string::npos) {
        sink(i, InvalidArgument("text: kokoro finds nothing in it to say"));
      } else {
        sink(i, Tone(requests[i]));
      }
    }
    return OkStatus();
  }

  void Hold(std::string word) {
    const std::lock_guard lock(mutex_);
    held_ = std::move(word);
    changed_.notify_all();
  }
  void Release() { Hold(""); }
  bool WaitUntilHeld() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return waiting_ > 0; });
  }
  std::vector<tts::SpeakRequest> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static tts::VoiceInfo Info(std::string_view name) {
    tts::VoiceInfo info{.name = std::string(name), .language = std::string(tts::KokoroVoiceLanguage(name))};
    info.gender = name[1] == 'f' ? tts::VoiceInfo::Gender::kFemale : tts::VoiceInfo::Gender::kMale;
    return info;
  }
  Status Wait(const tts::SpeakRequest& request, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    asked_.push_back(request);
    const auto may_go = [&] { return held_.empty() || request.text.find(held_) == std::string::npos; };
    if (may_go()) return OkStatus();
    ++waiting_;
    changed_.notify_all();
    const bool goes = changed_.wait(lock, stop, may_go);
    --waiting_;
    return goes ? OkStatus() : Cancelled("kokoro: stopped");
  }
  static tts::SpokenLine Tone(const tts::SpeakRequest& request) {
    tts::SpokenLine line;
    line.voice = request.voice.name.empty() ? "first" : request.voice.name;
    line.audio.sample_rate_hz = kRateHz;
    const auto n =
        static_cast<size_t>(0.05 * static_cast<double>(request.text.size()) * kRateHz / request.speed);
    for (size_t i = 0; i < n; ++i)
      line.audio.samples.push_back(static_cast<float>(0.3 * std::sin(0.1 * static_cast<double>(i))));
    return line;
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string held_;
  int waiting_ = 0;
  std::vector<tts::SpeakRequest> asked_;
};

// That one and the real espeak, chosen as the program chooses. Outlives what it gives.
struct FakeEngines {
  std::shared_ptr<ToneKokoro> kokoro = std::make_shared<ToneKokoro>();
  std::shared_ptr<tts::Synthesizer> espeak = tts::MakeEspeak();
  std::string preferred = "auto";
  std::string not_ready;  // an engine without its model

  SpeechEngines All() {
    return {.names = {"kokoro", "espeak"},
            .preferred = preferred,
            .make = [this](const std::string& name, const std::string& language) {
              if (name != "auto") return Make(name, language);
              auto best = Make("kokoro", language);
              return best.ok() ? best : Make("espeak", language);
            }};
  }

 private:
  StatusOr<Engine> Make(const std::string& name, const std::string& language) const {
    if (name == not_ready) return FailedPrecondition(name + " has no model");
    Engine engine{.synthesizer = espeak, .voice_namer = &tts::EspeakVoiceName, .notice = ""};
    if (name == "kokoro") engine = {.synthesizer = kokoro, .voice_namer = &tts::KokoroCast, .notice = ""};
    if (!language.empty()) WS_RETURN_IF_ERROR(engine.synthesizer->CheckLanguage(language));
    return engine;
  }
};

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_SPEECH_TESTING_H_

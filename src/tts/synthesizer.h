// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The one interface of every speech engine.
#ifndef WAVESHIFT_TTS_SYNTHESIZER_H_
#define WAVESHIFT_TTS_SYNTHESIZER_H_

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audio/buffer.h"
#include "base/status.h"

namespace waveshift::tts {

// Whose voice. `name` is the engine's own ("en-us+f3", "af_heart"); "" lets the engine choose by language.
// Engines that clone use `reference_path`. What an engine cannot use it ignores; SpokenLine::voice says what
// it made of it.
struct VoiceSpec {
  std::string engine;  // which engine of an Ensemble speaks; "" = its first
  std::string name;
  std::string reference_path;
  std::string reference_id;  // stands for the recording's content; "" = not known
  double pitch_hz = 0;       // median fundamental frequency to aim at; 0 = the voice's own
  double pitch_range = 1;    // liveliness of the pitch against the voice's own
  double natural_rate =
      1;  // the speaker's habitual tempo against the voice's own; part of the voice, not of the fit to a slot
};

struct SpeakRequest {
  std::string text;      // one line, UTF-8
  std::string language;  // BCP-47
  VoiceSpec voice;
  double speed = 1.0;  // tempo asked of the engine; 1.0 natural
};

struct SpokenLine {
  audio::MonoBuffer audio;  // silence at head and tail trimmed (at most 20 ms left)
  std::string engine;       // the engine that spoke, when it is not the one that was asked
  std::string voice;        // the voice that spoke, for reports
  std::vector<std::string> warnings;
};

// A voice as engines list theirs.
struct VoiceInfo {
  enum class Gender { kUnknown, kFemale, kMale };
  std::string name;      // for VoiceSpec::name
  std::string language;  // BCP-47: the one that it was made for; "" when not known
  Gender gender = Gender::kUnknown;
};

// Called once per request, in any order, from the thread that called Synthesize.
using SpokenSink = std::function<void(size_t index, StatusOr<SpokenLine> line)>;

class Synthesizer {
 public:
  virtual ~Synthesizer() = default;

  // The contract's word: "espeak", "kokoro", "piper", "indextts".
  virtual std::string_view name() const = 0;
  // Changes whenever the same request would sound different.
  virtual std::string version() const = 0;
  // OK when it can speak now; FailedPrecondition says what is missing and how to mend it.
  virtual Status CheckReady() const = 0;
  // True when it speaks this language at all.
  virtual bool Speaks(std::string_view language) const = 0;
  // OK when it can speak this language now; else what is missing for it (FailedPrecondition), or
  // InvalidArgument when it does not speak it at all.
  virtual Status CheckLanguage(std::string_view language) const;
  // OK when it has this voice for this language; else InvalidArgument says what is wrong with it.
  virtual Status CheckVoice(const VoiceSpec& voice, std::string_view language) const;
  // Whether it speaks with this voice by imitating a recording.
  virtual bool Clones(const VoiceSpec& voice) const;
  // Name and version of each engine that may speak, the usual one first.
  virtual std::vector<std::pair<std::string, std::string>> Versions() const;

  // The voices that can be asked for by name, in a fixed order; none when it has no names for them.
  virtual std::vector<VoiceInfo> Voices() const { return {}; }
  // What VoiceSpec::name would speak with: one of Voices(), or made of them (a blend, a variant).
  // InvalidArgument when there is no such voice.
  virtual StatusOr<VoiceInfo> FindVoice(std::string_view name) const;

  // Speaks all requests; a line that fails is reported through the sink and does not stop the others. The
  // returned status is an error only when nothing can go on (Cancelled, FailedPrecondition). Thread-safe.
  virtual Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                            const std::stop_token& stop) = 0;
};

// Name and version of the engine that speaks with this voice: part of the journal's key.
std::string IdentityFor(const Synthesizer& synthesizer, const VoiceSpec& voice);

// One line, through the batch interface.
StatusOr<SpokenLine> SpeakOne(Synthesizer& synthesizer, const SpeakRequest& request,
                              const std::stop_token& stop);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_SYNTHESIZER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Which voices an espeak-ng installation has, and which one speaks a language. Pure values; any thread.
#ifndef WAVESHIFT_TTS_ESPEAK_VOICE_LIST_H_
#define WAVESHIFT_TTS_ESPEAK_VOICE_LIST_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tts/synthesizer.h"

namespace waveshift::tts {

// A voice of espeak-ng: a language of its list and a variant ("f3", "" for none).
struct EspeakVoice {
  std::string language;
  std::string variant;
  // As `-v` takes it: "en-us+f3".
  std::string Argument() const { return variant.empty() ? language : language + "+" + variant; }
};

class EspeakVoiceList {
 public:
  // From the tables that `espeak-ng --voices` and `espeak-ng --voices=variant` print. Lines of another shape
  // are passed over; DataLoss when no voice is left. At most kMostVoices are kept of each.
  static constexpr size_t kMostVoices = 4096;
  static StatusOr<EspeakVoiceList> Parse(std::string_view voices_table, std::string_view variants_table);

  // The list's language for a BCP-47 tag, with fall-back from right to left ("pt-BR" -> "pt-br", "de-AT" ->
  // "de", "zh" -> Mandarin, "zh-HK" -> Cantonese, "en" -> "en-us", "no" -> "nb", "iw" -> "he"); "" when
  // espeak-ng does not speak it.
  std::string LanguageFor(std::string_view tag) const;

  // The voice for VoiceSpec::name and a line's language. `name` is "", "LANGUAGE", "LANGUAGE+VARIANT" or
  // "+VARIANT". InvalidArgument when the language is not spoken, the name has other characters than letters,
  // digits, '+', '-' and '_', or there is no such variant.
  StatusOr<EspeakVoice> Resolve(std::string_view name, std::string_view tag) const;

  // Its languages as voices of their own, in the order of their names; a variant is found as well. See
  // Synthesizer. Here a name must be one of the lists': there is no fall-back.
  std::vector<VoiceInfo> Voices() const;
  StatusOr<VoiceInfo> FindVoice(std::string_view name) const;

  size_t languages() const { return languages_.size(); }

 private:
  // Language or alias in lower case -> language as -v takes it.
  std::map<std::string, std::string, std::less<>> languages_;
  std::map<std::string, std::string, std::less<>> aliases_;
  std::set<std::string, std::less<>> variants_;
  // Language in lower case -> what the list's column says, 'M' or 'F'.
  std::map<std::string, char, std::less<>> genders_;
};

// Names of distinct espeak voices (voices::VoiceNamer): the language's tag and the index-th low (m...) or
// high (f...) variant; "" when there are no more, or the language is no tag.
std::string EspeakVoiceName(std::string_view language, bool high_voice, size_t index);

// The value for `-p` at which a voice's median pitch is nearest to `pitch_hz`; 50 (the voice's own) when
// `pitch_hz` is no positive number.
int EspeakPitchArgument(const EspeakVoice& voice, double pitch_hz);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_ESPEAK_VOICE_LIST_H_

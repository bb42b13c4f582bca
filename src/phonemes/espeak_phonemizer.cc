// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <utility>

#include "phonemes/espeak_process.h"
#include "phonemes/phonemizer.h"
#include "phonemes/punctuation_internal.h"
#include "phonemes/text_check_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes {
namespace {

class EspeakPhonemizer final : public Phonemizer {
 public:
  explicit EspeakPhonemizer(const PhonemizerOptions& options)
      : process_(options.espeak_program, options.time_limit) {}

  StatusOr<std::string> Phonemize(std::string_view text, std::string_view language) const override {
    WS_RETURN_IF_ERROR(internal::CheckText(text));
    WS_ASSIGN_OR_RETURN(const std::string voice, VoiceOf(language));
    const auto sounds_of = [&](const std::vector<std::string>& words) { return Sounds(words, voice); };
    WS_ASSIGN_OR_RETURN(
        const std::u32string sounds,
        internal::ReplaceWords(internal::LatinPunctuation(text::ToCodePoints(text)), sounds_of));
    return text::ToUtf8(internal::TrimSpaces(sounds));
  }

  bool Knows(std::string_view language) const override { return VoiceOf(language).ok(); }
  Status Check(std::string_view language) const override {
    WS_RETURN_IF_ERROR(VoiceOf(language).status());
    return process_.Check();
  }

 private:
  // A voice's name is a language tag for CanonicalLanguage too, but it may be a longer one than ours.
  static StatusOr<std::string> VoiceOf(std::string_view language) {
    const bool is_name = !language.empty() && std::all_of(language.begin(), language.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (is_name && language.find('-') != std::string_view::npos) return std::string(language);
    return EspeakVoiceOf(language);
  }

  StatusOr<std::vector<std::string>> Sounds(const std::vector<std::string>& words,
                                            const std::string& voice) const {
    WS_ASSIGN_OR_RETURN(std::vector<std::string> ipa, process_.Ipa(words, voice));
    for (std::string& one : ipa) std::erase(one, '^');
    return ipa;
  }

  const EspeakProcess process_;
};

}  // namespace

StatusOr<std::unique_ptr<Phonemizer>> MakeEspeakPhonemizer(const PhonemizerOptions& options) {
  WS_RETURN_IF_ERROR(internal::CheckOptions(options));
  return std::unique_ptr<Phonemizer>(std::make_unique<EspeakPhonemizer>(options));
}

}  // namespace waveshift::phonemes

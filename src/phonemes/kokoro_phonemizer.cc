// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "phonemes/espeak_process.h"
#include "phonemes/front_ends_internal.h"
#include "phonemes/kokoro_symbols.h"
#include "phonemes/phonemizer.h"
#include "phonemes/punctuation_internal.h"
#include "phonemes/text_check_internal.h"
#include "text/code_points.h"
#include "text/language.h"

namespace waveshift::phonemes {
namespace {

enum class Kind { kAmerican, kBritish, kEspeak, kMandarin, kJapanese };

struct Language {
  Kind kind = Kind::kEspeak;
  std::string espeak_voice;
};

// InvalidArgument for a language that the model was not trained on.
StatusOr<Language> LanguageOf(std::string_view tag) {
  WS_ASSIGN_OR_RETURN(const std::string voice, EspeakVoiceOf(tag));
  const std::string primary = text::PrimarySubtag(tag);
  if (voice == "en-us") return Language{Kind::kAmerican, voice};
  if (voice == "en-gb") return Language{Kind::kBritish, voice};
  // The model speaks one kind of each; espeak-ng's other regions would give sounds that it has not heard.
  if (primary == "es") return Language{Kind::kEspeak, "es"};
  if (primary == "fr") return Language{Kind::kEspeak, "fr-fr"};
  if (primary == "it" || primary == "hi") return Language{Kind::kEspeak, primary};
  if (primary == "ja") return Language{Kind::kJapanese, "ja"};
  if (primary == "zh" || voice == "cmn") return Language{Kind::kMandarin, "cmn"};
  if (primary == "pt") return Language{Kind::kEspeak, "pt-br"};
  return InvalidArgument("language '" + std::string(tag) +
                         "': kokoro speaks en, es, fr, hi, it, ja, pt and zh");
}

class KokoroPhonemizer final : public Phonemizer {
 public:
  explicit KokoroPhonemizer(const PhonemizerOptions& options)
      : espeak_(options.espeak_program, options.time_limit),
        mecab_(options.mecab_program, options.mecab_dictionary, options.time_limit) {}

  StatusOr<std::string> Phonemize(std::string_view text, std::string_view language) const override {
    WS_RETURN_IF_ERROR(internal::CheckText(text));
    WS_ASSIGN_OR_RETURN(const Language which, LanguageOf(language));
    const std::u32string plain = internal::PlainText(text::ToCodePoints(text));
    WS_ASSIGN_OR_RETURN(const std::u32string sounds, Sounds(plain, which));
    return text::ToUtf8(ToKokoroSymbols(sounds));
  }

  bool Knows(std::string_view language) const override { return LanguageOf(language).ok(); }

  Status Check(std::string_view language) const override {
    WS_ASSIGN_OR_RETURN(const Language which, LanguageOf(language));
    if (which.kind == Kind::kJapanese) WS_RETURN_IF_ERROR(mecab_.Check());
    return espeak_.Check();
  }

 private:
  StatusOr<std::u32string> Sounds(std::u32string_view text, const Language& language) const {
    if (language.kind == Kind::kEspeak) return internal::EspeakSounds(espeak_, text, language.espeak_voice);
    if (language.kind == Kind::kMandarin) return internal::MandarinSounds(espeak_, text);
    if (language.kind == Kind::kJapanese) return internal::JapaneseSounds(espeak_, mecab_, text);
    return internal::EnglishSounds(espeak_, text, language.kind == Kind::kBritish);
  }

  const EspeakProcess espeak_;
  const MecabProcess mecab_;
};

}  // namespace

StatusOr<std::unique_ptr<Phonemizer>> MakeKokoroPhonemizer(const PhonemizerOptions& options) {
  WS_RETURN_IF_ERROR(internal::CheckOptions(options));
  return std::unique_ptr<Phonemizer>(std::make_unique<KokoroPhonemizer>(options));
}

}  // namespace waveshift::phonemes

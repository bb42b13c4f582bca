// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/spoken_phonemes.h"

#include <utility>

#include "text/code_points.h"
#include "text/read_aloud.h"
#include "tts/espeak/spoken_text.h"

namespace waveshift::tts {

StatusOr<SpokenPhonemes> PhonemesOf(std::string_view text, std::string_view language,
                                    const phonemes::Phonemizer* phonemizer,
                                    std::string_view phonemizer_language, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const std::string plain, PlainSpokenText(text));
  WS_ASSIGN_OR_RETURN(text::SpokenText read, text::ReadAloud(plain, language));
  SpokenPhonemes spoken;
  spoken.warnings = std::move(read.warnings);
  for (const std::string& sentence : text::SplitSentences(read.text, language)) {
    if (stop.stop_requested()) return Cancelled("stopped");
    std::string said = sentence;
    if (phonemizer != nullptr) {
      WS_ASSIGN_OR_RETURN(said, phonemizer->Phonemize(sentence, phonemizer_language));
    }
    if (!spoken.symbols.empty() && !said.empty()) spoken.symbols.push_back(U' ');
    spoken.symbols += text::ToCodePoints(said);
  }
  return spoken;
}

}  // namespace waveshift::tts

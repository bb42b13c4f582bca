// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_SPOKEN_PHONEMES_H_
#define WAVESHIFT_TTS_SPOKEN_PHONEMES_H_

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "phonemes/phonemizer.h"

namespace waveshift::tts {

struct SpokenPhonemes {
  std::u32string symbols;             // phonemes and punctuation
  std::vector<std::string> warnings;  // what cannot be read aloud
};

// A line's text (see PlainSpokenText for what it may be) as a voice says it: read aloud in `language`
// (text::ReadAloud), then sentence by sentence through `phonemizer`, asked for `phonemizer_language`; without
// a phonemizer the symbols are the letters of what is read. Errors: InvalidArgument (text, language), those
// of the phonemizer, Cancelled. Any thread.
StatusOr<SpokenPhonemes> PhonemesOf(std::string_view text, std::string_view language,
                                    const phonemes::Phonemizer* phonemizer,
                                    std::string_view phonemizer_language, const std::stop_token& stop);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_SPOKEN_PHONEMES_H_

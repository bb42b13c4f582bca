// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "phonemes/front_ends_internal.h"
#include "phonemes/punctuation_internal.h"
#include "phonemes/replace_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

// Kokoro writes a diphthong or an affricate as one symbol.
constexpr auto kJoined = std::to_array<Rewrite>({{U"a^ɪ", U"I"},
                                                 {U"a^ʊ", U"W"},
                                                 {U"d^z", U"ʣ"},
                                                 {U"d^ʒ", U"ʤ"},
                                                 {U"e^ɪ", U"A"},
                                                 {U"o^ʊ", U"O"},
                                                 {U"ə^ʊ", U"Q"},
                                                 {U"s^s", U"S"},
                                                 {U"t^s", U"ʦ"},
                                                 {U"t^ʃ", U"ʧ"},
                                                 {U"ɔ^ɪ", U"Y"},
                                                 {U"^", U""},
                                                 {U"-", U""},
                                                 {U"¿", U""}});

}  // namespace

StatusOr<std::u32string> EspeakSounds(const EspeakProcess& espeak, std::u32string_view text,
                                      const std::string& voice) {
  const auto sounds_of = [&](const std::vector<std::string>& words) { return espeak.Ipa(words, voice); };
  WS_ASSIGN_OR_RETURN(const std::u32string ipa, ReplaceWords(text, sounds_of));
  return Rewritten(ipa, kJoined);
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a line's text to what espeak-ng is given. Pure; any thread.
#ifndef WAVESHIFT_TTS_ESPEAK_SPOKEN_TEXT_H_
#define WAVESHIFT_TTS_ESPEAK_SPOKEN_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::tts {

// Valid UTF-8 on one line without control characters, in which nothing is left that espeak-ng would take as a
// command. InvalidArgument when it is not UTF-8, longer than a line may be, or has nothing to say.
StatusOr<std::string> PlainSpokenText(std::string_view text);

struct TextPiece {
  std::string text;
  bool is_latin = false;
  bool after_pause = false;  // punctuation stands between the piece before and this one
};

// Cuts text that mixes Latin words into another script where the script changes; digits stay with their
// neighbours. Punctuation belongs to the piece before it. One piece when there would be more than
// kMostPieces, or nothing to cut.
inline constexpr size_t kMostPieces = 64;
std::vector<TextPiece> SplitLatinWords(std::string_view text);

// Unicode characters of valid UTF-8.
size_t CountCharacters(std::string_view utf8);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_ESPEAK_SPOKEN_TEXT_H_

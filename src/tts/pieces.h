// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_PIECES_H_
#define WAVESHIFT_TTS_PIECES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::tts {

// A part of a line that a network says at once.
struct Piece {
  std::u32string symbols;  // phonemes and punctuation, without spaces at its ends
  char32_t mark = U'\0';   // the punctuation that it ends with; 0 when it was cut between words
};

// Cuts phonemes at the ends of sentences. Sentences are put together as long as a piece has at most `wanted`
// symbols; one with more than `most` is cut after a comma, semicolon, colon or dash, failing that between
// words, failing that anywhere. Pieces in which nothing is said are left out. Pre: 0 < most. Pure; any
// thread.
std::vector<Piece> CutIntoPieces(std::u32string_view phonemes, size_t wanted, size_t most);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_PIECES_H_

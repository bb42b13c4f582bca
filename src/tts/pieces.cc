// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/pieces.h"

#include <algorithm>
#include <array>

namespace waveshift::tts {
namespace {

// Places to cut at, best first; behind the last one comes "anywhere".
constexpr std::array<std::u32string_view, 3> kCutsAfter = {U".!?\u2026", U",;:\u2014", U" "};
constexpr std::u32string_view kMarks = U".!?\u2026,;:\u2014";
// Marks that may stand behind the one that ends a sentence.
constexpr std::u32string_view kClosing = U"\"')\u201D\u2019";
constexpr std::u32string_view kSilent = U" .!?\u2026,;:\u2014\"'()\u201C\u201D\u2018\u2019-";

bool Has(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }

std::u32string_view Trim(std::u32string_view text) {
  const size_t begin = text.find_first_not_of(U' ');
  if (begin == std::u32string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(U' ') - begin + 1);
}

// The parts that end where `text` may be cut at this level; joined they are `text`.
std::vector<std::u32string_view> PartsOf(std::u32string_view text, size_t level, size_t most) {
  std::vector<std::u32string_view> parts;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    bool ends = false;
    if (level == kCutsAfter.size()) {
      ends = i + 1 - begin == most;
    } else if (Has(kCutsAfter.at(level), text[i])) {
      while (i + 1 < text.size() && (Has(kMarks, text[i + 1]) || Has(kClosing, text[i + 1]))) ++i;
      // A mark inside a word ("3.5", "e.g") ends nothing.
      ends = i + 1 == text.size() || text[i + 1] == U' ' || text[i] == U' ';
    }
    if (ends) {
      parts.push_back(text.substr(begin, i + 1 - begin));
      begin = i + 1;
    }
  }
  if (begin < text.size()) parts.push_back(text.substr(begin));
  return parts;
}

Piece PieceOf(std::u32string_view text) {
  Piece piece;
  piece.symbols = Trim(text);
  const size_t last = piece.symbols.find_last_not_of(kClosing);
  if (last != std::u32string::npos && Has(kMarks, piece.symbols[last])) piece.mark = piece.symbols[last];
  return piece;
}

void Cut(std::u32string_view text, size_t level, size_t wanted, size_t most, std::vector<Piece>& pieces) {
  std::u32string_view open;  // parts that are put together so far
  const auto close = [&] {
    const bool says_something = open.find_first_not_of(kSilent) != std::u32string_view::npos;
    if (says_something) pieces.push_back(PieceOf(open));
    open = {};
  };
  for (const std::u32string_view part : PartsOf(text, level, most)) {
    if (Trim(part).size() > most) {
      close();
      Cut(part, level + 1, most, most, pieces);
      continue;
    }
    const size_t together = open.size() + part.size();
    if (!open.empty() && together > wanted) close();
    open = open.empty() ? part : std::u32string_view(open.data(), together);
  }
  close();
}

}  // namespace

std::vector<Piece> CutIntoPieces(std::u32string_view phonemes, size_t wanted, size_t most) {
  std::vector<Piece> pieces;
  Cut(phonemes, 0, std::min(wanted, most), most, pieces);
  return pieces;
}

}  // namespace waveshift::tts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "phonemes/mandarin_data_internal.h"
#include "phonemes/mandarin_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

Syllable ParseSyllable(char32_t character, std::string_view pinyin) {
  Syllable syllable{character, std::string(pinyin), 5};
  if (!pinyin.empty() && pinyin.back() >= '1' && pinyin.back() <= '5') {
    syllable.tone = pinyin.back() - '0';
    syllable.base.pop_back();
  }
  return syllable;
}

// "yi1yi1" to the syllables of `word`; empty when there are not as many.
std::vector<Syllable> ParseReading(std::u32string_view word, std::string_view reading) {
  std::vector<Syllable> syllables;
  while (!reading.empty() && syllables.size() < word.size()) {
    const size_t end = std::min(reading.find_first_of("12345"), reading.size() - 1) + 1;
    syllables.push_back(ParseSyllable(word[syllables.size()], reading.substr(0, end)));
    reading.remove_prefix(end);
  }
  if (!reading.empty() || syllables.size() != word.size()) syllables.clear();
  return syllables;
}

}  // namespace

std::vector<Syllable> ReadMandarinWord(std::u32string_view word) {
  const MandarinData& data = MandarinData::Get();
  std::vector<Syllable> syllables;
  size_t at = 0;
  while (at < word.size()) {
    size_t length = std::min(word.size() - at, data.longest_word());
    std::vector<Syllable> part;
    // The longest phrase that begins here. A known word without a reading of its own is read by characters.
    for (; length > 1; --length) {
      const auto found = data.Find(word.substr(at, length));
      if (!found.has_value()) continue;
      if (!found->reading.empty()) part = ParseReading(word.substr(at, length), found->reading);
      break;
    }
    for (size_t i = part.size(); i < std::max<size_t>(length, 1); ++i) {
      part.push_back(ParseSyllable(word[at + i], data.ReadingOf(word[at + i])));
    }
    at += part.size();
    syllables.insert(syllables.end(), part.begin(), part.end());
  }
  return syllables;
}

}  // namespace waveshift::phonemes::internal

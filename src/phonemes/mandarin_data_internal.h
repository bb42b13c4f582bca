// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What is known of Chinese words: data/mandarin.txt, which tools/mandarin_data.py makes and the build embeds.
// Room-internal.
#ifndef WAVESHIFT_PHONEMES_MANDARIN_DATA_INTERNAL_H_
#define WAVESHIFT_PHONEMES_MANDARIN_DATA_INTERNAL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"

namespace waveshift::phonemes::internal {

// A place in a word: its first character, one inside, its last, or the only one.
enum WordPlace { kBegin = 0, kMiddle = 1, kEnd = 2, kSingle = 3 };

class MandarinData {
 public:
  // InvalidArgument with the line at fault.
  static StatusOr<MandarinData> Parse(std::string_view text);
  // The embedded data, parsed at the first call. Any thread; never goes.
  static const MandarinData& Get();

  struct Word {
    double cost = 0;           // minus natural logarithm of the probability
    bool is_phrase = false;    // here for its reading only; cost says nothing
    std::string_view reading;  // "yi1yi1dui4ying4", or "" when it is read as its characters are
  };
  std::optional<Word> Find(std::u32string_view word) const;
  // Of a character that is no word of its own here.
  double unknown_cost() const { return unknown_cost_; }
  size_t longest_word() const { return longest_word_; }

  // "zhong1"; "" when unknown.
  std::string_view ReadingOf(char32_t c) const;
  // Minus log probability of `c` in a place.
  double PlaceCost(char32_t c, WordPlace place) const;

 private:
  struct Entry {
    uint32_t begin = 0;  // in characters_
    uint8_t length = 0;
    uint8_t frequency = 0;  // as in the file
    uint16_t reading_length = 0;
    uint32_t reading = 0;  // in readings_
  };
  Status ParseReadings(std::string_view line);
  Status ParseHmm(std::string_view line);
  Status ParseWord(std::string_view line);
  std::u32string_view WordOf(const Entry& entry) const {
    return std::u32string_view(characters_).substr(entry.begin, entry.length);
  }

  std::unordered_map<char32_t, std::string> single_;
  std::unordered_map<char32_t, std::array<uint8_t, 4>> places_;
  std::vector<Entry> entries_;  // in order of code points
  std::u32string characters_;
  std::string readings_;
  double unknown_cost_ = 0;
  size_t longest_word_ = 1;
};

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_MANDARIN_DATA_INTERNAL_H_

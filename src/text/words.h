// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The words and the scripts of a text, in every language.
#ifndef WAVESHIFT_TEXT_WORDS_H_
#define WAVESHIFT_TEXT_WORDS_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::text {

struct Word {
  size_t begin = 0;  // bytes of the text: [begin, end)
  size_t end = 0;
  std::string folded;            // for comparing: NFKC, without case; "Ｔｅｎ" and "ten" are the same
  bool has_digit = false;        // "3", "10,000", "A4"
  bool is_capital = false;       // begins with an upper-case letter
  bool begins_sentence = false;  // the first word, or the one behind a mark that ends a sentence or a quote
};

// Words by UAX #29; of scripts without spaces (Chinese, Japanese, Thai, ...) by ICU's dictionaries. White
// space and punctuation are no words. Bytes that are no UTF-8 count as punctuation. Any thread.
std::vector<Word> SplitWords(std::string_view utf8, std::string_view language);

// How many letters of each script, by ISO 15924 code ("Latn", "Hani", "Hira"); what every script shares
// (digits, punctuation) is left out.
std::map<std::string, size_t> LettersByScript(std::string_view utf8);

// The scripts that a language is written in: {"Latn"}, or {"Kana", "Hira", "Hani"} for Japanese. Empty when
// not known.
std::vector<std::string> ScriptsOfLanguage(std::string_view tag);

// The text with its first letter in upper case, by the language's rules, when it has one.
std::string CapitalizeFirst(std::string_view utf8, std::string_view language);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_WORDS_H_

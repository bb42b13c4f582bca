// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the checks know about each language, as data. A list may be short: what is not in it is only checked
// less.
#ifndef WAVESHIFT_SIMPLIFY_LANGUAGE_DATA_H_
#define WAVESHIFT_SIMPLIFY_LANGUAGE_DATA_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::simplify {

// All words folded as text::SplitWords folds them. Phrases are words with one space between them; in
// languages without spaces they are plain character sequences.
struct LanguageData {
  bool has_spaces = true;
  // Sounds of hesitation: without any meaning wherever they stand.
  std::vector<std::string> hesitations;
  // Phrases that are fillers when punctuation stands on both sides ("…, you know, …").
  std::vector<std::string> fillers;
  // Function words that nobody doubles on purpose ("the the").
  std::set<std::string> never_doubled;
  // Words that make a sentence negative; with has_spaces also "n't" at a word's end for English.
  // `not_negative`: sequences that hold one and are not ("不过").
  std::vector<std::string> negations;
  std::vector<std::string> not_negative;
  // Number words and their digits ("seven" -> "7"). Words that are articles as well ("one", "un") are left
  // out.
  std::map<std::string, std::string> numbers;
  // The most frequent words, by which a language is told from its neighbours; no content of their own.
  std::set<std::string> function_words;
};

// By primary subtag ("en"); an empty table for a language without data.
const LanguageData& DataOfLanguage(std::string_view tag);

// The subtags that have data.
const std::vector<std::string>& LanguagesWithData();

}  // namespace waveshift::simplify

#endif  // WAVESHIFT_SIMPLIFY_LANGUAGE_DATA_H_

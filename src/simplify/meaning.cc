// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/meaning.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "simplify/language_data.h"
#include "text/language.h"
#include "text/words.h"

namespace waveshift::simplify {
namespace {

using text::Word;
using Bag = std::multiset<std::string>;

struct Text {
  std::string_view bytes;
  std::vector<Word> words;
  std::string folded;  // the words with one space between them, in languages with spaces; else without
};

Text Read(std::string_view bytes, const MeaningOptions& options, const LanguageData& data) {
  Text text{.bytes = bytes, .words = text::SplitWords(bytes, options.language)};
  for (const Word& word : text.words) {
    if (data.has_spaces && !text.folded.empty()) text.folded += ' ';
    text.folded += word.folded;
  }
  return text;
}

bool Mentions(const Text& text, const std::string& phrase, const LanguageData& data) {
  if (!data.has_spaces) return text.folded.find(phrase) != std::string::npos;
  return (" " + text.folded + " ").find(" " + phrase + " ") != std::string::npos;
}

// --- language

std::string ScriptObjection(const Text& original, const Text& rewritten, const std::string& language) {
  const auto known = text::LettersByScript(original.bytes);
  const auto allowed = text::ScriptsOfLanguage(language);
  for (const auto& [script, letters] : text::LettersByScript(rewritten.bytes)) {
    const bool expected = std::find(allowed.begin(), allowed.end(), script) != allowed.end();
    if (!expected && !known.contains(script)) return "it holds letters of another script (" + script + ")";
  }
  return "";
}

size_t FunctionWords(const Text& text, const std::set<std::string>& of,
                     const std::set<std::string>& but_not) {
  return static_cast<size_t>(std::count_if(text.words.begin(), text.words.end(), [&](const Word& word) {
    return of.contains(word.folded) && !but_not.contains(word.folded);
  }));
}

// Languages of one script are told apart by their small words.
std::string LanguageObjection(const Text& original, const Text& rewritten, const std::string& language,
                              const LanguageData& data) {
  const std::string own = text::PrimarySubtag(language);
  if (data.function_words.empty() || !data.has_spaces) return "";
  const size_t mine = FunctionWords(rewritten, data.function_words, {});
  for (const std::string& other : LanguagesWithData()) {
    if (other == own) continue;
    const LanguageData& theirs = DataOfLanguage(other);
    const size_t foreign = FunctionWords(rewritten, theirs.function_words, data.function_words);
    if (foreign >= 2 && foreign > mine &&
        foreign > FunctionWords(original, theirs.function_words, data.function_words))
      return "it looks like another language (" + other + ")";
  }
  return "";
}

// --- numbers

// "1,000", "1.000" and "1 000" are one number; so are 3.5 and 3,5.
std::string DigitsOf(const std::string& folded) {
  std::string digits;
  std::copy_if(folded.begin(), folded.end(), std::back_inserter(digits),
               [](char c) { return c != ',' && c != '.' && c != '\'' && c != '_'; });
  return digits;
}

// Runs of Chinese numerals, where they count something: not 一 alone, not in everyday words.
void AddHanNumbers(const std::string& folded, std::set<std::string>& numbers) {
  static const std::vector<std::string> kNumerals = {"零", "〇", "一", "二", "两", "三", "四", "五", "六",
                                                     "七", "八", "九", "十", "百", "千", "万", "亿"};
  static const std::set<std::string> kWords = {"一", "十分", "千万", "万一", "一百八十"};
  constexpr size_t kBytes = 3;  // each of them, in UTF-8
  std::string run;
  for (size_t at = 0; at < folded.size() + 1;) {
    const std::string character = folded.substr(std::min(at, folded.size()), kBytes);
    if (std::find(kNumerals.begin(), kNumerals.end(), character) != kNumerals.end()) {
      run += character;
      at += kBytes;
      continue;
    }
    if (!run.empty() && !kWords.contains(run) && !kWords.contains(run + character)) numbers.insert(run);
    run.clear();
    ++at;
  }
}

std::set<std::string> NumbersIn(const Text& text, const LanguageData& data) {
  std::set<std::string> numbers;
  for (const Word& word : text.words) {
    const auto named = data.numbers.find(word.folded);
    if (named != data.numbers.end()) numbers.insert(named->second);
    if (word.has_digit) numbers.insert(DigitsOf(word.folded));
  }
  if (!data.has_spaces) AddHanNumbers(text.folded, numbers);
  return numbers;
}

std::string NumberObjection(const Text& original, const Text& rewritten, const LanguageData& data) {
  const auto before = NumbersIn(original, data);
  const auto after = NumbersIn(rewritten, data);
  for (const std::string& number : before) {
    if (!after.contains(number)) return "the number " + number + " is gone";
  }
  for (const std::string& number : after) {
    if (!before.contains(number)) return "the number " + number + " is new";
  }
  return "";
}

// --- negation

// "来不来", "有没有": a question, not a negation.
bool AsksBothWays(const std::string& text, size_t at, size_t size) {
  constexpr size_t kHan = 3;  // bytes
  return at >= kHan && text.size() >= at + size + kHan &&
         text.compare(at - kHan, kHan, text, at + size, kHan) == 0;
}

size_t NegationsIn(const Text& text, const LanguageData& data) {
  size_t count = 0;
  if (data.has_spaces) {
    for (const Word& word : text.words) {
      const bool contracted = word.folded.ends_with("n't") || word.folded.ends_with("n\xE2\x80\x99t");
      count += contracted ||
               std::find(data.negations.begin(), data.negations.end(), word.folded) != data.negations.end();
    }
    return count;
  }
  std::string rest = text.folded;
  for (const std::string& harmless : data.not_negative) {
    for (size_t at = rest.find(harmless); at != std::string::npos; at = rest.find(harmless, at))
      rest.replace(at, harmless.size(), " ");
  }
  for (const std::string& negation : data.negations) {
    for (size_t at = rest.find(negation); at != std::string::npos;
         at = rest.find(negation, at + negation.size()))
      count += !AsksBothWays(rest, at, negation.size());
  }
  return count;
}

std::string NegationObjection(const Text& original, const Text& rewritten, const LanguageData& data) {
  const size_t before = NegationsIn(original, data);
  const size_t after = NegationsIn(rewritten, data);
  if (before > 0 && after == 0) return "a negation is gone";
  if (after > before) return "a negation is new";
  // "No, no, I don't" may become "I don't"; of many negations most must stay.
  if (2 * after < before) return "negations are gone";
  return "";
}

// --- names

bool IsAscii(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

size_t CharactersIn(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// The first `count` characters.
std::string Head(const std::string& text, size_t count) {
  for (size_t at = 0; at < text.size(); ++at) {
    const bool begins_character = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins_character && count-- == 0) return text.substr(0, at);
  }
  return text;
}

// A name may have endings ("Anna's"), and in languages that inflect names another one ("Анна", "Анной").
bool HoldsName(const Text& text, const std::string& name, const std::string& language,
               const LanguageData& data) {
  if (Mentions(text, name, data)) return true;
  if (!data.has_spaces) return false;
  static const std::set<std::string> kKeepNames = {"en", "fr", "es", "it", "pt", "nl", "vi", "id", "de"};
  const bool inflects = !kKeepNames.contains(text::PrimarySubtag(language));
  const size_t length = CharactersIn(name);
  const std::string stem = inflects ? Head(name, std::max<size_t>(3, length * 6 / 10)) : name;
  return std::any_of(text.words.begin(), text.words.end(),
                     [&](const Word& word) { return word.folded.starts_with(stem); });
}

std::string NameObjection(const Text& original, const Text& rewritten, const MeaningOptions& options,
                          const LanguageData& data) {
  std::set<std::string> names = NamesIn(original.bytes, options.language);
  names.insert(options.names.begin(), options.names.end());
  for (const std::string& name : names) {
    if (Mentions(original, name, data) && !HoldsName(rewritten, name, options.language, data))
      return "the name " + name + " is gone";
  }
  for (const std::string& name : NamesIn(rewritten.bytes, options.language)) {
    if (!HoldsName(original, name, options.language, data)) return "the name " + name + " is new";
  }
  return "";
}

// --- content

// Pairs of neighbouring characters of the content words: a word and its other forms share most of them.
Bag BigramsOf(const Text& text, const LanguageData& data) {
  Bag bigrams;
  for (const Word& word : text.words) {
    if (data.function_words.contains(word.folded)) continue;
    std::vector<size_t> starts;
    for (size_t i = 0; i < word.folded.size(); ++i) {
      if ((static_cast<unsigned char>(word.folded[i]) & 0xC0) != 0x80) starts.push_back(i);
    }
    starts.push_back(word.folded.size());
    if (starts.size() == 2) bigrams.insert(word.folded);
    for (size_t i = 0; i + 2 < starts.size(); ++i)
      bigrams.insert(word.folded.substr(starts[i], starts[i + 2] - starts[i]));
  }
  return bigrams;
}

double ShareOf(const Bag& part, const Bag& whole) {
  if (part.empty()) return 1;
  Bag both;
  std::set_intersection(part.begin(), part.end(), whole.begin(), whole.end(),
                        std::inserter(both, both.end()));
  return static_cast<double>(both.size()) / static_cast<double>(part.size());
}

}  // namespace

std::set<std::string> NamesIn(std::string_view bytes, std::string_view language) {
  const LanguageData& data = DataOfLanguage(language);
  std::set<std::string> names;
  const bool capitals_mean_names = data.has_spaces && text::PrimarySubtag(language) != "de";
  for (const Word& word : text::SplitWords(bytes, language)) {
    if (data.has_spaces && !(capitals_mean_names && word.is_capital && !word.begins_sentence)) continue;
    const bool foreign_word = IsAscii(word.folded) && word.folded.size() > 1 && !word.has_digit;
    if (!data.has_spaces && !foreign_word) continue;
    // "I" and its forms are no names; "Anna's" is Anna's.
    const std::string stem =
        word.folded.substr(0, std::min(word.folded.find('\''), word.folded.find("\u2019")));
    if (data.function_words.contains(word.folded) || data.function_words.contains(stem)) continue;
    const bool possessive = word.folded.ends_with("'s") || word.folded.ends_with("\u2019s");
    names.insert(possessive ? stem : word.folded);
  }
  return names;
}

std::string FoldedName(std::string_view name, std::string_view language) {
  const LanguageData& data = DataOfLanguage(language);
  std::string folded;
  for (const Word& word : text::SplitWords(name, language)) {
    if (data.has_spaces && !folded.empty()) folded += ' ';
    folded += word.folded;
  }
  return folded;
}

Meaning CompareMeaning(std::string_view original, std::string_view rewritten, const MeaningOptions& options) {
  const LanguageData& data = DataOfLanguage(options.language);
  const Text before = Read(original, options, data);
  const Text after = Read(rewritten, options, data);
  if (after.words.empty()) return {.objection = "it says nothing"};
  for (const std::string& objection :
       {ScriptObjection(before, after, options.language),
        LanguageObjection(before, after, options.language, data), NumberObjection(before, after, data),
        NegationObjection(before, after, data), NameObjection(before, after, options, data)}) {
    if (!objection.empty()) return {.objection = objection};
  }
  const Bag original_bigrams = BigramsOf(before, data);
  const Bag rewritten_bigrams = BigramsOf(after, data);
  const double from_original = ShareOf(rewritten_bigrams, original_bigrams);
  const double covered = ShareOf(original_bigrams, rewritten_bigrams);
  if (from_original < options.least_from_original) return {.objection = "most of it is not in the original"};
  if (covered < options.least_covered) return {.objection = "too little of the original is left"};
  return {.kept = 0.5 * from_original + 0.5 * covered};
}

}  // namespace waveshift::simplify

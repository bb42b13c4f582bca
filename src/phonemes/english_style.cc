// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/english_style_internal.h"

#include <array>
#include <string_view>

#include "phonemes/replace_internal.h"

namespace waveshift::phonemes::internal {
namespace {

constexpr std::u32string_view kVowels = U"AIOQWYaiuæɑɒɔəɛɜɪʊʌɐᵻᵊ";
constexpr std::u32string_view kStresses = U"ˈˌ";

bool In(std::u32string_view set, char32_t c) { return c != 0 && set.find(c) != std::u32string_view::npos; }

char32_t At(std::u32string_view word, size_t i) { return i < word.size() ? word[i] : U'\0'; }

bool IsUnstressed(std::u32string_view word, size_t vowel) {
  return vowel == 0 || !In(kStresses, word[vowel - 1]);
}

// espeak-ng keeps ɪ and ᵻ in weak syllables where American English has a schwa: "business", "remember".
char32_t AmericanWeakVowel(std::u32string_view word, size_t i) {
  const char32_t next = At(word, i + 1);
  if (word[i] == U'ᵻ') return i + 2 == word.size() && In(U"dz", next) ? U'ᵻ' : U'ə';
  if (word[i] != U'ɪ' || i == 0 || !IsUnstressed(word, i)) return word[i];
  if (In(kStresses, next) || next == U'w' || In(kVowels, next)) return U'i';
  if (In(U"tndzTmɡflpbʧs", next)) return U'ə';
  if (next == U'k' && In(kVowels, At(word, i + 2))) return U'ə';
  return U'ɪ';
}

// A full vowel beside the stressed syllable bears a secondary stress: "always", "until".
std::u32string WithSecondaryStresses(std::u32string_view word) {
  const size_t primary = word.find(U'ˈ');
  std::u32string out;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool is_after = primary != std::u32string_view::npos && i > primary;
    const bool is_last = i + 1 == word.size();
    const bool is_strong =
        is_after ? In(U"AIWYæɑɔɛ", word[i]) || (word[i] == U'O' && !is_last) : word[i] == U'ʌ';
    if (is_strong && IsUnstressed(word, i)) out.push_back(U'ˌ');
    out.push_back(word[i]);
  }
  return out;
}

// "ən" after these consonants is a syllable without a vowel.
void ReduceBeforeN(std::u32string* word, std::u32string_view after) {
  for (size_t i = 1; i + 1 < word->size(); ++i) {
    if ((*word)[i] == U'ə' && (*word)[i + 1] == U'n' && In(after, (*word)[i - 1])) (*word)[i] = U'ᵊ';
  }
}

void RestoreBeforeL(std::u32string* word, std::u32string_view after) {
  for (size_t i = 1; i + 1 < word->size(); ++i) {
    if ((*word)[i] == U'ᵊ' && (*word)[i + 1] == U'l' && In(after, (*word)[i - 1])) (*word)[i] = U'ə';
  }
}

// "example", "enjoy", "include": the weak first syllable is ɪ, and its n stays before k and ɡ.
void WeakenStart(std::u32string* word) {
  if (At(*word, 0) == U'ɛ' && In(U"kɡnmŋ", At(*word, 1))) (*word)[0] = U'ɪ';
  if (At(*word, 0) == U'ɪ' && At(*word, 1) == U'ŋ' && In(U"kɡ", At(*word, 2))) (*word)[1] = U'n';
}

}  // namespace

std::u32string AmericanStyle(std::u32string word) {
  static constexpr auto kRewrites = std::to_array<Rewrite>(
      {{U"ˈæɹi", U"ˈɛɹi"}, {U"ˈæɹə", U"ˈɛɹə"}, {U"ˈæɹɪ", U"ˈɛɹɪ"},  {U"ˈæɹᵻ", U"ˈɛɹə"},  {U"ˌæɹə", U"ˌɛɹə"},
       {U"jʊlə", U"jələ"}, {U"jʊlˈ", U"jəlˈ"}, {U"jʊlˌ", U"jəlˌ"},  {U"uᵊl", U"əwəl"},   {U"uˈA", U"əwˈA"},
       {U"uˌA", U"əwˌA"},  {U"nʃə", U"nʧə"},   {U"nʃᵊ", U"nʧᵊ"},    {U"liə", U"ljə"},    {U"niə", U"njə"},
       {U"iəɹi", U"ɪɹi"},  {U"iəɹə", U"ɪɹə"},  {U"ətˌɪv", U"əTɪv"}, {U"ᵻtˌɪv", U"əTɪv"}, {U"utˌɪv", U"əTɪv"},
       {U"tˌɪv", U"tɪv"},  {U"lˌɪt", U"lᵻt"},  {U"sˌɪs", U"sᵻs"},   {U"fˌɪt", U"fᵻt"}});
  word = Rewritten(word, kRewrites);
  WeakenStart(&word);
  std::u32string weak(word);
  for (size_t i = 0; i < word.size(); ++i) weak[i] = AmericanWeakVowel(word, i);
  ReduceBeforeN(&weak, U"dsztpʧ");
  RestoreBeforeL(&weak, U"nuɹiw");
  return WithSecondaryStresses(weak);
}

std::u32string BritishStyle(std::u32string word) {
  static constexpr auto kRewrites = std::to_array<Rewrite>(
      {{U"uːᵊl", U"ʊəl"}, {U"uːˈA", U"ʊˈA"}, {U"juːm", U"jʊm"}, {U"ʃᵊl", U"ʃl"}, {U"iːə", U"ɪə"}});
  word = Rewritten(word, kRewrites);
  WeakenStart(&word);
  ReduceBeforeN(&word, U"ʃmtdsvzʒʤp");
  RestoreBeforeL(&word, U"ɹːi");
  const size_t primary = word.find(U'ˈ');
  std::u32string out;
  for (size_t i = 0; i < word.size(); ++i) {
    // After the main stress no other one is marked.
    if (word[i] == U'ˌ' && primary != std::u32string::npos && i > primary) continue;
    out.push_back(i + 1 == word.size() && i > 0 && word[i] == U'ɪ' ? U'i' : word[i]);
  }
  return out;
}

}  // namespace waveshift::phonemes::internal

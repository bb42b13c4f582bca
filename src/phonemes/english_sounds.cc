// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/english_sounds_internal.h"

#include <array>

#include "phonemes/english_style_internal.h"
#include "phonemes/replace_internal.h"

namespace waveshift::phonemes::internal {
namespace {

constexpr std::u32string_view kVowels = U"AIOQWYaeiuæɑɒɔəɛɜɪʊʌɐᵻᵊ";

constexpr std::array<Rewrite, 31> kBoth = {
    {{U"ʔˌn\u0329", U"tᵊn"}, {U"ʔn\u0329", U"tᵊn"}, {U"a^ɪ", U"I"},
     {U"a^ʊ", U"W"},         {U"d^ʒ", U"ʤ"},        {U"e^ɪ", U"A"},
     {U"t^ʃ", U"ʧ"},         {U"ɔ^ɪ", U"Y"},        {U"ə^l", U"ᵊl"},
     {U"ə^ʊ", U"Q"},         {U"o^ʊ", U"O"},        {U"e^ə", U"ɛː"},
     {U"n\u0329", U"ᵊn"},    {U"m\u0329", U"ᵊm"},   {U"l\u0329", U"ᵊl"},
     {U"ʲo", U"jO"},         {U"ʲə", U"jə"},        {U"ʲ", U""},
     {U"ɚ", U"əɹ"},          {U"r", U"ɹ"},          {U"x", U"k"},
     {U"ç", U"k"},           {U"ɐ", U"ə"},          {U"ɬ", U"l"},
     {U"ʔ", U"t"},           {U"ɾ", U"T"},          {U"\u0303", U""},
     {U"e", U"A"},           {U"-", U""},           {U"^", U""}}};

constexpr auto kAmerican =
    std::to_array<Rewrite>({{U"ɜːɹ", U"ɜɹ"}, {U"ɜː", U"ɜɹ"}, {U"ɪə", U"iə"}, {U"ː", U""}});
constexpr auto kBritish = std::to_array<Rewrite>({{U"iə", U"ɪə"}, {U"æ", U"a"}});

}  // namespace

std::u32string EnglishSymbols(std::u32string_view ipa, bool british) {
  std::u32string sounds = Rewritten(ipa, kBoth);
  sounds = british ? Rewritten(sounds, kBritish) : Rewritten(sounds, kAmerican);
  ReplaceAll(&sounds, U"o", U"ɔ");
  ReplaceAll(&sounds, U"ɹɹ", U"ɹ");
  return british ? BritishStyle(sounds) : AmericanStyle(sounds);
}

std::u32string WithSecondaryStress(std::u32string_view sounds) {
  std::u32string out(sounds);
  if (out.find_first_of(U"ˈˌ") != std::u32string::npos) return out;
  const size_t vowel = out.find_first_of(kVowels);
  if (vowel != std::u32string::npos) out.insert(vowel, 1, U'ˌ');
  return out;
}

}  // namespace waveshift::phonemes::internal

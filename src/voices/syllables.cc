// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/syllables.h"

#include <cstddef>
#include <cstdint>

namespace waveshift::voices {
namespace {

constexpr double kLettersPerSyllable = 2.5;
constexpr double kSyllablesPerDigit = 1.2;
constexpr double kMoraePerKanji = 2;
constexpr double kMandarinToEnglish = 5.18 / 6.19;
constexpr double kJapaneseToEnglish = 7.84 / 6.19;

// The next character; 0 for a byte that belongs to none. Moves `at` on.
char32_t Next(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (more == 0 || text.size() - at < more) return 0;
  char32_t c = lead & (0x3FU >> more);
  for (size_t i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xC0) != 0x80) return 0;
    c = (c << 6) | (byte & 0x3FU);
  }
  at += more;
  return c;
}

enum class Kind { kNone, kLatinVowel, kLatinConsonant, kDigit, kHan, kKana, kHangul, kOther };

bool IsBetween(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

bool IsLatinVowel(char32_t c) {
  // Vowels with marks in Latin-1 and Latin Extended-A, in their order; then Vietnamese and pinyin letters,
  // which are vowels almost throughout.
  constexpr std::u32string_view kVowels =
      U"aeiouyAEIOUYàáâãäåæèéêëìíîïòóôõöøùúûüýÿÀÁÂÃÄÅÆÈÉÊËÌÍÎÏÒÓÔÕÖØÙÚÛÜÝāăąēĕėęěĩīĭįıōŏőœũūŭůűųŷơưǎǐǒǔ"
      U"ĀĂĄĒĔĖĘĚĨĪĬĮİŌŎŐŒŨŪŬŮŰŲŶŸƠƯ";
  return kVowels.find(c) != std::u32string_view::npos || IsBetween(c, 0x1EA0, 0x1EF9);
}

Kind KindOf(char32_t c) {
  if (IsBetween(c, '0', '9')) return Kind::kDigit;
  if (IsLatinVowel(c)) return Kind::kLatinVowel;
  if (IsBetween(c, 'a', 'z') || IsBetween(c, 'A', 'Z')) return Kind::kLatinConsonant;
  if (IsBetween(c, 0xC0, 0x24F) && c != 0xD7 && c != 0xF7) return Kind::kLatinConsonant;
  if (IsBetween(c, 0x3041, 0x3096) || IsBetween(c, 0x30A1, 0x30FA) || c == 0x30FC) return Kind::kKana;
  if (IsBetween(c, 0x3400, 0x9FFF) || IsBetween(c, 0xF900, 0xFAFF) || IsBetween(c, 0x20000, 0x3FFFF))
    return Kind::kHan;
  if (IsBetween(c, 0xAC00, 0xD7A3)) return Kind::kHangul;
  // Greek to the end of the Indic and South-East Asian scripts, Georgian, Ethiopic, Khmer ...: letters for
  // this purpose.
  if (IsBetween(c, 0x370, 0x1FFF)) return Kind::kOther;
  return Kind::kNone;
}

// A small kana is no mora of its own: it belongs to the one before it.
bool IsSmallGlide(char32_t c) {
  return c == 0x3083 || c == 0x3085 || c == 0x3087 || c == 0x30E3 || c == 0x30E5 || c == 0x30E7;
}

struct Counts {
  double latin = 0;
  double digits = 0;
  double han = 0;
  double kana = 0;
  double hangul = 0;
  double other_letters = 0;
};

Counts Count(std::string_view text) {
  Counts counts;
  Kind before = Kind::kNone;
  double vowel_groups = 0;  // of the Latin word that is being read
  const auto end_word = [&] {
    const bool in_word = before == Kind::kLatinVowel || before == Kind::kLatinConsonant;
    if (in_word) counts.latin += vowel_groups > 0 ? vowel_groups : 1;
    vowel_groups = 0;
  };
  for (size_t at = 0; at < text.size();) {
    const char32_t c = Next(text, at);
    const Kind kind = KindOf(c);
    if (kind == Kind::kLatinVowel && before != Kind::kLatinVowel) ++vowel_groups;
    if (kind != Kind::kLatinVowel && kind != Kind::kLatinConsonant) end_word();
    counts.digits += kind == Kind::kDigit ? 1 : 0;
    counts.han += kind == Kind::kHan ? 1 : 0;
    counts.kana += kind == Kind::kKana && !IsSmallGlide(c) ? 1 : 0;
    counts.hangul += kind == Kind::kHangul ? 1 : 0;
    counts.other_letters += kind == Kind::kOther ? 1 : 0;
    before = kind;
  }
  end_word();
  return counts;
}

}  // namespace

SyllableEstimate EstimateSyllables(std::string_view utf8) {
  const Counts counts = Count(utf8);
  const bool is_japanese = counts.kana > 0;
  const double characters = counts.kana + counts.han * (is_japanese ? kMoraePerKanji : 1);
  const double rest = counts.latin + counts.hangul + counts.other_letters / kLettersPerSyllable;
  SyllableEstimate estimate;
  estimate.syllables = characters + rest + counts.digits * kSyllablesPerDigit;
  if (characters > rest) {
    estimate.typical_per_second *= is_japanese ? kJapaneseToEnglish : kMandarinToEnglish;
  }
  return estimate;
}

}  // namespace waveshift::voices

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>

#include "phonemes/mandarin_internal.h"

namespace waveshift::phonemes::internal {
namespace {

struct Initial {
  std::string_view pinyin;
  std::u32string_view ipa;
};
// Two letters before one.
constexpr auto kInitials = std::to_array<Initial>(
    {{"zh", U"ꭧ"}, {"ch", U"ꭧʰ"}, {"sh", U"ʂ"}, {"b", U"p"}, {"p", U"pʰ"}, {"m", U"m"},  {"f", U"f"},
     {"d", U"t"},    {"t", U"tʰ"},     {"n", U"n"},  {"l", U"l"}, {"g", U"k"},  {"k", U"kʰ"}, {"h", U"x"},
     {"j", U"ʨ"},    {"q", U"ʨʰ"},     {"x", U"ɕ"},  {"r", U"ɻ"}, {"z", U"ʦ"},  {"c", U"ʦʰ"}, {"s", U"s"}});

struct Final {
  std::string_view pinyin;  // in full: "uei", not "ui"; v is ü
  std::u32string_view before_tone;
  std::u32string_view after_tone;
};
// Phonology: S. Duanmu, The Phonology of Standard Chinese, 2nd ed., 2007; in the manner that Kokoro learnt.
constexpr auto kFinals = std::to_array<Final>(
    {{"a", U"a", U""},      {"ai", U"ai", U""},   {"an", U"a", U"n"},    {"ang", U"a", U"ŋ"},
     {"ao", U"au", U""},    {"e", U"ɤ", U""},     {"ei", U"ei", U""},    {"en", U"ə", U"n"},
     {"eng", U"ə", U"ŋ"},   {"i", U"i", U""},     {"ia", U"ja", U""},    {"ian", U"jɛ", U"n"},
     {"iang", U"ja", U"ŋ"}, {"iao", U"jau", U""}, {"ie", U"je", U""},    {"in", U"i", U"n"},
     {"iou", U"jou", U""},  {"ing", U"i", U"ŋ"},  {"iong", U"jʊ", U"ŋ"}, {"ong", U"ʊ", U"ŋ"},
     {"ou", U"ou", U""},    {"u", U"u", U""},     {"uei", U"wei", U""},  {"ua", U"wa", U""},
     {"uai", U"wai", U""},  {"uan", U"wa", U"n"}, {"uen", U"wə", U"n"},  {"uang", U"wa", U"ŋ"},
     {"ueng", U"wə", U"ŋ"}, {"uo", U"wo", U""},   {"o", U"wo", U""},     {"v", U"y", U""},
     {"ve", U"ɥe", U""},    {"van", U"ɥɛ", U"n"}, {"vn", U"y", U"n"}});
// Whole syllables without an initial that are no final of the list.
constexpr auto kWhole = std::to_array<Final>({{"er", U"ɚ", U""},
                                              {"o", U"ɔ", U""},
                                              {"yo", U"jɔ", U""},
                                              {"m", U"m", U""},
                                              {"n", U"n", U""},
                                              {"ng", U"ŋ", U""},
                                              {"hm", U"hm", U""},
                                              {"hng", U"hŋ", U""}});

constexpr std::array<std::u32string_view, 6> kTones = {U"", U"→", U"↗", U"↓", U"↘", U""};

template <typename Rows>
auto Lookup(const Rows& rows, std::string_view pinyin) -> decltype(&rows.front()) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.pinyin == pinyin; });
  return row == rows.end() ? nullptr : &*row;
}

// Spelling rules: y and w stand for i, u and ü where a syllable begins with them.
std::string WithoutGlide(const std::string& base) {
  if (base.starts_with("yu")) return "v" + base.substr(2);
  if (base.starts_with("yi") || base.starts_with("wu")) return base.substr(1);
  if (base == "you") return "iou";
  if (base == "wei") return "uei";
  if (base == "wen") return "uen";
  if (base.starts_with('y')) return "i" + base.substr(1);
  if (base.starts_with('w')) return "u" + base.substr(1);
  return base;
}

// And short forms after an initial.
std::string FullFinal(std::string_view initial, std::string final) {
  if ((initial == "j" || initial == "q" || initial == "x") && final.starts_with('u')) final.front() = 'v';
  if (final == "iu") return "iou";
  if (final == "ui") return "uei";
  if (final == "un") return "uen";
  return final;
}

// The i of zhi, chi, shi, ri, zi, ci, si.
bool IsApical(std::string_view initial, std::string_view final) {
  return final == "i" && (initial == "zh" || initial == "ch" || initial == "sh" || initial == "r" ||
                          initial == "z" || initial == "c" || initial == "s");
}

}  // namespace

std::u32string MandarinIpa(const Syllable& syllable) {
  const std::u32string_view tone = kTones[static_cast<size_t>(std::clamp(syllable.tone, 0, 5))];
  const auto join = [&](std::u32string_view initial, const Final& final) {
    return std::u32string(initial).append(final.before_tone).append(tone).append(final.after_tone);
  };
  if (const Final* const whole = Lookup(kWhole, syllable.base)) return join(U"", *whole);
  const auto initial = std::find_if(kInitials.begin(), kInitials.end(),
                                    [&](const Initial& i) { return syllable.base.starts_with(i.pinyin); });
  if (initial == kInitials.end()) {
    const Final* const final = Lookup(kFinals, WithoutGlide(syllable.base));
    return final == nullptr ? U"" : join(U"", *final);
  }
  const std::string rest = FullFinal(initial->pinyin, syllable.base.substr(initial->pinyin.size()));
  if (IsApical(initial->pinyin, rest)) return join(initial->ipa, Final{"i", U"ɨ", U""});
  const Final* const final = Lookup(kFinals, rest);
  return final == nullptr ? U"" : join(initial->ipa, *final);
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "phonemes/front_ends_internal.h"
#include "phonemes/japanese_internal.h"
#include "phonemes/punctuation_internal.h"
#include "phonemes/replace_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

bool IsKanaWord(std::u32string_view word) { return std::all_of(word.begin(), word.end(), text::IsKana); }

bool HasLatin(std::u32string_view word) { return std::any_of(word.begin(), word.end(), text::IsLatin); }

bool IsVerb(const JapaneseWord& word) { return word.kind == "動詞" || word.kind == "形容詞"; }

// Endings that are one with what stands before them, as the voices learnt them: 着い + た, 遊ん + で, 行き +
// ます, 三 + 十.
bool JoinsBefore(const JapaneseWord& word, const JapaneseWord& before) {
  if (word.detail == "数" && before.detail == "数") return true;
  const bool is_ending = word.kind == "助動詞" || (word.kind == "助詞" && word.detail == "接続助詞");
  if (!is_ending) return false;
  if (before.kind == "助動詞") return true;
  static constexpr std::array<std::string_view, 8> kAfterVerbs = {"た",   "だ",   "て", "で",
                                                                  "ます", "ない", "ば", "う"};
  const bool is_short = std::find(kAfterVerbs.begin(), kAfterVerbs.end(), word.surface) != kAfterVerbs.end();
  return IsVerb(before) && is_short && before.surface != "し";
}

// Long vowels that the dictionary spells: セイフ is セーフ, イイ is イー, デショウ is デショー.
std::u32string WithLongVowels(std::u32string_view kana) {
  static constexpr std::u32string_view kE = U"エケゲセゼテデネヘベペメレ";
  static constexpr std::u32string_view kI = U"イキギシジチニヒビピミリ";
  static constexpr std::u32string_view kO = U"オコゴソゾトドノホボポモヨョロ";
  std::u32string out;
  for (const char32_t c : kana) {
    const char32_t before = out.empty() ? U'\0' : out.back();
    const bool is_long = (c == U'イ' && (kE.find(before) != kE.npos || kI.find(before) != kI.npos)) ||
                         (c == U'ウ' && kO.find(before) != kO.npos);
    out.push_back(before != 0 && is_long ? U'ー' : c);
  }
  return out;
}

// What is said of one word in katakana, "" when it is not known.
std::u32string KanaOf(const JapaneseWord& word) {
  if (!word.pronunciation.empty() && word.pronunciation != "*") return text::ToCodePoints(word.pronunciation);
  const std::u32string surface = text::ToCodePoints(word.surface);
  return IsKanaWord(surface) ? surface : U"";
}

// Appends a word; ʔ lengthens the consonant of the following word, so no space is beside it.
void AppendWord(std::u32string_view sounds, std::u32string* out) {
  if (sounds.empty()) return;
  if (!out->empty() && out->back() != U'ʔ' && sounds.front() != U'ʔ') out->push_back(U' ');
  out->append(sounds);
}

StatusOr<std::u32string> PieceSounds(const EspeakProcess& espeak, const MecabProcess& mecab,
                                     std::string_view piece) {
  WS_ASSIGN_OR_RETURN(const std::vector<JapaneseWord> words, mecab.Words(piece));
  std::u32string out;
  std::u32string kana;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i == 0 || !JoinsBefore(words[i], words[i - 1])) {
      AppendWord(KanaSounds(WithLongVowels(kana)), &out);
      kana.clear();
    }
    kana += KanaOf(words[i]);
    const std::u32string surface = text::ToCodePoints(words[i].surface);
    if (!KanaOf(words[i]).empty() || !HasLatin(surface)) continue;
    WS_ASSIGN_OR_RETURN(const std::u32string english, EnglishSounds(espeak, surface, false));
    AppendWord(english, &out);
  }
  AppendWord(KanaSounds(WithLongVowels(kana)), &out);
  return out;
}

// What the whole of `text` is written as.
std::u32string Whole(std::u32string_view text, std::span<const Rewrite> rules) {
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&](const Rewrite& r) { return r.from == text; });
  return std::u32string(rule == rules.end() ? text : rule->to);
}

// Counted days and people have names of their own, which the dictionary does not join.
std::u32string WithCountedWords(std::u32string_view text) {
  static constexpr auto kCounted = std::to_array<Rewrite>({{U"二十日", U"はつか"},
                                                           {U"一人", U"ひとり"},
                                                           {U"二人", U"ふたり"},
                                                           {U"二日", U"ふつか"},
                                                           {U"三日", U"みっか"},
                                                           {U"四日", U"よっか"},
                                                           {U"五日", U"いつか"},
                                                           {U"六日", U"むいか"},
                                                           {U"七日", U"なのか"},
                                                           {U"八日", U"ようか"},
                                                           {U"九日", U"ここのか"},
                                                           {U"十日", U"とおか"}});
  static constexpr std::u32string_view kNumerals = U"〇一二三四五六七八九十百千万0123456789";
  std::u32string out;
  while (!text.empty()) {
    // Numbers go on: 十二日 is no 二日.
    size_t end = std::min(text.find_first_of(kNumerals), text.size());
    out += text.substr(0, end);
    text.remove_prefix(end);
    end = std::min(text.find_first_not_of(kNumerals), text.size());
    const std::u32string_view counted = text.substr(0, std::min(end + 1, text.size()));
    out += end > 0 && counted.size() > end ? Whole(counted, kCounted) : std::u32string(counted);
    text.remove_prefix(counted.size());
  }
  return out;
}

}  // namespace

StatusOr<std::u32string> JapaneseSounds(const EspeakProcess& espeak, const MecabProcess& mecab,
                                        std::u32string_view text) {
  const auto sounds_of = [&](const std::vector<std::string>& pieces) -> StatusOr<std::vector<std::string>> {
    std::vector<std::string> sounds;
    for (const std::string& piece : pieces) {
      WS_ASSIGN_OR_RETURN(const std::u32string one, PieceSounds(espeak, mecab, piece));
      sounds.push_back(text::ToUtf8(one));
    }
    return sounds;
  };
  return ReplaceWords(WithCountedWords(text), sounds_of);
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "phonemes/japanese_internal.h"

namespace waveshift::phonemes::internal {
namespace {

struct Kana {
  std::u32string_view kana;
  std::u32string_view sounds;
};

// In the manner that Kokoro learnt: narrow IPA, the w of わ as β, weak u as ɨ after hissing sounds. Both
// tables in order of code points.
constexpr auto kPairs = std::to_array<Kana>(
    {{U"イェ", U"je"},  {U"ウィ", U"βi"},  {U"ウェ", U"βe"},  {U"ウォ", U"βo"},  {U"キェ", U"kʲe"},
     {U"キャ", U"kʲa"}, {U"キュ", U"kʲɨ"}, {U"キョ", U"kʲo"}, {U"ギャ", U"ɡʲa"}, {U"ギュ", U"ɡʲɨ"},
     {U"ギョ", U"ɡʲo"}, {U"クァ", U"kᵝa"}, {U"クィ", U"kᵝi"}, {U"クェ", U"kᵝe"}, {U"クォ", U"kᵝo"},
     {U"グァ", U"ɡᵝa"}, {U"グィ", U"ɡᵝi"}, {U"グェ", U"ɡᵝe"}, {U"グォ", U"ɡᵝo"}, {U"シェ", U"ɕe"},
     {U"シャ", U"ɕa"},  {U"シュ", U"ɕɨ"},  {U"ショ", U"ɕo"},  {U"ジェ", U"ʥe"},  {U"ジャ", U"ʥa"},
     {U"ジュ", U"ʥɨ"},  {U"ジョ", U"ʥo"},  {U"チェ", U"ʨe"},  {U"チャ", U"ʨa"},  {U"チュ", U"ʨɨ"},
     {U"チョ", U"ʨo"},  {U"ヂャ", U"ʥa"},  {U"ヂュ", U"ʥɨ"},  {U"ヂョ", U"ʥo"},  {U"ツァ", U"ʦa"},
     {U"ツィ", U"ʦʲi"}, {U"ツェ", U"ʦe"},  {U"ツォ", U"ʦo"},  {U"ティ", U"tʲi"}, {U"テュ", U"tʲɨ"},
     {U"ディ", U"dʲi"}, {U"デュ", U"dʲɨ"}, {U"トゥ", U"tɯ"},  {U"ドゥ", U"dɯ"},  {U"ニェ", U"ɲe"},
     {U"ニャ", U"ɲa"},  {U"ニュ", U"ɲɨ"},  {U"ニョ", U"ɲo"},  {U"ヒェ", U"çe"},  {U"ヒャ", U"ça"},
     {U"ヒュ", U"çɨ"},  {U"ヒョ", U"ço"},  {U"ビャ", U"bʲa"}, {U"ビュ", U"bʲɨ"}, {U"ビョ", U"bʲo"},
     {U"ピャ", U"pʲa"}, {U"ピュ", U"pʲɨ"}, {U"ピョ", U"pʲo"}, {U"ファ", U"ɸa"},  {U"フィ", U"ɸʲi"},
     {U"フェ", U"ɸe"},  {U"フォ", U"ɸo"},  {U"フュ", U"ɸʲɨ"}, {U"フョ", U"ɸʲo"}, {U"ミャ", U"mʲa"},
     {U"ミュ", U"mʲɨ"}, {U"ミョ", U"mʲo"}, {U"リャ", U"ɾʲa"}, {U"リュ", U"ɾʲɨ"}, {U"リョ", U"ɾʲo"},
     {U"ヴァ", U"va"},  {U"ヴィ", U"vʲi"}, {U"ヴェ", U"ve"},  {U"ヴォ", U"vo"},  {U"ヴュ", U"bʲɨ"},
     {U"ヴョ", U"bʲo"}});
constexpr auto kSingles = std::to_array<Kana>(
    {{U"ァ", U"a"},   {U"ア", U"a"},   {U"ィ", U"i"},   {U"イ", U"i"},  {U"ゥ", U"ɯ"},  {U"ウ", U"ɯ"},
     {U"ェ", U"e"},   {U"エ", U"e"},   {U"ォ", U"o"},   {U"オ", U"o"},  {U"カ", U"ka"}, {U"ガ", U"ɡa"},
     {U"キ", U"kʲi"}, {U"ギ", U"ɡʲi"}, {U"ク", U"kɯ"},  {U"グ", U"ɡɯ"}, {U"ケ", U"ke"}, {U"ゲ", U"ɡe"},
     {U"コ", U"ko"},  {U"ゴ", U"ɡo"},  {U"サ", U"sa"},  {U"ザ", U"ʣa"}, {U"シ", U"ɕi"}, {U"ジ", U"ʥi"},
     {U"ス", U"sɨ"},  {U"ズ", U"zɨ"},  {U"セ", U"se"},  {U"ゼ", U"ʣe"}, {U"ソ", U"so"}, {U"ゾ", U"ʣo"},
     {U"タ", U"ta"},  {U"ダ", U"da"},  {U"チ", U"ʨi"},  {U"ヂ", U"ʥi"}, {U"ツ", U"ʦɨ"}, {U"ヅ", U"zɨ"},
     {U"テ", U"te"},  {U"デ", U"de"},  {U"ト", U"to"},  {U"ド", U"do"}, {U"ナ", U"na"}, {U"ニ", U"ɲi"},
     {U"ヌ", U"nɯ"},  {U"ネ", U"ne"},  {U"ノ", U"no"},  {U"ハ", U"ha"}, {U"バ", U"ba"}, {U"パ", U"pa"},
     {U"ヒ", U"çi"},  {U"ビ", U"bʲi"}, {U"ピ", U"pʲi"}, {U"フ", U"ɸɯ"}, {U"ブ", U"bɯ"}, {U"プ", U"pɯ"},
     {U"ヘ", U"he"},  {U"ベ", U"be"},  {U"ペ", U"pe"},  {U"ホ", U"ho"}, {U"ボ", U"bo"}, {U"ポ", U"po"},
     {U"マ", U"ma"},  {U"ミ", U"mʲi"}, {U"ム", U"mɯ"},  {U"メ", U"me"}, {U"モ", U"mo"}, {U"ャ", U"ja"},
     {U"ヤ", U"ja"},  {U"ュ", U"jɯ"},  {U"ユ", U"jɯ"},  {U"ョ", U"jo"}, {U"ヨ", U"jo"}, {U"ラ", U"ɾa"},
     {U"リ", U"ɾʲi"}, {U"ル", U"ɾɯ"},  {U"レ", U"ɾe"},  {U"ロ", U"ɾo"}, {U"ヮ", U"βa"}, {U"ワ", U"βa"},
     {U"ヰ", U"i"},   {U"ヱ", U"e"},   {U"ヲ", U"o"},   {U"ヴ", U"vɯ"}, {U"ヵ", U"ka"}, {U"ヶ", U"ke"}});

template <typename Table>
std::u32string_view Lookup(const Table& table, std::u32string_view kana) {
  const auto found =
      std::lower_bound(table.begin(), table.end(), kana,
                       [](const Kana& k, std::u32string_view wanted) { return k.kana < wanted; });
  return found != table.end() && found->kana == kana ? found->sounds : std::u32string_view();
}

bool In(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }

// The n that ends a syllable takes the place of the consonant behind it.
char32_t NasalBefore(std::u32string_view sounds) {
  if (sounds.empty()) return U'ɴ';
  if (In(U"mpb", sounds.front())) return U'm';
  if (In(U"kɡ", sounds.front())) return U'ŋ';
  if (In(U"ɲʨʥ", sounds.front())) return U'ɲ';
  if (In(U"ntdɾz", sounds.front())) return U'n';
  return U'ɴ';
}

std::u32string Katakana(std::u32string_view kana) {
  std::u32string out;
  for (const char32_t c : kana) out.push_back(c >= U'ぁ' && c <= U'ゖ' ? c + (U'ァ' - U'ぁ') : c);
  return out;
}

// The sounds at `at`, which moves behind their kana.
std::u32string_view Take(std::u32string_view kana, size_t* at) {
  if (const std::u32string_view pair = Lookup(kPairs, kana.substr(*at, 2)); !pair.empty()) {
    *at += 2;
    return pair;
  }
  return Lookup(kSingles, kana.substr((*at)++, 1));
}

}  // namespace

std::u32string KanaSounds(std::u32string_view kana) {
  const std::u32string katakana = Katakana(kana);
  std::u32string out;
  for (size_t at = 0; at < katakana.size();) {
    const char32_t c = katakana[at];
    if (c == U'ー' || c == U'ッ') {
      out.push_back(c == U'ー' ? U'ː' : U'ʔ');
      ++at;
    } else if (c == U'ン') {
      size_t next = ++at;
      out.push_back(NasalBefore(next < katakana.size() ? Take(katakana, &next) : std::u32string_view()));
    } else {
      out += Take(katakana, &at);
    }
  }
  return out;
}

}  // namespace waveshift::phonemes::internal

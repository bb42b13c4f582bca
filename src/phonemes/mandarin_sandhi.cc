// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tone changes of Standard Chinese (Y. R. Chao, A Grammar of Spoken Chinese, 1968; the groups for third tones
// after C. Shih, The Prosodic Domain of Tone Sandhi in Chinese, 1986, cut to feet of at most three
// syllables).
#include <algorithm>
#include <span>

#include "phonemes/mandarin_data_internal.h"
#include "phonemes/mandarin_internal.h"
#include "phonemes/mandarin_neutral_internal.h"

namespace waveshift::phonemes::internal {
namespace {

constexpr int kNeutral = 5;
constexpr size_t kLongestFoot = 3;
constexpr std::u32string_view kNumerals = U"〇零一二三四五六七八九十百千万亿两几";

bool In(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }

// The syllables of a phrase one after another, with the places where words begin.
struct Flat {
  std::vector<Syllable*> syllables;
  std::vector<size_t> word;  // number of the word that a syllable belongs to
};

Flat Flatten(std::vector<MandarinWord>& phrase) {
  Flat flat;
  for (size_t w = 0; w < phrase.size(); ++w) {
    for (Syllable& syllable : phrase[w].syllables) {
      flat.syllables.push_back(&syllable);
      flat.word.push_back(w);
    }
  }
  return flat;
}

char32_t CharacterAt(const Flat& flat, size_t i) {
  return i < flat.syllables.size() ? flat.syllables[i]->character : U'\0';
}

// 一: first tone as a number or at the end, second before a fourth tone, else fourth; neutral in 看一看.
int ToneOfYi(const Flat& flat, const std::vector<MandarinWord>& phrase, size_t i) {
  const std::u32string& word = phrase[flat.word[i]].text;
  const char32_t before = i > 0 ? CharacterAt(flat, i - 1) : U'\0';
  const char32_t after = CharacterAt(flat, i + 1);
  if (i > 0 && before == after && flat.word[i - 1] + 2 >= flat.word[i + 1]) return kNeutral;
  const bool ends_word = word.size() > 1 && (i + 1 == flat.word.size() || flat.word[i + 1] != flat.word[i]);
  const bool is_date = In(U"月号日", after) && word.size() <= 2;
  if (after == 0 || ends_word || before == U'第' || is_date) return 1;
  if (before != 0 && In(kNumerals, before)) return 1;
  if (In(kNumerals, after) && !In(U"百千万亿两几", after)) return 1;
  const int next = flat.syllables[i + 1]->tone;
  return next == 4 || next == kNeutral ? 2 : 4;
}

// 不: second tone before a fourth one; neutral in 看不懂 and 是不是.
int ToneOfBu(const Flat& flat, const std::vector<MandarinWord>& phrase, size_t i) {
  const std::u32string& word = phrase[flat.word[i]].text;
  if (word.size() == 3 && word[1] == U'不') return kNeutral;
  const bool repeats =
      i > 0 && i + 1 < flat.syllables.size() && CharacterAt(flat, i - 1) == CharacterAt(flat, i + 1);
  if (repeats) return kNeutral;
  return i + 1 < flat.syllables.size() && flat.syllables[i + 1]->tone == 4 ? 2 : 4;
}

void ChangeYiAndBu(std::vector<MandarinWord>* phrase) {
  const Flat flat = Flatten(*phrase);
  // Where a phrase's reading is in the data it has the change already; all are made again from its words.
  for (size_t i = 0; i < flat.syllables.size(); ++i) {
    Syllable& syllable = *flat.syllables[i];
    if (syllable.character == U'一') syllable.tone = ToneOfYi(flat, *phrase, i);
    if (syllable.character == U'不') syllable.tone = ToneOfBu(flat, *phrase, i);
  }
}

// 花儿 keeps its own syllable, as the voices learnt it, but a weak one; 女儿 is a child.
void WeakenEr(MandarinWord* word) {
  if (word->text.size() > 1 && word->text.back() == U'儿' && !HasFullEr(word->text)) {
    word->syllables.back().tone = kNeutral;
  }
}

void WeakenLast(MandarinWord* word, char32_t before_word) {
  const std::u32string& text = word->text;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == U'个' && In(kNumerals, text[i - 1])) word->syllables[i].tone = kNeutral;
  }
  Syllable& last = word->syllables.back();
  const char32_t c = text.back();
  const bool is_long = text.size() > 1;
  const char32_t second_last = is_long ? text[text.size() - 2] : U'\0';
  const bool is_particle =
      In(U"吧呢啊呐嘛吗呀哦哟喽啰的", c) || (!is_long && In(U"地得", c) && before_word != 0);
  const bool is_measure =
      c == U'个' &&
      (is_long ? In(kNumerals, second_last) || In(U"有半多各整每做是这那哪", second_last) : before_word != 0);
  const bool is_direction = is_long && In(U"来去", c) && In(U"上下进出回过起开", second_last);
  const bool is_suffix = is_long && (c == U'们' || (c == U'子' && IsNeutralZi(text)));
  const bool is_place = is_long && text.size() <= 3 && In(U"上", c) && last.tone == 4 && !HasFullShang(text);
  if (is_particle || is_measure || is_direction || is_suffix || is_place || IsNeutralWord(text) ||
      (text.size() > 2 && IsNeutralWord(std::u32string_view(text).substr(text.size() - 2)))) {
    last.tone = kNeutral;
  }
}

bool AreThird(std::span<Syllable* const> syllables) {
  return std::all_of(syllables.begin(), syllables.end(), [](const Syllable* s) { return s->tone == 3; });
}

// How many syllables of a foot of three belong together at its begin: 1 in 纸老虎, 2 in 蒙古包.
size_t FirstPart(std::span<Syllable* const> foot, size_t first_word) {
  if (first_word < foot.size()) return first_word;
  const std::u32string start = {foot[0]->character, foot[1]->character};
  const std::u32string end = {foot[1]->character, foot[2]->character};
  const auto is_word = [](const std::u32string& word) {
    const auto found = MandarinData::Get().Find(word);
    return found.has_value() && !found->is_phrase;
  };
  return is_word(start) ? 2 : is_word(end) ? 1 : 0;
}

void RaisePair(std::span<Syllable* const> pair) {
  if (pair.size() == 2 && AreThird(pair)) pair[0]->tone = 2;
}

void ChangeThirdTones(std::span<Syllable* const> foot, size_t first_word) {
  if (foot.size() == 3) {
    const size_t first = FirstPart(foot, first_word);
    if (first == 0) return;
    const bool all = AreThird(foot);
    const auto head = foot.first(first);
    const auto tail = foot.subspan(first);
    const bool meets = head.back()->tone == 3 && tail.front()->tone == 3;
    RaisePair(head);
    RaisePair(tail);
    if (meets && (all ? first == 2 : !AreThird(tail) && tail.front()->tone == 3)) head.back()->tone = 2;
    return;
  }
  // Pairs: 老板 in 老板娘家 and both halves of 管理水平.
  for (size_t i = 0; i + 1 < foot.size(); i += 2) RaisePair(foot.subspan(i, 2));
}

bool IsDoubled(const std::u32string& word) { return word.size() == 2 && word[0] == word[1]; }

// Words that meet in two third tones are one foot while it is short.
void ChangeThirdTones(std::vector<MandarinWord>* phrase) {
  for (size_t w = 0; w < phrase->size();) {
    std::vector<Syllable*> foot;
    const size_t first_word = (*phrase)[w].syllables.size();
    bool goes_on = true;
    while (goes_on) {
      MandarinWord& word = (*phrase)[w];
      for (Syllable& syllable : word.syllables) foot.push_back(&syllable);
      ++w;
      goes_on = w < phrase->size() && foot.size() + (*phrase)[w].syllables.size() <= kLongestFoot &&
                foot.back()->tone == 3 && (*phrase)[w].syllables.front().tone == 3 && !IsDoubled(word.text);
    }
    ChangeThirdTones(foot, first_word);
  }
}

}  // namespace

void ApplyToneSandhi(std::vector<MandarinWord>* phrase) {
  ChangeYiAndBu(phrase);
  char32_t before = U'\0';
  for (MandarinWord& word : *phrase) {
    if (word.syllables.empty()) continue;
    WeakenLast(&word, before);
    WeakenEr(&word);
    before = word.text.back();
  }
  ChangeThirdTones(phrase);
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/text/normalizer.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "text/code_points.h"
#include "tts/indextts/text/pinyin.h"

namespace waveshift::tts::indextts {
namespace {

using Text = std::u32string;
using TextView = std::u32string_view;

// Stand for what is kept from reading aloud; nobody writes these code points.
constexpr char32_t kFirstStandIn = 0xF0000;
constexpr char32_t kLastStandIn = 0xFFFFD;
constexpr size_t kMostStandIns = kLastStandIn - kFirstStandIn + 1;

struct Replacement {
  TextView from;
  TextView to;
};

// The first that fits at a place wins. Three full-width commas never come to their line, since one has its
// own before; reading aloud makes them plain ones.
constexpr Replacement kMarks[] = {
    {U"：", U","},     {U"；", U","}, {U";", U","},  {U"，", U","}, {U"。", U"."},  {U"！", U"!"},
    {U"？", U"?"},     {U"\n", U" "}, {U"·", U"-"},  {U"、", U","}, {U"...", U"…"}, {U",,,", U"…"},
    {U"，，，", U"…"}, {U"……", U"…"}, {U"“", U"'"},  {U"”", U"'"},  {U"\"", U"'"},  {U"‘", U"'"},
    {U"’", U"'"},      {U"（", U"'"}, {U"）", U"'"}, {U"(", U"'"},  {U")", U"'"},   {U"《", U"'"},
    {U"》", U"'"},     {U"【", U"'"}, {U"】", U"'"}, {U"[", U"'"},  {U"]", U"'"},   {U"—", U"-"},
    {U"～", U"-"},     {U"~", U"-"},  {U"「", U"'"}, {U"」", U"'"}, {U":", U","},
};

bool IsChineseCharacter(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }
bool IsAsciiLetter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
bool IsAsciiAlnum(char32_t c) { return IsAsciiLetter(c) || (c >= U'0' && c <= U'9'); }

size_t RunLength(TextView text, size_t at, bool (*holds)(char32_t)) {
  size_t length = 0;
  while (at + length < text.size() && holds(text[at + length])) ++length;
  return length;
}

// letters and digits, @, letters and digits, a full stop, letters; a line end may follow.
bool IsEmail(TextView text) {
  if (text.ends_with(U'\n')) text.remove_suffix(1);
  size_t at = 0;
  for (const char32_t mark : {U'@', U'.'}) {
    const size_t length = RunLength(text, at, &IsAsciiAlnum);
    at += length;
    if (length == 0 || at == text.size() || text[at] != mark) return false;
    ++at;
  }
  const size_t length = RunLength(text, at, &IsAsciiLetter);
  return length > 0 && at + length == text.size();
}

TextPath PathOf(TextView text) {
  const bool chinese = std::any_of(text.begin(), text.end(), &IsChineseCharacter);
  const bool letters = std::any_of(text.begin(), text.end(), &IsAsciiLetter);
  return chinese || !letters || IsEmail(text) || !FindPinyin(text).empty() ? TextPath::kChinese
                                                                           : TextPath::kEnglish;
}

// "it's" -> "it is": the words that stand before 's, in any case, also as the end of a longer word.
bool EndsWithContracted(TextView text) {
  for (const TextView word :
       {U"what", U"where", U"who", U"which", U"how", U"here", U"it", U"he", U"that", U"this"}) {
    if (text.size() >= word.size() &&
        std::equal(word.begin(), word.end(), text.end() - static_cast<std::ptrdiff_t>(word.size()),
                   [](char32_t a, char32_t b) { return a == text::ToLower(b); })) {
      return true;
    }
  }
  return false;
}

Text ExpandContractions(TextView text) {
  Text out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_s = text[i] == U'\'' && i + 1 < text.size() && text::ToLower(text[i + 1]) == U's';
    if (is_s && EndsWithContracted(text.substr(0, i))) {
      out += U" is";
      ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// Two spellings of interjections that the vocabulary does not have.
void ReplaceInterjections(Text* text) {
  std::replace(text->begin(), text->end(), U'嗯', U'恩');
  std::replace(text->begin(), text->end(), U'呣', U'母');
}

Text MapMarks(TextView text, TextPath path) {
  Text out;
  for (size_t at = 0; at < text.size();) {
    if (path == TextPath::kChinese && text[at] == U'$') {
      out.push_back(U'.');
      ++at;
      continue;
    }
    const auto* rule = std::find_if(std::begin(kMarks), std::end(kMarks), [&](const Replacement& each) {
      return text.substr(at).starts_with(each.from);
    });
    if (rule == std::end(kMarks)) {
      out.push_back(text[at++]);
    } else {
      out += rule->to;
      at += rule->from.size();
    }
  }
  return out;
}

// Groups of Chinese characters, two or three, with a joint between: where it ends, or `at` when there is
// none.
size_t NameEnd(TextView text, size_t at) {
  const auto is_joint = [](char32_t c) { return c == U'-' || c == U'·' || c == U'—'; };
  size_t end = at + RunLength(text, at, &IsChineseCharacter);
  if (end == at) return at;
  size_t joints = 0;
  for (; joints < 2 && end < text.size() && is_joint(text[end]); ++joints) {
    const size_t length = RunLength(text, end + 1, &IsChineseCharacter);
    if (length == 0) break;
    end += 1 + length;
  }
  return joints > 0 ? end : at;
}

std::vector<Text> FindNames(TextView text) {
  std::vector<Text> names;
  for (size_t at = 0; at < text.size();) {
    const size_t end = NameEnd(text, at);
    if (end > at) names.emplace_back(text.substr(at, end - at));
    // Inside a run that leads to no name none begins either.
    at = std::max(end, at + std::max<size_t>(RunLength(text, at, &IsChineseCharacter), 1));
  }
  return names;
}

// Puts single code points in the place of words and back.
class StandIns {
 public:
  // Every place where one of the words stands, longer words first.
  void Protect(std::vector<Text> words, Text* text) {
    std::stable_sort(words.begin(), words.end(),
                     [](const Text& a, const Text& b) { return a.size() > b.size(); });
    for (Text& word : words) {
      if (std::find(words_.begin(), words_.end(), word) != words_.end() || words_.size() == kMostStandIns)
        continue;
      const auto stand_in = static_cast<char32_t>(kFirstStandIn + words_.size());
      for (size_t at = text->find(word); at != Text::npos; at = text->find(word, at + 1)) {
        text->replace(at, word.size(), 1, stand_in);
      }
      words_.push_back(std::move(word));
    }
  }
  Text Restore(TextView text, const std::function<Text(TextView)>& spell) const {
    Text out;
    for (const char32_t c : text) {
      if (c < kFirstStandIn || c > kLastStandIn) {
        out.push_back(c);
      } else if (c - kFirstStandIn < words_.size()) {
        out += Restore(spell(words_[c - kFirstStandIn]),
                       spell);  // a name may hold pinyin that was protected before
      }
    }
    return out;
  }

 private:
  std::vector<Text> words_;
};

bool IsStandIn(char32_t c) { return c >= kFirstStandIn && c <= kLastStandIn; }

Text Read(const ReadAloud& read_aloud, const Text& text, TextPath path) {
  return read_aloud ? text::ToCodePoints(read_aloud(text::ToUtf8(text), path)) : text;
}

Text NormalizeChinese(Text text, const ReadAloud& read_aloud) {
  while (!text.empty() && text::IsSpace(text.back())) text.pop_back();
  std::erase_if(text, &IsStandIn);
  StandIns stand_ins;
  stand_ins.Protect(FindPinyin(text), &text);
  stand_ins.Protect(FindNames(text), &text);
  text = Read(read_aloud, text, TextPath::kChinese);
  text = stand_ins.Restore(text, [](TextView word) {
    return PinyinLengthAt(word) == word.size() ? VocabularyPinyin(word) : Text(word);
  });
  return MapMarks(text, TextPath::kChinese);
}

}  // namespace

TextPath PathOf(std::string_view utf8) { return PathOf(TextView(text::ToCodePoints(utf8))); }

std::string NormalizeText(std::string_view utf8, const ReadAloud& read_aloud) {
  Text text = text::ToCodePoints(utf8);
  ReplaceInterjections(&text);
  const TextPath path = PathOf(TextView(text));
  text = ExpandContractions(text);
  if (path == TextPath::kChinese) return text::ToUtf8(NormalizeChinese(std::move(text), read_aloud));
  return text::ToUtf8(MapMarks(Read(read_aloud, text, path), path));
}

}  // namespace waveshift::tts::indextts

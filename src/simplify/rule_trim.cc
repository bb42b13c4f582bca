// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/rule_trim.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "simplify/language_data.h"
#include "text/language.h"
#include "text/words.h"

namespace waveshift::simplify {
namespace {

using text::Word;

constexpr int kMostPasses = 100;
constexpr std::string_view kPauses[] = {",", "，", "、", "،", "…", "...", "—", "–", ";", "；"};
constexpr std::string_view kStops[] = {".", "!", "。", "！", "۔", "।"};
constexpr std::string_view kQuestions[] = {"?", "？", "؟"};

template <size_t N>
bool IsOneOf(std::string_view mark, const std::string_view (&marks)[N]) {
  return std::find(std::begin(marks), std::end(marks), mark) != std::end(marks);
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A text with its words, from which pieces are cut.
class Trimmer {
 public:
  Trimmer(std::string_view text, std::string_view language)
      : text_(text), language_(language), data_(DataOfLanguage(language)) {
    Split();
  }

  std::string Run() {
    for (int pass = 0; pass < kMostPasses && CutPass(); ++pass) Split();
    return text_;
  }

 private:
  struct Range {
    size_t begin;
    size_t end;
  };

  void Split() { words_ = text::SplitWords(text_, language_); }

  std::string_view Before(size_t i) const {
    const size_t from = i == 0 ? 0 : words_[i - 1].end;
    return std::string_view(text_).substr(from, words_[i].begin - from);
  }
  std::string_view After(size_t i) const {
    const size_t to = i + 1 == words_.size() ? text_.size() : words_[i + 1].begin;
    return std::string_view(text_).substr(words_[i].end, to - words_[i].end);
  }

  // How many words from `first` on make up `phrase`; 0 when they do not.
  size_t Matches(size_t first, const std::string& phrase) const {
    std::string joined;
    for (size_t i = first; i < words_.size() && joined.size() < phrase.size(); ++i) {
      if (i > first && !IsJoint(Before(i))) return 0;
      if (i > first && data_.has_spaces) joined += ' ';
      joined += words_[i].folded;
      if (joined == phrase) return i - first + 1;
    }
    return 0;
  }
  // What may stand between the words of one phrase. ICU counts Japanese "ー" after kana as part of the word.
  bool IsJoint(std::string_view between) const {
    return data_.has_spaces ? Trimmed(between).empty() : between.empty();
  }

  // Cuts what can be cut now; what a cut uncovers is for the next pass, so that time is linear in the text.
  bool CutPass() {
    std::vector<Range> ranges;
    size_t free_from = 0;
    for (size_t i = 0; words_.size() > 1 && i < words_.size(); ++i) {
      auto range = Hesitation(i);
      if (!range) range = Filler(i);
      if (!range) range = Stutter(i);
      if (!range || range->begin < free_from) continue;
      ranges.push_back(*range);
      free_from = range->end;
    }
    if (ranges.empty()) return false;
    return Cut(ranges) || Cut({ranges.front()});
  }

  // The words [first, last] with the pause that belongs to them: the one behind, or at a sentence's end the
  // one before.
  std::optional<Range> WithPause(size_t first, size_t last, bool needs_pauses) const {
    const std::string_view before = Trimmed(Before(first));
    const std::string_view after = Trimmed(After(last));
    const bool begins = first == 0 ? before.empty() : IsOneOf(before, kStops) || IsOneOf(before, kQuestions);
    const bool pause_before = IsOneOf(before, kPauses);
    const size_t next = last + 1 == words_.size() ? text_.size() : words_[last + 1].begin;
    if ((begins || pause_before) && IsOneOf(after, kPauses)) return Range{words_[first].begin, next};
    const bool ends = after.empty() ? last + 1 == words_.size() : IsOneOf(after, kStops);
    if (pause_before && ends && first > 0) return Range{words_[first - 1].end, words_[last].end};
    if (needs_pauses || !before.empty() || !after.empty() || last + 1 == words_.size()) return std::nullopt;
    return Range{words_[first].begin, next};
  }

  std::optional<Range> Hesitation(size_t i) const {
    for (const std::string& sound : data_.hesitations) {
      if (const size_t n = Matches(i, sound)) return WithPause(i, i + n - 1, false);
    }
    return std::nullopt;
  }

  std::optional<Range> Filler(size_t i) const {
    for (const std::string& phrase : data_.fillers) {
      if (const size_t n = Matches(i, phrase)) {
        if (const auto range = WithPause(i, i + n - 1, true)) return range;
      }
    }
    return std::nullopt;
  }

  // "the the", "I, I", "I... I".
  std::optional<Range> Stutter(size_t i) const {
    if (i + 1 >= words_.size() || words_[i].folded != words_[i + 1].folded) return std::nullopt;
    if (!data_.never_doubled.contains(words_[i].folded)) return std::nullopt;
    const std::string_view between = Trimmed(After(i));
    if (!between.empty() && between != "-" && !IsOneOf(between, kPauses)) return std::nullopt;
    // Without spaces two equal characters may belong to two words.
    if (!data_.has_spaces && between.empty()) return std::nullopt;
    return Range{words_[i].begin, words_[i + 1].begin};
  }

  bool Cut(const std::vector<Range>& ranges) {
    std::string shorter;
    size_t from = 0;
    for (const Range& range : ranges) {
      shorter += text_.substr(from, range.begin - from);
      from = range.end;
    }
    shorter += text_.substr(from);
    shorter = text::CollapseWhitespace(shorter);
    if (!text::HasSayableWords(shorter)) return false;
    if (words_.front().is_capital) shorter = text::CapitalizeFirst(shorter, language_);
    if (shorter.size() >= text_.size()) return false;
    text_ = std::move(shorter);
    return true;
  }

  std::string text_;
  std::string_view language_;
  const LanguageData& data_;
  std::vector<Word> words_;
};

}  // namespace

std::string TrimByRules(std::string_view text, std::string_view language) {
  return Trimmer(text, language).Run();
}

}  // namespace waveshift::simplify

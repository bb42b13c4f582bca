// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "phonemes/front_ends_internal.h"
#include "phonemes/mandarin_internal.h"
#include "phonemes/punctuation_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

constexpr std::u32string_view kDigits = U"零一二三四五六七八九";

enum class Kind { kHan, kLatin, kMarks };

Kind KindOf(char32_t c) {
  if (text::IsHan(c)) return Kind::kHan;
  if (text::IsLetter(c) || text::IsMark(c)) return Kind::kLatin;
  return Kind::kMarks;
}

struct Run {
  Kind kind = Kind::kMarks;
  std::u32string text;
};

// Digits that nobody has put into words are said one by one.
std::u32string WithDigitsInWords(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) out.push_back(c >= U'0' && c <= U'9' ? kDigits[c - U'0'] : c);
  return out;
}

// A Latin run goes on over a single space, apostrophe or hyphen: "New York", "don't".
std::vector<Run> SplitRuns(std::u32string_view text) {
  std::vector<Run> runs;
  for (size_t i = 0; i < text.size(); ++i) {
    Kind kind = KindOf(text[i]);
    const bool joins = text[i] == U' ' || text[i] == U'\'' || text[i] == U'-';
    if (joins && !runs.empty() && runs.back().kind == Kind::kLatin && i + 1 < text.size() &&
        KindOf(text[i + 1]) == Kind::kLatin) {
      kind = Kind::kLatin;
    }
    if (runs.empty() || runs.back().kind != kind) runs.push_back({kind, U""});
    runs.back().text.push_back(text[i]);
  }
  return runs;
}

std::u32string HanSounds(std::u32string_view run, bool with_sandhi) {
  std::vector<MandarinWord> words;
  for (std::u32string& word : SegmentMandarin(run)) {
    std::vector<Syllable> syllables = ReadMandarinWord(word);
    words.push_back({std::move(word), std::move(syllables)});
  }
  if (with_sandhi) ApplyToneSandhi(&words);
  std::u32string out;
  for (const MandarinWord& word : words) {
    if (!out.empty()) out.push_back(U' ');
    for (const Syllable& syllable : word.syllables) out += MandarinIpa(syllable);
  }
  return out;
}

}  // namespace

std::u32string MandarinWithoutSandhi(std::u32string_view text) {
  std::u32string out;
  for (const Run& run : SplitRuns(text))
    out += run.kind == Kind::kHan ? HanSounds(run.text, false) : run.text;
  return out;
}

StatusOr<std::u32string> MandarinSounds(const EspeakProcess& espeak, std::u32string_view text) {
  std::u32string out;
  Kind before = Kind::kMarks;
  for (const Run& run : SplitRuns(WithDigitsInWords(text))) {
    if (before != Kind::kMarks && run.kind != Kind::kMarks) out.push_back(U' ');
    before = run.kind;
    if (run.kind == Kind::kHan) {
      out += HanSounds(run.text, true);
    } else if (run.kind == Kind::kMarks) {
      out += run.text;
    } else {
      WS_ASSIGN_OR_RETURN(const std::u32string english, EnglishSounds(espeak, run.text, false));
      out += english;
    }
  }
  return out;
}

}  // namespace waveshift::phonemes::internal

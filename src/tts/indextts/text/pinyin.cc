// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/text/pinyin.h"

#include <algorithm>

#include "text/code_points.h"
#include "text/upper_case.h"

namespace waveshift::tts::indextts {
namespace {

// Longer ones first, so that the first that fits and leads to a syllable is taken.
constexpr std::u32string_view kInitials[] = {U"zh", U"ch", U"sh", U"b", U"p", U"m", U"f", U"d",
                                             U"t",  U"n",  U"l",  U"g", U"k", U"h", U"j", U"q",
                                             U"x",  U"z",  U"c",  U"s", U"r", U"y", U"w", U""};
constexpr std::u32string_view kFinals[] = {
    U"iang", U"iong", U"uang", U"vang", U"\u00fcang", U"uai", U"uan",     U"van", U"\u00fcan", U"ang",
    U"eng",  U"ing",  U"ong",  U"ian",  U"iao",       U"ai",  U"ei",      U"ua",  U"ui",       U"uo",
    U"ao",   U"ou",   U"ia",   U"iu",   U"ie",        U"ue",  U"\u00fce", U"ve",  U"an",       U"en",
    U"in",   U"un",   U"vn",   U"a",    U"e",         U"i",   U"o",       U"u",   U"\u00fc",   U"v"};

bool IsTone(char32_t c) { return c >= U'1' && c <= U'5'; }
bool IsAsciiLetter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }

bool Begins(std::u32string_view text, std::u32string_view with) {
  if (text.size() < with.size()) return false;
  return std::equal(with.begin(), with.end(), text.begin(),
                    [](char32_t a, char32_t b) { return a == text::ToLower(b); });
}

// The length of `syllable` and a tone at the beginning of the text, or 0.
size_t WithTone(std::u32string_view text, std::u32string_view syllable) {
  if (!Begins(text, syllable) || text.size() == syllable.size()) return 0;
  return IsTone(text[syllable.size()]) ? syllable.size() + 1 : 0;
}

}  // namespace

size_t PinyinLengthAt(std::u32string_view text) {
  for (const std::u32string_view whole : {U"ng", U"er"}) {
    if (const size_t length = WithTone(text, whole); length > 0) return length;
  }
  for (const std::u32string_view initial : kInitials) {
    if (!Begins(text, initial)) continue;
    for (const std::u32string_view final : kFinals) {
      if (const size_t length = WithTone(text.substr(initial.size()), final); length > 0) {
        return initial.size() + length;
      }
    }
  }
  return 0;
}

std::vector<std::u32string> FindPinyin(std::u32string_view text) {
  std::vector<std::u32string> found;
  for (size_t at = 0; at < text.size();) {
    const size_t length = at > 0 && IsAsciiLetter(text[at - 1]) ? 0 : PinyinLengthAt(text.substr(at));
    if (length > 0) found.emplace_back(text.substr(at, length));
    at += std::max<size_t>(length, 1);
  }
  return found;
}

std::u32string VocabularyPinyin(std::u32string_view pinyin) {
  const auto lower = [&](size_t i) { return i < pinyin.size() ? text::ToLower(pinyin[i]) : U'\0'; };
  const auto is_jqx = [](char32_t c) { return c == U'j' || c == U'q' || c == U'x'; };
  if (!is_jqx(lower(0))) return std::u32string(pinyin);
  std::u32string out(pinyin);
  if (lower(1) == U'u' || lower(1) == U'\u00fc') {
    // Then any number of n, e, an, of which the last stays; then the tone.
    size_t at = 2;
    std::u32string rest;
    for (;;) {
      const size_t length = lower(at) == U'n' || lower(at) == U'e'       ? 1
                            : lower(at) == U'a' && lower(at + 1) == U'n' ? 2
                                                                         : 0;
      if (length == 0) break;
      rest = pinyin.substr(at, length);
      at += length;
    }
    if (at < pinyin.size() && pinyin[at] >= U'0' && pinyin[at] <= U'9') {
      out = std::u32string(pinyin.substr(0, 1)) + U"v" + rest + std::u32string(pinyin.substr(at));
    }
  }
  return text::ToCodePoints(text::UpperCase(text::ToUtf8(out)));
}

}  // namespace waveshift::tts::indextts

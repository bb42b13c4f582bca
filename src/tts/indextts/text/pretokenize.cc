// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/text/pretokenize.h"

#include <array>
#include <utility>
#include <vector>

#include "text/code_points.h"
#include "text/upper_case.h"

namespace waveshift::tts::indextts {
namespace {

// Code points that stand alone: Hangul, CJK, Kana, Yi and their compatibility and extension blocks.
constexpr std::array<std::pair<char32_t, char32_t>, 7> kAlone = {{{0x1100, 0x11FF},
                                                                  {0x2E80, 0xA4CF},
                                                                  {0xA840, 0xD7AF},
                                                                  {0xF900, 0xFAFF},
                                                                  {0xFE30, 0xFE4F},
                                                                  {0xFF65, 0xFFDC},
                                                                  {0x20000, 0x2FFFF}}};

bool StandsAlone(char32_t c) {
  for (const auto& [first, last] : kAlone) {
    if (c >= first && c <= last) return true;
  }
  return false;
}

std::u32string_view Stripped(std::u32string_view text) {
  while (!text.empty() && text::IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && text::IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string StripSpace(std::string_view utf8) { return text::ToUtf8(Stripped(text::ToCodePoints(utf8))); }

std::string Pretokenize(std::string_view utf8) {
  const std::u32string text = text::ToCodePoints(utf8);
  std::vector<std::u32string> items(1);
  for (const char32_t c : text) {
    if (!StandsAlone(c)) {
      items.back().push_back(c);
      continue;
    }
    items.emplace_back(1, c);
    items.emplace_back();
  }
  std::string joined;
  for (const std::u32string& item : items) {
    const std::u32string_view word = Stripped(item);
    if (word.empty()) continue;
    if (!joined.empty()) joined += ' ';
    joined += text::UpperCase(text::ToUtf8(word));
  }
  return joined;
}

}  // namespace waveshift::tts::indextts

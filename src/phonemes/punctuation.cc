// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "phonemes/punctuation_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

struct MarkRule {
  char32_t mark;
  std::u32string_view latin;
};
constexpr std::array<MarkRule, 46> kMarks = {
    {{U'，', U", "}, {U'、', U", "}, {U'。', U". "}, {U'．', U". "}, {U'！', U"! "}, {U'？', U"? "},
     {U'：', U": "}, {U'；', U"; "}, {U'（', U" ("}, {U'）', U") "}, {U'《', U" “"}, {U'》', U"” "},
     {U'〈', U" “"}, {U'〉', U"” "}, {U'「', U" “"}, {U'」', U"” "}, {U'『', U" “"}, {U'』', U"” "},
     {U'【', U" “"}, {U'】', U"” "}, {U'〔', U" ("}, {U'〕', U") "}, {U'«', U"“"},   {U'»', U"”"},
     {U'„', U"“"},   {U'‟', U"“"},   {U'‹', U"“"},   {U'›', U"”"},   {U'।', U"."},   {U'॥', U"."},
     {U'؟', U"?"},   {U'،', U","},   {U'؛', U";"},   {U'۔', U"."},   {U'–', U"—"},   {U'―', U"—"},
     {U'─', U"—"},   {U'⸺', U"—"},   {U'｡', U". "},  {U'､', U", "},  {U'·', U" "},   {U'・', U" "},
     {U'‘', U"'"},   {U'’', U"'"},   {U'ʼ', U"'"},   {U'⋯', U"…"}}};

constexpr std::u32string_view kPunctuation = U";:,.!?¡¿—…\"«»“”(){}[]";

}  // namespace

std::u32string LatinPunctuation(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    const auto* const rule =
        std::find_if(kMarks.begin(), kMarks.end(), [c](const MarkRule& r) { return r.mark == c; });
    if (rule == kMarks.end()) {
      out.push_back(c);
      continue;
    }
    // "———" and "……" are one mark.
    if (rule->latin == U"—" && !out.empty() && out.back() == U'—') continue;
    out.append(rule->latin);
  }
  return out;
}

std::u32string PlainText(std::u32string_view text) {
  const std::u32string latin = LatinPunctuation(text);
  std::u32string out;
  size_t at = 0;
  while (at < latin.size()) {
    // NFKC would make three full stops of it.
    const size_t end = std::min(latin.find(U'…', at), latin.size());
    out += text::ComposeCompatible(std::u32string_view(latin).substr(at, end - at));
    if (end < latin.size()) out.push_back(U'…');
    at = end + 1;
  }
  return out;
}

bool IsPunctuation(char32_t c) { return kPunctuation.find(c) != std::u32string_view::npos; }

std::vector<Piece> SplitAtPunctuation(std::u32string_view text) {
  std::vector<Piece> pieces;
  const auto append = [&](std::u32string_view part, bool is_words) {
    if (part.empty()) return;
    if (pieces.empty() || pieces.back().is_words != is_words) pieces.push_back({{}, is_words});
    pieces.back().text.append(part);
  };
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    while (end < text.size() && !text::IsSpace(text[end]) && !IsPunctuation(text[end])) ++end;
    append(text.substr(at, end - at), true);
    at = end;
    // Spaces belong to the marks beside them, else to the words.
    while (end < text.size() && (text::IsSpace(text[end]) || IsPunctuation(text[end]))) ++end;
    const std::u32string_view gap = text.substr(at, end - at);
    const bool has_mark = std::any_of(gap.begin(), gap.end(), IsPunctuation);
    const bool is_edge = pieces.empty() || end == text.size();
    append(gap, !has_mark && !is_edge);
    at = end;
  }
  return pieces;
}

StatusOr<std::u32string> ReplaceWords(std::u32string_view text, const SoundsOf& sounds_of) {
  const std::vector<Piece> pieces = SplitAtPunctuation(text);
  std::vector<std::string> words;
  for (const Piece& piece : pieces) {
    if (piece.is_words) words.push_back(text::ToUtf8(piece.text));
  }
  WS_ASSIGN_OR_RETURN(const std::vector<std::string> sounds, sounds_of(words));
  std::u32string out;
  size_t next = 0;
  for (const Piece& piece : pieces) out += piece.is_words ? text::ToCodePoints(sounds[next++]) : piece.text;
  return out;
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "phonemes/english_heteronyms_internal.h"
#include "phonemes/english_sounds_internal.h"
#include "phonemes/english_words_internal.h"
#include "phonemes/front_ends_internal.h"
#include "phonemes/punctuation_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

struct Token {
  std::u32string text;    // a word as it stands, or marks and spaces
  std::u32string sounds;  // of a word
  bool is_word = false;
};

bool IsWordCharacter(char32_t c) {
  return text::IsLetter(c) || text::IsMark(c) || text::IsDigit(c) || c == U'\'';
}

bool HasLetterOrDigit(std::u32string_view word) {
  return std::any_of(word.begin(), word.end(),
                     [](char32_t c) { return text::IsLetter(c) || text::IsDigit(c); });
}

// A hyphen inside a word joins its parts; elsewhere it is a dash.
std::vector<Token> Tokenize(std::u32string_view text) {
  std::vector<Token> tokens;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    while (end < text.size() && IsWordCharacter(text[end])) ++end;
    if (end > at && HasLetterOrDigit(text.substr(at, end - at))) {
      tokens.push_back({std::u32string(text.substr(at, end - at)), U"", true});
      at = end;
      continue;
    }
    end = std::max(end, at + 1);
    if (tokens.empty() || tokens.back().is_word) tokens.push_back({});
    tokens.back().text.append(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

std::u32string LowerOf(std::u32string_view word) {
  std::u32string lower;
  for (const char32_t c : word) lower.push_back(text::ToLower(c));
  return lower;
}

// Quotation marks are curly for the model: one before a word opens.
std::u32string CurlyQuotes(std::u32string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool opens = out.empty() || text::IsSpace(out.back()) || out.back() == U'(' || out.back() == U'—';
    out.push_back(text[i] == U'"' ? (opens ? U'“' : U'”') : text[i]);
  }
  return out;
}

// What stands between two words: "-" alone joins, " - " is a dash, the rest stays.
std::u32string MarksBetween(std::u32string_view marks) {
  if (marks == U"-" || marks == U"/") return U"";
  std::u32string out;
  for (const char32_t c : marks) {
    if (c == U'-') {
      if (out.empty() || out.back() != U'—') out.push_back(U'—');
    } else if (c != U'\'') {
      out.push_back(c);
    }
  }
  return out;
}

// A pause follows at the end and before marks that are no quotation marks.
WhatFollows AfterToken(const std::vector<Token>& tokens, size_t index) {
  if (index + 1 >= tokens.size()) return WhatFollows::kPause;
  const Token& gap = tokens[index + 1];
  const auto is_pause = [](char32_t c) {
    return std::u32string_view(U";:,.!?—…").find(c) != std::u32string_view::npos;
  };
  if (!gap.is_word && std::any_of(gap.text.begin(), gap.text.end(), is_pause)) return WhatFollows::kPause;
  const size_t next = gap.is_word ? index + 1 : index + 2;
  return next < tokens.size() ? StartOf(tokens[next].sounds) : WhatFollows::kPause;
}

Status AskEspeak(const EspeakProcess& espeak, std::vector<Token>& tokens, bool british) {
  std::vector<std::string> words;
  for (const Token& token : tokens) {
    if (token.is_word) words.push_back(text::ToUtf8(token.text));
  }
  WS_ASSIGN_OR_RETURN(const std::vector<std::string> ipa,
                      espeak.Ipa(words, british ? "en-gb-x-rp" : "en-us"));
  size_t next = 0;
  for (Token& token : tokens) {
    if (token.is_word) token.sounds = EnglishSymbols(text::ToCodePoints(ipa[next++]), british);
  }
  return OkStatus();
}

// Replaces espeak-ng's sounds of a word that has its own in this place.
void Correct(std::vector<Token>& tokens, size_t index, bool british) {
  Token& token = tokens[index];
  const std::u32string lower = LowerOf(token.text);
  const WhatFollows follows = AfterToken(tokens, index);
  if (const auto article = EnglishArticle(lower, british, follows)) {
    token.sounds = *article;
    return;
  }
  const std::u32string before =
      index >= 2 && tokens[index - 2].is_word ? LowerOf(tokens[index - 2].text) : U"";
  const std::u32string after =
      index + 2 < tokens.size() && tokens[index + 2].is_word ? LowerOf(tokens[index + 2].text) : U"";
  if (const auto sounds = EnglishHeteronym(lower, before, after, british)) {
    token.sounds = *sounds;
    return;
  }
  const auto known = EnglishWord(lower, british, follows);
  if (!known.has_value()) return;
  const bool is_capitalised = text::IsUpper(token.text.front()) && token.text.size() > 1;
  token.sounds = is_capitalised ? WithSecondaryStress(*known) : *known;
}

}  // namespace

StatusOr<std::u32string> EnglishSounds(const EspeakProcess& espeak, std::u32string_view text, bool british) {
  std::vector<Token> tokens = Tokenize(CurlyQuotes(text));
  WS_RETURN_IF_ERROR(AskEspeak(espeak, tokens, british));
  // From the end, because a word may depend on how the next one begins.
  for (size_t i = tokens.size(); i-- > 0;) {
    if (tokens[i].is_word) Correct(tokens, i, british);
  }
  std::u32string out;
  for (const Token& token : tokens) out += token.is_word ? token.sounds : MarksBetween(token.text);
  return out;
}

}  // namespace waveshift::phonemes::internal

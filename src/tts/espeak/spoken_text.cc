// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/spoken_text.h"

#include <algorithm>
#include <utility>

#include "text/language.h"

namespace waveshift::tts {
namespace {

constexpr size_t kLongestLineBytes = 20000;

bool IsLeadByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

enum class Kind { kLatin, kOther, kNeutral, kPunctuation };

// Kind of the character that begins at `text[at]`. Latin: ASCII letters and U+00C0..U+024F.
Kind KindAt(std::string_view text, size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return Kind::kLatin;
  if (c >= 0xC3 && c <= 0xC9) return Kind::kLatin;
  if (c < 0x80) {
    constexpr std::string_view kPauses = ".,;:!?()\"";
    return kPauses.find(text[at]) != std::string_view::npos ? Kind::kPunctuation : Kind::kNeutral;
  }
  if (c == 0xC2) return Kind::kNeutral;
  // General punctuation (U+2000..), CJK punctuation (U+3000..U+303F), full-width forms of ASCII punctuation
  // (U+FF00..U+FF0F and on).
  const std::string_view three = text.substr(at, 3);
  if (three.starts_with("\xE2\x80") || three.starts_with("\xE3\x80") || three.starts_with("\xEF\xBC")) {
    return Kind::kPunctuation;
  }
  return Kind::kOther;
}

}  // namespace

StatusOr<std::string> PlainSpokenText(std::string_view text) {
  if (text.size() > kLongestLineBytes) {
    return InvalidArgument("text: " + std::to_string(text.size()) + " bytes in one line, at most " +
                           std::to_string(kLongestLineBytes) + " are spoken");
  }
  if (!text::IsValidUtf8(text)) return InvalidArgument("text: not valid UTF-8");
  if (!text::HasSayableWords(text)) return InvalidArgument("text: nothing to say");
  // Control characters carry espeak's embedded commands (0x01 ...); they are gone after this.
  const std::string collapsed = text::CollapseWhitespace(text);
  std::string plain;
  plain.reserve(collapsed.size());
  for (const char c : collapsed) {
    // "[[" begins phoneme input, also without SSML.
    if (c == '[' && !plain.empty() && plain.back() == '[') plain.push_back(' ');
    plain.push_back(c);
  }
  return plain;
}

std::vector<TextPiece> SplitLatinWords(std::string_view text) {
  std::vector<TextPiece> pieces;
  TextPiece piece;
  bool has_kind = false;
  bool paused = false;
  size_t at = 0;
  while (at < text.size()) {
    size_t next = at + 1;
    while (next < text.size() && !IsLeadByte(text[next])) ++next;
    const Kind kind = KindAt(text, at);
    const bool decides = kind == Kind::kLatin || kind == Kind::kOther;
    if (decides && has_kind && (kind == Kind::kLatin) != piece.is_latin) {
      pieces.push_back(std::exchange(
          piece, TextPiece{.text = "", .is_latin = kind == Kind::kLatin, .after_pause = paused}));
      if (pieces.size() >= kMostPieces) break;
    } else if (decides && !has_kind) {
      piece.is_latin = kind == Kind::kLatin;
    }
    has_kind = has_kind || decides;
    if (kind != Kind::kNeutral) paused = kind == Kind::kPunctuation;
    piece.text.append(text.substr(at, next - at));
    at = next;
  }
  pieces.push_back(std::move(piece));
  if (at < text.size()) return {TextPiece{.text = std::string(text)}};
  return pieces;
}

size_t CountCharacters(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), IsLeadByte));
}

}  // namespace waveshift::tts

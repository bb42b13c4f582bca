// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/read_aloud.h"

#include <cctype>

#include "text/language.h"
#include "text/read_chinese_internal.h"
#include "text/read_english_internal.h"
#include "text/read_other_internal.h"
#include "text/speech_cleanup_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text {
namespace {

// True when a line ends without a mark that is a pause.
bool EndsOpen(std::string_view line) {
  if (line.empty()) return false;
  for (const std::string_view mark :
       {".", ",", "!", "?", ";", ":", "。", "，", "！", "？", "；", "：", "…", "”", "」"}) {
    if (line.ends_with(mark)) return false;
  }
  return true;
}

// A line break without punctuation is a pause.
std::string WithPausesForLines(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    const size_t end = utf8.find('\n');
    const std::string_view line = internal::TrimAscii(utf8.substr(0, end));
    out += line;
    if (end == std::string_view::npos) break;
    out += EndsOpen(line) ? ". " : " ";
    utf8.remove_prefix(end + 1);
  }
  return out;
}

// The rules look far ahead, so they get a paragraph's worth at once: their time would grow with the square of
// the text's length. A cut is behind a mark where there is one, else at a space, else anywhere.
constexpr size_t kChunkBytes = 600;

size_t ChunkEnd(std::string_view text) {
  if (text.size() <= kChunkBytes) return text.size();
  for (const std::string_view ends : {". ", ", ", " "}) {
    const size_t at = text.rfind(ends, kChunkBytes);
    if (at != std::string_view::npos && at > kChunkBytes / 3) return at + ends.size();
  }
  size_t end = kChunkBytes;
  while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

std::string InWords(std::string_view text, const std::string& tag, const std::string& primary) {
  if (primary == "zh") return internal::ReadChinese(text);
  if (primary != "en") return internal::ReadOther(text, primary);
  const bool is_british =
      tag.ends_with("GB") || tag.ends_with("AU") || tag.ends_with("NZ") || tag.ends_with("IE");
  return internal::ReadEnglish(text, is_british);
}

}  // namespace

StatusOr<SpokenText> ReadAloud(std::string_view text, std::string_view language) {
  if (text.size() > kLongestReadAloudBytes) {
    return InvalidArgument("text: " + std::to_string(text.size()) + " bytes, at most " +
                           std::to_string(kLongestReadAloudBytes) + " are read aloud at once");
  }
  if (!IsValidUtf8(text)) return InvalidArgument("text: not UTF-8");
  WS_ASSIGN_OR_RETURN(const std::string tag, CanonicalLanguage(language));
  const std::string primary = PrimarySubtag(tag);
  std::string clean;
  for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(ChunkEnd(rest))) {
    clean += internal::CleanForSpeech(rest.substr(0, ChunkEnd(rest)));
  }
  const std::string plain = WithPausesForLines(internal::TrimAscii(clean));
  std::string said;
  for (std::string_view rest = plain; !rest.empty(); rest.remove_prefix(ChunkEnd(rest))) {
    said += InWords(rest.substr(0, ChunkEnd(rest)), tag, primary);
  }
  SpokenText spoken;
  const bool keeps_digits = !internal::SpellsNumbers(primary);
  spoken.text = internal::WithoutUnsayable(said, primary, keeps_digits, &spoken.warnings);
  // "at 5 p.m." ends a sentence although its full stop belongs to the abbreviation.
  const bool ends_open = !spoken.text.empty() && static_cast<unsigned char>(spoken.text.back()) < 0x80 &&
                         std::isalpha(static_cast<unsigned char>(spoken.text.back())) != 0;
  if (plain.ends_with('.') && ends_open) spoken.text.push_back('.');
  return spoken;
}

}  // namespace waveshift::text

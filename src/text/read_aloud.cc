// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/read_aloud.h"

#include "text/language.h"
#include "text/read_chinese_internal.h"
#include "text/read_english_internal.h"
#include "text/read_other_internal.h"
#include "text/speech_cleanup_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text {
namespace {

// A line break without punctuation is a pause.
std::string WithPausesForLines(std::string_view utf8) {
  std::string out;
  for (const char c : utf8) {
    if (c != '\n') {
      out.push_back(c);
      continue;
    }
    const std::string_view before = internal::TrimAscii(out);
    const bool ends_word =
        !before.empty() &&
        (static_cast<unsigned char>(before.back()) >= 0x80 || before.back() == ')' || before.back() == '"' ||
         (before.back() != '.' && before.back() != ',' && before.back() != '!' && before.back() != '?' &&
          before.back() != ';' && before.back() != ':'));
    const bool is_wide_mark = before.ends_with("。") || before.ends_with("，") || before.ends_with("！") ||
                              before.ends_with("？") || before.ends_with("；") || before.ends_with("：") ||
                              before.ends_with("…") || before.ends_with("”") || before.ends_with("」");
    if (ends_word && !is_wide_mark) {
      out = std::string(before) + ".";
    }
    out.push_back(' ');
  }
  return out;
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
  const std::string plain = WithPausesForLines(internal::TrimAscii(internal::CleanForSpeech(text)));
  std::string said;
  if (primary == "en") {
    const bool british =
        tag.ends_with("GB") || tag.ends_with("AU") || tag.ends_with("NZ") || tag.ends_with("IE");
    said = internal::ReadEnglish(plain, british);
  } else if (primary == "zh") {
    said = internal::ReadChinese(plain);
  } else {
    said = internal::ReadOther(plain, primary);
  }
  SpokenText spoken;
  const bool keeps_digits = !internal::SpellsNumbers(primary);
  spoken.text = internal::WithoutUnsayable(said, primary, keeps_digits, &spoken.warnings);
  return spoken;
}

}  // namespace waveshift::text

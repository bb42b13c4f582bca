// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>

#include "text/read_other_internal.h"
#include "text/spell_numbers_internal.h"

namespace waveshift::text::internal {
namespace {

// How a language writes and says numbers. Words have the spaces that they need around them.
struct NumberWords {
  std::string_view language;
  char group;
  char decimal;
  std::string_view minus;
  std::string_view point;
  std::string_view percent;
  std::string_view to;           // in ranges
  std::string_view hour_minute;  // between hour and minute
  std::string_view euros;
  std::string_view dollars;
  std::string_view pounds;
};
constexpr auto kLanguages = std::to_array<NumberWords>(
    {{"es", '.', ',', "menos", "coma", "por ciento", "a", "y", "euros", "dólares", "libras"},
     {"fr", ' ', ',', "moins", "virgule", "pour cent", "à", "heures", "euros", "dollars", "livres"},
     {"it", '.', ',', "meno", "virgola", "per cento", "a", "e", "euro", "dollari", "sterline"},
     {"pt", '.', ',', "menos", "vírgula", "por cento", "a", "e", "euros", "dólares", "libras"},
     {"hi", ',', '.', "ऋण", "दशमलव", "प्रतिशत", "से", "बजकर", "यूरो", "डॉलर", "पाउंड"},
     {"ja", ',', '.', "マイナス", "点", "パーセント", "から", "時", "ユーロ", "ドル", "ポンド"},
     {"de", '.', ',', "minus", "Komma", "Prozent", "bis", "Uhr", "Euro", "Dollar", "Pfund"}});

NumberWords WordsOf(const std::string& primary) {
  const auto* const found = std::find_if(kLanguages.begin(), kLanguages.end(),
                                         [&](const NumberWords& words) { return words.language == primary; });
  if (found != kLanguages.end()) return *found;
  // Only whole numbers: what a mark between digits means there is not known.
  return {primary, '\0', '\0', "", "", "", "", "", "", "", ""};
}

// ICU's digits come one by one in Japanese too, where they are written together.
std::string Spell(std::string_view number, const NumberWords& words) {
  const std::string language(words.language);
  std::string said = SpellDecimal(number, language, words.group, words.decimal == '\0' ? '.' : words.decimal,
                                  words.minus, words.point);
  if (language == "ja") std::erase(said, ' ');
  return said;
}

class Reader {
 public:
  explicit Reader(const NumberWords& words) : words_(words) {}

  // One pass: the longest thing that begins at a digit.
  std::string Read(std::string_view text) const {
    static const auto* const pattern = MakePattern().release();
    UErrorCode error = U_ZERO_ERROR;
    const auto unicode =
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    const std::unique_ptr<icu::RegexMatcher> matcher(pattern->matcher(unicode, error));
    if (U_FAILURE(error)) return std::string(text);
    icu::UnicodeString out;
    int32_t at = 0;
    while (matcher->find(error) && U_SUCCESS(error)) {
      out.append(unicode, at, matcher->start(error) - at);
      out.append(icu::UnicodeString::fromUTF8(Say(*matcher)));
      at = matcher->end(error);
    }
    out.append(unicode, at, unicode.length() - at);
    std::string utf8;
    out.toUTF8String(utf8);
    return utf8;
  }

 private:
  // 1 currency before, 2 sign, 3 first number, 4 minutes, 5 second number, 6 what stands behind
  static std::unique_ptr<icu::RegexPattern> MakePattern() {
    UErrorCode error = U_ZERO_ERROR;
    UParseError place;
    return std::unique_ptr<icu::RegexPattern>(icu::RegexPattern::compile(
        icu::UnicodeString::fromUTF8(R"(([$€£]\s?)?((?<![\w.,)])-)?(\d+(?:[., ]\d{3})*(?:[.,]\d+)?))"
                                     R"((?:[:h](?<=\d[:h])([0-5]\d)(?!\d))?)"
                                     R"((?:\s?[-–—]\s?(\d+(?:[.,]\d+)?))?(\s?[%$€£])?)"),
        0, place, error));
  }

  static std::string Group(const icu::RegexMatcher& matcher, int32_t number) {
    UErrorCode error = U_ZERO_ERROR;
    std::string utf8;
    matcher.group(number, error).toUTF8String(utf8);
    return utf8;
  }

  std::string_view Sign(const std::string& written) const {
    if (written.find('$') != std::string::npos) return words_.dollars;
    if (written.find("€") != std::string::npos) return words_.euros;
    if (written.find("£") != std::string::npos) return words_.pounds;
    if (written.find('%') != std::string::npos) return words_.percent;
    return "";
  }

  std::string Say(const icu::RegexMatcher& matcher) const {
    const std::string gap = words_.language == "ja" ? "" : " ";
    std::string out;
    if (!Group(matcher, 2).empty() && !words_.minus.empty()) out = std::string(words_.minus) + gap;
    out += Spell(Group(matcher, 3), words_);
    if (const std::string minutes = Group(matcher, 4); !minutes.empty()) {
      out += gap + std::string(words_.hour_minute);
      if (minutes != "00") out += gap + Spell(minutes.front() == '0' ? minutes.substr(1) : minutes, words_);
      if (minutes != "00" && words_.language == "ja") out += "分";
    }
    if (const std::string second = Group(matcher, 5); !second.empty()) {
      out += gap + std::string(words_.to) + gap + Spell(second, words_);
    }
    std::string_view sign = Sign(Group(matcher, 6));
    if (sign.empty()) sign = Sign(Group(matcher, 1));
    return sign.empty() ? out : out + gap + std::string(sign);
  }

  const NumberWords words_;
};

}  // namespace

bool SpellsNumbers(const std::string& primary) { return !SpellNumber(1, primary).empty(); }

std::string ReadOther(std::string_view text, const std::string& primary) {
  if (!SpellsNumbers(primary)) return std::string(text);
  return Reader(WordsOf(primary)).Read(text);
}

}  // namespace waveshift::text::internal

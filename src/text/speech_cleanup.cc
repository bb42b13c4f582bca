// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>

#include "text/code_points.h"
#include "text/language.h"
#include "text/reading_rules_internal.h"
#include "text/speech_cleanup_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

std::string Nothing(const Groups&) { return " "; }
std::string Joined(const Groups&) { return ""; }
std::string Inside(const Groups& g) { return g[1]; }
std::string Entity(const Groups& g) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kEntities = {
      {{"amp", "&"},
       {"lt", "<"},
       {"gt", ">"},
       {"quot", "\""},
       {"apos", "'"},
       {"nbsp", " "},
       {"#39", "'"},
       {"hellip", "…"}}};
  for (const auto& [name, text] : kEntities) {
    if (g[1] == name) return std::string(text);
  }
  return " ";
}

constexpr auto kMarkup = std::to_array<ReadingRule>(
    {{R"(<(?:[/?!]?[A-Za-z][^<>]{0,300}|/?[A-Za-z])>)", Nothing},  // tags, but not "a < b"
     {R"(!?\[([^\[\]]{1,200})\]\([^()\s]{0,500}\))", Inside},      // [words](address)
     {R"(&(#?[A-Za-z0-9]{2,8});)", Entity},
     {R"((?m)^\s{0,3}(?:#{1,6}|>|[*•-])\s+)", Joined},  // headings, quotations, lists
     {R"(\*{1,3}([^*\n]{1,500})\*{1,3})", Inside},
     {R"(`{1,3}([^`\n]{0,500})`{1,3})", Inside},
     {R"((?<![A-Za-z0-9_])_{1,2}([^_\n]{1,500})_{1,2}(?![A-Za-z0-9_]))", Inside},
     {R"(~~([^~\n]{1,500})~~)", Inside}});

bool IsEmoji(char32_t c) {
  const auto u = static_cast<UChar32>(c);
  if (c < 0x80 || u_isalpha(u) != 0 || u_isdigit(u) != 0) return false;
  return u_hasBinaryProperty(u, UCHAR_EMOJI_PRESENTATION) != 0 ||
         u_hasBinaryProperty(u, UCHAR_EXTENDED_PICTOGRAPHIC) != 0 ||
         u_hasBinaryProperty(u, UCHAR_EMOJI_MODIFIER) != 0 ||
         u_hasBinaryProperty(u, UCHAR_REGIONAL_INDICATOR) != 0 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0x20E3;
}

// ½ and the like as " 1/2"; "" for others.
std::u32string VulgarFraction(char32_t c) {
  static constexpr std::array<std::pair<char32_t, std::u32string_view>, 15> kFractions = {{{U'½', U"1/2"},
                                                                                           {U'¼', U"1/4"},
                                                                                           {U'¾', U"3/4"},
                                                                                           {U'⅓', U"1/3"},
                                                                                           {U'⅔', U"2/3"},
                                                                                           {U'⅕', U"1/5"},
                                                                                           {U'⅖', U"2/5"},
                                                                                           {U'⅗', U"3/5"},
                                                                                           {U'⅘', U"4/5"},
                                                                                           {U'⅙', U"1/6"},
                                                                                           {U'⅛', U"1/8"},
                                                                                           {U'⅜', U"3/8"},
                                                                                           {U'⅝', U"5/8"},
                                                                                           {U'⅞', U"7/8"},
                                                                                           {U'⅒', U"1/10"}}};
  for (const auto& [sign, written] : kFractions) {
    if (sign == c) return U" " + std::u32string(written);
  }
  return U"";
}

std::u32string PlainCharacters(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    const auto type = u_charType(static_cast<UChar32>(c));
    if (c == U'\u2212') {
      out.push_back(U'-');
    } else if (c == U'℃') {
      out += U"°C";
    } else if (IsSpace(c)) {
      out.push_back(c == U'\n' ? U'\n' : U' ');
    } else if (IsEmoji(c) && c != U'™' && c != U'©' && c != U'®') {
      out.push_back(U' ');
    } else if (c == U'\u00AD' || type == U_FORMAT_CHAR || type == U_CONTROL_CHAR ||
               type == U_PRIVATE_USE_CHAR || type == U_SURROGATE || type == U_UNASSIGNED) {
      continue;
    } else if (const std::u32string fraction = VulgarFraction(c); !fraction.empty()) {
      out += out.empty() || IsSpace(out.back()) ? fraction.substr(1) : fraction;
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// NFKC of everything but the marks that it would take apart or that Chinese needs as they are.
std::u32string Composed(std::u32string_view text) {
  std::u32string out;
  std::u32string run;
  const auto flush = [&] {
    out += ComposeCompatible(run);
    run.clear();
  };
  for (const char32_t c : text) {
    const bool is_wide_mark =
        c == U'…' || c == U'℃' || (c >= 0x3000 && c <= 0x303F) ||
        (c >= 0xFF01 && c <= 0xFF60 && !IsLetter(c) && !IsDigit(c) && c != U'％' && c != U'＋' &&
         c != U'－' && c != U'＝' && c != U'／' && c != U'＄' && c != U'＆' && c != U'＠' && c != U'＃' &&
         c != U'．' && c != U'＜' && c != U'＞');
    if (!is_wide_mark) {
      run.push_back(c);
      continue;
    }
    flush();
    out.push_back(c);
  }
  flush();
  return out;
}

bool IsScriptOf(UScriptCode script, const std::string& primary) {
  if (script == USCRIPT_COMMON || script == USCRIPT_INHERITED || script == USCRIPT_LATIN) return true;
  if (primary == "zh") return script == USCRIPT_HAN;
  if (primary == "ja")
    return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA;
  if (primary == "ko") return script == USCRIPT_HANGUL || script == USCRIPT_HAN;
  std::array<UScriptCode, 8> scripts;
  UErrorCode error = U_ZERO_ERROR;
  const int32_t count =
      uscript_getCode(primary.c_str(), scripts.data(), static_cast<int32_t>(scripts.size()), &error);
  if (U_FAILURE(error) || count <= 0) return true;  // nobody knows: let it be tried
  return std::find(scripts.begin(), scripts.begin() + count, script) != scripts.begin() + count;
}

// Marks that speech has: they are heard as pauses or not at all.
bool IsSpeechMark(char32_t c) {
  static constexpr std::u32string_view kMarks =
      U".,;:!?…—–-'\"()“”‘’«»¿¡。，、；：！？（）《》「」『』【】〈〉・～/·ー々〜।॥";
  return kMarks.find(c) != std::u32string_view::npos;
}

}  // namespace

std::string CleanForSpeech(std::string_view utf8) {
  static const auto* const markup = new RuleSet(kMarkup);
  return ToUtf8(Composed(PlainCharacters(ToCodePoints(markup->Apply(utf8)))));
}

std::string WithoutUnsayable(std::string_view utf8, const std::string& primary, bool keeps_digits,
                             std::vector<std::string>* warnings) {
  std::u32string out;
  std::u32string foreign;
  std::u32string symbols;
  for (const char32_t c : ToCodePoints(utf8)) {
    UErrorCode error = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &error);
    const bool is_word = IsLetter(c) || IsMark(c) || IsHan(c);
    if (is_word && !IsScriptOf(script, primary)) {
      foreign.push_back(c);
      out.push_back(U' ');
    } else if (is_word || IsSpace(c) || IsSpeechMark(c) || (IsDigit(c) && keeps_digits)) {
      out.push_back(c);
    } else {
      symbols.push_back(c);
      out.push_back(U' ');
    }
  }
  const auto warn = [&](const std::u32string& left_out, const std::string& why) {
    if (!left_out.empty()) warnings->push_back("'" + Excerpt(ToUtf8(left_out)) + "' left out: " + why);
  };
  warn(foreign, "not the script of " + LanguageName(primary));
  warn(symbols, "no words for it in " + LanguageName(primary));
  return CollapseWhitespace(ToUtf8(out));
}

}  // namespace waveshift::text::internal

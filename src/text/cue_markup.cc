// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a cue's payload to plain text: tags, character references, speakers' names.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "text/language.h"
#include "text/transcript_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr std::array<std::pair<std::string_view, int32_t>, 9> kReferences{{{"amp", '&'},
                                                                           {"lt", '<'},
                                                                           {"gt", '>'},
                                                                           {"quot", '"'},
                                                                           {"apos", '\''},
                                                                           {"nbsp", 0xA0},
                                                                           {"lrm", 0x200E},
                                                                           {"rlm", 0x200F},
                                                                           {"hellip", 0x2026}}};

// The code point that "&name;" at the front of `text` stands for, and its length; -1 when it is none.
int32_t ReadReference(std::string_view text, size_t* length) {
  constexpr size_t kLongest = 10;
  const size_t end = text.substr(0, kLongest).find(';');
  if (end == std::string_view::npos || end < 2) return -1;
  *length = end + 1;
  std::string_view name = text.substr(1, end - 1);
  for (const auto& [known, code_point] : kReferences) {
    if (name == known) return code_point;
  }
  if (name.front() != '#') return -1;
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
  if (hexadecimal) name.remove_prefix(1);
  uint32_t value = 0;
  const auto [stop, error] =
      std::from_chars(name.data(), name.data() + name.size(), value, hexadecimal ? 16 : 10);
  if (name.empty() || error != std::errc() || stop != name.data() + name.size()) return -1;
  return value > 0x10FFFF ? -1 : static_cast<int32_t>(value);
}

std::string DecodeReferences(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    size_t length = 0;
    const int32_t code_point = text[i] == '&' ? ReadReference(text.substr(i), &length) : -1;
    if (code_point < 0) {
      out.push_back(text[i++]);
      continue;
    }
    AppendCodePoint(&out, code_point);
    i += length;
  }
  return out;
}

// The length of the tag that begins `text`, 0 when '<' is a plain character there ("a < b").
size_t TagLength(std::string_view text) {
  if (text.size() < 3 || text.front() != '<') return 0;
  const char first = text[1];
  if (!IsAsciiLetter(first) && !IsAsciiDigit(first) && first != '/') return 0;
  const size_t end = text.find_first_of("<>", 1);
  return end == std::string_view::npos || text[end] != '>' ? 0 : end + 1;
}

// "v" of "<v.loud Anna>"; what follows goes to `rest`.
std::string TagName(std::string_view tag, std::string_view* rest) {
  tag = tag.substr(1, tag.size() - 2);
  const size_t end = std::min(tag.find_first_of(" \t\n.", tag.starts_with('/') ? 1 : 0), tag.size());
  const size_t annotation = tag.find_first_of(" \t\n", end);
  *rest = annotation == std::string_view::npos ? std::string_view() : tag.substr(annotation);
  return LowerAscii(tag.substr(0, end));
}

bool IsSrtTag(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  return name == "i" || name == "b" || name == "u" || name == "s" || name == "font";
}

// The rows of a cue are one paragraph; scripts without spaces get none where two rows meet.
std::string JoinRows(std::string_view text) {
  std::string out;
  int32_t before = 0;
  for (size_t at = 0; at < text.size();) {
    const int32_t c = NextCodePoint(text, &at);
    size_t after_at = at;
    if (c == '\n' && at < text.size() && IsSpacelessCjk(before) &&
        IsSpacelessCjk(NextCodePoint(text, &after_at))) {
      continue;
    }
    AppendCodePoint(&out, c);
    before = c;
  }
  return CollapseWhitespace(out);
}

// What may stand before a colon and be somebody's name: a few words without the punctuation of a sentence.
bool IsName(std::string_view name) {
  constexpr int kMostWords = 4;
  if (name.empty() || IsAsciiDigit(name.front()) || !HasSayableWords(name)) return false;
  int words = 1;
  for (size_t at = 0; at < name.size();) {
    const int32_t c = NextCodePoint(name, &at);
    if (std::u32string_view(U"!?;,\"<>{}()[]\u3002\uFF01\uFF1F\uFF0C\u3001\u2026").find(c) !=
        std::u32string_view::npos) {
      return false;
    }
    words += c == ' ';
  }
  return words <= kMostWords;
}

}  // namespace

CueText PlainVttText(std::string_view payload) {
  CueText cue;
  std::string text;
  bool in_reading = false;  // of a ruby annotation, which repeats the text beside it
  for (size_t i = 0; i < payload.size();) {
    const size_t tag_length = TagLength(payload.substr(i));
    if (tag_length == 0) {
      const size_t next = std::min(payload.find('<', i + 1), payload.size());
      if (!in_reading) text += DecodeReferences(payload.substr(i, next - i));
      i = next;
      continue;
    }
    std::string_view rest;
    const std::string name = TagName(payload.substr(i, tag_length), &rest);
    if (name == "v") {
      if (!cue.has_voice) cue.voice = CollapseWhitespace(DecodeReferences(rest));
      cue.has_voice = true;
    }
    if (name == "rt") in_reading = true;
    if (name == "/rt" || name == "/ruby") in_reading = false;
    i += tag_length;
  }
  cue.text = JoinRows(text);
  return cue;
}

CueText PlainSrtText(std::string_view payload) {
  std::string text;
  for (size_t i = 0; i < payload.size();) {
    const std::string_view here = payload.substr(i);
    if (here.starts_with("{\\")) {
      // A position or style as ASS writes it: "{\an8}".
      const size_t end = here.find_first_of("}\n{", 1);
      if (end != std::string_view::npos && here[end] == '}') {
        i += end + 1;
        continue;
      }
    }
    const size_t tag_length = TagLength(here);
    std::string_view rest;
    if (tag_length > 0 && IsSrtTag(TagName(here.substr(0, tag_length), &rest))) {
      i += tag_length;
      continue;
    }
    text.push_back(payload[i++]);
  }
  return {.text = JoinRows(text)};
}

bool SplitSpeaker(std::string_view text, std::string* speaker, std::string* rest) {
  constexpr size_t kLongestName = 60;  // bytes
  constexpr std::string_view kWideColon = "\xEF\xBC\x9A";
  std::string_view name;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    name = TrimAscii(text.substr(1, end - 1));
    if (name.empty() || name.size() > kMaxSpeakerBytes || name.find('[') != std::string_view::npos)
      return false;
    std::string_view after = TrimAscii(text.substr(end + 1));
    if (after.starts_with(':')) after = TrimAscii(after.substr(1));  // "[Anna]: text" is written too
    *rest = after;
  } else {
    const size_t colon = text.find(':');
    const size_t wide = text.find(kWideColon);
    const size_t end = std::min(colon, wide);
    if (end == std::string_view::npos || end > kLongestName) return false;
    name = TrimAscii(text.substr(0, end));
    const std::string_view after = text.substr(end + (wide < colon ? kWideColon.size() : 1));
    // Times ("at 10:30") and addresses ("http://") are no names.
    if (!after.empty() && (after.front() == '/' || IsAsciiDigit(after.front()))) return false;
    if (!IsName(name)) return false;
    *rest = TrimAscii(after);
  }
  *speaker = name;
  return true;
}

}  // namespace waveshift::text::internal

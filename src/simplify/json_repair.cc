// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/json_repair.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace waveshift::simplify {
namespace {

using nlohmann::json;

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool IsBareCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '+' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

std::optional<unsigned> HexDigits(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) {
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      value = value * 16 + static_cast<unsigned>((c | 0x20) - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

void AppendUtf8(std::string& out, unsigned c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// A quote that may open a string, and the ones that close it.
struct Quote {
  std::string_view open;
  std::string_view close;
};
constexpr std::array<Quote, 5> kQuotes = {{{"\"", "\""},
                                           {"'", "'"},
                                           {"\xE2\x80\x9C", "\xE2\x80\x9D"},
                                           {"\xE2\x80\x98", "\xE2\x80\x99"},
                                           {"`", "`"}}};

// Reads leniently; the position never goes back, so time is linear. Depth and number of values are bounded.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  json Read() { return Value(0); }
  bool too_much() const { return too_much_; }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void SkipBlank() {
    while (!AtEnd()) {
      if (IsSpace(text_[at_]) || text_[at_] == '\0') {
        ++at_;
      } else if (Starts("//") || (text_[at_] == '#')) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (Starts("/*")) {
        const size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (Starts("\xEF\xBB\xBF")) {
        at_ += 3;
      } else {
        return;
      }
    }
  }

  const Quote* OpeningQuote() const {
    for (const Quote& quote : kQuotes) {
      if (Starts(quote.open)) return &quote;
    }
    return nullptr;
  }

  json Value(int depth) {
    SkipBlank();
    if (++values_ > kMaxJsonValues || depth > kMaxJsonDepth) too_much_ = true;
    if (too_much_ || AtEnd()) return nullptr;
    if (Peek() == '{') return Object(depth);
    if (Peek() == '[') return Array(depth);
    if (const Quote* const quote = OpeningQuote()) return String(*quote);
    return Bare();
  }

  json Object(int depth) {
    json object = json::object();
    ++at_;
    while (!too_much_) {
      SkipSeparators();
      if (AtEnd() || Peek() == ']') return object;  // the bracket that is missing
      if (Peek() == '}') {
        ++at_;
        return object;
      }
      const size_t before = at_;
      const std::string key = Key();
      SkipBlank();
      if (Peek() == ':' || Peek() == '=') {
        ++at_;
        SkipBlank();
        object[key] = Peek() == ',' || Peek() == '}' ? json(nullptr) : Value(depth + 1);
      } else if (at_ == before) {
        ++at_;  // nothing that could begin a key
      }
    }
    return object;
  }

  json Array(int depth) {
    json array = json::array();
    ++at_;
    while (!too_much_) {
      SkipSeparators();
      if (AtEnd() || Peek() == '}') return array;  // the bracket that is missing
      if (Peek() == ']') {
        ++at_;
        return array;
      }
      const size_t before = at_;
      json value = Value(depth + 1);
      if (at_ == before) {
        ++at_;  // nothing that could begin a value
      } else {
        array.push_back(std::move(value));
      }
    }
    return array;
  }

  void SkipSeparators() {
    SkipBlank();
    while (Peek() == ',' || Peek() == ';') {
      ++at_;
      SkipBlank();
    }
  }

  std::string Key() {
    if (const Quote* const quote = OpeningQuote()) return String(*quote);
    return std::string(BareText());
  }

  std::string_view BareText() {
    const size_t begin = at_;
    while (!AtEnd() && IsBareCharacter(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  // A number, a word, or text whose quotes are missing.
  json Bare() {
    const std::string_view word = BareText();
    if (word == "true" || word == "True") return true;
    if (word == "false" || word == "False") return false;
    if (word == "null" || word == "None" || word == "NaN" || word == "undefined" || word.empty())
      return nullptr;
    json number = json::parse(word, nullptr, /*allow_exceptions=*/false);
    if (number.is_number()) return number;
    return std::string(word);
  }

  // True when the closing quote at `at_` ends the string: what follows can only stand behind a string.
  bool Closes(const Quote& quote) const {
    if (quote.open == "\"") return true;
    size_t next = at_ + quote.close.size();
    while (next < text_.size() && IsSpace(text_[next])) ++next;
    // An apostrophe inside a word is none; so is one before more words.
    return next >= text_.size() || std::string_view(",:}]").find(text_[next]) != std::string_view::npos;
  }

  std::string String(const Quote& quote) {
    std::string out;
    at_ += quote.open.size();
    while (!AtEnd()) {
      // Models open with one kind of quote and close with another.
      const bool typographic_end = quote.open.size() > 1 && Peek() == '"';
      if (Starts(quote.close) && Closes(quote)) {
        at_ += quote.close.size();
        return out;
      }
      if (typographic_end) {
        ++at_;
        return out;
      }
      if (Peek() == '\\') {
        Escape(out);
      } else {
        out += text_[at_++];
      }
    }
    return out;
  }

  void Escape(std::string& out) {
    ++at_;
    if (AtEnd()) return;
    const char c = text_[at_++];
    constexpr std::string_view kNames = "bfnrt";
    constexpr std::string_view kValues = "\b\f\n\r\t";
    if (const size_t i = kNames.find(c); i != std::string_view::npos) {
      out += kValues[i];
    } else if (c == 'u') {
      Unicode(out);
    } else {
      out += c;  // \" \\ \/ and escapes that JSON does not have
    }
  }

  void Unicode(std::string& out) {
    const auto unit = HexDigits(text_.substr(at_, 4));
    if (!unit || text_.size() - at_ < 4) return;  // dropped: nobody knows what it meant
    at_ += 4;
    unsigned c = *unit;
    if (c >= 0xD800 && c < 0xDC00 && Starts("\\u")) {
      const auto low = HexDigits(text_.substr(at_ + 2, 4));
      if (low && text_.size() - at_ >= 6 && *low >= 0xDC00 && *low < 0xE000) {
        at_ += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (*low - 0xDC00);
      }
    }
    AppendUtf8(out, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t values_ = 0;
  bool too_much_ = false;
};

// Where the value begins. Reasoning that some models put before the answer is passed over; in a code fence
// the value is what stands in the fence, else what begins with the first bracket.
size_t FindBegin(std::string_view answer) {
  const size_t first = answer.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || answer[first] == '{' || answer[first] == '[') return first;
  size_t from = 0;
  for (const std::string_view end : {"</think>", "</thinking>"}) {
    const size_t at = answer.rfind(end);
    if (at != std::string_view::npos) from = std::max(from, at + end.size());
  }
  size_t line = 0;
  for (size_t fence = answer.find("```", from); fence != std::string_view::npos;
       fence = answer.find("```", line)) {
    line = std::min(answer.find('\n', fence), answer.size());
    const size_t inside = answer.find_first_not_of(" \t\r\n", line);
    if (inside != std::string_view::npos && (answer[inside] == '{' || answer[inside] == '[')) return inside;
  }
  return answer.find_first_of("{[", from);
}

}  // namespace

StatusOr<std::string> RepairJson(std::string_view answer) {
  if (answer.size() > kMaxAnswerBytes) return OutOfRange("the answer is too long");
  const size_t begin = FindBegin(answer);
  if (begin == std::string_view::npos) return InvalidArgument("the answer holds no JSON");
  Reader reader(answer.substr(begin));
  const json value = reader.Read();
  if (reader.too_much()) return OutOfRange("the answer's JSON is too deep or has too many values");
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace waveshift::simplify

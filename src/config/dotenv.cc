// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "config/dotenv.h"

#include <utility>

#include "base/files.h"

namespace waveshift::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(char c) { return c == ' ' || c == '\t'; }
bool IsKeyStart(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool IsKeyPart(char c) { return IsKeyStart(c) || (c >= '0' && c <= '9') || c == '.'; }

class Parser {
 public:
  Parser(std::string_view bytes, std::string_view name) : rest_(bytes) { result_.name = name; }

  StatusOr<DotEnv> Parse() {
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    while (!rest_.empty()) WS_RETURN_IF_ERROR(ParseLine());
    return std::move(result_);
  }

 private:
  Status Fail(int line, std::string_view what) const {
    return InvalidArgument(result_.name + " line " + std::to_string(line) + ": " + std::string(what));
  }
  bool AtLineEnd() const { return rest_.empty() || rest_[0] == '\n' || rest_[0] == '\r'; }
  void SkipBlanks() {
    while (!rest_.empty() && IsBlank(rest_[0])) rest_.remove_prefix(1);
  }
  // Past one line end: LF, CRLF or CR.
  void SkipLineEnd() {
    if (rest_.empty()) return;
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
    ++line_;
  }
  void SkipComment() {
    while (!AtLineEnd()) rest_.remove_prefix(1);
  }
  std::string_view TakeKey() {
    size_t n = 0;
    if (!rest_.empty() && IsKeyStart(rest_[0])) {
      while (n < rest_.size() && IsKeyPart(rest_[n])) ++n;
    }
    const std::string_view key = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return key;
  }

  Status ParseLine() {
    SkipBlanks();
    if (!rest_.empty() && rest_[0] == '#') SkipComment();
    if (AtLineEnd()) {
      SkipLineEnd();
      return OkStatus();
    }
    const int line = line_;
    std::string_view key = TakeKey();
    if (key == "export" && !rest_.empty() && IsBlank(rest_[0])) {
      SkipBlanks();
      key = TakeKey();
    }
    SkipBlanks();
    if (key.empty() || rest_.empty() || rest_[0] != '=') return Fail(line, "must be KEY=value");
    rest_.remove_prefix(1);
    WS_ASSIGN_OR_RETURN(std::string value, ParseValue(line));
    result_.values[std::string(key)] = {std::move(value), line};
    SkipLineEnd();
    return OkStatus();
  }

  StatusOr<std::string> ParseValue(int line) {
    const size_t before = rest_.size();
    SkipBlanks();
    if (!rest_.empty() && (rest_[0] == '"' || rest_[0] == '\'')) return ParseQuoted(line);
    const bool had_blank = rest_.size() < before;
    size_t n = 0;
    while (n < rest_.size() && rest_[n] != '\n' && rest_[n] != '\r') {
      if (rest_[n] == '#' && (n == 0 ? had_blank : IsBlank(rest_[n - 1]))) break;
      ++n;
    }
    std::string_view value = rest_.substr(0, n);
    rest_.remove_prefix(n);
    SkipComment();
    while (!value.empty() && IsBlank(value.back())) value.remove_suffix(1);
    return std::string(value);
  }

  StatusOr<std::string> ParseQuoted(int line) {
    const char quote = rest_[0];
    rest_.remove_prefix(1);
    std::string value;
    while (!rest_.empty() && rest_[0] != quote) {
      if (AtLineEnd()) {
        value.push_back('\n');
        SkipLineEnd();
      } else if (quote == '"' && rest_[0] == '\\' && rest_.size() > 1) {
        AppendEscape(rest_[1], value);
        rest_.remove_prefix(rest_[1] == '\n' || rest_[1] == '\r' ? 1 : 2);
      } else {
        value.push_back(rest_[0]);
        rest_.remove_prefix(1);
      }
    }
    if (rest_.empty()) return Fail(line, "the quote is never closed");
    rest_.remove_prefix(1);
    SkipBlanks();
    if (!rest_.empty() && rest_[0] == '#') SkipComment();
    if (!AtLineEnd()) return Fail(line_, "text after the closing quote");
    return value;
  }

  static void AppendEscape(char c, std::string& value) {
    switch (c) {
      case 'n':
        value.push_back('\n');
        return;
      case 'r':
        value.push_back('\r');
        return;
      case 't':
        value.push_back('\t');
        return;
      case '\\':
      case '"':
      case '$':
        value.push_back(c);
        return;
      case '\n':
      case '\r':  // the line end itself is handled as any other in quotes
        value.push_back('\\');
        return;
      default:
        value.push_back('\\');
        value.push_back(c);
    }
  }

  std::string_view rest_;
  int line_ = 1;
  DotEnv result_;
};

}  // namespace

StatusOr<DotEnv> ParseDotEnv(std::string_view bytes, std::string_view name) {
  if (bytes.size() > kMaxDotEnvBytes) {
    return OutOfRange(std::string(name) + ": larger than " + std::to_string(kMaxDotEnvBytes) + " bytes");
  }
  if (bytes.find('\0') != std::string_view::npos) {
    return InvalidArgument(std::string(name) + ": holds a NUL byte; it must be a UTF-8 text file");
  }
  return Parser(bytes, name).Parse();
}

StatusOr<DotEnv> ReadDotEnv(const std::string& path) {
  auto bytes = ReadFile(path, kMaxDotEnvBytes);
  if (bytes.status().code() == StatusCode::kNotFound) {
    DotEnv empty;
    empty.name = path;
    return empty;
  }
  if (!bytes.ok()) return bytes.status();
  return ParseDotEnv(*bytes, path);
}

}  // namespace waveshift::config

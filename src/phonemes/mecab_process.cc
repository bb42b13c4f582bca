// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/mecab_process.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stop_token>
#include <system_error>
#include <utility>

#include "base/process.h"

namespace waveshift::phonemes {
namespace {

constexpr std::string_view kDebianDictionary = "/var/lib/mecab/dic/naist-jdic";
constexpr std::string_view kEnd = "EOS\n";  // words have a tab behind them
constexpr size_t kMostOutputBytes = 4 << 20;

std::vector<std::string_view> SplitAt(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<JapaneseWord> ParseWords(std::string_view answer) {
  std::vector<JapaneseWord> words;
  for (const std::string_view line : SplitAt(answer, '\n')) {
    const std::vector<std::string_view> fields = SplitAt(line, '\t');
    if (fields.size() != 4) continue;
    words.push_back(
        {std::string(fields[0]), std::string(fields[1]), std::string(fields[2]), std::string(fields[3])});
  }
  return words;
}

}  // namespace

MecabProcess::MecabProcess(std::string program, std::string dictionary, std::chrono::milliseconds time_limit)
    : program_(std::move(program)),
      dictionary_(dictionary.empty() ? kDebianDictionary : std::move(dictionary)),
      time_limit_(time_limit) {}

Status MecabProcess::Check() const {
  const auto path = FindProgram(program_);
  if (!path.ok()) return FailedPrecondition(Message(path.status()) + "; Japanese wants the package mecab");
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::path(dictionary_) / "sys.dic", error)) {
    return FailedPrecondition(dictionary_ +
                              "/sys.dic is not there; Japanese wants the package mecab-naist-jdic");
  }
  return OkStatus();
}

int MecabProcess::ProcessId() const {
  const std::lock_guard lock(mutex_);
  return process_ == nullptr ? 0 : process_->process_id();
}

StatusOr<std::string> MecabProcess::AskOnce(const std::string& line) const {
  if (process_ == nullptr || process_->process_id() == 0) {
    WS_RETURN_IF_ERROR(Check());
    WS_ASSIGN_OR_RETURN(process_, StartLineProcess(program_, {"-r", "/dev/null", "-d", dictionary_, "-b",
                                                              "65536", "-F", "%m\\t%f[0]\\t%f[1]\\t%f[8]\\n",
                                                              "-U", "%m\\t\\t\\t\\n", "-E", "EOS\\n"}));
  }
  return process_->Ask(line, kEnd, time_limit_, kMostOutputBytes, std::stop_token());
}

StatusOr<std::vector<JapaneseWord>> MecabProcess::Words(std::string_view text) const {
  std::string line;
  for (const char c : text) line.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
  line.push_back('\n');
  const std::lock_guard lock(mutex_);
  auto answer = AskOnce(line);
  // It may have been killed since the last question, or just now: once more, with a new one.
  if (answer.status().code() == StatusCode::kUnavailable) answer = AskOnce(line);
  if (!answer.ok()) return answer.status();
  return ParseWords(*answer);
}

}  // namespace waveshift::phonemes

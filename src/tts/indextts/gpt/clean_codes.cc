// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/clean_codes.h"

#include <algorithm>

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kSilencesAllowed = 30;
constexpr int64_t kSilencesKept = 10;
constexpr int64_t kCodesForPauses = 48;
constexpr int64_t kCodesPerToken = 12;
// A pattern of at most so many codes that fills so many codes, four times at least, is no speech. Silences
// never do: CleanCodes leaves 30.
constexpr size_t kLongestPattern = 32;
constexpr size_t kRepeatedCodes = 48;

bool Repeats(std::span<const int32_t> codes) {
  for (size_t period = 1; period <= kLongestPattern; ++period) {
    const size_t enough = std::max(kRepeatedCodes, 4 * period) - period;
    size_t equal = 0;
    for (size_t i = period; i < codes.size(); ++i) {
      equal = codes[i] == codes[i - period] ? equal + 1 : 0;
      if (equal == enough) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<int32_t> CleanCodes(std::span<const int32_t> codes, int32_t stop_code) {
  const auto stop = std::find(codes.begin(), codes.end(), stop_code);
  std::vector<int32_t> clean(codes.begin(), stop);
  if (std::count(codes.begin(), codes.end(), kSilentCode) <= kSilencesAllowed) return clean;
  int64_t run = 0;
  std::erase_if(clean, [&](int32_t code) {
    run = code == kSilentCode ? run + 1 : 0;
    return run > kSilencesKept;
  });
  return clean;
}

int MostCodes(int64_t text_tokens, int limit) {
  const int64_t tokens = std::clamp<int64_t>(text_tokens, 0, limit);
  return static_cast<int>(std::min<int64_t>(limit, kCodesForPauses + kCodesPerToken * tokens));
}

const char* FaultWord(CodeFault fault) {
  switch (fault) {
    case CodeFault::kNone:
      return "none";
    case CodeFault::kEmpty:
      return "empty";
    case CodeFault::kSilent:
      return "silent";
    case CodeFault::kShort:
      return "short";
    case CodeFault::kRepeats:
      return "repeats";
    case CodeFault::kEndless:
      return "endless";
  }
  return "unknown";
}

CodeFault FindFault(std::span<const int32_t> clean, bool stopped, int64_t text_tokens) {
  if (clean.empty()) return CodeFault::kEmpty;
  const auto silent = [](int32_t code) { return code == kSilentCode; };
  if (std::all_of(clean.begin(), clean.end(), silent)) return CodeFault::kSilent;
  if (Repeats(clean)) return CodeFault::kRepeats;
  if (!stopped) return CodeFault::kEndless;
  if (2 * static_cast<int64_t>(clean.size()) < text_tokens) return CodeFault::kShort;
  return CodeFault::kNone;
}

}  // namespace waveshift::tts::indextts

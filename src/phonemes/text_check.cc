// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/text_check_internal.h"
#include "text/code_points.h"
#include "text/language.h"

namespace waveshift::phonemes::internal {

Status CheckText(std::string_view text) {
  if (text.size() > kLongestTextBytes) {
    return InvalidArgument("text: " + std::to_string(text.size()) + " bytes, at most " +
                           std::to_string(kLongestTextBytes) + " are phonemized at once");
  }
  if (!text::IsValidUtf8(text)) return InvalidArgument("text: not UTF-8");
  return OkStatus();
}

Status CheckOptions(const PhonemizerOptions& options) {
  if (options.espeak_program.empty()) return InvalidArgument("espeak_program: empty");
  if (options.mecab_program.empty()) return InvalidArgument("mecab_program: empty");
  if (options.time_limit.count() <= 0) return InvalidArgument("time_limit: not above zero");
  return OkStatus();
}

std::u32string_view TrimSpaces(std::u32string_view text) {
  while (!text.empty() && text::IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && text::IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace waveshift::phonemes::internal

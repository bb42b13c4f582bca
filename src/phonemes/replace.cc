// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/replace_internal.h"

namespace waveshift::phonemes::internal {

std::u32string Rewritten(std::u32string_view text, std::span<const Rewrite> rules) {
  std::u32string out;
  while (!text.empty()) {
    size_t length = 1;
    std::u32string_view to = text.substr(0, 1);
    for (const Rewrite& rule : rules) {
      if (rule.from.empty() || !text.starts_with(rule.from)) continue;
      length = rule.from.size();
      to = rule.to;
      break;
    }
    out.append(to);
    text.remove_prefix(length);
  }
  return out;
}

void ReplaceAll(std::u32string* text, std::u32string_view from, std::u32string_view to) {
  for (size_t at = text->find(from); at != std::u32string::npos; at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tables "this sound is written so". Room-internal.
#ifndef WAVESHIFT_PHONEMES_REPLACE_INTERNAL_H_
#define WAVESHIFT_PHONEMES_REPLACE_INTERNAL_H_

#include <span>
#include <string>
#include <string_view>

namespace waveshift::phonemes::internal {

struct Rewrite {
  std::u32string_view from;
  std::u32string_view to;
};

// At each place the first rule whose `from` stands there is applied; what it wrote is not looked at again.
// Rules without a `from` do nothing.
std::u32string Rewritten(std::u32string_view text, std::span<const Rewrite> rules);

void ReplaceAll(std::u32string* text, std::u32string_view from, std::u32string_view to);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_REPLACE_INTERNAL_H_

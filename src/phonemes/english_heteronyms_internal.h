// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Words that are written alike and spoken in two ways: "the record", "to record". Room-internal.
#ifndef WAVESHIFT_PHONEMES_ENGLISH_HETERONYMS_INTERNAL_H_
#define WAVESHIFT_PHONEMES_ENGLISH_HETERONYMS_INTERNAL_H_

#include <optional>
#include <string_view>

namespace waveshift::phonemes::internal {

// All words in lower case; `before` and `after` are the neighbours in the same clause, or "". Nothing when
// `word` is not one of them.
std::optional<std::u32string_view> EnglishHeteronym(std::u32string_view word, std::u32string_view before,
                                                    std::u32string_view after, bool british);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_ENGLISH_HETERONYMS_INTERNAL_H_

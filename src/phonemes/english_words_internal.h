// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// English words whose sound depends on their place, and words that espeak-ng says in another way than Kokoro
// learnt them. Room-internal.
#ifndef WAVESHIFT_PHONEMES_ENGLISH_WORDS_INTERNAL_H_
#define WAVESHIFT_PHONEMES_ENGLISH_WORDS_INTERNAL_H_

#include <optional>
#include <string>
#include <string_view>

namespace waveshift::phonemes::internal {

enum class WhatFollows { kVowel, kConsonant, kPause };

// The few small words whose sound depends on how the next one begins (a, an, am, in, the, to); they stay
// without stress at the start of a sentence too. `word` in lower case.
std::optional<std::u32string_view> EnglishArticle(std::u32string_view word, bool british,
                                                  WhatFollows follows);

// Other words. `word` in lower case. Nothing when the word has no entry.
std::optional<std::u32string> EnglishWord(std::u32string_view word, bool british, WhatFollows follows);

// The sound of the word's first letter that is said, from a word's symbols: what EnglishWord needs to know
// of the following word.
WhatFollows StartOf(std::u32string_view sounds);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_ENGLISH_WORDS_INTERNAL_H_

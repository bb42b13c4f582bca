// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Trims that cannot change what a line says: sounds of hesitation, fillers between commas, stuttered words.
#ifndef WAVESHIFT_SIMPLIFY_RULE_TRIM_H_
#define WAVESHIFT_SIMPLIFY_RULE_TRIM_H_

#include <string>
#include <string_view>

namespace waveshift::simplify {

// The text without them; the text itself when there are none, when the language has no data, or when nothing
// would be left. Punctuation and the first capital are put right. Any thread.
std::string TrimByRules(std::string_view text, std::string_view language);

}  // namespace waveshift::simplify

#endif  // WAVESHIFT_SIMPLIFY_RULE_TRIM_H_

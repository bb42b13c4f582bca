// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Numbers in the other languages. Room-internal.
#ifndef WAVESHIFT_TEXT_READ_OTHER_INTERNAL_H_
#define WAVESHIFT_TEXT_READ_OTHER_INTERNAL_H_

#include <string>
#include <string_view>

namespace waveshift::text::internal {

// `primary`: "es". Digits stay where ICU cannot spell in the language.
std::string ReadOther(std::string_view text, const std::string& primary);

// True when ReadOther puts digits into words.
bool SpellsNumbers(const std::string& primary);

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_READ_OTHER_INTERNAL_H_

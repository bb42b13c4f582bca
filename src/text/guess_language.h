// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TEXT_GUESS_LANGUAGE_H_
#define WAVESHIFT_TEXT_GUESS_LANGUAGE_H_

#include <string>
#include <string_view>

namespace waveshift::text {

// The language that a text is written in, as a BCP-47 tag, as far as its letters tell: by its script where
// one language uses that nearly alone (of scripts that several share, the one with the most speakers), by
// letters that only one language has, and in Latin script by its most frequent short words. "" when that
// decides nothing ("Taxi!", digits), as with most other languages in Latin script. Any thread.
std::string GuessLanguage(std::string_view utf8);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_GUESS_LANGUAGE_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TEXT_UPPER_CASE_H_
#define WAVESHIFT_TEXT_UPPER_CASE_H_

#include <string>
#include <string_view>

namespace waveshift::text {

// Upper case by Unicode's full mapping, of no particular language: U+00DF becomes SS.
std::string UpperCase(std::string_view utf8);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_UPPER_CASE_H_

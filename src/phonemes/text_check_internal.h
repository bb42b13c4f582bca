// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What both phonemizers ask of their input. Room-internal.
#ifndef WAVESHIFT_PHONEMES_TEXT_CHECK_INTERNAL_H_
#define WAVESHIFT_PHONEMES_TEXT_CHECK_INTERNAL_H_

#include <string>
#include <string_view>

#include "phonemes/phonemizer.h"

namespace waveshift::phonemes::internal {

Status CheckText(std::string_view text);
Status CheckOptions(const PhonemizerOptions& options);
std::u32string_view TrimSpaces(std::u32string_view text);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_TEXT_CHECK_INTERNAL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What is taken out of a text before and after it is put into words. Room-internal.
#ifndef WAVESHIFT_TEXT_SPEECH_CLEANUP_INTERNAL_H_
#define WAVESHIFT_TEXT_SPEECH_CLEANUP_INTERNAL_H_

#include <string>
#include <string_view>
#include <vector>

namespace waveshift::text::internal {

// Plain text: tags and entities of HTML and SSML, marks of Markdown, emoji, control and invisible characters
// out; full-width and styled letters as plain ones; ½ as 1/2.
std::string CleanForSpeech(std::string_view utf8);

// Without letters of scripts that `primary` ("en", "zh") is not written in and without symbols that are no
// punctuation; digits go too when `keeps_digits` is false. Each kind adds one line to `warnings`.
std::string WithoutUnsayable(std::string_view utf8, const std::string& primary, bool keeps_digits,
                             std::vector<std::string>* warnings);

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_SPEECH_CLEANUP_INTERNAL_H_

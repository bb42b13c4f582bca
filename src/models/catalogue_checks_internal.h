// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What words of a catalogue may look like. They become paths, arguments of programs and addresses, so they
// are held to plain characters. Room-internal.
#ifndef WAVESHIFT_MODELS_CATALOGUE_CHECKS_INTERNAL_H_
#define WAVESHIFT_MODELS_CATALOGUE_CHECKS_INTERNAL_H_

#include <string_view>

namespace waveshift::models::internal {

// A model's name: lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 64.
bool IsModelName(std::string_view text);
// "name" or "@scope/name" of a registry's package; never begins with '-'.
bool IsPackageName(std::string_view text);
// Letters, digits, '.', '_', '+' and '-', beginning with a letter or digit: a version, revision or platform.
bool IsPlainWord(std::string_view text);
// "owner/name", both plain words.
bool IsRepository(std::string_view text);
// A safe relative path of plain characters, no part of which begins with a dot.
bool IsPlainPath(std::string_view text);
// IsPlainPath, and not a name that the store gives to files of its own (FILE.part, FILE.sha256).
bool IsModelPath(std::string_view text);
// 64 lower-case hex digits.
bool IsSha256(std::string_view text);
// http:// or https:// with a host, printable, without user and fragment, at most 2000 bytes.
bool IsAddress(std::string_view text);
// Names {repository}, {revision} and {path} once each, all else plain.
bool IsSiteForm(std::string_view text);

}  // namespace waveshift::models::internal

#endif  // WAVESHIFT_MODELS_CATALOGUE_CHECKS_INTERNAL_H_

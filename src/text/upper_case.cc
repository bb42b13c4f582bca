// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/upper_case.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace waveshift::text {

std::string UpperCase(std::string_view utf8) {
  icu::UnicodeString text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  std::string upper;
  text.toUpper(icu::Locale::getRoot()).toUTF8String(upper);
  return upper;
}

}  // namespace waveshift::text

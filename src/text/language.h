// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TEXT_LANGUAGE_H_
#define WAVESHIFT_TEXT_LANGUAGE_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::text {

// A language as a canonical BCP-47 tag: "zh", "en-US", "pt-BR". Accepts the original's words ("chinese",
// "english"), ISO 639-2 codes ("eng"), underscores and any case. InvalidArgument when it is no language tag.
StatusOr<std::string> CanonicalLanguage(std::string_view tag_or_word);

// "zh" of "zh-Hant-TW".
std::string PrimarySubtag(std::string_view tag);

// The language's own name for people ("English", "中文"), the tag itself when unknown.
std::string LanguageName(std::string_view tag);

// ISO 639-2/T code for containers that want three letters ("eng", "zho"); "und" when unknown.
std::string Iso639Part2(std::string_view tag);

// True when valid UTF-8 (no surrogates, no overlong forms).
bool IsValidUtf8(std::string_view bytes);

// True when there is something to say: a letter or a digit of any script.
bool HasSayableWords(std::string_view utf8);

// Without control characters; runs of white space become one space; ends trimmed.
std::string CollapseWhitespace(std::string_view utf8);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_LANGUAGE_H_

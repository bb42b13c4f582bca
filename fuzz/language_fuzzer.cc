// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/language.h"

#include <string>

#include "fuzzing.h"

namespace {

using waveshift::fuzz::Require;
namespace text = waveshift::text;

void CheckTag(std::string_view given) {
  text::LanguageName(given);
  Require(text::Iso639Part2(given).size() == 3, "three letters or und");
  const auto tag = text::CanonicalLanguage(given);
  if (!tag.ok()) {
    Require(text::IsValidUtf8(waveshift::Message(tag.status())), "the message is UTF-8");
    return;
  }
  const auto again = text::CanonicalLanguage(*tag);
  Require(again.ok() && *again == *tag, "canonical tags stay as they are");
  for (const char c : *tag) {
    Require(c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'),
            "plain characters");
  }
  const size_t primary = text::PrimarySubtag(*tag).size();
  Require(primary == 2 || primary == 3, "a primary subtag of two or three letters");
  Require(!text::LanguageName(*tag).empty(), "every language has a name");
}

void CheckText(std::string_view given) {
  const std::string plain = text::CollapseWhitespace(given);
  Require(text::IsValidUtf8(plain), "collapsed text is UTF-8");
  Require(text::CollapseWhitespace(plain) == plain, "collapsing twice changes nothing");
  Require(!text::IsValidUtf8(given) || text::HasSayableWords(given) == text::HasSayableWords(plain),
          "words stay");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = waveshift::fuzz::BytesOf(data, size);
  CheckTag(bytes);
  CheckText(bytes);
  return 0;
}

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <cstdlib>

#include "text/reading_rules_internal.h"

namespace waveshift::text::internal {
namespace {

icu::UnicodeString FromUtf8(std::string_view utf8) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
}

Groups GroupsOf(const icu::RegexMatcher& matcher) {
  Groups groups;
  for (int32_t i = 0; i <= matcher.groupCount(); ++i) {
    UErrorCode error = U_ZERO_ERROR;
    std::string group;
    matcher.group(i, error).toUTF8String(group);
    groups.push_back(std::move(group));
  }
  return groups;
}

icu::UnicodeString ApplyOne(const icu::RegexPattern& pattern, std::string (*say)(const Groups& g),
                            const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexMatcher> matcher(pattern.matcher(text, error));
  if (U_FAILURE(error)) return text;
  icu::UnicodeString out;
  int32_t at = 0;
  while (matcher->find(error) && U_SUCCESS(error)) {
    out.append(text, at, matcher->start(error) - at);
    out.append(FromUtf8(say(GroupsOf(*matcher))));
    at = matcher->end(error);
  }
  return out.append(text, at, text.length() - at);
}

}  // namespace

RuleSet::RuleSet(std::span<const ReadingRule> rules) {
  for (const ReadingRule& rule : rules) {
    UErrorCode error = U_ZERO_ERROR;
    UParseError place;
    std::unique_ptr<icu::RegexPattern> pattern(
        icu::RegexPattern::compile(FromUtf8(rule.pattern), 0, place, error));
    if (U_FAILURE(error)) std::abort();
    rules_.push_back({std::move(pattern), rule.say});
  }
}

std::string RuleSet::Apply(std::string_view utf8) const {
  icu::UnicodeString text = FromUtf8(utf8);
  for (const Compiled& rule : rules_) text = ApplyOne(*rule.pattern, rule.say, text);
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace waveshift::text::internal

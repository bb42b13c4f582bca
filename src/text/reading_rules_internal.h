// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Rules "what looks so is said so" over regular expressions of ICU. Room-internal.
#ifndef WAVESHIFT_TEXT_READING_RULES_INTERNAL_H_
#define WAVESHIFT_TEXT_READING_RULES_INTERNAL_H_

#include <unicode/regex.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::text::internal {

// Of a match: [0] all of it, then the groups of the pattern ("" where one did not take part).
using Groups = std::vector<std::string>;

struct ReadingRule {
  const char* pattern;                 // UTF-8
  std::string (*say)(const Groups& g);  // what is said instead; g[0] leaves it as it is
};

// Compiled rules. Each rule goes over the whole text before the next one. Any thread.
class RuleSet {
 public:
  // The patterns are ours: one that ICU does not take is a programming error and ends the program; tests make
  // all rule sets.
  explicit RuleSet(std::span<const ReadingRule> rules);
  std::string Apply(std::string_view utf8) const;

 private:
  struct Compiled {
    std::unique_ptr<icu::RegexPattern> pattern;
    std::string (*say)(const Groups& g);
  };
  std::vector<Compiled> rules_;
};

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_READING_RULES_INTERNAL_H_

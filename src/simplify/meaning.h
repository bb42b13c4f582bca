// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whether a rewritten line still says what the line said, as far as that can be told without a model:
// language, names, numbers and negations by lists, the rest by the words that both share. Every doubt counts
// against the rewriting.
#ifndef WAVESHIFT_SIMPLIFY_MEANING_H_
#define WAVESHIFT_SIMPLIFY_MEANING_H_

#include <set>
#include <string>
#include <string_view>

namespace waveshift::simplify {

struct Meaning {
  // 0..1: how much of both texts' content is the other's. 0 when there is an objection.
  double kept = 0;
  // Why the rewriting must not be used, for tests and logs: "the number 12 is gone"; "" when it may be.
  std::string objection;
  bool ok() const { return objection.empty(); }
};

struct MeaningOptions {
  std::string language;              // BCP-47, of both texts
  std::set<std::string> names;       // folded words and phrases that must stay where the original has them
  double least_covered = 0.2;        // share of the original's content that must be left
  double least_from_original = 0.4;  // share of the rewriting's content that must come from the original
};

// Both UTF-8. Any thread.
Meaning CompareMeaning(std::string_view original, std::string_view rewritten, const MeaningOptions& options);

// The words of a text that are written like names: capitals inside a sentence, where the language does not
// write common nouns so (German does); Latin words inside a text of another script. Folded.
std::set<std::string> NamesIn(std::string_view text, std::string_view language);

// A name as CompareMeaning wants it: folded, without white space around it.
std::string FoldedName(std::string_view name, std::string_view language);

}  // namespace waveshift::simplify

#endif  // WAVESHIFT_SIMPLIFY_MEANING_H_

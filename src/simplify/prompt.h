// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a model is asked, and what may be taken from its answer.
#ifndef WAVESHIFT_SIMPLIFY_PROMPT_H_
#define WAVESHIFT_SIMPLIFY_PROMPT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "simplify/chat_model.h"
#include "simplify/shortener.h"

namespace waveshift::simplify {

// Raised whenever the same line would be asked for in other words: part of the cache's keys.
inline constexpr int kPromptVersion = 1;

// The original engine's five degrees of shortening.
enum class Level { kMinimal, kSlight, kModerate, kSignificant, kExtreme };

// By what is to be left: 0.9 and more is minimal, 0.8 slight, 0.65 moderate, 0.5 significant, less extreme.
Level LevelFor(double share_to_keep);
std::string_view LevelWord(Level level);

// One line as it is asked for.
struct Question {
  const LineToFit* line = nullptr;
  Level level = Level::kMinimal;
  int64_t target_units = 1;
};

// The texts go in as data of a JSON document; the instructions say so.
ChatPrompt BuildPrompt(const Batch& batch, const std::vector<Question>& questions, int candidates);

// The wordings for each line, by its id, in the model's order: plain one-line texts, each once, at most 8 a
// line. Ids that were not asked for are passed over. InvalidArgument when the answer has no wording for any
// line, OutOfRange when it is too large. Shapes that are understood:
//   {"lines": [{"id": 1, "candidates": ["…", …]}]}, the list alone, {"1": ["…"]}, {"1": "…"}, and members
//   called "text", "shortened", "result", "candidate" instead of "candidates".
StatusOr<std::map<int64_t, std::vector<std::string>>> ParseAnswer(std::string_view answer,
                                                                  const std::vector<Question>& questions);

}  // namespace waveshift::simplify

#endif  // WAVESHIFT_SIMPLIFY_PROMPT_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Says a line in fewer words (or in more), when its speech does not fit its time: first by rules that cannot
// change the meaning, then by a language model whose suggestions are checked (meaning.h) and measured.
#ifndef WAVESHIFT_SIMPLIFY_SHORTENER_H_
#define WAVESHIFT_SIMPLIFY_SHORTENER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "simplify/chat_model.h"

namespace waveshift::simplify {

enum class Aim { kShorter, kLonger };
enum class Method { kNone, kRules, kLlm };

struct LineToFit {
  int64_t id = 0;  // the caller's; different within a batch
  std::string text;
  std::string original;  // in the source language; may be empty
  std::string speaker;
  std::string before, after;  // the neighbouring lines' texts; may be empty
  double target = 0;  // length that it should have at most (kShorter) or about (kLonger), as PredictLength
  double units = 0;   // of `text`: syllables or characters, as the model is told; 0 = counted here
};

struct Batch {
  Aim aim = Aim::kShorter;
  std::string language;            // BCP-47, of all texts
  std::vector<std::string> names;  // must stay where they stand: the speakers' and others
  std::vector<LineToFit> lines;
};

// How long a wording of that line would be when spoken, in any unit.
using PredictLength = std::function<double(const LineToFit& line, std::string_view text)>;

struct FittedLine {
  int64_t id = 0;
  Method method = Method::kNone;  // kNone: nothing better than the text as it is
  std::string text;
  double predicted = 0;  // length of `text`
  double kept = 1;       // of the meaning, see meaning.h
};

struct FitResult {
  std::vector<FittedLine> lines;  // one for each line of the batch, in its order
  // Why the language model was of no use, one line for people; "" when it was, or when there is none. Told
  // once: a later batch that fails for the same reason says nothing.
  std::string problem;
};

// Where a model's suggestions are kept, so that nobody pays twice. Keys are 64 hex digits and name everything
// that shaped the value. Failures are the cache's own business: losing an entry only costs a request.
class SuggestionCache {
 public:
  virtual ~SuggestionCache() = default;
  virtual std::optional<std::string> Get(const std::string& key) = 0;
  virtual void Put(const std::string& key, const std::string& value) = 0;
};

// Has one budget: make one a job. One thread.
class Shortener {
 public:
  virtual ~Shortener() = default;
  // Never fails because of a provider. Cancelled when `stop` is requested.
  virtual StatusOr<FitResult> Fit(const Batch& batch, const PredictLength& predict,
                                  const std::stop_token& stop) = 0;
};

struct ShortenerOptions {
  bool use_rules = true;
  int max_requests = 60;
  int64_t max_tokens = 300000;
  size_t lines_per_request = 12;
  int candidates = 3;  // wordings of each line that the model is asked for
};

// `model` and `cache` may be null and outlive the shortener.
std::unique_ptr<Shortener> MakeShortener(const ShortenerOptions& options, ChatModel* model,
                                         SuggestionCache* cache);

}  // namespace waveshift::simplify

#endif  // WAVESHIFT_SIMPLIFY_SHORTENER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The choice of a line's codes from the logits of the GPT. It knows nothing of the network: whoever computes
// logits, of one line or of many at once, asks which codes to feed next and which beams they continue.
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_CODE_SEARCH_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_CODE_SEARCH_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "tts/indextts/gpt/noise.h"
#include "tts/indextts/gpt/sampling_options.h"

namespace waveshift::tts::indextts {

// A code that was looked at: continues beam `parent`; score is the sum of processed log-probabilities.
struct SearchCandidate {
  int32_t parent = 0;
  int32_t code = 0;
  float score = 0;
};

// One line's search. Used by one thread at a time.
class CodeSearch {
 public:
  // Beam-sample, beam search, plain sampling or greedy, as the options say. The noise may be shared;
  // nullptr is allowed when nothing is drawn. InvalidArgument: CheckSampling.
  static StatusOr<std::unique_ptr<CodeSearch>> Start(const SamplingOptions& options, const CodeSet& codes,
                                                     std::shared_ptr<const NoiseSource> noise);
  virtual ~CodeSearch() = default;

  // Takes the logits [rows, codes] for what comes behind next_codes(); the first time those behind the start
  // code, one row, which is all beams'. Internal when a logit is no finite number. Not after done().
  virtual Status Advance(std::span<const float> logits) = 0;

  // True when no more logits are wanted.
  virtual bool done() const = 0;
  // After Advance, unless done: for each beam the code to feed, and which beam of the step before it
  // continues.
  virtual std::span<const int32_t> next_codes() const = 0;
  virtual std::span<const int32_t> parents() const = 0;
  // How many codes each beam has = how many times Advance was called.
  virtual int steps() const = 0;
  // How many of them drew.
  virtual int draws() const = 0;
  // What the last Advance looked at, the best first; for tests.
  virtual std::span<const SearchCandidate> candidates() const = 0;

  // The best sequence found so far. It ends with the stop code unless it has max_codes codes.
  virtual std::vector<int32_t> Result() const = 0;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_CODE_SEARCH_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_ROW_FILTER_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_ROW_FILTER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "runtime/cpu/language.h"
#include "tts/indextts/gpt/sampling_options.h"

namespace waveshift::tts::indextts {

struct RowCandidate {
  int32_t code = 0;
  float value = 0;  // processed log-probability or logit
};

// From the logits of one beam to the codes that it may go on with, in this order: log-softmax (more than one
// beam only), repetition penalty, typical filter, temperature, top-k, top-p (reference, section 5.4). When
// nothing is drawn the last three do not apply and the best codes are given. No memory is asked for after
// the first rows, apart from ties. One thread at a time.
class RowFilter {
 public:
  // The options have passed CheckSampling.
  RowFilter(const SamplingOptions& options, const CodeSet& codes);

  // `history` are the beam's codes so far; they, 1 and the start code are penalised (the reference's
  // placeholder prompt has the latter two). Gives at least two candidates (one with a single beam), the best
  // first; valid until the next call. Internal when a logit is no finite number.
  StatusOr<std::span<const RowCandidate>> Apply(std::span<const float> logits,
                                                std::span<const int32_t> history);

 private:
  float LogSum(std::span<const float> values, float most) const;
  void LogSoftmax();
  void Penalise(std::span<const int32_t> history);
  void KeepTypical();
  void KeepBest();
  void KeepNucleus();

  SamplingOptions options_;
  CodeSet codes_;
  cpu::Language language_;
  size_t keep_at_least_;
  size_t best_;                     // how many top-k keeps; 0 = all
  std::vector<float> row_;          // [codes]
  std::vector<uint32_t> seen_;      // [codes]: == stamp_ when penalised in this row
  std::vector<RowCandidate> heap_;  // the best so far, the least of them first
  std::vector<RowCandidate> kept_;  // the result
  std::vector<int32_t> order_;      // of the typical filter
  std::vector<float> surprise_;     // of the typical filter
  uint32_t stamp_ = 0;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_ROW_FILTER_H_

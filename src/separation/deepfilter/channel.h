// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_CHANNEL_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_CHANNEL_H_

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "separation/deepfilter/features.h"
#include "separation/deepfilter/networks.h"
#include "separation/deepfilter/transform.h"

namespace waveshift::separation::deepfilter {

// The networks run over so many steps at once, in places fixed by the start of the signal: 1 s.
inline constexpr size_t kBlock = 100;

// The speech of one 48 kHz channel, to the sample in place. The result does not depend on how the signal is
// cut. One thread at a time.
class Channel {
 public:
  explicit Channel(std::shared_ptr<const Networks> networks);
  // Pre: finite values. Appends to `speech` what is finished.
  Status Add(std::span<const float> samples, std::vector<float>& speech, const std::stop_token& stop);
  // Appends the rest: as many samples as were added, altogether. Pre: called once, last.
  Status Finish(std::vector<float>& speech, const std::stop_token& stop);

 private:
  void AddHop(std::span<const float, kHop> samples);
  Status RunBlock(std::vector<float>& speech, const std::stop_token& stop);
  bool Silent() const;
  void Emit(const Steps& steps, std::vector<float>& speech);

  const std::shared_ptr<const Networks> networks_;
  Analysis analysis_;
  FeatureTracker tracker_;
  Synthesis synthesis_;
  std::vector<float> pending_;      // less than one hop
  std::vector<Features> features_;  // of the steps from next_step_ on
  std::vector<Spectrum> spectra_;   // from kOrder - 1 before next_step_ on; before the signal they are 0
  Memory memory_;
  bool heard_ = false;  // something else than digital silence, so far
  int64_t next_step_ = 0;
  int64_t added_ = 0;    // samples
  int64_t emitted_ = 0;  // samples
};

}  // namespace waveshift::separation::deepfilter

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_CHANNEL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A sequence of rows that comes in pieces and is read with overlap.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOCODER_ROW_QUEUE_H_
#define WAVESHIFT_TTS_INDEXTTS_VOCODER_ROW_QUEUE_H_

#include <cstdint>
#include <vector>

#include "runtime/cpu/aligned_floats.h"

namespace waveshift::tts::indextts {

// Rows of one layer's output, numbered from the sequence's first. While work is done on it the rows lie in
// memory that the caller lends (Attach), which several queues use in turn; between two pieces only the few
// rows that are read again are kept (Detach). One thread.
class RowQueue {
 public:
  // Rows have PaddedChannels(channels) floats. `lead` rows of zeros lie before row 0 and as many behind the
  // last one once the sequence has ended: what convolutions read there.
  RowQueue(int64_t channels, int64_t lead);

  // Back to an empty sequence.
  void Reset();

  // Lends memory, which grows as needed and is not touched otherwise until Detach, for what is kept and
  // `rows` new rows.
  void Attach(cpu::AlignedFloats* memory, int64_t rows);
  // The next `rows` rows, for the caller to fill.
  float* Append(int64_t rows);
  // No row will follow.
  void End();
  // Keeps the rows from `row` on.
  void Detach(int64_t row);

  // Row `row` and those behind it, while attached; from first() to end(), and zeros as far as `lead` says.
  const float* Row(int64_t row) const { return memory_ + (row - first_) * row_floats_; }
  int64_t first() const { return first_; }  // what is kept begins here; negative: zeros
  int64_t end() const { return end_; }
  bool ended() const { return ended_; }
  int64_t row_floats() const { return row_floats_; }
  int64_t kept_bytes() const { return static_cast<int64_t>(kept_.capacity() * sizeof(float)); }

 private:
  int64_t row_floats_;
  int64_t lead_;
  int64_t first_ = 0;
  int64_t end_ = 0;
  bool ended_ = false;
  float* memory_ = nullptr;
  std::vector<float> kept_;  // rows first_ to end_ - 1 and the zeros behind, while detached
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOCODER_ROW_QUEUE_H_

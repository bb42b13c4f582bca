// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/vocoder/row_queue.h"

#include <algorithm>

namespace waveshift::tts::indextts {

RowQueue::RowQueue(int64_t channels, int64_t lead) : row_floats_(cpu::PaddedChannels(channels)), lead_(lead) {
  Reset();
}

void RowQueue::Reset() {
  first_ = -lead_;
  end_ = 0;
  ended_ = false;
  memory_ = nullptr;
  kept_.assign(static_cast<size_t>(lead_ * row_floats_), 0.0F);
}

void RowQueue::Attach(cpu::AlignedFloats* memory, int64_t rows) {
  memory->GrowTo((end_ - first_ + rows + lead_) * row_floats_);
  memory_ = memory->data();
  std::copy(kept_.begin(), kept_.end(), memory_);
}

float* RowQueue::Append(int64_t rows) {
  float* place = memory_ + (end_ - first_) * row_floats_;
  end_ += rows;
  return place;
}

void RowQueue::End() {
  if (ended_) return;
  ended_ = true;
  std::fill_n(memory_ + (end_ - first_) * row_floats_, lead_ * row_floats_, 0.0F);
}

void RowQueue::Detach(int64_t row) {
  const float* begin = Row(std::clamp(row, first_, end_));
  const float* end = Row(end_ + (ended_ ? lead_ : 0));
  kept_.assign(begin, end);
  first_ = std::clamp(row, first_, end_);
  memory_ = nullptr;
}

}  // namespace waveshift::tts::indextts

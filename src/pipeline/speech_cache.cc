// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/speech_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace waveshift::pipeline {
namespace {

// Reading on over a pause is cheaper than coming back for its edges.
constexpr int64_t kReadOnBlocks = 10;

}  // namespace

Status SpeechCache::Separate(int64_t block, const std::stop_token& stop) {
  std::vector<float> speech;
  WS_RETURN_IF_ERROR(track_.Read(block * kBlock, kBlock, speech, stop));
  blocks_[block] = std::move(speech);
  ++separated_blocks_;
  return OkStatus();
}

Status SpeechCache::Reach(int64_t block, const std::stop_token& stop) {
  const auto behind = blocks_.upper_bound(block);
  int64_t next = block;
  if (behind != blocks_.begin()) {
    const int64_t before = std::prev(behind)->first;
    if (before == block) return OkStatus();
    if (block - before <= kReadOnBlocks) next = before + 1;
  }
  for (; next <= block; ++next) WS_RETURN_IF_ERROR(Separate(next, stop));
  return OkStatus();
}

// The blocks farthest from [first, last] go.
void SpeechCache::Forget(int64_t first, int64_t last) {
  while (blocks_.size() > kMostBlocks) {
    const bool front = first - blocks_.begin()->first >= std::prev(blocks_.end())->first - last;
    blocks_.erase(front ? blocks_.begin() : std::prev(blocks_.end()));
  }
}

Status SpeechCache::Read(Samples start, Samples frames, std::vector<float>& interleaved,
                         const std::stop_token& stop) {
  if (frames <= 0) return OkStatus();
  const int64_t first = start / kBlock;
  const int64_t last = (start + frames - 1) / kBlock;
  for (int64_t block = std::max<int64_t>(0, first - 1); block <= last + 1; ++block) {
    WS_RETURN_IF_ERROR(Reach(block, stop));
    if (block < first || block > last) continue;
    const Samples from = std::max(start, block * kBlock) - block * kBlock;
    const Samples to = std::min(start + frames, (block + 1) * kBlock) - block * kBlock;
    const std::vector<float>& speech = blocks_[block];
    interleaved.insert(interleaved.end(), speech.begin() + 2 * from, speech.begin() + 2 * to);
  }
  Forget(first, last);
  return OkStatus();
}

}  // namespace waveshift::pipeline

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_CPU_ALIGNED_FLOATS_H_
#define WAVESHIFT_RUNTIME_CPU_ALIGNED_FLOATS_H_

#include <cstdint>
#include <memory>

namespace waveshift::cpu {

// Activations' channels are padded to this multiple in all rows that the kernels read and write.
inline constexpr int64_t kChannelMultiple = 8;
constexpr int64_t PaddedChannels(int64_t channels) {
  return (channels + kChannelMultiple - 1) / kChannelMultiple * kChannelMultiple;
}

// Floats that begin on a cache line; large ones ask the system for large pages. Movable, one owner.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(int64_t size);  // all zero

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  int64_t size() const { return size_; }
  // At least so many; what was in it is lost when it grows, and what is new has no particular value.
  void GrowTo(int64_t size);

 private:
  struct Free {
    void operator()(float* memory) const;
  };
  std::unique_ptr<float[], Free> data_;
  int64_t size_ = 0;
};

class Workers;

// Memory for matrices that stay: many share its large pages. One thread at a time.
class FloatPool {
 public:
  // Asks the system for so many floats at once; what nobody takes is never touched.
  explicit FloatPool(int64_t floats_of_block = int64_t{16} << 20) : floats_of_block_(floats_of_block) {}

  // Begins on a cache line and has no particular value. Lasts as long as somebody holds any piece of the same
  // block. The workers touch the pages, each its own, so that no two of them make the same page.
  std::shared_ptr<float> Take(int64_t floats, Workers* workers);

 private:
  const int64_t floats_of_block_;
  std::shared_ptr<AlignedFloats> block_;
  int64_t taken_ = 0;    // floats of the block
  int64_t touched_ = 0;  // floats of the block, whole pages
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_ALIGNED_FLOATS_H_

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

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_ALIGNED_FLOATS_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/aligned_floats.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace waveshift::cpu {
namespace {

constexpr size_t kCacheLine = 64;
constexpr size_t kLargePage = size_t{2} << 20;

float* Allocate(int64_t size) {
  const size_t wanted = static_cast<size_t>(size) * sizeof(float);
  const size_t alignment = wanted >= 2 * kLargePage ? kLargePage : kCacheLine;
  const size_t bytes = (wanted + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, bytes);
  if (memory == nullptr) throw std::bad_alloc();
#ifdef __linux__
  if (alignment == kLargePage) madvise(memory, bytes, MADV_HUGEPAGE);  // a wish; small pages do as well
#endif
  return static_cast<float*>(memory);
}

}  // namespace

AlignedFloats::AlignedFloats(int64_t size) {
  GrowTo(size);
  std::fill_n(data_.get(), size_, 0.0F);
}

void AlignedFloats::GrowTo(int64_t size) {
  if (size <= size_) return;
  data_.reset();  // before the new memory is taken
  size_ = 0;
  data_.reset(Allocate(size));
  size_ = size;
}

void AlignedFloats::Free::operator()(float* memory) const { std::free(memory); }

}  // namespace waveshift::cpu

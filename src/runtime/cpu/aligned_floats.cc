// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/aligned_floats.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "runtime/cpu/workers.h"

namespace waveshift::cpu {
namespace {

constexpr size_t kCacheLine = 64;
constexpr size_t kLargePage = size_t{2} << 20;
constexpr int64_t kFloatsOfLine = kCacheLine / sizeof(float);
constexpr int64_t kFloatsOfLargePage = kLargePage / sizeof(float);
constexpr int64_t kFloatsOfPage = 1024;  // the smallest that a system has

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

std::shared_ptr<float> FloatPool::Take(int64_t floats, Workers* workers) {
  if (block_ == nullptr || block_->size() - taken_ < floats) {
    block_ = std::make_shared<AlignedFloats>();
    block_->GrowTo(std::max(floats, floats_of_block_));
    taken_ = 0;
    touched_ = 0;
  }
  std::shared_ptr<float> piece(block_, block_->data() + taken_);
  taken_ = std::min((taken_ + floats + kFloatsOfLine - 1) / kFloatsOfLine * kFloatsOfLine, block_->size());
  const int64_t first = touched_ / kFloatsOfLargePage;
  const int64_t pages = std::max<int64_t>(0, (taken_ + kFloatsOfLargePage - 1) / kFloatsOfLargePage - first);
  workers->Run(pages, [&](int64_t page, int /*worker*/) {
    const int64_t begin = (first + page) * kFloatsOfLargePage;
    const int64_t end = std::min(begin + kFloatsOfLargePage, taken_);
    for (int64_t i = std::max(begin, touched_); i < end; i += kFloatsOfPage) block_->data()[i] = 0;
  });
  touched_ = std::max(touched_, taken_);
  return piece;
}

void AlignedFloats::Free::operator()(float* memory) const { std::free(memory); }

}  // namespace waveshift::cpu

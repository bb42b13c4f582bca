// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/language.h"

#include <algorithm>

#include "runtime/cpu/integer_kernel_internal.h"
#include "runtime/cpu/language_kernel_internal.h"

namespace waveshift::cpu {
namespace {

constexpr int64_t kCachedBytes = 512 << 10;

const LanguageKernels& KernelsOf(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return Avx512LanguageKernels();
  // Every processor with AVX2 has F16C.
  if (isa != Isa::kBaseline) return Avx2LanguageKernels();
#endif
  (void)isa;
  return BaselineLanguageKernels();
}

}  // namespace

int64_t Matrix::row_bytes() const {
  switch (storage) {
    case Storage::kF16:
      return depth * 2;
    case Storage::kQ8_0:
      return depth / kBlock * static_cast<int64_t>(sizeof(BlockQ8));
    case Storage::kQ4_K:
      return depth / 256 * static_cast<int64_t>(sizeof(BlockQ4K));
    case Storage::kF32:
      break;
  }
  return depth * 4;
}

void Activations::Resize(int64_t rows, int64_t depth, bool quantize) {
  rows_ = rows;
  depth_ = depth;
  quantize_ = quantize;
  const auto count = static_cast<size_t>(rows * depth);
  values_.resize(count);
  if (!quantize) return;
  q_.resize(count);
  scales_.resize(count / kBlock);
  sums_.resize(count / kBlock);
  totals_.resize(count / kBlock);
}

Language::Language(Isa isa) : kernels_(&KernelsOf(isa)) {}

void Language::Finish(Activations* a, int64_t row) const {
  if (!a->quantize_) return;
  const int64_t place = row * a->depth_;
  kernels_->quantize(a->row(row), a->depth_, a->q_.data() + place, a->scales_.data() + place / kBlock,
                     a->sums_.data() + place / kBlock, a->totals_.data() + place / kBlock);
}

void Language::Multiply(const Matrix& matrix, const Activations& x, int64_t begin, int64_t end, float* y,
                        int64_t y_row) const {
  // So many rows of activations stay in the second-level cache while the matrix rows pass.
  const int64_t block = std::max<int64_t>(12, kCachedBytes / (matrix.depth * 4) / 12 * 12);
  const char* weights = static_cast<const char*>(matrix.bytes) + begin * matrix.row_bytes();
  for (int64_t row = 0; row < x.rows_; row += block) {
    const int64_t place = row * matrix.depth;
    const DotArgs args = {.weights = weights,
                          .weight_bytes = matrix.row_bytes(),
                          .depth = matrix.depth,
                          .bias = matrix.bias == nullptr ? nullptr : matrix.bias + begin,
                          .x = x.values_.data() + place,
                          .rows = std::min(block, x.rows_ - row),
                          .y = y + row * y_row + begin,
                          .y_row = y_row,
                          .count = end - begin};
    (matrix.storage == Storage::kF16 ? kernels_->dot_f16 : kernels_->dot_f32)(args);
  }
}

bool Language::CanAttend(int64_t width) { return width == 16 || width == 32 || width == 64 || width == 128; }

void Language::Attend(const Head& head) const {
  const AttentionArgs args = {head.q,         head.keys,         head.values,
                              head.cell_step, head.cells.data(), static_cast<int64_t>(head.cells.size()),
                              head.width,     head.scale,        head.scratch,
                              head.out};
  (head.storage == Storage::kF16 ? kernels_->attention_f16 : kernels_->attention_f32)(args);
}

void Language::LayerNorm(std::span<const float> x, const float* weight, const float* bias, float eps,
                         float* y) const {
  kernels_->layer_norm(x.data(), static_cast<int64_t>(x.size()), weight, bias, eps, y);
}

void Language::Gelu(std::span<float> x) const { kernels_->gelu(x.data(), static_cast<int64_t>(x.size())); }

double Language::SumExp(std::span<const float> x, float most) const {
  return kernels_->sum_exp(x.data(), static_cast<int64_t>(x.size()), most);
}

void Language::Store(std::span<const float> x, Storage storage, void* to) const {
  if (storage == Storage::kF16) {
    kernels_->to_half(x.data(), static_cast<int64_t>(x.size()), static_cast<uint16_t*>(to));
  } else {
    std::copy(x.begin(), x.end(), static_cast<float*>(to));
  }
}

}  // namespace waveshift::cpu

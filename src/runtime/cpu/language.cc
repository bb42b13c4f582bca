// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/language.h"

#include <algorithm>

#include "runtime/cpu/language_kernel_internal.h"

namespace waveshift::cpu {
namespace {

constexpr int64_t kCachedBytes = 512 << 10;

const LanguageKernels& KernelsOf(Isa isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (isa == Isa::kAvx512 && __builtin_cpu_supports("avx512vnni") != 0) return Avx512LanguageKernels();
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
  scale8_.resize(count / 4);
  offset8_.resize(count / 4);
  sums_.resize(count / kBlock);
  totals_.resize(count / kBlock);
}

Language::Language(Isa isa) : kernels_(&KernelsOf(isa)) {}

void Language::Finish(Activations* a, int64_t row) const {
  if (!a->quantize_) return;
  const int64_t place = row * a->depth_;
  kernels_->quantize(a->row(row), a->depth_, a->q_.data() + place, a->scale8_.data() + place / 4,
                     a->offset8_.data() + place / 4, a->sums_.data() + place / kBlock,
                     a->totals_.data() + place / kBlock);
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
                          .quantized = {x.q_.data() + place, x.scale8_.data() + place / 4,
                                        x.offset8_.data() + place / 4, x.sums_.data() + place / kBlock},
                          .rows = std::min(block, x.rows_ - row),
                          .y = y + row * y_row + begin,
                          .y_row = y_row,
                          .count = end - begin};
    DotOf(matrix.storage)(args);
  }
}

bool Language::CanMultiplyWide(const Matrix& matrix) const {
  return matrix.quantized() && matrix.rows % kIntegerColumns == 0 && kernels_->wide_integers != nullptr;
}

void Language::MultiplyWide(const Matrix& matrix, const Activations& x, const WideResult& result,
                            Workers* workers) const {
  const int64_t blocks = matrix.depth / kBlock;
  const bool q4 = matrix.storage == Storage::kQ4_K;
  const int64_t panel_bytes = kIntegerColumns * matrix.row_bytes();
  const int64_t panels = matrix.rows / kIntegerColumns;
  const auto* weights = static_cast<const char*>(matrix.bytes);
  workers->Run(panels, [&](int64_t panel, int worker) {
    const int64_t column = panel * kIntegerColumns;
    // In floats: a block of a column has 8 of bytes, its scale and, maybe, its least value.
    float* memory = workers->Scratch(worker, blocks * kIntegerColumns * (kBlock / 4 + 2));
    float* scales = memory + blocks * kIntegerColumns * (kBlock / 4);
    auto* bytes = reinterpret_cast<uint8_t*>(memory);
    float* least = q4 ? scales + blocks * kIntegerColumns : nullptr;
    (q4 ? kernels_->pack_q4_k : kernels_->pack_q8_0)(
        {weights + panel * panel_bytes, matrix.row_bytes(), blocks, bytes, scales, least});
    // Who takes the next panels is not known; that they are near is.
    const int64_t next = std::min(panel + workers->count(), panels - 1);
    kernels_->wide_integers({.q = bytes,
                             .scales = scales,
                             .least = least,
                             .blocks = blocks,
                             .x = {x.q_.data(), x.scale8_.data(), x.offset8_.data(), x.sums_.data()},
                             .x_totals = x.totals_.data(),
                             .rows = x.rows_,
                             .bias = matrix.bias == nullptr ? nullptr : matrix.bias + column,
                             .y = result.y + column,
                             .y_row = result.y_row,
                             .accumulate = result.accumulate,
                             .ahead = weights + next * panel_bytes,
                             .ahead_bytes = next > panel ? panel_bytes : 0});
    if (result.finish) result.finish(column, column + kIntegerColumns);
  });
}

DotFunction Language::DotOf(Storage storage) const {
  switch (storage) {
    case Storage::kF16:
      return kernels_->dot_f16;
    case Storage::kQ8_0:
      return kernels_->dot_q8_0;
    case Storage::kQ4_K:
      return kernels_->dot_q4_k;
    case Storage::kF32:
      break;
  }
  return kernels_->dot_f32;
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

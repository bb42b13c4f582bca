// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Covers a product with tiles whose sizes the compiler knows. Included by kernel files only.
#ifndef WAVESHIFT_RUNTIME_CPU_TILES_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_TILES_INTERNAL_H_

#include <cstdint>

namespace waveshift::cpu {
namespace {

// Calls kernel.Run<kWeights, kRows>(weight, row) for tiles that cover `count` weights and `rows` rows.
template <int kWeights, int kMostRows, class Kernel>
void CoverRows(const Kernel& kernel, int64_t weight, int64_t row, int64_t rows) {
  if (rows == kMostRows) {
    kernel.template Run<kWeights, kMostRows>(weight, row);
  } else if constexpr (kMostRows > 1) {
    CoverRows<kWeights, kMostRows - 1>(kernel, weight, row, rows);
  }
}
template <int kWeights, int kMostRows, class Kernel>
void CoverWeights(const Kernel& kernel, int64_t weight, int64_t rows) {
  const int64_t blocks = (rows + kMostRows - 1) / kMostRows;
  for (int64_t i = 0; i < blocks; ++i) {
    const int64_t begin = rows * i / blocks;
    CoverRows<kWeights, kMostRows>(kernel, weight, begin, rows * (i + 1) / blocks - begin);
  }
}
template <int kWeights, int kMostRows, class Kernel>
void Cover(const Kernel& kernel, int64_t count, int64_t rows) {
  int64_t weight = 0;
  for (; weight + kWeights <= count; weight += kWeights) {
    CoverWeights<kWeights, kMostRows>(kernel, weight, rows);
  }
  for (; weight < count; ++weight) CoverWeights<1, kMostRows>(kernel, weight, rows);
}

}  // namespace
}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_TILES_INTERNAL_H_

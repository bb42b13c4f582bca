// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The inner loop of a matrix product: a block of rows times a panel of packed columns, all sums in registers.
#ifndef WAVESHIFT_RUNTIME_CPU_MATRIX_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_MATRIX_KERNEL_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {

// kRows x kVectors registers of sums; `row` is the first row of the block. Weights are Element: float, or
// uint16_t for 16-bit floats.
template <class V, class Element, int kVectors, int kRows>
inline void MultiplyBlock(const PanelArgs& g, int64_t row) {
  using T = typename V::Type;
  T sum[kRows][kVectors];
  float* c = g.c + row * g.c_row;
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      T start = g.bias != nullptr ? V::Load(g.bias + v * V::kLanes) : V::Set(0.0F);
      if (g.accumulate) start = V::Add(start, V::Load(c + r * g.c_row + v * V::kLanes));
      sum[r][v] = start;
    }
  }
  const auto* b = static_cast<const Element*>(g.b);
  for (int64_t s = 0; s < g.segments; ++s) {
    const float* a = g.a + row * g.a_row + s * g.a_segment;
    for (int64_t k = 0; k < g.depth; ++k) {
      T column[kVectors];
      for (int v = 0; v < kVectors; ++v) column[v] = V::Load(b + v * V::kLanes);
      b += kVectors * V::kLanes;
      for (int r = 0; r < kRows; ++r) {
        const T value = V::Set(a[r * g.a_row + k]);
        for (int v = 0; v < kVectors; ++v) sum[r][v] = V::Fma(value, column[v], sum[r][v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) V::Store(c + r * g.c_row + v * V::kLanes, sum[r][v]);
  }
}

template <class V, class Element, int kVectors, int kRows>
inline void MultiplyRows(const PanelArgs& g, int64_t row, int64_t rows) {
  if (rows == kRows) {
    MultiplyBlock<V, Element, kVectors, kRows>(g, row);
  } else if constexpr (kRows > 1) {
    MultiplyRows<V, Element, kVectors, kRows - 1>(g, row, rows);
  }
}

// Asks for cache lines [begin, end) of what will be wanted soon.
inline void AskAhead(const PanelArgs& g, int64_t begin, int64_t end) {
  constexpr int64_t kCacheLine = 64;
  const int64_t of_line = (g.ahead_bytes + kCacheLine - 1) / kCacheLine;
  for (int64_t i = begin; i < end; ++i) {
    __builtin_prefetch(g.ahead + i / of_line * g.ahead_step + i % of_line * kCacheLine, 0, 2);
  }
}

// Blocks of nearly equal height, so that none is too low to hide the latency of a multiply-add.
template <class V, class Element, int kVectors, int kMostRows>
void MultiplyPanel(const PanelArgs& g) {
  const int64_t blocks = (g.rows + kMostRows - 1) / kMostRows;
  const int64_t ahead = (g.ahead_bytes + 63) / 64 * g.ahead_lines;
  for (int64_t i = 0; i < blocks; ++i) {
    if (ahead > 0) AskAhead(g, ahead * i / blocks, ahead * (i + 1) / blocks);
    const int64_t begin = g.rows * i / blocks;
    MultiplyRows<V, Element, kVectors, kMostRows>(g, begin, g.rows * (i + 1) / blocks - begin);
  }
}

// Independent multiply-adds in registers, for measuring what the machine can do.
template <class V>
int64_t FmaLoop(int64_t rounds) {
  constexpr int kChains = 12;  // more than a multiply-add's latency times how many begin in a cycle
  typename V::Type sum[kChains];
#pragma GCC unroll 12
  for (int i = 0; i < kChains; ++i) sum[i] = V::Set(static_cast<float>(i));
  const typename V::Type scale = V::Set(0.99F);
  const typename V::Type shift = V::Set(0.01F);
  for (int64_t n = 0; n < rounds; ++n) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) {
      sum[i] = V::Fma(sum[i], scale, shift);
      V::Keep(sum[i]);
    }
  }
  return rounds * kChains * V::kLanes * 2;
}

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_MATRIX_KERNEL_INTERNAL_H_

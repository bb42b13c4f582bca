// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Products with panels, for a type V of vectors: V::kLanes floats or integers of 32 bits; V::Spread has
// four bytes of activations in every lane, V::Open makes weights ready, V::AddDots adds products of both,
// with kFlip of unsigned weights, else of signed ones. V::AddSmallDots adds products of weights from 0 to 15,
// as they are, of one block only: so few that they may be summed in 16 bits, which V::AddSmallSums makes 32.
// 2 times V::kTileRows sums and as many dots fit in its registers, about. Included by integer_kernels_*.cc
// only, inside their anonymous namespaces.
#ifndef WAVESHIFT_RUNTIME_CPU_INTEGER_KERNEL_TEMPLATES_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_INTEGER_KERNEL_TEMPLATES_INTERNAL_H_

#include <cstdint>
#include <cstring>

#include "runtime/cpu/always_inline_internal.h"
#include "runtime/cpu/integer_kernel_internal.h"
#include "runtime/cpu/tiles_internal.h"

namespace waveshift::cpu {
namespace {

template <class V>
constexpr int64_t kPanelColumns = 2 * V::kLanes;

// How a block of a panel is read. Dots: the integer sums of 32 products for rows x, x + x_row, ...
template <class V>
struct PanelQ8 {
  static constexpr bool kHasLeast = false;
  static constexpr int64_t kColumns = kPanelColumns<V>;
  const char* block;

  PanelQ8(const char* panel, int64_t b) : block(panel + b * BlockBytesQ8(kColumns)) {}
  template <int kRows>
  WAVESHIFT_ALWAYS_INLINE void Dots(const int8_t* x, int64_t x_row, typename V::Ints (&dot)[kRows][2]) const {
#pragma GCC unroll 8
    for (int64_t k = 0; k < 8; ++k) {
      const auto low = V::Open(V::LoadInts(block + 2 * k * V::kLanes * 4));
      const auto high = V::Open(V::LoadInts(block + (2 * k + 1) * V::kLanes * 4));
      for (int n = 0; n < kRows; ++n) {
        const auto four = V::Spread(x + n * x_row + 4 * k);
        dot[n][0] = V::AddDots(dot[n][0], low, four);
        dot[n][1] = V::AddDots(dot[n][1], high, four);
      }
    }
  }
  WAVESHIFT_ALWAYS_INLINE typename V::Floats Scale(int64_t v) const {
    return V::LoadHalves(block + kColumns * kBlock + v * V::kLanes * 2);
  }
};

template <class V>
struct PanelQ4 {
  static constexpr bool kHasLeast = true;
  static constexpr int64_t kColumns = kPanelColumns<V>;
  const char* head;
  const char* block;

  PanelQ4(const char* panel, int64_t b)
      : head(panel + b / kBlocksOfQ4 * GroupBytesQ4(kColumns)),
        block(head + HeadBytesQ4(kColumns) + b % kBlocksOfQ4 * BlockBytesQ4(kColumns)) {}
  template <int kRows>
  WAVESHIFT_ALWAYS_INLINE void Dots(const int8_t* x, int64_t x_row, typename V::Ints (&dot)[kRows][2]) const {
    typename V::SmallSums small[kRows][2] = {};
#pragma GCC unroll 4
    for (int64_t k = 0; k < 4; ++k) {
      for (int v = 0; v < 2; ++v) {
        const typename V::Ints both = V::LoadInts(block + (2 * k + v) * V::kLanes * 4);
        const typename V::Ints low = V::LowHalves(both);
        const typename V::Ints high = V::HighHalves(both);
        for (int n = 0; n < kRows; ++n) {
          small[n][v] = V::AddSmallDots(small[n][v], low, V::Spread(x + n * x_row + 4 * k));
          small[n][v] = V::AddSmallDots(small[n][v], high, V::Spread(x + n * x_row + 16 + 4 * k));
        }
      }
    }
    for (int n = 0; n < kRows; ++n) {
      for (int v = 0; v < 2; ++v) dot[n][v] = V::AddSmallSums(dot[n][v], small[n][v]);
    }
  }
  WAVESHIFT_ALWAYS_INLINE typename V::Floats Scale(int64_t v) const {
    const char* factors = block + kColumns * kBlock / 2 + v * V::kLanes;
    return V::Mul(V::LoadHalves(head + v * V::kLanes * 2), V::LoadBytes(factors));
  }
  // What is taken off.
  WAVESHIFT_ALWAYS_INLINE typename V::Floats Least(int64_t v) const {
    const char* factors = block + kColumns * (kBlock / 2 + 1) + v * V::kLanes;
    return V::Mul(V::LoadHalves(head + (kColumns + v * V::kLanes) * 2), V::LoadBytes(factors));
  }
};

// A tile of some rows of x and the whole panel.
template <class V, class Panel>
struct PanelTile {
  using Floats = typename V::Floats;
  using Ints = typename V::Ints;
  static constexpr int64_t kColumns = kPanelColumns<V>;
  const PanelProductArgs& g;

  template <int kWeights, int kRows>
  void Run(int64_t /*weight*/, int64_t row) const {
    AskAhead(row, kRows);
    Floats sum[kRows][2];
    Begin<kRows>(row, sum);
    const int8_t* x = g.x.q + row * g.blocks * kBlock;
    for (int64_t b = 0; b < g.blocks; ++b) {
      Ints dot[kRows][2];
      for (int n = 0; n < kRows; ++n) {
        // Bytes that are 128 too large add that many times the sum of the block.
        const bool flipped = V::kFlip != 0 && !Panel::kHasLeast;
        const Ints start = V::SetInts(flipped ? g.x.totals[(row + n) * g.blocks + b] : 0);
        dot[n][0] = start;
        dot[n][1] = start;
      }
      const Panel panel(g.panel, b);
      panel.template Dots<kRows>(x + b * kBlock, g.blocks * kBlock, dot);
      AddBlock<kRows>(panel, row, b, dot, sum);
    }
    End<kRows>(row, sum);
  }

  // This tile's share of what is wanted next. One tile reads memory from front to back, which the processor
  // notices by itself.
  void AskAhead(int64_t row, int64_t rows) const {
    if (rows == g.rows) return;
    const char* ahead = g.panel + g.blocks * PanelBlockBytes();
    for (int64_t i = g.ahead_bytes * row / g.rows; i < g.ahead_bytes * (row + rows) / g.rows; i += 64) {
      __builtin_prefetch(ahead + i, 0, 2);
    }
  }
  static constexpr int64_t PanelBlockBytes() {
    return Panel::kHasLeast ? GroupBytesQ4(kColumns) / kBlocksOfQ4 : BlockBytesQ8(kColumns);
  }

  template <int kRows>
  WAVESHIFT_ALWAYS_INLINE void AddBlock(const Panel& panel, int64_t row, int64_t b,
                                        const Ints (&dot)[kRows][2], Floats (&sum)[kRows][2]) const {
    for (int v = 0; v < 2; ++v) {
      const Floats scale = panel.Scale(v);
      for (int n = 0; n < kRows; ++n) {
        const Floats both = V::Mul(scale, V::Set(g.x.scales[(row + n) * g.blocks + b]));
        sum[n][v] = V::Fma(V::ToFloats(dot[n][v]), both, sum[n][v]);
      }
      if constexpr (Panel::kHasLeast) {
        const Floats least = panel.Least(v);
        for (int n = 0; n < kRows; ++n) {
          sum[n][v] = V::TakeOff(sum[n][v], least, V::Set(g.x.sums[(row + n) * g.blocks + b]));
        }
      }
    }
  }

  template <int kRows>
  void Begin(int64_t row, Floats (&sum)[kRows][2]) const {
    float bias[kColumns] = {};
    if (g.bias != nullptr) std::memcpy(bias, g.bias, static_cast<size_t>(g.columns) * sizeof(float));
    for (int n = 0; n < kRows; ++n) {
      float start[kColumns] = {};
      const float* y = g.y + (row + n) * g.y_row;
      if (g.accumulate) std::memcpy(start, y, static_cast<size_t>(g.columns) * sizeof(float));
      for (int v = 0; v < 2; ++v) {
        sum[n][v] = V::Add(V::Load(bias + v * V::kLanes), V::Load(start + v * V::kLanes));
      }
    }
  }

  template <int kRows>
  void End(int64_t row, const Floats (&sum)[kRows][2]) const {
    for (int n = 0; n < kRows; ++n) {
      float* y = g.y + (row + n) * g.y_row;
      if (g.columns == kColumns) {
        V::Store(y, sum[n][0]);
        V::Store(y + V::kLanes, sum[n][1]);
        continue;
      }
      float all[kColumns];
      V::Store(all, sum[n][0]);
      V::Store(all + V::kLanes, sum[n][1]);
      std::memcpy(y, all, static_cast<size_t>(g.columns) * sizeof(float));
    }
  }
};

template <class V, class Panel>
void MultiplyPanel(const PanelProductArgs& g) {
  CoverWeights<1, V::kTileRows>(PanelTile<V, Panel>{g}, 0, g.rows);
}

template <class V>
constexpr IntegerKernels KernelsFor() {
  return {kPanelColumns<V>, V::kFlip, &MultiplyPanel<V, PanelQ8<V>>, &MultiplyPanel<V, PanelQ4<V>>};
}

}  // namespace
}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_INTEGER_KERNEL_TEMPLATES_INTERNAL_H_

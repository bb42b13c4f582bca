// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a matrix as a file has it to a panel: columns that lie one after the other become rows, a square of
// vectors at a time.
#ifndef WAVESHIFT_RUNTIME_CPU_PACK_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_PACK_KERNEL_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/kernel_table_internal.h"
#include "runtime/cpu/transform_kernel_internal.h"

namespace waveshift::cpu {

// Perfect shuffles of vectors and lanes: each turns the bits of (vector, lane) by one place.
template <class V>
WAVESHIFT_ALWAYS_INLINE void Transpose(typename V::Type* v) {
  constexpr int kHalf = V::kLanes / 2;
  typename V::Type w[V::kLanes];
#pragma GCC unroll 4
  for (int size = 1; size < V::kLanes; size *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < kHalf; ++i) {
      w[2 * i] = V::Low(v[i], v[i + kHalf]);
      w[2 * i + 1] = V::High(v[i], v[i + kHalf]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < V::kLanes; ++i) v[i] = w[i];
  }
}

// So many values further on are asked for: rows of a matrix are too short for the processor to notice in
// time.
constexpr int64_t kAhead = 64;

// Values [m, m + count) of a vector of columns, of which `columns` are there.
template <class V, class Element>
WAVESHIFT_ALWAYS_INLINE void PackSquare(const PackArgs& g, int64_t column, int64_t columns, int64_t m,
                                        int64_t count) {
  typename V::Type v[V::kLanes];
  const Element* from = static_cast<const Element*>(g.from) + column * g.step + m;
  if (columns == V::kLanes && count == V::kLanes) {
#pragma GCC unroll 16
    for (int i = 0; i < V::kLanes; ++i) {
      v[i] = V::Load(from + i * g.step);
      __builtin_prefetch(from + i * g.step + kAhead, 0, 3);
    }
  } else {
    for (int i = 0; i < V::kLanes; ++i) {
      Element part[V::kLanes] = {};
      for (int64_t j = 0; i < columns && j < count; ++j) part[j] = from[i * g.step + j];
      v[i] = V::Load(part);
    }
  }
  Transpose<V>(v);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t value = m + i;
    const int64_t row = g.taps == 1 ? value : value % g.taps * g.depth + value / g.taps;
    V::Store(g.to + row * g.width + column, v[i]);
  }
}

template <class V, class Element>
inline void PackVector(const PackArgs& g, int64_t column) {
  int64_t columns = g.columns - column;
  columns = columns < 0 ? 0 : (columns > V::kLanes ? V::kLanes : columns);
  for (int64_t m = g.begin; m < g.end; m += V::kLanes) {
    const int64_t rest = g.end - m;
    PackSquare<V, Element>(g, column, columns, m, rest < V::kLanes ? rest : V::kLanes);
  }
}

template <class Wide, class Narrow, class Element>
inline void PackElements(const PackArgs& g) {
  int64_t column = 0;
  for (; column + Wide::kLanes <= g.width; column += Wide::kLanes) PackVector<Wide, Element>(g, column);
  for (; column < g.width; column += Narrow::kLanes) PackVector<Narrow, Element>(g, column);
}

template <class Wide, class Narrow>
void Pack(const PackArgs& g) {
  if (g.half) {
    PackElements<Wide, Narrow, uint16_t>(g);
  } else {
    PackElements<Wide, Narrow, float>(g);
  }
}

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_PACK_KERNEL_INTERNAL_H_

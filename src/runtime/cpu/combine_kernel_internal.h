// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a layer's taps to what stands at the points of a fast algorithm, and how large a layer's weights are.
#ifndef WAVESHIFT_RUNTIME_CPU_COMBINE_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_COMBINE_KERNEL_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/always_inline_internal.h"
#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {

// So many vectors side by side of each row. Every product is rounded before it is added, so that all
// variants make the same bits.
template <class D, class Element, int kVectors>
inline void CombineColumns(const CombineArgs& g, const CombineTerm& term) {
  auto* to = static_cast<Element*>(term.to);
  for (int64_t row = 0; row < g.rows; ++row) {
    const double* values = g.wide + (row * g.taps + term.first) * g.width;
    typename D::Type sum[kVectors];
#pragma GCC unroll 6
    for (int v = 0; v < kVectors; ++v) sum[v] = D::Set(0);
    for (int64_t tap = 0; tap < term.taps; ++tap, values += g.width) {
      const typename D::Type factor = D::Set(term.factors[tap]);
#pragma GCC unroll 6
      for (int v = 0; v < kVectors; ++v) {
        typename D::Type product = D::Mul(factor, D::Load(values + v * D::kLanes));
        D::Keep(product);
        sum[v] = D::Add(sum[v], product);
      }
    }
#pragma GCC unroll 6
    for (int v = 0; v < kVectors; ++v) D::Store(to + v * D::kLanes, sum[v]);
    to += g.width;
  }
}

template <class D, class Element>
void Combine(const CombineArgs& g) {
  const int64_t values = g.rows * g.taps * g.width;
  for (int64_t i = 0; i < values; i += D::kLanes) D::Put(g.wide + i, D::Widen(g.values + i));
  for (int64_t i = 0; i < g.count; ++i) {
    switch (g.width / D::kLanes) {
      case 1:
        CombineColumns<D, Element, 1>(g, g.terms[i]);
        break;
      case 2:
        CombineColumns<D, Element, 2>(g, g.terms[i]);
        break;
      case 3:
        CombineColumns<D, Element, 3>(g, g.terms[i]);
        break;
      case 4:
        CombineColumns<D, Element, 4>(g, g.terms[i]);
        break;
      default:  // the widest panel of every variant has at most six
        CombineColumns<D, Element, 6>(g, g.terms[i]);
    }
  }
}

// Magnitudes are compared as the integers that their bits are: what is not finite is larger than all else.
template <class V, class Bits>
inline Bits LargestBits(const void* values, int64_t count) {
  using Stored __attribute__((may_alias)) = Bits;
  constexpr auto kMagnitude = static_cast<Bits>(~(static_cast<Bits>(1) << (8 * sizeof(Bits) - 1)));
  const auto* from = static_cast<const Stored*>(values);
  Bits most = 0;
  for (int64_t i = 0; i < count; ++i) {
    const auto bits = static_cast<Bits>(from[i] & kMagnitude);
    most = bits > most ? bits : most;
  }
  return most;
}

template <class V>
float Largest(const void* values, bool half, int64_t count) {
  float most[V::kLanes];
  if (half) {
    const uint16_t bits[V::kLanes] = {static_cast<uint16_t>(LargestBits<V, int16_t>(values, count))};
    V::Store(most, V::Load(bits));
    return most[0];
  }
  const int32_t bits = LargestBits<V, int32_t>(values, count);
  __builtin_memcpy(most, &bits, sizeof(bits));
  return most[0];
}

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_COMBINE_KERNEL_INTERNAL_H_

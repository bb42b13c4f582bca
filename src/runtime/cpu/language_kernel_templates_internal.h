// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The kernels, for a type V of vectors: V::kLanes floats, V::Load, LoadHalf, Set, Zero, Fma, Sum;
// V::kTileWeights times V::kTileRows sums fit in its registers. Included by language_kernels_*.cc only,
// inside their anonymous namespaces.
#ifndef WAVESHIFT_RUNTIME_CPU_LANGUAGE_KERNEL_TEMPLATES_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_LANGUAGE_KERNEL_TEMPLATES_INTERNAL_H_

#include <cstdint>
#include <cstring>

#include "runtime/cpu/integer_kernel_internal.h"
#include "runtime/cpu/language_kernel_internal.h"
#include "runtime/cpu/scalar_math_internal.h"
#include "runtime/cpu/tiles_internal.h"

namespace waveshift::cpu {
namespace {

template <class V>
void Gelu(float* x, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    // (1 + tanh z) / 2 = 1 / (1 + exp(-2 z)), with z = sqrt(2 / pi) (x + 0.044715 x^3).
    const float z = x[i] * (1.5957691216F + 0.0713548163F * x[i] * x[i]);
    x[i] = x[i] / (1.0F + Exp(-z));
  }
}

template <class V>
double SumExp(const float* x, int64_t count, float most) {
  constexpr int64_t kLanes = 16;
  constexpr int64_t kStretch = 512;  // that is added in 32 bits
  double sum = 0;
  for (int64_t begin = 0; begin < count; begin += kStretch) {
    const int64_t end = begin + kStretch < count ? begin + kStretch : count;
    float part[kLanes] = {};
    int64_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      for (int64_t j = 0; j < kLanes; ++j) part[j] += Exp(x[i + j] - most);
    }
    for (; i < end; ++i) sum += static_cast<double>(Exp(x[i] - most));
    for (const float each : part) sum += static_cast<double>(each);
  }
  return sum;
}

template <class V>
void LayerNorm(const float* x, int64_t width, const float* weight, const float* bias, float eps, float* y) {
  float part[16] = {};
  for (int64_t i = 0; i < width; i += 16) {
    for (int64_t j = 0; j < 16; ++j) part[j] += x[i + j];
  }
  double sum = 0;
  for (const float each : part) sum += each;
  const auto mean = static_cast<float>(sum / static_cast<double>(width));
  float square[16] = {};
  for (int64_t i = 0; i < width; i += 16) {
    for (int64_t j = 0; j < 16; ++j) square[j] += (x[i + j] - mean) * (x[i + j] - mean);
  }
  double squares = 0;
  for (const float each : square) squares += each;
  const auto variance = static_cast<float>(squares / static_cast<double>(width));
  const float factor = 1.0F / __builtin_sqrtf(variance + eps);
  for (int64_t i = 0; i < width; ++i) y[i] = (x[i] - mean) * factor * weight[i] + bias[i];
}

template <class V>
void Quantize(const float* x, int64_t depth, int8_t* q, float* scales, float* sums, int32_t* totals) {
  for (int64_t b = 0; b < depth / kBlock; ++b) {
    const float* from = x + b * kBlock;
    float most = 0;
    for (int64_t i = 0; i < kBlock; ++i) {
      const float size = from[i] < 0 ? -from[i] : from[i];
      most = size > most ? size : most;
    }
    const float scale = most / 127.0F;
    const float inverse = most > 0 ? 127.0F / most : 0.0F;
    int32_t all = 0;
    for (int64_t i = 0; i < kBlock; ++i) {
      // To the nearest, by shifting; |value| <= 127.
      const float shift = 12582912.0F;
      const auto value = static_cast<int32_t>((from[i] * inverse + shift) - shift);
      q[b * kBlock + i] = static_cast<int8_t>(value);
      all += value;
    }
    scales[b] = scale;
    sums[b] = scale * static_cast<float>(all);
    totals[b] = -128 * all;
  }
}

// A tile's sums with the bias into y. Four weights at once where V can; the sums run in the same order.
template <class V, int kWeights, int kRows>
inline void StoreTile(const DotArgs& g, int64_t weight, int64_t row,
                      typename V::Type (&sum)[kWeights][kRows]) {
  const float* bias = g.bias == nullptr ? nullptr : g.bias + weight;
  for (int n = 0; n < kRows; ++n) {
    float* y = g.y + (row + n) * g.y_row + weight;
    if constexpr (kWeights == 4 && V::kSumsFour) {
      V::StoreFourSums(sum[0][n], sum[1][n], sum[2][n], sum[3][n], bias, y);
    } else {
      for (int i = 0; i < kWeights; ++i) y[i] = V::Sum(sum[i][n]) + (bias != nullptr ? bias[i] : 0.0F);
    }
  }
}

// Weights in f32 or f16 (uint16_t): kWeights rows of them times kRows rows of x.
template <class V, class W, int kWeights, int kRows>
void DotTile(const DotArgs& g, int64_t weight, int64_t row) {
  using T = typename V::Type;
  T sum[kWeights][kRows];
  const W* w[kWeights];
  for (int i = 0; i < kWeights; ++i) {
    w[i] = reinterpret_cast<const W*>(static_cast<const char*>(g.weights) + (weight + i) * g.weight_bytes);
    for (int n = 0; n < kRows; ++n) sum[i][n] = V::Zero();
  }
  const float* x = g.x + row * g.depth;
  // The first tile that reads these weights asks for the next ones: rows are too short for the processor to
  // notice in time.
  const bool first = row == 0;
  const int64_t ahead = kWeights * g.weight_bytes / static_cast<int64_t>(sizeof(W));
  for (int64_t k = 0; k < g.depth; k += V::kLanes) {
    T values[kWeights];
    for (int i = 0; i < kWeights; ++i) {
      values[i] = V::LoadAny(w[i] + k);
      if (first) __builtin_prefetch(w[i] + k + ahead, 0, 2);
    }
    for (int n = 0; n < kRows; ++n) {
      const T other = V::Load(x + n * g.depth + k);
      for (int i = 0; i < kWeights; ++i) sum[i][n] = V::Fma(values[i], other, sum[i][n]);
    }
  }
  StoreTile<V>(g, weight, row, sum);
}

template <class V, class W>
struct FloatDots {
  const DotArgs& g;
  template <int kWeights, int kRows>
  void Run(int64_t weight, int64_t row) const {
    DotTile<V, W, kWeights, kRows>(g, weight, row);
  }
};
template <class V, class W>
void Dot(const DotArgs& g) {
  Cover<V::kTileWeights, V::kTileRows>(FloatDots<V, W>{g}, g.count, g.rows);
}

// Keys and values of type W; the width of a head is kParts vectors.
template <class V, class W, int kParts>
void AttendParts(const AttentionArgs& g) {
  using T = typename V::Type;
  const W* keys = static_cast<const W*>(g.keys);
  const W* values = static_cast<const W*>(g.values);
  T q[kParts];
  for (int i = 0; i < kParts; ++i) q[i] = V::Load(g.q + i * V::kLanes);
  float most = -3e38F;
  for (int64_t c = 0; c < g.count; ++c) {
    const W* key = keys + g.cells[c] * g.cell_step;
    T sum = V::Zero();
    for (int i = 0; i < kParts; ++i) sum = V::Fma(q[i], V::LoadAny(key + i * V::kLanes), sum);
    const float score = V::Sum(sum) * g.scale;
    g.scratch[c] = score;
    most = score > most ? score : most;
  }
  // In whole vectors, so that the sum runs in fixed lanes.
  for (int64_t c = g.count; c % 16 != 0; ++c) g.scratch[c] = -3e38F;
  const int64_t padded = (g.count + 15) / 16 * 16;
  float part[16] = {};
  for (int64_t c = 0; c < padded; c += 16) {
    for (int64_t j = 0; j < 16; ++j) {
      const float weight = Exp(g.scratch[c + j] - most);
      g.scratch[c + j] = weight;
      part[j] += weight;
    }
  }
  // What fills up the last vector counts nothing.
  for (int64_t c = g.count; c < padded; ++c) part[c % 16] -= g.scratch[c];
  float total = 0;
  for (const float each : part) total += each;
  T sum[kParts];
  for (int i = 0; i < kParts; ++i) sum[i] = V::Zero();
  for (int64_t c = 0; c < g.count; ++c) {
    const W* value = values + g.cells[c] * g.cell_step;
    const T weight = V::Set(g.scratch[c]);
    for (int i = 0; i < kParts; ++i) sum[i] = V::Fma(weight, V::LoadAny(value + i * V::kLanes), sum[i]);
  }
  const T factor = V::Set(1.0F / total);
  for (int i = 0; i < kParts; ++i) V::Store(g.out + i * V::kLanes, V::Mul(sum[i], factor));
}

template <class V, class W>
void Attend(const AttentionArgs& g) {
  switch (g.width) {
    case 16:
      return AttendParts<V, W, 16 / V::kLanes>(g);
    case 32:
      return AttendParts<V, W, 32 / V::kLanes>(g);
    case 64:
      return AttendParts<V, W, 64 / V::kLanes>(g);
    default:
      return AttendParts<V, W, 128 / V::kLanes>(g);
  }
}

template <class V>
void ToHalf(const float* x, int64_t count, uint16_t* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = V::FloatToHalf(x[i]);
}

}  // namespace
}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_LANGUAGE_KERNEL_TEMPLATES_INTERNAL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Operations on rows of activations (row_operations.h). Sums run in a fixed number of lanes, whatever the
// vectors are.
#ifndef WAVESHIFT_RUNTIME_CPU_ROW_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_ROW_KERNEL_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/kernel_table_internal.h"
#include "runtime/cpu/scalar_math_internal.h"
#include "runtime/cpu/transform_kernel_internal.h"

namespace waveshift::cpu {
namespace {

constexpr int64_t kSumLanes = 16;

inline double SumOf(const float* part, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(part[i]);
  return sum;
}

// (x - mean) / sqrt(variance + eps) * weight + bias.
inline void NormLayer(const float* x, int64_t width, const float* weight, const float* bias, float eps,
                      float* y) {
  const int64_t whole = width / kSumLanes * kSumLanes;
  float part[kSumLanes] = {};
  for (int64_t i = 0; i < whole; i += kSumLanes) {
    for (int64_t j = 0; j < kSumLanes; ++j) part[j] += x[i + j];
  }
  for (int64_t i = whole; i < width; ++i) part[i - whole] += x[i];
  const auto mean = static_cast<float>(SumOf(part, kSumLanes) / static_cast<double>(width));
  float square[kSumLanes] = {};
  for (int64_t i = 0; i < whole; i += kSumLanes) {
    for (int64_t j = 0; j < kSumLanes; ++j) square[j] += (x[i + j] - mean) * (x[i + j] - mean);
  }
  for (int64_t i = whole; i < width; ++i) square[i - whole] += (x[i] - mean) * (x[i] - mean);
  const auto variance = static_cast<float>(SumOf(square, kSumLanes) / static_cast<double>(width));
  const float factor = 1.0F / __builtin_sqrtf(variance + eps);
  for (int64_t i = 0; i < width; ++i) y[i] = (x[i] - mean) * factor * weight[i] + bias[i];
}

inline void SiluRow(float* x, int64_t count) {
  for (int64_t i = 0; i < count; ++i) x[i] *= Sigmoid(x[i]);
}
inline void TanhRow(float* x, int64_t count) {
  for (int64_t i = 0; i < count; ++i) x[i] = Tanh(x[i]);
}
inline void SigmoidRow(float* x, int64_t count) {
  for (int64_t i = 0; i < count; ++i) x[i] = Sigmoid(x[i]);
}
inline void GateSigmoid(const float* x, const float* gate, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] * Sigmoid(gate[i]);
}
inline void GateGelu(const float* x, const float* gate, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] * GeluErf(gate[i]);
}
inline void Rectify(float* x, int64_t count, const float* factor, const float* offset) {
  for (int64_t i = 0; i < count; ++i) x[i] = (x[i] > 0 ? x[i] : 0.0F) * factor[i] + offset[i];
}

// x becomes exp(scale (x - the largest)); gives the sum.
inline float ExpRow(float* x, int64_t count, float scale) {
  const int64_t whole = count / kSumLanes * kSumLanes;
  float most[kSumLanes];
  for (float& each : most) each = x[0];
  for (int64_t i = 0; i < whole; i += kSumLanes) {
    for (int64_t j = 0; j < kSumLanes; ++j) most[j] = x[i + j] > most[j] ? x[i + j] : most[j];
  }
  for (int64_t i = whole; i < count; ++i) most[0] = x[i] > most[0] ? x[i] : most[0];
  float largest = most[0];
  for (const float each : most) largest = each > largest ? each : largest;
  float part[kSumLanes] = {};
  for (int64_t i = 0; i < whole; i += kSumLanes) {
    for (int64_t j = 0; j < kSumLanes; ++j) {
      const float value = Exp(scale * (x[i + j] - largest));
      x[i + j] = value;
      part[j] += value;
    }
  }
  for (int64_t i = whole; i < count; ++i) {
    x[i] = Exp(scale * (x[i] - largest));
    part[i - whole] += x[i];
  }
  return static_cast<float>(SumOf(part, kSumLanes));
}

inline float Dot(const float* x, const float* y, int64_t count) {
  const int64_t whole = count / kSumLanes * kSumLanes;
  float part[kSumLanes] = {};
  for (int64_t i = 0; i < whole; i += kSumLanes) {
    for (int64_t j = 0; j < kSumLanes; ++j) part[j] += x[i + j] * y[i + j];
  }
  for (int64_t i = whole; i < count; ++i) part[i - whole] += x[i] * y[i];
  return static_cast<float>(SumOf(part, kSumLanes));
}

// Channels that are summed side by side, and rows that are summed in 32 bits.
constexpr int64_t kStrip = 64;
constexpr int64_t kStretch = 64;

// Scores of a strip become exp(score - the largest of its channel); gives their sums.
inline void ExpColumns(const ColumnArgs& g, int64_t channel, int64_t count, double* total) {
  float most[kStrip];
  for (int64_t j = 0; j < count; ++j) most[j] = g.scores[channel + j];
  for (int64_t row = 1; row < g.rows; ++row) {
    const float* scores = g.scores + row * g.scores_row + channel;
    for (int64_t j = 0; j < count; ++j) most[j] = scores[j] > most[j] ? scores[j] : most[j];
  }
  for (int64_t j = 0; j < count; ++j) total[j] = 0;
  for (int64_t begin = 0; begin < g.rows; begin += kStretch) {
    float part[kStrip] = {};
    for (int64_t row = begin; row < g.rows && row < begin + kStretch; ++row) {
      float* scores = g.scores + row * g.scores_row + channel;
      for (int64_t j = 0; j < count; ++j) {
        const float value = Exp(scores[j] - most[j]);
        scores[j] = value;
        part[j] += value;
      }
    }
    for (int64_t j = 0; j < count; ++j) total[j] += static_cast<double>(part[j]);
  }
}

// The sums over rows of weight * x or, with kSquares, of weight * (x - mean)^2.
template <bool kWeighted, bool kSquares>
void SumColumns(const ColumnArgs& g, int64_t channel, int64_t count, const float* mean, double* total) {
  for (int64_t j = 0; j < count; ++j) total[j] = 0;
  for (int64_t begin = 0; begin < g.rows; begin += kStretch) {
    float part[kStrip] = {};
    for (int64_t row = begin; row < g.rows && row < begin + kStretch; ++row) {
      const float* x = g.x + row * g.x_row + channel;
      const float* weights = kWeighted ? g.scores + row * g.scores_row + channel : x;
      for (int64_t j = 0; j < count; ++j) {
        const float value = kSquares ? (x[j] - mean[j]) * (x[j] - mean[j]) : x[j];
        part[j] += kWeighted ? weights[j] * value : value;
      }
    }
    for (int64_t j = 0; j < count; ++j) total[j] += static_cast<double>(part[j]);
  }
}

template <bool kWeighted>
void StripStatistics(const ColumnArgs& g, int64_t channel, int64_t count) {
  double total[kStrip];
  double sum[kStrip];
  float* mean = g.mean + channel;
  for (double& each : total) each = static_cast<double>(g.rows);
  if constexpr (kWeighted) ExpColumns(g, channel, count, total);
  SumColumns<kWeighted, false>(g, channel, count, nullptr, sum);
  for (int64_t j = 0; j < count; ++j) mean[j] = static_cast<float>(sum[j] / total[j]);
  if (g.deviation == nullptr) return;
  SumColumns<kWeighted, true>(g, channel, count, mean, sum);
  for (int64_t j = 0; j < count; ++j) {
    const auto variance = static_cast<float>(sum[j] / total[j]);
    g.deviation[channel + j] = __builtin_sqrtf(variance > g.floor ? variance : g.floor);
  }
}

inline void Columns(const ColumnArgs& g) {
  for (int64_t channel = 0; channel < g.channels; channel += kStrip) {
    const int64_t rest = g.channels - channel;
    const int64_t count = rest < kStrip ? rest : kStrip;
    if (g.scores != nullptr) {
      StripStatistics<true>(g, channel, count);
    } else {
      StripStatistics<false>(g, channel, count);
    }
  }
}

template <class V>
WAVESHIFT_ALWAYS_INLINE void DepthwiseVector(const DepthwiseArgs& g, int64_t channel) {
  typename V::Type sum = V::Load(g.bias + channel);
  for (int64_t j = 0; j < g.taps; ++j) {
    sum = V::Fma(V::Load(g.weights + j * g.channels + channel), V::Load(g.x + j * g.x_row + channel), sum);
  }
  V::Store(g.y + channel, sum);
}
template <class Wide, class Narrow>
void Depthwise(const DepthwiseArgs& g) {
  int64_t channel = 0;
  for (; channel + Wide::kLanes <= g.channels; channel += Wide::kLanes) DepthwiseVector<Wide>(g, channel);
  for (; channel < g.channels; channel += Narrow::kLanes) DepthwiseVector<Narrow>(g, channel);
}

// Values [f, f + lanes) of one row, all channels.
template <class V>
WAVESHIFT_ALWAYS_INLINE void PictureVector(const PictureArgs& g, int64_t f) {
  typename V::Type x[9];
#pragma GCC unroll 3
  for (int i = 0; i < 3; ++i) {
    x[3 * i] = V::Load(g.even[i] + f);
    x[3 * i + 1] = V::Load(g.odd[i] + f);
    x[3 * i + 2] = V::Load(g.even[i] + f + 1);
  }
  const float* w = g.weights;
  for (int64_t channel = 0; channel < g.channels; ++channel, w += 9) {
    typename V::Type sum = V::Set(g.bias[channel]);
#pragma GCC unroll 9
    for (int i = 0; i < 9; ++i) sum = V::Fma(V::Set(w[i]), x[i], sum);
    V::Store(g.y + channel * g.bands + f, V::Max(sum, V::Set(0.0F)));
  }
}
inline void PictureValue(const PictureArgs& g, int64_t channel, int64_t f) {
  const float* w = g.weights + 9 * channel;
  float sum = g.bias[channel];
  for (int64_t i = 0; i < 3; ++i) {
    sum += w[3 * i] * g.even[i][f] + w[3 * i + 1] * g.odd[i][f] + w[3 * i + 2] * g.even[i][f + 1];
  }
  g.y[channel * g.bands + f] = sum > 0 ? sum : 0.0F;
}
// The last vector overlaps the one before.
template <class V>
void Picture(const PictureArgs& g) {
  if (g.bands < V::kLanes) {
    for (int64_t channel = 0; channel < g.channels; ++channel) {
      for (int64_t f = 0; f < g.bands; ++f) PictureValue(g, channel, f);
    }
    return;
  }
  int64_t f = 0;
  for (; f + V::kLanes <= g.bands; f += V::kLanes) PictureVector<V>(g, f);
  if (f < g.bands) PictureVector<V>(g, g.bands - V::kLanes);
}

// 16-bit floats as 32.
template <class V>
void Widen(const uint16_t* halves, int64_t count, float* values) {
  int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) V::Store(values + i, V::Load(halves + i));
  for (; i < count; ++i) values[i] = HalfToFloat(halves[i]);
}

template <class Wide, class Narrow>
RowFunctions RowFunctionsOf() {
  return {&NormLayer,
          &SiluRow,
          &TanhRow,
          &SigmoidRow,
          &GateSigmoid,
          &GateGelu,
          &Rectify,
          &ExpRow,
          &Dot,
          &Columns,
          &Depthwise<Wide, Narrow>,
          &Picture<Wide>,
          &Widen<Wide>};
}

}  // namespace
}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_ROW_KERNEL_INTERNAL_H_

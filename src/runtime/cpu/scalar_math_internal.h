// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Functions of one number, written so that loops of them become vectors. Included by the files that are
// compiled for an instruction set only; everything is in an anonymous namespace, so that no function of one
// set reaches another's.
#ifndef WAVESHIFT_RUNTIME_CPU_SCALAR_MATH_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_SCALAR_MATH_INTERNAL_H_

#include <cstdint>
#include <cstring>

namespace waveshift::cpu {
namespace {

inline float Bits(int32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// exp within 2 units in the last place, without a branch. Below -87 it is 0 or nearly so; above 88 it stays
// at the largest value.
inline float Exp(float x) {
  x = x < -87.3F ? -87.3F : (x > 88.0F ? 88.0F : x);
  const float shift = 12582912.0F;
  const float n = (x * 1.44269504F + shift) - shift;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  return p * Bits((static_cast<int32_t>(n) + 127) << 23);
}

inline float Sigmoid(float x) { return 1.0F / (1.0F + Exp(-x)); }

// Within 2e-7.
inline float Tanh(float x) { return 1.0F - 2.0F / (1.0F + Exp(2.0F * x)); }

// x / 2 (1 + erf(x / sqrt(2))) within 4e-7 of the larger of 1 and |x|; erf by Abramowitz and Stegun 7.1.26.
inline float GeluErf(float x) {
  const float size = (x < 0 ? -x : x) * 0.707106781F;
  const float t = 1.0F / (1.0F + 0.3275911F * size);
  float p = 1.061405429F;
  p = p * t - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const float rest = p * t * Exp(-size * size);  // 1 - erf(size)
  return 0.5F * x * (x < 0 ? rest : 2.0F - rest);
}

// Denormal halves are multiples of 2^-24.
inline float HalfToFloat(uint16_t half) {
  const int32_t sign = (half & 0x8000) << 16;
  const int32_t exponent = (half >> 10) & 31;
  const int32_t rest = half & 1023;
  if (exponent == 0) {
    const float small = static_cast<float>(rest) * 5.9604644775390625e-8F;
    return sign != 0 ? -small : small;
  }
  if (exponent == 31) return Bits(sign | 0x7f800000 | (rest << 13));
  return Bits(sign | ((exponent + 112) << 23) | (rest << 13));
}

}  // namespace
}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_SCALAR_MATH_INTERNAL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every machine can do, in plain C++ that compilers turn into the vectors of the architecture.
#include "runtime/cpu/language_kernel_internal.h"
#include "runtime/cpu/language_kernel_templates_internal.h"

namespace waveshift::cpu {
namespace {

struct V8 {
  struct Type {
    float v[8];
  };
  static constexpr int kLanes = 8;
  static constexpr int kTileWeights = 2;
  static constexpr int kTileRows = 2;
  static Type Zero() { return Set(0); }
  static Type Set(float value) {
    Type result;
    for (float& each : result.v) each = value;
    return result;
  }
  static Type Load(const float* p) {
    Type result;
    std::memcpy(result.v, p, sizeof result.v);
    return result;
  }
  static Type LoadAny(const float* p) { return Load(p); }
  static Type LoadAny(const uint16_t* p) {
    Type result;
    for (int i = 0; i < 8; ++i) result.v[i] = HalfToFloat(p[i]);
    return result;
  }
  static void Store(float* p, const Type& value) { std::memcpy(p, value.v, sizeof value.v); }
  static Type Mul(const Type& a, const Type& b) {
    Type result;
    for (int i = 0; i < 8; ++i) result.v[i] = a.v[i] * b.v[i];
    return result;
  }
  static Type Fma(const Type& a, const Type& b, const Type& c) {
    Type result;
    for (int i = 0; i < 8; ++i) result.v[i] = a.v[i] * b.v[i] + c.v[i];
    return result;
  }
  static float Sum(const Type& a) {
    return ((a.v[0] + a.v[4]) + (a.v[2] + a.v[6])) + ((a.v[1] + a.v[5]) + (a.v[3] + a.v[7]));
  }
  static constexpr bool kSumsFour = false;
  static float HalfToFloat(uint16_t half) { return cpu::HalfToFloat(half); }
  // To the nearest, ties to even; too large becomes infinite.
  static uint16_t FloatToHalf(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000) return sign | 0x7e00;
    if (bits >= 0x47800000) return sign | 0x7c00;
    if (bits < 0x38800000) {
      // Adding 0.5 puts the last place of a denormal half into the last place of the sum.
      float size;
      std::memcpy(&size, &bits, sizeof size);
      size += 0.5F;
      std::memcpy(&bits, &size, sizeof bits);
      return static_cast<uint16_t>(sign | (bits - 0x3f000000));
    }
    bits += 0xfff + ((bits >> 13) & 1);
    return static_cast<uint16_t>(sign | ((bits - 0x38000000) >> 13));
  }
};

}  // namespace

const LanguageKernels& BaselineLanguageKernels() {
  static const LanguageKernels kernels = {
      &Dot<V8, float>, &Dot<V8, uint16_t>, &Attend<V8, float>, &Attend<V8, uint16_t>,
      &Quantize<V8>,   &LayerNorm<V8>,     &Gelu<V8>,          &ToHalf<V8>,
      &SumExp<V8>};
  return kernels;
}

}  // namespace waveshift::cpu

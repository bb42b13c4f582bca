// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX2, FMA and F16C. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include <immintrin.h>

#include "runtime/cpu/language_kernel_internal.h"
#include "runtime/cpu/language_kernel_templates_internal.h"

namespace waveshift::cpu {
namespace {

struct V8 {
  using Type = __m256;
  static constexpr int kLanes = 8;
  static constexpr int kTileWeights = 3;
  static constexpr int kTileRows = 4;
  static Type Zero() { return _mm256_setzero_ps(); }
  static Type Set(float v) { return _mm256_set1_ps(v); }
  static Type Load(const float* p) { return _mm256_loadu_ps(p); }
  static Type LoadAny(const float* p) { return _mm256_loadu_ps(p); }
  static Type LoadAny(const uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static void Store(float* p, Type v) { _mm256_storeu_ps(p, v); }
  static Type Mul(Type a, Type b) { return _mm256_mul_ps(a, b); }
  static Type Fma(Type a, Type b, Type c) { return _mm256_fmadd_ps(a, b, c); }
  static float Sum(Type v) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  static constexpr bool kSumsFour = false;
  static float HalfToFloat(uint16_t half) { return _cvtsh_ss(half); }
  static uint16_t FloatToHalf(float value) { return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT); }
};

}  // namespace

const LanguageKernels& Avx2LanguageKernels() {
  static const LanguageKernels kernels = {
      &Dot<V8, float>, &Dot<V8, uint16_t>, &Attend<V8, float>, &Attend<V8, uint16_t>,
      &Quantize<V8>,   &LayerNorm<V8>,     &Gelu<V8>,          &ToHalf<V8>,
      &SumExp<V8>};
  return kernels;
}

}  // namespace waveshift::cpu

#endif

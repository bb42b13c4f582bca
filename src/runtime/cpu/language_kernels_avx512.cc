// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX-512. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include <immintrin.h>

#include "runtime/cpu/language_kernel_internal.h"
#include "runtime/cpu/language_kernel_templates_internal.h"

namespace waveshift::cpu {
namespace {

struct V16 {
  using Type = __m512;
  static constexpr int kLanes = 16;
  static constexpr int kTileWeights = 4;
  static constexpr int kTileRows = 6;
  static Type Zero() { return _mm512_setzero_ps(); }
  static Type Set(float v) { return _mm512_set1_ps(v); }
  static Type Load(const float* p) { return _mm512_loadu_ps(p); }
  static Type LoadAny(const float* p) { return _mm512_loadu_ps(p); }
  static Type LoadAny(const uint16_t* p) {
    // The form without a mask reads an undefined register, of which GCC 12 warns.
    const __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_maskz_cvtph_ps(__mmask16{0xffff}, half);
  }
  static void Store(float* p, Type v) { _mm512_storeu_ps(p, v); }
  static Type Mul(Type a, Type b) { return _mm512_mul_ps(a, b); }
  static Type Fma(Type a, Type b, Type c) { return _mm512_fmadd_ps(a, b, c); }
  static float Sum(Type v) {
    const __m256 high = _mm512_maskz_extractf32x8_ps(__mmask8{0xff}, v, 1);
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), high);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  static constexpr bool kSumsFour = true;
  // As four times Sum: 16 lanes to 8 to 4, which are then added crosswise.
  static void StoreFourSums(Type a, Type b, Type c, Type d, const float* bias, float* y) {
    const Type ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xEE));
    const Type cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xEE));
    Type sum = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xDD));
    sum = _mm512_add_ps(sum, _mm512_permute_ps(sum, 0x4E));
    sum = _mm512_add_ps(sum, _mm512_permute_ps(sum, 0xB1));
    const __m512i first = _mm512_castsi128_si512(_mm_setr_epi32(0, 4, 8, 12));
    const __m128 four = _mm512_castps512_ps128(_mm512_permutexvar_ps(first, sum));
    _mm_storeu_ps(y, _mm_add_ps(four, bias != nullptr ? _mm_loadu_ps(bias) : _mm_setzero_ps()));
  }
  static float HalfToFloat(uint16_t half) { return _cvtsh_ss(half); }
  static uint16_t FloatToHalf(float value) { return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT); }
};

}  // namespace

const LanguageKernels& Avx512LanguageKernels() {
  static const LanguageKernels kernels = {
      &Dot<V16, float>, &Dot<V16, uint16_t>, &Attend<V16, float>, &Attend<V16, uint16_t>,
      &Quantize<V16>,   &LayerNorm<V16>,     &Gelu<V16>,          &ToHalf<V16>,
      &SumExp<V16>};
  return kernels;
}

}  // namespace waveshift::cpu

#endif

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

  // Sums of four products each. Two neighbouring products must fit 16 bits.
  static __m256i DotUnsigned(__m256i u, __m256i s) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(u, s), _mm256_set1_epi16(1));
  }
  static __m256i LoadBytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

  template <int kRows>
  static void DotBytes(const uint8_t* q, const float* scale8, const int8_t* x, int64_t x_row,
                       const float* x_scale8, int64_t blocks, float* sums) {
    Type sum[kRows];
    for (int n = 0; n < kRows; ++n) sum[n] = Zero();
    for (int64_t b = 0; b < blocks; ++b) {
      const __m256i values = LoadBytes(q + b * kBlock);
      const Type scale = Load(scale8 + b * 8);
      for (int n = 0; n < kRows; ++n) {
        const __m256i dot = DotUnsigned(values, LoadBytes(x + n * x_row + b * kBlock));
        const Type both = Mul(scale, Load(x_scale8 + n * (x_row / 4) + b * 8));
        sum[n] = Fma(_mm256_cvtepi32_ps(dot), both, sum[n]);
      }
    }
    for (int n = 0; n < kRows; ++n) sums[n] = Sum(sum[n]);
  }
};

// |w| times x with the sign of w: at most 2 * 128 * 127, which fits 16 bits.
struct QuantizedDots {
  const DotArgs& g;

  template <int kWeights, int kRows>
  void Run(int64_t weight, int64_t row) const {
    __m256 sum[kWeights][kRows];
    for (int i = 0; i < kWeights; ++i) {
      for (int n = 0; n < kRows; ++n) sum[i][n] = _mm256_setzero_ps();
    }
    for (int64_t b = 0; b < g.depth / kBlock; ++b) {
      for (int i = 0; i < kWeights; ++i) {
        const BlockQ8& block = reinterpret_cast<const BlockQ8*>(static_cast<const char*>(g.weights) +
                                                                (weight + i) * g.weight_bytes)[b];
        const __m256i w = V8::LoadBytes(block.q);
        const __m256i size = _mm256_abs_epi8(w);
        const __m256 scale = V8::Set(V8::HalfToFloat(block.d));
        for (int n = 0; n < kRows; ++n) {
          const int64_t place = (row + n) * g.depth + b * kBlock;
          const __m256i x = _mm256_sign_epi8(V8::LoadBytes(g.quantized.q + place), w);
          const __m256 dot = _mm256_cvtepi32_ps(V8::DotUnsigned(size, x));
          const __m256 both = V8::Mul(scale, V8::Load(g.quantized.scale8 + place / 4));
          sum[i][n] = V8::Fma(dot, both, sum[i][n]);
        }
      }
    }
    StoreTile<V8>(g, weight, row, sum);
  }
};

void DotQ8(const DotArgs& g) { Cover<2, 4>(QuantizedDots{g}, g.count, g.rows); }

}  // namespace

const LanguageKernels& Avx2LanguageKernels() {
  static const LanguageKernels kernels = {
      &Dot<V8, float>, &Dot<V8, uint16_t>, &DotQ8,    &DotQ4K<V8>, &Attend<V8, float>, &Attend<V8, uint16_t>,
      &Quantize<V8>,   &LayerNorm<V8>,     &Gelu<V8>, &ToHalf<V8>, &SumExp<V8>};
  return kernels;
}

}  // namespace waveshift::cpu

#endif

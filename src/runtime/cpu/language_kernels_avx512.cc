// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 with VNNI. Compiled with the flags of these instructions.
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
  static float HalfToFloat(uint16_t half) { return _cvtsh_ss(half); }
  static uint16_t FloatToHalf(float value) { return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT); }

  static Type ToFloats(__m512i v) { return _mm512_maskz_cvtepi32_ps(__mmask16{0xffff}, v); }
  // Blocks come in pairs; q4_k has eight at least.
  static float DotBytes(const uint8_t* q, const float* scale8, const int8_t* x, const float* x_scale8,
                        int64_t blocks) {
    Type sum = Zero();
    for (int64_t b = 0; b < blocks; b += 2) {
      const __m512i dot = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_loadu_si512(q + b * kBlock),
                                              _mm512_loadu_si512(x + b * kBlock));
      sum = Fma(ToFloats(dot), Mul(Load(scale8 + b * 8), Load(x_scale8 + b * 8)), sum);
    }
    return Sum(sum);
  }
};

__m512i LoadPair(const BlockQ8* blocks) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(blocks[0].q));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(blocks[1].q));
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}
__m512 PairScale(float low, float high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_set1_ps(low)), _mm256_set1_ps(high), 1);
}

// Weights become bytes that are 128 too large, because VNNI multiplies unsigned with signed bytes; what that
// adds is in offset8.
struct QuantizedDots {
  const DotArgs& g;

  template <int kWeights, int kRows>
  void Run(int64_t weight, int64_t row) const {
    __m512 sum[kWeights][kRows];
    const BlockQ8* w[kWeights];
    for (int i = 0; i < kWeights; ++i) {
      w[i] = reinterpret_cast<const BlockQ8*>(static_cast<const char*>(g.weights) +
                                              (weight + i) * g.weight_bytes);
      for (int n = 0; n < kRows; ++n) sum[i][n] = _mm512_setzero_ps();
    }
    const int64_t blocks = g.depth / kBlock;
    int64_t b = 0;
    for (; b + 2 <= blocks; b += 2) {
      __m512i values[kWeights];
      __m512 scales[kWeights];
      for (int i = 0; i < kWeights; ++i) {
        values[i] = LoadPair(w[i] + b);
        scales[i] = PairScale(V16::HalfToFloat(w[i][b].d), V16::HalfToFloat(w[i][b + 1].d));
      }
      Add<kWeights, kRows>(values, scales, row, b, __mmask16{0xffff}, sum);
    }
    if (b < blocks) {
      __m512i values[kWeights];
      __m512 scales[kWeights];
      for (int i = 0; i < kWeights; ++i) {
        const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w[i][b].q));
        values[i] = _mm512_inserti64x4(_mm512_setzero_si512(), low, 0);
        scales[i] = PairScale(V16::HalfToFloat(w[i][b].d), 0);
      }
      Add<kWeights, kRows>(values, scales, row, b, __mmask16{0x00ff}, sum);
    }
    for (int n = 0; n < kRows; ++n) {
      float* y = g.y + (row + n) * g.y_row + weight;
      for (int i = 0; i < kWeights; ++i) {
        y[i] = V16::Sum(sum[i][n]) + (g.bias != nullptr ? g.bias[weight + i] : 0.0F);
      }
    }
  }

  template <int kWeights, int kRows>
  void Add(const __m512i (&values)[kWeights], const __m512 (&scales)[kWeights], int64_t row, int64_t block,
           __mmask16 mask, __m512 (&sum)[kWeights][kRows]) const {
    const __m512i flip = _mm512_set1_epi8(static_cast<char>(0x80));
    for (int n = 0; n < kRows; ++n) {
      const int64_t place = (row + n) * g.depth + block * kBlock;
      const __m512i x = _mm512_maskz_loadu_epi32(mask, g.quantized.q + place);
      const __m512i offset = _mm512_maskz_loadu_epi32(mask, g.quantized.offset8 + place / 4);
      const __m512 x_scale = _mm512_maskz_loadu_ps(mask, g.quantized.scale8 + place / 4);
      for (int i = 0; i < kWeights; ++i) {
        const __m512i dot = _mm512_dpbusd_epi32(offset, _mm512_xor_si512(values[i], flip), x);
        sum[i][n] = V16::Fma(V16::ToFloats(dot), V16::Mul(scales[i], x_scale), sum[i][n]);
      }
    }
  }
};

void DotQ8(const DotArgs& g) { Cover<4, 4>(QuantizedDots{g}, g.count, g.rows); }

}  // namespace

const LanguageKernels& Avx512LanguageKernels() {
  static const LanguageKernels kernels = {
      &Dot<V16, float>,       &Dot<V16, uint16_t>, &DotQ8,          &DotQ4K<V16>, &Attend<V16, float>,
      &Attend<V16, uint16_t>, &Quantize<V16>,      &LayerNorm<V16>, &Gelu<V16>,   &ToHalf<V16>};
  return kernels;
}

}  // namespace waveshift::cpu

#endif

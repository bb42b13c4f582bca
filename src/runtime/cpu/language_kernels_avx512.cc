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

  static Type ToFloats(__m512i v) { return _mm512_maskz_cvtepi32_ps(__mmask16{0xffff}, v); }
  // Blocks come in pairs; q4_k has eight at least.
  template <int kRows>
  static void DotBytes(const uint8_t* q, const float* scale8, const int8_t* x, int64_t x_row,
                       const float* x_scale8, int64_t blocks, float* sums) {
    Type sum[kRows];
    for (int n = 0; n < kRows; ++n) sum[n] = Zero();
    for (int64_t b = 0; b < blocks; b += 2) {
      const __m512i values = _mm512_loadu_si512(q + b * kBlock);
      const Type scale = Load(scale8 + b * 8);
      for (int n = 0; n < kRows; ++n) {
        const __m512i bytes = _mm512_loadu_si512(x + n * x_row + b * kBlock);
        const __m512i dot = _mm512_dpbusd_epi32(_mm512_setzero_si512(), values, bytes);
        sum[n] = Fma(ToFloats(dot), Mul(scale, Load(x_scale8 + n * (x_row / 4) + b * 8)), sum[n]);
      }
    }
    for (int n = 0; n < kRows; ++n) sums[n] = Sum(sum[n]);
  }
};

// Stands for the block behind the last one of a row.
const BlockQ8 kNoBlock = {};

__m512i LoadPair(const BlockQ8* low, const BlockQ8* high) {
  const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(low->q));
  const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(high->q));
  const __m512i pair = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
  return _mm512_xor_si512(pair, _mm512_set1_epi8(static_cast<char>(0x80)));
}
__m512 PairScale(const BlockQ8* low, const BlockQ8* high) {
  const __m256 first = _mm256_set1_ps(V16::HalfToFloat(low->d));
  const __m256 second = _mm256_set1_ps(V16::HalfToFloat(high->d));
  return _mm512_insertf32x8(_mm512_castps256_ps512(first), second, 1);
}

// Weights become bytes that are 128 too large, because VNNI multiplies unsigned with signed bytes; what that
// adds is in offset8.
struct QuantizedDots {
  const DotArgs& g;

  template <int kWeights, int kRows>
  void Run(int64_t weight, int64_t row) const {
    const int64_t depth = g.depth;
    const int64_t blocks = depth / kBlock;
    const int64_t weight_bytes = g.weight_bytes;
    const char* w = static_cast<const char*>(g.weights) + weight * weight_bytes;
    const int8_t* q = g.quantized.q + row * depth;
    const int32_t* offsets = g.quantized.offset8 + row * (depth / 4);
    const float* x_scales = g.quantized.scale8 + row * (depth / 4);
    __m512 sum[kWeights][kRows];
    for (int i = 0; i < kWeights; ++i) {
      for (int n = 0; n < kRows; ++n) sum[i][n] = _mm512_setzero_ps();
    }
    for (int64_t b = 0; b < blocks; b += 2) {
      const bool two = b + 2 <= blocks;
      const __mmask16 mask = two ? 0xffff : 0x00ff;
      __m512i values[kWeights];
      __m512 scales[kWeights];
      for (int i = 0; i < kWeights; ++i) {
        const BlockQ8* low = reinterpret_cast<const BlockQ8*>(w + i * weight_bytes) + b;
        const BlockQ8* high = two ? low + 1 : &kNoBlock;
        values[i] = LoadPair(low, high);
        scales[i] = PairScale(low, high);
      }
      for (int n = 0; n < kRows; ++n) {
        const int64_t place = n * (depth / 4) + b * 8;
        const __m512i x = _mm512_maskz_loadu_epi32(mask, q + place * 4);
        const __m512i offset = _mm512_maskz_loadu_epi32(mask, offsets + place);
        const __m512 x_scale = _mm512_maskz_loadu_ps(mask, x_scales + place);
        for (int i = 0; i < kWeights; ++i) {
          const __m512i dot = _mm512_dpbusd_epi32(offset, values[i], x);
          sum[i][n] = V16::Fma(V16::ToFloats(dot), V16::Mul(scales[i], x_scale), sum[i][n]);
        }
      }
    }
    StoreTile<V16>(g, weight, row, sum);
  }
};

void DotQ8(const DotArgs& g) { Cover<4, 4>(QuantizedDots{g}, g.count, g.rows); }

}  // namespace

const LanguageKernels& Avx512LanguageKernels() {
  static const LanguageKernels kernels = {&Dot<V16, float>, &Dot<V16, uint16_t>, &DotQ8,
                                          &DotQ4K<V16>,     &Attend<V16, float>, &Attend<V16, uint16_t>,
                                          &Quantize<V16>,   &LayerNorm<V16>,     &Gelu<V16>,
                                          &ToHalf<V16>,     &SumExp<V16>};
  return kernels;
}

}  // namespace waveshift::cpu

#endif

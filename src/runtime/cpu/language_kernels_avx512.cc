// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 with VNNI. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include <immintrin.h>

#include "runtime/cpu/language_kernel_internal.h"
#include "runtime/cpu/language_kernel_templates_internal.h"
#include "runtime/cpu/pack_kernel_internal.h"

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

// Many rows: columns lie in lanes, so that a sum over a block's bytes stays in integers and is scaled once.
struct Square {
  using Type = __m512;
  static constexpr int kLanes = 16;
  static WAVESHIFT_ALWAYS_INLINE Type Low(Type a, Type b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static WAVESHIFT_ALWAYS_INLINE Type High(Type a, Type b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
};

// Blocks 2 * pair and the one behind it of sixteen columns, four bytes of each in a lane.
void StorePair(const PackIntegersArgs& g, int64_t column, int64_t pair, Square::Type* v) {
  Transpose<Square>(v);
  for (int64_t i = 0; i < 16 && 2 * pair + i / 8 < g.blocks; ++i) {
    uint8_t* to = g.q + ((2 * pair + i / 8) * 8 + i % 8) * kIntegerColumns * 4 + column * 4;
    _mm512_storeu_ps(to, v[i]);
  }
}

void PackQ8(const PackIntegersArgs& g) {
  for (int64_t column = 0; column < kIntegerColumns; column += 16) {
    const char* weights = static_cast<const char*>(g.weights) + column * g.weight_bytes;
    for (int64_t pair = 0; 2 * pair < g.blocks; ++pair) {
      Square::Type v[16];
      for (int64_t i = 0; i < 16; ++i) {
        const BlockQ8* low = reinterpret_cast<const BlockQ8*>(weights + i * g.weight_bytes) + 2 * pair;
        const bool two = 2 * pair + 1 < g.blocks;
        v[i] = _mm512_castsi512_ps(LoadPair(low, two ? low + 1 : &kNoBlock));
        float* scale = g.scales + 2 * pair * kIntegerColumns + column + i;
        scale[0] = V16::HalfToFloat(low->d);
        if (two) scale[kIntegerColumns] = V16::HalfToFloat(low[1].d);
      }
      StorePair(g, column, pair, v);
    }
  }
}

// A block of 256 values has four pairs: 32 bytes whose low halves are one, the high ones the other.
void PackQ4(const PackIntegersArgs& g) {
  const __m256i low_half = _mm256_set1_epi8(15);
  for (int64_t column = 0; column < kIntegerColumns; column += 16) {
    const char* weights = static_cast<const char*>(g.weights) + column * g.weight_bytes;
    for (int64_t b = 0; 8 * b < g.blocks; ++b) {
      const auto block = [&](int64_t i) {
        return reinterpret_cast<const BlockQ4K*>(weights + i * g.weight_bytes) + b;
      };
      for (int64_t i = 0; i < 16; ++i) {
        float scale8[64];
        float least[8];
        const BlockQ4K* from = block(i);
        OpenScales(from->scales, V16::HalfToFloat(from->d), V16::HalfToFloat(from->least), scale8, least);
        for (int64_t part = 0; part < 8; ++part) {
          const int64_t place = (8 * b + part) * kIntegerColumns + column + i;
          g.scales[place] = scale8[8 * part];
          g.least[place] = -least[part];
        }
      }
      for (int64_t pair = 0; pair < 4; ++pair) {
        Square::Type v[16];
        for (int64_t i = 0; i < 16; ++i) {
          const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block(i)->q + 32 * pair));
          const __m256i low = _mm256_and_si256(both, low_half);
          const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), low_half);
          v[i] = _mm512_castsi512_ps(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1));
        }
        StorePair(g, column, 4 * b + pair, v);
      }
    }
  }
}

template <bool kLeast>
struct WideIntegers {
  const WideIntegersArgs& g;

  // kVectors is 2, the panel's width.
  template <int kVectors, int kRows>
  void Run(int64_t /*weight*/, int64_t row) const {
    for (int64_t i = g.ahead_bytes * row / g.rows; i < g.ahead_bytes * (row + kRows) / g.rows; i += 64) {
      __builtin_prefetch(g.ahead + i, 0, 2);
    }
    const int64_t depth = g.blocks * kBlock;
    const int8_t* x = g.x.q + row * depth;
    __m512 sum[kRows][kVectors];
    for (int n = 0; n < kRows; ++n) {
      for (int64_t v = 0; v < kVectors; ++v) {
        sum[n][v] = g.bias != nullptr ? V16::Load(g.bias + 16 * v) : V16::Zero();
        if (g.accumulate) sum[n][v] = _mm512_add_ps(sum[n][v], V16::Load(g.y + (row + n) * g.y_row + 16 * v));
      }
    }
    for (int64_t b = 0; b < g.blocks; ++b) {
      __m512i dot[kRows][kVectors];
      for (int n = 0; n < kRows; ++n) {
        // q8_0's bytes are 128 too large.
        const __m512i start =
            kLeast ? _mm512_setzero_si512() : _mm512_set1_epi32(g.x_totals[(row + n) * g.blocks + b]);
        for (int64_t v = 0; v < kVectors; ++v) dot[n][v] = start;
      }
      const uint8_t* q = g.q + b * kBlock * kIntegerColumns;
#pragma GCC unroll 8
      for (int64_t k = 0; k < 8; ++k) {
        __m512i weights[kVectors];
        for (int64_t v = 0; v < kVectors; ++v) weights[v] = _mm512_loadu_si512(q + (2 * k + v) * 64);
        for (int n = 0; n < kRows; ++n) {
          int32_t four;
          std::memcpy(&four, x + n * depth + b * kBlock + 4 * k, sizeof four);
          const __m512i bytes = _mm512_set1_epi32(four);
          for (int64_t v = 0; v < kVectors; ++v)
            dot[n][v] = _mm512_dpbusd_epi32(dot[n][v], weights[v], bytes);
        }
      }
      AddBlock<kVectors, kRows>(row, b, dot, sum);
    }
    for (int n = 0; n < kRows; ++n) {
      for (int64_t v = 0; v < kVectors; ++v) V16::Store(g.y + (row + n) * g.y_row + 16 * v, sum[n][v]);
    }
  }

  template <int kVectors, int kRows>
  WAVESHIFT_ALWAYS_INLINE void AddBlock(int64_t row, int64_t b, const __m512i (&dot)[kRows][kVectors],
                                        __m512 (&sum)[kRows][kVectors]) const {
    const int64_t depth = g.blocks * kBlock;
    for (int64_t v = 0; v < kVectors; ++v) {
      const __m512 scale = V16::Load(g.scales + b * kIntegerColumns + 16 * v);
      for (int n = 0; n < kRows; ++n) {
        const __m512 both = V16::Mul(scale, V16::Set(g.x.scale8[(row + n) * (depth / 4) + b * 8]));
        sum[n][v] = V16::Fma(V16::ToFloats(dot[n][v]), both, sum[n][v]);
      }
      if constexpr (kLeast) {
        const __m512 least = V16::Load(g.least + b * kIntegerColumns + 16 * v);
        for (int n = 0; n < kRows; ++n) {
          sum[n][v] = V16::Fma(least, V16::Set(g.x.sums[(row + n) * g.blocks + b]), sum[n][v]);
        }
      }
    }
  }
};

void MultiplyIntegers(const WideIntegersArgs& g) {
  static_assert(kIntegerColumns == 32);
  if (g.least != nullptr) {
    CoverWeights<2, 6>(WideIntegers<true>{g}, 0, g.rows);
  } else {
    CoverWeights<2, 6>(WideIntegers<false>{g}, 0, g.rows);
  }
}

}  // namespace

const LanguageKernels& Avx512LanguageKernels() {
  static const LanguageKernels kernels = {&Dot<V16, float>, &Dot<V16, uint16_t>, &DotQ8,
                                          &DotQ4K<V16>,     &Attend<V16, float>, &Attend<V16, uint16_t>,
                                          &Quantize<V16>,   &LayerNorm<V16>,     &Gelu<V16>,
                                          &ToHalf<V16>,     &SumExp<V16>,        &PackQ8,
                                          &PackQ4,          &MultiplyIntegers};
  return kernels;
}

}  // namespace waveshift::cpu

#endif

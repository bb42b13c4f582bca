// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 with VNNI. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include <immintrin.h>

#include "runtime/cpu/integer_kernel_templates_internal.h"

namespace waveshift::cpu {
namespace {

// Forms without a mask of some conversions read an undefined register, of which GCC 12 warns.
constexpr __mmask16 kAllLanes = 0xffff;

struct V16 {
  using Floats = __m512;
  using Ints = __m512i;
  using SmallSums = Ints;
  static constexpr int kLanes = 16;
  static constexpr int kTileRows = 4;
  static constexpr uint8_t kFlip = 0x80;  // VNNI multiplies unsigned with signed bytes

  static Floats Set(float v) { return _mm512_set1_ps(v); }
  static Floats Load(const float* p) { return _mm512_loadu_ps(p); }
  static Floats LoadHalves(const char* p) {
    return _mm512_maskz_cvtph_ps(kAllLanes, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static Floats LoadBytes(const char* p) {
    return ToFloats(
        _mm512_maskz_cvtepu8_epi32(kAllLanes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
  static void Store(float* p, Floats v) { _mm512_storeu_ps(p, v); }
  static Floats Add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats Mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats Fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static Floats TakeOff(Floats from, Floats a, Floats b) { return _mm512_fnmadd_ps(a, b, from); }
  static Floats ToFloats(Ints v) { return _mm512_maskz_cvtepi32_ps(kAllLanes, v); }

  static Ints SetInts(int32_t v) { return _mm512_set1_epi32(v); }
  static Ints LoadInts(const char* p) { return _mm512_loadu_si512(p); }
  static Ints LowHalves(Ints v) { return _mm512_and_si512(v, _mm512_set1_epi8(15)); }
  static Ints HighHalves(Ints v) { return LowHalves(_mm512_srli_epi16(v, 4)); }
  static Ints Spread(const int8_t* x) {
    int32_t four;
    std::memcpy(&four, x, sizeof four);
    return _mm512_set1_epi32(four);
  }
  static Ints Open(Ints weights) { return weights; }
  static Ints AddDots(Ints sum, Ints weights, Ints x) { return _mm512_dpbusd_epi32(sum, weights, x); }
  static SmallSums AddSmallDots(SmallSums sum, Ints weights, Ints x) { return AddDots(sum, weights, x); }
  static Ints AddSmallSums(Ints sum, SmallSums small) { return _mm512_add_epi32(sum, small); }
};

}  // namespace

const IntegerKernels& Avx512IntegerKernels() {
  static constexpr IntegerKernels kKernels = KernelsFor<V16>();
  return kKernels;
}

}  // namespace waveshift::cpu

#endif

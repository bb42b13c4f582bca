// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX2, FMA and F16C. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include "runtime/cpu/integer_vector8_internal.h"

namespace waveshift::cpu {
namespace {

struct V8 : Vector8 {
  // Signed bytes, and their sizes without sign.
  struct Opened {
    __m256i value;
    __m256i size;
  };
  using SmallSums = __m256i;  // 16 bits
  static constexpr int kTileRows = 3;
  static constexpr uint8_t kFlip = 0;

  static Opened Open(Ints weights) { return {weights, _mm256_abs_epi8(weights)}; }
  // |w| times x with the sign of w: two neighbours are at most 2 * 128 * 127, which fits 16 bits.
  static Ints AddDots(Ints sum, const Opened& weights, Ints x) {
    return AddSmallSums(sum, _mm256_maddubs_epi16(weights.size, _mm256_sign_epi8(x, weights.value)));
  }
  // A block adds 8 times two products to each: at most 16 * 15 * 127, which fits 16 bits, too.
  static SmallSums AddSmallDots(SmallSums sum, Ints weights, Ints x) {
    return _mm256_add_epi16(sum, _mm256_maddubs_epi16(weights, x));
  }
  static Ints AddSmallSums(Ints sum, SmallSums small) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(small, _mm256_set1_epi16(1)));
  }
};

}  // namespace

const IntegerKernels& Avx2IntegerKernels() {
  static constexpr IntegerKernels kKernels = KernelsFor<V8>();
  return kKernels;
}

}  // namespace waveshift::cpu

#endif

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX2 with VNNI. The instruction has two encodings: the one that AVX-512's processors know, and the one of
// those that have no AVX-512. Included by the two files that are compiled for them.
#ifndef WAVESHIFT_RUNTIME_CPU_INTEGER_VNNI8_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_INTEGER_VNNI8_INTERNAL_H_

#include "runtime/cpu/integer_vector8_internal.h"

namespace waveshift::cpu {
namespace {

struct V8Vnni : Vector8 {
  using SmallSums = Ints;
  static constexpr int kTileRows = 3;
  static constexpr uint8_t kFlip = 0x80;  // VNNI multiplies unsigned with signed bytes

  static Ints Open(Ints weights) { return weights; }
  static Ints AddDots(Ints sum, Ints weights, Ints x) {
#if defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(sum, weights, x);
#else
    return _mm256_dpbusd_epi32(sum, weights, x);
#endif
  }
  static SmallSums AddSmallDots(SmallSums sum, Ints weights, Ints x) { return AddDots(sum, weights, x); }
  static Ints AddSmallSums(Ints sum, SmallSums small) { return _mm256_add_epi32(sum, small); }
};

}  // namespace
}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_INTEGER_VNNI8_INTERNAL_H_

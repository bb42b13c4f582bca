// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every machine can do, in plain C++ that compilers turn into the vectors of the architecture.
#include <bit>

#include "runtime/cpu/integer_kernel_templates_internal.h"
#include "runtime/cpu/scalar_math_internal.h"

namespace waveshift::cpu {
namespace {

struct V4 {
  static constexpr int kLanes = 4;
  static constexpr int kTileRows = 3;
  static constexpr uint8_t kFlip = 0;
  typedef float Floats __attribute__((vector_size(16)));    // NOLINT(modernize-use-using): attributes
  typedef int32_t Ints __attribute__((vector_size(16)));    // NOLINT(modernize-use-using)
  typedef int16_t Shorts __attribute__((vector_size(16)));  // NOLINT(modernize-use-using)
  using SmallSums = Shorts;
  // Bytes 0 and 2 of each lane, and bytes 1 and 3, in 16 bits.
  struct Opened {
    Shorts even;
    Shorts odd;
  };

  static Floats Set(float v) { return Floats{v, v, v, v}; }
  static Floats Load(const float* p) {
    Floats v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  static Floats LoadHalves(const char* p) {
    uint16_t halves[kLanes];
    std::memcpy(halves, p, sizeof halves);
    Floats v;
    for (int i = 0; i < kLanes; ++i) v[i] = HalfToFloat(halves[i]);
    return v;
  }
  static Floats LoadBytes(const char* p) {
    Floats v;
    for (int i = 0; i < kLanes; ++i) v[i] = static_cast<float>(static_cast<uint8_t>(p[i]));
    return v;
  }
  static void Store(float* p, const Floats& v) { std::memcpy(p, &v, sizeof v); }
  static Floats Add(const Floats& a, const Floats& b) { return a + b; }
  static Floats Mul(const Floats& a, const Floats& b) { return a * b; }
  static Floats Fma(const Floats& a, const Floats& b, const Floats& c) { return a * b + c; }
  static Floats TakeOff(const Floats& from, const Floats& a, const Floats& b) { return from - a * b; }
  static Floats ToFloats(const Ints& v) { return __builtin_convertvector(v, Floats); }

  static Ints SetInts(int32_t v) { return Ints{v, v, v, v}; }
  static Ints LoadInts(const char* p) {
    Ints v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  static Ints LowHalves(const Ints& v) { return v & 0x0f0f0f0f; }
  static Ints HighHalves(const Ints& v) { return (v >> 4) & 0x0f0f0f0f; }
  static Opened Spread(const int8_t* x) {
    int32_t four;
    std::memcpy(&four, x, sizeof four);
    return Open(SetInts(four));
  }
  static Opened Open(const Ints& weights) {
    const Shorts pairs = std::bit_cast<Shorts>(weights);
    return {(pairs << 8) >> 8, pairs >> 8};
  }
  // Two products are at most 2 * 128 * 127, which fits 16 bits.
  static Ints AddDots(const Ints& sum, const Opened& weights, const Opened& x) {
    return AddSmallSums(sum, weights.even * x.even + weights.odd * x.odd);
  }
  // A block adds 8 times two products to each: at most 16 * 15 * 127, which fits 16 bits, too.
  static SmallSums AddSmallDots(const SmallSums& sum, const Ints& weights, const Opened& x) {
    const Opened opened = Open(weights);
    return sum + opened.even * x.even + opened.odd * x.odd;
  }
  static Ints AddSmallSums(const Ints& sum, const SmallSums& small) {
    const Ints both = std::bit_cast<Ints>(small);
    return sum + ((both << 16) >> 16) + (both >> 16);
  }
};

}  // namespace

const IntegerKernels& BaselineIntegerKernels() {
  static constexpr IntegerKernels kKernels = KernelsFor<V4>();
  return kKernels;
}

}  // namespace waveshift::cpu

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every machine can do, in plain C++ that compilers turn into the vectors of the architecture.
#include "runtime/cpu/integer_kernel_templates_internal.h"
#include "runtime/cpu/scalar_math_internal.h"

namespace waveshift::cpu {
namespace {

struct V4 {
  static constexpr int kLanes = 4;
  static constexpr int kTileRows = 3;
  static constexpr uint8_t kFlip = 0;
  typedef float Floats __attribute__((vector_size(16)));  // NOLINT(modernize-use-using): attributes
  typedef int32_t Ints __attribute__((vector_size(16)));  // NOLINT(modernize-use-using)

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
  static const int8_t* Spread(const int8_t* x) { return x; }
  static Ints Open(const Ints& weights) { return weights; }
  // Byte by byte of each lane, lowest first.
  static Ints AddDots(const Ints& sum, const Ints& weights, const int8_t* x) {
    return sum + ((weights << 24) >> 24) * x[0] + ((weights << 16) >> 24) * x[1] +
           ((weights << 8) >> 24) * x[2] + (weights >> 24) * x[3];
  }
  static Ints AddSmallDots(const Ints& sum, const Ints& weights, const int8_t* x) {
    return AddDots(sum, weights, x);
  }
};

}  // namespace

const IntegerKernels& BaselineIntegerKernels() {
  static constexpr IntegerKernels kKernels = KernelsFor<V4>();
  return kKernels;
}

}  // namespace waveshift::cpu

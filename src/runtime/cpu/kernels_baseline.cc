// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The variant that every machine can run, in vectors of four.
#include "runtime/cpu/combine_kernel_internal.h"
#include "runtime/cpu/kernel_table_internal.h"
#include "runtime/cpu/matrix_kernel_internal.h"
#include "runtime/cpu/pack_kernel_internal.h"
#include "runtime/cpu/row_kernel_internal.h"
#include "runtime/cpu/scalar_math_internal.h"
#include "runtime/cpu/snake_kernel_internal.h"
#include "runtime/cpu/transform_kernel_internal.h"

namespace waveshift::cpu {
namespace {

using Floats = float __attribute__((vector_size(16), aligned(4), may_alias));
using Doubles = double __attribute__((vector_size(32)));

struct V4 {
  using Type = float __attribute__((vector_size(16)));
  static constexpr int kLanes = 4;
  static WAVESHIFT_ALWAYS_INLINE Type Load(const float* p) { return *reinterpret_cast<const Floats*>(p); }
  static WAVESHIFT_ALWAYS_INLINE Type Load(const uint16_t* p) {
    return Type{HalfToFloat(p[0]), HalfToFloat(p[1]), HalfToFloat(p[2]), HalfToFloat(p[3])};
  }
  static WAVESHIFT_ALWAYS_INLINE void Store(float* p, Type v) { *reinterpret_cast<Floats*>(p) = v; }
  static WAVESHIFT_ALWAYS_INLINE Type Set(float v) { return Type{v, v, v, v}; }
  static WAVESHIFT_ALWAYS_INLINE Type Add(Type a, Type b) { return a + b; }
  static WAVESHIFT_ALWAYS_INLINE Type Sub(Type a, Type b) { return a - b; }
  static WAVESHIFT_ALWAYS_INLINE Type Mul(Type a, Type b) { return a * b; }
  static WAVESHIFT_ALWAYS_INLINE Type Max(Type a, Type b) { return a > b ? a : b; }
  static WAVESHIFT_ALWAYS_INLINE Type Fma(Type a, Type b, Type c) { return a * b + c; }
  static WAVESHIFT_ALWAYS_INLINE Type Fms(Type a, Type b, Type c) { return a * b - c; }
  // a b - c with one rounding only.
  static WAVESHIFT_ALWAYS_INLINE Type FmsExact(Type a, Type b, Type c) {
    return __builtin_convertvector(__builtin_convertvector(a, Doubles) * __builtin_convertvector(b, Doubles) -
                                       __builtin_convertvector(c, Doubles),
                                   Type);
  }
  // To the nearest integer while |v| < 2^22; beyond that a sine has no meaning in 32 bits anyway.
  static WAVESHIFT_ALWAYS_INLINE Type Round(Type v) {
    const Type shift = Set(12582912.0F);
    Type sum = v + shift;
    Keep(sum);  // so that no optimiser cancels the two shifts
    return sum - shift;
  }
  static WAVESHIFT_ALWAYS_INLINE Type Low(Type a, Type b) {
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
  }
  static WAVESHIFT_ALWAYS_INLINE Type High(Type a, Type b) {
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
  }
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) {
#if defined(__x86_64__)
    asm volatile("" : "+x"(v));
#elif defined(__aarch64__)
    asm volatile("" : "+w"(v));
#else
    asm volatile("" : "+m"(v));
#endif
  }
};

struct D2 {
  using Type = double __attribute__((vector_size(16)));
  static constexpr int kLanes = 2;
  static WAVESHIFT_ALWAYS_INLINE Type Load(const double* p) { return Type{p[0], p[1]}; }
  static WAVESHIFT_ALWAYS_INLINE Type Widen(const float* p) {
    return Type{static_cast<double>(p[0]), static_cast<double>(p[1])};
  }
  static WAVESHIFT_ALWAYS_INLINE void Put(double* p, Type v) {
    p[0] = v[0];
    p[1] = v[1];
  }
  static WAVESHIFT_ALWAYS_INLINE void Store(float* p, Type v) {
    p[0] = static_cast<float>(v[0]);
    p[1] = static_cast<float>(v[1]);
  }
  static WAVESHIFT_ALWAYS_INLINE Type Set(double v) { return Type{v, v}; }
  static WAVESHIFT_ALWAYS_INLINE Type Add(Type a, Type b) { return a + b; }
  static WAVESHIFT_ALWAYS_INLINE Type Mul(Type a, Type b) { return a * b; }
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) {
#if defined(__x86_64__)
    asm("" : "+x"(v));
#elif defined(__aarch64__)
    asm("" : "+w"(v));
#else
    asm("" : "+m"(v));
#endif
  }
};

int64_t NextPanel(int64_t /*columns*/) { return 8; }
PanelFunction Panel(int64_t /*width*/) { return &MultiplyPanel<V4, float, 2, 4>; }

}  // namespace

const KernelTable& BaselineKernels() {
  static const KernelTable table = {&NextPanel,
                                    &Panel,
                                    nullptr,
                                    nullptr,
                                    &Snake<V4, V4>,
                                    FunctionsOf<V4, V4, Toom>(),
                                    FunctionsOf<V4, V4, ToomShort>(),
                                    FunctionsOf<V4, V4, Fourier16>(),
                                    FunctionsOf<V4, V4, Fourier32>(),
                                    &FmaLoop<V4>,
                                    &Pack<V4, V4>,
                                    &Combine<D2, float>,
                                    nullptr,
                                    &Largest<V4>,
                                    RowFunctionsOf<V4, V4>()};
  return table;
}

}  // namespace waveshift::cpu

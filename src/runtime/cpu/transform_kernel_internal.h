// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The transforms of fast convolution (fast_convolution_internal.h has the arithmetic behind them), a vector
// of channels at a time.
#ifndef WAVESHIFT_RUNTIME_CPU_TRANSFORM_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_TRANSFORM_KERNEL_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/always_inline_internal.h"
#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {

// Toom-Cook with the points 0, 1, -1, 1/2, -1/2, -2 and, unless it is short, infinity: 7 rows in, 4 out.
template <class V, bool kShort>
struct ToomTransform {
  using T = typename V::Type;
  static constexpr int kInputs = kShort ? 6 : 7;
  static constexpr int kPoints = kShort ? 6 : 7;
  static constexpr int kOutputs = 4;

  // Row k of the matrix are the coefficients of the product of (x - point) over all points but k.
  static WAVESHIFT_ALWAYS_INLINE void Forward(const T* x, T* point) {
    const T two = V::Set(2.0F);
    const T half = V::Set(0.5F);
    const T quarter = V::Set(0.25F);
    const T minus = V::Set(-1.25F);
    const T e0 = V::Fma(two, x[0], x[1]);
    const T e1 = V::Fma(two, x[1], x[2]);
    const T e2 = V::Fma(two, x[2], x[3]);
    const T e3 = V::Fma(two, x[3], x[4]);
    const T e4 = V::Fma(two, x[4], x[5]);
    point[0] = V::Fma(quarter, e0, V::Fma(minus, e2, e4));
    const T low = V::Fma(V::Set(-0.25F), e1, e3);
    const T high = V::Fma(V::Set(-0.25F), e2, e4);
    point[1] = V::Add(high, low);
    point[2] = V::Sub(high, low);
    const T low_half = V::Mul(half, V::Sub(e3, e1));
    const T high_half = V::Sub(e4, e2);
    point[3] = V::Add(high_half, low_half);
    point[4] = V::Sub(high_half, low_half);
    point[5] = V::Fma(quarter, x[1], V::Fma(minus, x[3], x[5]));
    if constexpr (!kShort) {
      const T e5 = V::Fma(two, x[5], x[6]);
      point[6] = V::Fma(quarter, e1, V::Fma(minus, e3, e5));
    }
  }

  static WAVESHIFT_ALWAYS_INLINE void Inverse(const T* point, T* y) {
    const T one_sum = V::Add(point[1], point[2]);
    const T one_gap = V::Sub(point[1], point[2]);
    const T half_sum = V::Add(point[3], point[4]);
    const T half_gap = V::Sub(point[3], point[4]);
    y[0] = V::Add(V::Add(point[0], one_sum), V::Add(half_sum, point[5]));
    y[1] = V::Fma(V::Set(-2.0F), point[5], V::Fma(V::Set(0.5F), half_gap, one_gap));
    y[2] = V::Fma(V::Set(4.0F), point[5], V::Fma(V::Set(0.25F), half_sum, one_sum));
    y[3] = V::Fma(V::Set(-8.0F), point[5], V::Fma(V::Set(0.125F), half_gap, one_gap));
    if constexpr (!kShort) y[3] = V::Add(y[3], point[6]);
  }
};

// cos and sin of 2 pi k / 32.
inline constexpr float kCosine32[9] = {1.0F,
                                       0.98078528040323044913F,
                                       0.92387953251128675613F,
                                       0.83146961230254523708F,
                                       0.70710678118654752440F,
                                       0.55557023301960222474F,
                                       0.38268343236508977173F,
                                       0.19509032201612826785F,
                                       0.0F};

// Discrete Fourier transform of kSize real values, and back without the factor 1/kSize; radix 2, decimated in
// time. Spectra are re[0 .. kSize/2], im[1 .. kSize/2 - 1].
template <class V, int kSize>
struct RealFourier {
  using T = typename V::Type;
  using Half = RealFourier<V, kSize / 2>;
  static constexpr int64_t kStep = 32 / kSize;

  // Values x[0], x[stride], ...
  template <int kStride>
  static WAVESHIFT_ALWAYS_INLINE void Forward(const T* x, T* re, T* im) {
    T even_re[kSize / 4 + 1];
    T even_im[kSize / 4 + 1];
    T odd_re[kSize / 4 + 1];
    T odd_im[kSize / 4 + 1];
    Half::template Forward<2 * kStride>(x, even_re, even_im);
    Half::template Forward<2 * kStride>(x + kStride, odd_re, odd_im);
    re[0] = V::Add(even_re[0], odd_re[0]);
    re[kSize / 2] = V::Sub(even_re[0], odd_re[0]);
#pragma GCC unroll 16
    for (int64_t k = 1; k < kSize / 4; ++k) {
      const T c = V::Set(kCosine32[k * kStep]);
      const T s = V::Set(kCosine32[8 - k * kStep]);
      const T turned_re = V::Fma(s, odd_im[k], V::Mul(c, odd_re[k]));
      const T turned_im = V::Fms(c, odd_im[k], V::Mul(s, odd_re[k]));
      re[k] = V::Add(even_re[k], turned_re);
      im[k] = V::Add(even_im[k], turned_im);
      re[kSize / 2 - k] = V::Sub(even_re[k], turned_re);
      im[kSize / 2 - k] = V::Sub(turned_im, even_im[k]);
    }
    re[kSize / 4] = even_re[kSize / 4];
    im[kSize / 4] = V::Sub(V::Set(0.0F), odd_re[kSize / 4]);
  }

  template <int kStride>
  static WAVESHIFT_ALWAYS_INLINE void Inverse(const T* re, const T* im, T* y) {
    T even_re[kSize / 4 + 1];
    T even_im[kSize / 4 + 1];
    T odd_re[kSize / 4 + 1];
    T odd_im[kSize / 4 + 1];
    even_re[0] = V::Add(re[0], re[kSize / 2]);
    odd_re[0] = V::Sub(re[0], re[kSize / 2]);
#pragma GCC unroll 16
    for (int64_t k = 1; k < kSize / 4; ++k) {
      const T c = V::Set(kCosine32[k * kStep]);
      const T s = V::Set(kCosine32[8 - k * kStep]);
      even_re[k] = V::Add(re[k], re[kSize / 2 - k]);
      even_im[k] = V::Sub(im[k], im[kSize / 2 - k]);
      const T gap_re = V::Sub(re[k], re[kSize / 2 - k]);
      const T gap_im = V::Add(im[k], im[kSize / 2 - k]);
      odd_re[k] = V::Fms(c, gap_re, V::Mul(s, gap_im));
      odd_im[k] = V::Fma(s, gap_re, V::Mul(c, gap_im));
    }
    even_re[kSize / 4] = V::Add(re[kSize / 4], re[kSize / 4]);
    odd_re[kSize / 4] = V::Mul(V::Set(-2.0F), im[kSize / 4]);
    Half::template Inverse<2 * kStride>(even_re, even_im, y);
    Half::template Inverse<2 * kStride>(odd_re, odd_im, y + kStride);
  }
};

template <class V>
struct RealFourier<V, 2> {
  using T = typename V::Type;
  template <int kStride>
  static WAVESHIFT_ALWAYS_INLINE void Forward(const T* x, T* re, T* /*im*/) {
    re[0] = V::Add(x[0], x[kStride]);
    re[1] = V::Sub(x[0], x[kStride]);
  }
  template <int kStride>
  static WAVESHIFT_ALWAYS_INLINE void Inverse(const T* re, const T* /*im*/, T* y) {
    y[0] = V::Add(re[0], re[1]);
    y[kStride] = V::Sub(re[0], re[1]);
  }
};

// The products of complex numbers take three real ones each (Karatsuba): the points are the two real bins,
// then of each other bin its parts' sum, its real part, its imaginary part.
template <class V, int kSize>
struct FourierTransform {
  using T = typename V::Type;
  static constexpr int kInputs = kSize;
  static constexpr int kPoints = 2 + 3 * (kSize / 2 - 1);
  static constexpr int kOutputs = kSize;

  static WAVESHIFT_ALWAYS_INLINE void Forward(const T* x, T* point) {
    T re[kSize / 2 + 1];
    T im[kSize / 2 + 1];
    RealFourier<V, kSize>::template Forward<1>(x, re, im);
    point[0] = re[0];
    point[1] = re[kSize / 2];
#pragma GCC unroll 16
    for (int64_t k = 1; k < kSize / 2; ++k) {
      point[3 * k - 1] = V::Add(re[k], im[k]);
      point[3 * k] = re[k];
      point[3 * k + 1] = im[k];
    }
  }

  static WAVESHIFT_ALWAYS_INLINE void Inverse(const T* point, T* y) {
    T re[kSize / 2 + 1];
    T im[kSize / 2 + 1];
    re[0] = point[0];
    re[kSize / 2] = point[1];
#pragma GCC unroll 16
    for (int64_t k = 1; k < kSize / 2; ++k) {
      re[k] = V::Sub(point[3 * k - 1], point[3 * k + 1]);
      im[k] = V::Add(point[3 * k - 1], point[3 * k]);
    }
    RealFourier<V, kSize>::template Inverse<1>(re, im, y);
  }
};

template <class V, class Transform>
inline void ForwardLane(const ForwardArgs& g, int64_t channel) {
  using T = typename V::Type;
  T x[Transform::kInputs];
  T point[Transform::kPoints];
#pragma GCC unroll 32
  for (int i = 0; i < Transform::kInputs; ++i) x[i] = V::Load(g.rows[i] + channel);
  Transform::Forward(x, point);
#pragma GCC unroll 64
  for (int i = 0; i < Transform::kPoints; ++i) V::Store(g.points + i * g.point_stride + channel, point[i]);
}

template <class V, class Transform>
inline void InverseLane(const InverseArgs& g, int64_t channel) {
  using T = typename V::Type;
  T point[Transform::kPoints];
  T y[Transform::kOutputs];
#pragma GCC unroll 64
  for (int i = 0; i < Transform::kPoints; ++i) point[i] = V::Load(g.points + i * g.point_stride + channel);
  Transform::Inverse(point, y);
  const T bias = V::Load(g.bias + channel);
  const T scale = V::Set(g.scale);
  for (int64_t i = 0; i < g.outputs; ++i) {
    T value = V::Fma(y[i], scale, bias);
    if (g.residual != nullptr) value = V::Add(value, V::Load(g.residual[i] + channel));
    V::Store(g.rows[i] + channel, value);
  }
}

template <class Wide, class Narrow, template <class> class Transform>
void Forward(const ForwardArgs& args) {
  int64_t channel = 0;
  for (; channel + Wide::kLanes <= args.channels; channel += Wide::kLanes) {
    ForwardLane<Wide, Transform<Wide>>(args, channel);
  }
  for (; channel < args.channels; channel += Narrow::kLanes) {
    ForwardLane<Narrow, Transform<Narrow>>(args, channel);
  }
}

template <class Wide, class Narrow, template <class> class Transform>
void Inverse(const InverseArgs& args) {
  int64_t channel = 0;
  for (; channel + Wide::kLanes <= args.channels; channel += Wide::kLanes) {
    InverseLane<Wide, Transform<Wide>>(args, channel);
  }
  for (; channel < args.channels; channel += Narrow::kLanes) {
    InverseLane<Narrow, Transform<Narrow>>(args, channel);
  }
}

template <class V>
using Toom = ToomTransform<V, false>;
template <class V>
using ToomShort = ToomTransform<V, true>;
template <class V>
using Fourier16 = FourierTransform<V, 16>;
template <class V>
using Fourier32 = FourierTransform<V, 32>;

template <class Wide, class Narrow, template <class> class Transform>
constexpr TransformFunctions FunctionsOf() {
  return {&Forward<Wide, Narrow, Transform>, &Inverse<Wide, Narrow, Transform>};
}

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_TRANSFORM_KERNEL_INTERNAL_H_

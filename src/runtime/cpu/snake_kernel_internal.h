// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// SnakeBeta between two resamplings by two, one pass over memory: the upsampled and activated signal of 64
// rows and one vector of channels lives in the first-level cache only.
#ifndef WAVESHIFT_RUNTIME_CPU_SNAKE_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_SNAKE_KERNEL_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {

inline constexpr int kSnakeBlock = 64;
// A row needs the activated pairs of this many rows before and behind it.
inline constexpr int64_t kSnakePairs = 3;

template <class V>
class SnakeLane {
  using T = typename V::Type;

 public:
  // One vector of channels, beginning with `channel`.
  SnakeLane(const SnakeArgs& args, int64_t channel)
      : g_(args),
        channel_(channel),
        rate_high_(V::Load(args.rate_high + channel)),
        rate_low_(V::Load(args.rate_low + channel)),
        gain_(V::Load(args.gain + channel)) {}

  void Run() {
    int64_t pairs_done = 0;  // pairs that the block before left at the front
    for (int64_t row = g_.begin; row < g_.end; row += kSnakeBlock) {
      const int64_t rows = g_.end - row < kSnakeBlock ? g_.end - row : kSnakeBlock;
      const int64_t first = row - kSnakePairs;
      Pairs(first, first + pairs_done, row + rows + kSnakePairs);
      Down(row, rows);
      for (int i = 0; i < 2 * kSnakePairs; ++i) {
        even_[i] = even_[rows + i];
        odd_[i] = odd_[rows + i];
      }
      pairs_done = 2 * kSnakePairs;
    }
  }

 private:
  const float* In(int64_t row) const { return g_.in + (row - g_.in_first) * g_.in_row + channel_; }

  // y + gain sin^2(y rate). sin^2 has the period pi, so the remainder of y rate / pi in halves is enough; the
  // quotient is rounded once and its error cancelled by the multiply-adds. Polynomial for sin(pi f),
  // |f| <= 1/2: error below 4e-9.
  T Snake(T y) const {
    const T turns = V::Round(V::Mul(y, rate_high_));
    const T part = V::Fma(y, rate_low_, V::FmsExact(y, rate_high_, turns));
    const T square = V::Mul(part, part);
    T p = V::Fma(V::Set(0.0772201269865036F), square, V::Set(-0.5980451703071594F));
    p = V::Fma(p, square, V::Set(2.5500314235687256F));
    p = V::Fma(p, square, V::Set(-5.1677069664001465F));
    p = V::Fma(p, square, V::Set(3.141592502593994F));
    const T sine = V::Mul(part, p);
    return V::Fma(V::Mul(sine, sine), gain_, y);
  }

  // Both activated values of row m from the seven rows around it.
  template <class Row>
  void Pair(const Row& x, T* even, T* odd) const {
    const float* f = g_.half_filter;
    const T f0 = V::Set(2 * f[0]);
    const T f1 = V::Set(2 * f[1]);
    const T f2 = V::Set(2 * f[2]);
    const T f3 = V::Set(2 * f[3]);
    const T f4 = V::Set(2 * f[4]);
    const T f5 = V::Set(2 * f[5]);
    const T a = x(-2);
    const T b = x(-1);
    const T c = x(0);
    const T d = x(1);
    const T e = x(2);
    T up = V::Mul(f1, e);
    up = V::Fma(f3, d, up);
    up = V::Fma(f5, c, up);
    up = V::Fma(f4, b, up);
    up = V::Fma(f2, a, up);
    *even = Snake(V::Fma(f0, x(-3), up));
    up = V::Mul(f1, a);
    up = V::Fma(f3, b, up);
    up = V::Fma(f5, c, up);
    up = V::Fma(f4, d, up);
    up = V::Fma(f2, e, up);
    *odd = Snake(V::Fma(f0, x(3), up));
  }

  // At the sequence's ends: rows outside repeat the outermost row, and so does the activated signal.
  void EdgePair(int64_t m, T* even, T* odd) const {
    const int64_t inside = m < 0 ? 0 : (m > g_.last ? g_.last : m);
    Pair(
        [&](int64_t k) {
          const int64_t row = inside + k < 0 ? 0 : (inside + k > g_.last ? g_.last : inside + k);
          return V::Load(In(row));
        },
        even, odd);
    if (m < 0) *odd = *even;
    if (m > g_.last) *even = *odd;
  }

  // The pairs of rows [begin, end) into their places; place 0 is row `first`.
  void Pairs(int64_t first, int64_t begin, int64_t end) {
    int64_t m = begin;
    for (; m < end && m < 3; ++m) EdgePair(m, &even_[m - first], &odd_[m - first]);
    const int64_t inner = end < g_.last - 2 ? end : g_.last - 2;
    for (; m < inner; ++m) {
      const float* row = In(m);
      Pair([&](int64_t k) { return V::Load(row + k * g_.in_row); }, &even_[m - first], &odd_[m - first]);
    }
    for (; m < end; ++m) EdgePair(m, &even_[m - first], &odd_[m - first]);
  }

  // down[n] = sum over j of F[j] y[2n + j - 5]; place n of the arrays is row n - 3.
  void Down(int64_t row, int64_t rows) const {
    const float* f = g_.half_filter;
    float* out = g_.out + (row - g_.begin) * g_.out_row + channel_;
    for (int64_t n = 0; n < rows; ++n) {
      const T* even = even_ + n;
      const T* odd = odd_ + n;
      T sum = V::Mul(V::Set(f[0]), V::Add(odd[0], even[6]));
      sum = V::Fma(V::Set(f[1]), V::Add(even[1], odd[5]), sum);
      sum = V::Fma(V::Set(f[2]), V::Add(odd[1], even[5]), sum);
      sum = V::Fma(V::Set(f[3]), V::Add(even[2], odd[4]), sum);
      sum = V::Fma(V::Set(f[4]), V::Add(odd[2], even[4]), sum);
      sum = V::Fma(V::Set(f[5]), V::Add(even[3], odd[3]), sum);
      V::Store(out + n * g_.out_row, sum);
    }
  }

  const SnakeArgs& g_;
  const int64_t channel_;
  const T rate_high_;
  const T rate_low_;
  const T gain_;
  T even_[kSnakeBlock + 2 * kSnakePairs];
  T odd_[kSnakeBlock + 2 * kSnakePairs];
};

// Wide vectors while they fit, then one narrow vector of eight at most.
template <class Wide, class Narrow>
void Snake(const SnakeArgs& args) {
  int64_t channel = 0;
  for (; channel + Wide::kLanes <= args.channels; channel += Wide::kLanes) {
    SnakeLane<Wide>(args, channel).Run();
  }
  for (; channel < args.channels; channel += Narrow::kLanes) SnakeLane<Narrow>(args, channel).Run();
}

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_SNAKE_KERNEL_INTERNAL_H_

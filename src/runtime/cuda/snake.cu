// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What happens between convolutions, and the last one, which makes samples.
#include "runtime/cuda/launch_internal.cuh"
#include "runtime/cuda/sound.h"

namespace waveshift::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kRowsOfThread = 8;
// Rows at twice the rate that its rows need, and rows that these need.
constexpr int kDoubled = 2 * kRowsOfThread + 10;
constexpr int kNeeded = kRowsOfThread + 10;

template <typename T>
struct Pair;
template <>
struct Pair<__half> {
  using Stored = __half2;
  static __device__ float2 Load(const void* from, int64_t pair) {
    return __half22float2(static_cast<const __half2*>(from)[pair]);
  }
  static __device__ void Store(void* to, int64_t pair, float2 value) {
    static_cast<__half2*>(to)[pair] = __floats2half2_rn(value.x, value.y);
  }
  static __device__ float Sine(float half_turns) { return __sinf(3.14159265358979F * half_turns); }
};
template <>
struct Pair<float> {
  static __device__ float2 Load(const void* from, int64_t pair) {
    return static_cast<const float2*>(from)[pair];
  }
  static __device__ void Store(void* to, int64_t pair, float2 value) {
    static_cast<float2*>(to)[pair] = value;
  }
  static __device__ float Sine(float half_turns) { return sinpif(half_turns); }
};

struct SnakeParameters {
  const void* in;
  void* out;
  const float* factors;
  float filter[AntiAliasedSnake::kTaps / 2];
  int rows;
  int pairs;  // of channels
};

// The square of sin(pi rate y), without the whole turns.
template <typename T>
__device__ inline float Snake(float y, float rate, float rest, float gain) {
  const float turns = rintf(y * rate);
  const float sine = Pair<T>::Sine(fmaf(y, rate, -turns) + y * rest);
  return fmaf(gain, sine * sine, y);
}

// One channel's kRowsOfThread outputs from kNeeded inputs, of which x[0] is row first - 5.
template <typename T>
__device__ inline void ActivateChannel(const SnakeParameters& p, const float (&x)[kNeeded], int first,
                                       int channel, float (&made)[kRowsOfThread]) {
  const float rate = p.factors[channel];
  const float rest = p.factors[2 * p.pairs + channel];
  const float gain = p.factors[4 * p.pairs + channel];
  const float* f = p.filter;
  // y[i] is sample 2 first - 5 + i at twice the rate.
  float y[kDoubled];
#pragma unroll
  for (int i = 0; i < kDoubled; ++i) {
    // Odd samples first: 2 (first - 3) + 1, which needs x[first - 5] to x[first].
    const int at = i / 2;
    float up;
    if (i % 2 == 0) {
      up = f[0] * x[at + 5] + f[2] * x[at + 4] + f[4] * x[at + 3] + f[5] * x[at + 2] + f[3] * x[at + 1] +
           f[1] * x[at];
    } else {
      up = f[1] * x[at + 5] + f[3] * x[at + 4] + f[5] * x[at + 3] + f[4] * x[at + 2] + f[2] * x[at + 1] +
           f[0] * x[at];
    }
    y[i] = Snake<T>(2.0F * up, rate, rest, gain);
  }
  // Beyond the sequence its first and last samples go on.
  const int zero = 5 - 2 * first;
  const int last = 2 * p.rows - 1 + zero;
#pragma unroll
  for (int i = kDoubled - 2; i >= 0; --i) y[i] = i < zero ? y[i + 1] : y[i];
#pragma unroll
  for (int i = 1; i < kDoubled; ++i) y[i] = i > last ? y[i - 1] : y[i];
#pragma unroll
  for (int n = 0; n < kRowsOfThread; ++n) {
    float sum = 0;
#pragma unroll
    for (int j = 0; j < 6; ++j) sum += f[j] * (y[2 * n + j] + y[2 * n + 11 - j]);
    made[n] = sum;
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads) SnakeKernel(SnakeParameters p) {
  LetLaterBegin();
  WaitForEarlier();
  const int64_t item = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  const int pair = static_cast<int>(item % p.pairs);
  const auto first = static_cast<int>(item / p.pairs * kRowsOfThread);
  if (first >= p.rows) return;
  float left[kNeeded], right[kNeeded];
#pragma unroll
  for (int i = 0; i < kNeeded; ++i) {
    const int row = min(max(first - 5 + i, 0), p.rows - 1);
    const float2 x = Pair<T>::Load(p.in, static_cast<int64_t>(row) * p.pairs + pair);
    left[i] = x.x;
    right[i] = x.y;
  }
  float made_left[kRowsOfThread], made_right[kRowsOfThread];
  ActivateChannel<T>(p, left, first, 2 * pair, made_left);
  ActivateChannel<T>(p, right, first, 2 * pair + 1, made_right);
#pragma unroll
  for (int n = 0; n < kRowsOfThread; ++n) {
    if (first + n >= p.rows) break;
    Pair<T>::Store(p.out, static_cast<int64_t>(first + n) * p.pairs + pair,
                   make_float2(made_left[n], made_right[n]));
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    ArrangeKernel(const float* from, int64_t rows, int channels, int padded, T* out) {
  LetLaterBegin();
  WaitForEarlier();
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= rows * padded) return;
  const int64_t row = i / padded;
  const auto channel = static_cast<int>(i % padded);
  out[i] = static_cast<T>(channel < channels ? from[row * channels + channel] : 0.0F);
}

struct AverageParameters {
  const void* in[3];
  int count;
  int64_t pairs;
  void* out;
};

template <typename T>
__global__ void __launch_bounds__(kThreads) AverageKernel(AverageParameters p) {
  LetLaterBegin();
  WaitForEarlier();
  const int64_t pair = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (pair >= p.pairs) return;
  const float2 a = Pair<T>::Load(p.in[0], pair);
  const float2 b = Pair<T>::Load(p.in[1], pair);
  const float2 c = p.count == 3 ? Pair<T>::Load(p.in[2], pair) : make_float2(0, 0);
  const float share = 1.0F / static_cast<float>(p.count);
  Pair<T>::Store(p.out, pair, make_float2((a.x + b.x + c.x) * share, (a.y + b.y + c.y) * share));
}

struct SampleParameters {
  const void* in;
  int rows;
  int pairs;
  int kernel;
  const float* weights;
  const float* bias;
  float* out;
};

template <typename T>
__global__ void __launch_bounds__(kThreads) SampleKernel(SampleParameters p) {
  LetLaterBegin();
  WaitForEarlier();
  const int row = static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x);
  if (row >= p.rows) return;
  float sum = p.bias[0];
  for (int tap = 0; tap < p.kernel; ++tap) {
    const int at = row + tap - p.kernel / 2;
    if (at < 0 || at >= p.rows) continue;
    for (int pair = 0; pair < p.pairs; ++pair) {
      const float2 x = Pair<T>::Load(p.in, static_cast<int64_t>(at) * p.pairs + pair);
      const float* weight = p.weights + static_cast<int64_t>(tap) * 2 * p.pairs + 2 * pair;
      sum += x.x * weight[0] + x.y * weight[1];
    }
  }
  p.out[row] = tanhf(sum);
}

unsigned BlocksFor(int64_t items) { return static_cast<unsigned>((items + kThreads - 1) / kThreads); }

}  // namespace

void Activate(Stream* stream, const AntiAliasedSnake& snake, Precision precision, const void* in,
              int64_t rows, void* out) {
  if (rows == 0) return;
  SnakeParameters p = {.in = in,
                       .out = out,
                       .factors = snake.factors(),
                       .filter = {},
                       .rows = static_cast<int>(rows),
                       .pairs = static_cast<int>(PaddedChannels(snake.channels()) / 2)};
  for (int i = 0; i < AntiAliasedSnake::kTaps / 2; ++i) p.filter[i] = snake.half_filter()[i];
  const unsigned blocks = BlocksFor((rows + kRowsOfThread - 1) / kRowsOfThread * p.pairs);
  precision == Precision::kF16 ? Launch(stream, SnakeKernel<__half>, dim3(blocks), kThreads, 0, p)
                               : Launch(stream, SnakeKernel<float>, dim3(blocks), kThreads, 0, p);
}

void Arrange(Stream* stream, Precision precision, const float* from, int64_t rows, int64_t channels,
             void* out) {
  if (rows == 0) return;
  const auto padded = static_cast<int>(PaddedChannels(channels));
  const dim3 blocks(BlocksFor(rows * padded));
  precision == Precision::kF16 ? Launch(stream, ArrangeKernel<__half>, blocks, kThreads, 0, from, rows,
                                        channels, padded, static_cast<__half*>(out))
                               : Launch(stream, ArrangeKernel<float>, blocks, kThreads, 0, from, rows,
                                        channels, padded, static_cast<float*>(out));
}

void Average(Stream* stream, Precision precision, std::span<const void* const> in, int64_t values,
             void* out) {
  AverageParameters p = {.in = {}, .count = static_cast<int>(in.size()), .pairs = values / 2, .out = out};
  for (size_t i = 0; i < in.size(); ++i) p.in[i] = in[i];
  const unsigned blocks = BlocksFor(p.pairs);
  precision == Precision::kF16 ? Launch(stream, AverageKernel<__half>, dim3(blocks), kThreads, 0, p)
                               : Launch(stream, AverageKernel<float>, dim3(blocks), kThreads, 0, p);
}

void MakeSamples(Stream* stream, const SampleCall& call) {
  if (call.rows == 0) return;
  const SampleParameters p = {call.in,
                              static_cast<int>(call.rows),
                              static_cast<int>(PaddedChannels(call.channels) / 2),
                              static_cast<int>(call.kernel),
                              call.weights,
                              call.bias,
                              call.out};
  const unsigned blocks = BlocksFor(call.rows);
  call.precision == Precision::kF16 ? Launch(stream, SampleKernel<__half>, dim3(blocks), kThreads, 0, p)
                                    : Launch(stream, SampleKernel<float>, dim3(blocks), kThreads, 0, p);
}

}  // namespace waveshift::cuda

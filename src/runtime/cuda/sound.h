// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Layers of a vocoder on the device: convolutions over rows of channels, and the snake without aliasing. Rows
// are [channel], filled up with zeros to PaddedChannels. All calls start work on a stream and return; a
// result depends on nothing but the rows that the layer's definition names.
#ifndef WAVESHIFT_RUNTIME_CUDA_SOUND_H_
#define WAVESHIFT_RUNTIME_CUDA_SOUND_H_

#include <cstdint>
#include <span>

#include "base/status.h"
#include "runtime/cuda/device.h"

namespace waveshift::cuda {

// Of rows and weights. Sums have 32 bits either way.
enum class Precision { kF32, kF16 };

inline int64_t BytesOf(Precision precision) { return precision == Precision::kF32 ? 4 : 2; }
inline int64_t PaddedChannels(int64_t channels) { return (channels + 15) / 16 * 16; }

struct ConvolutionShape {
  int64_t in = 0;
  int64_t out = 0;
  int64_t kernel = 1;  // odd
  int64_t dilation = 1;
};

// y[n] = bias + sum over j of W[j] x[n + dilation j - reach], zero outside, as many rows out as in.
// Immutable.
class Convolution {
 public:
  Convolution() = default;
  // `weights` are [out, in, kernel].
  static StatusOr<Convolution> Upload(Precision precision, const ConvolutionShape& shape,
                                      std::span<const float> weights);
  // A ConvTranspose1d of PyTorch with stride `rate` and padding (kernel - rate) / 2, weights [in, out,
  // kernel]: as a convolution to rate times as many channels, whose rows are the rate rows that an input row
  // becomes, one behind the other. `shape` is of that: out is rate * PaddedChannels(out), its bias repeats.
  static StatusOr<Convolution> UploadTransposed(Precision precision, const ConvolutionShape& shape,
                                                int64_t rate, std::span<const float> weights);

  const ConvolutionShape& shape() const { return shape_; }
  Precision precision() const { return precision_; }
  int64_t reach() const { return (shape_.kernel - 1) * shape_.dilation / 2; }
  int64_t bytes() const { return weights_.bytes(); }
  const void* weights() const { return weights_.data(); }  // for this room

 private:
  Precision precision_ = Precision::kF32;
  ConvolutionShape shape_;
  Memory weights_;
};

struct ConvolveCall {
  const Convolution* convolution = nullptr;
  int64_t rows = 0;
  const void* in = nullptr;
  void* out = nullptr;             // not `in`
  const float* bias = nullptr;     // of each padded channel
  const void* residual = nullptr;  // rows to add, or nullptr
};
void Convolve(Stream* stream, const ConvolveCall& call);

// y + sin^2(y e^alpha) / (e^beta + 1e-9) at twice the rate (IndexTTS specification, section 8.4). Immutable.
class AntiAliasedSnake {
 public:
  static constexpr int kTaps = 12;
  AntiAliasedSnake() = default;
  // alpha and beta of each channel; the filter's taps, a mirror image of itself.
  static StatusOr<AntiAliasedSnake> Upload(std::span<const float> alpha, std::span<const float> beta,
                                           std::span<const float> filter);

  int64_t channels() const { return channels_; }
  const float* factors() const { return factors_.as<float>(); }  // for this room
  const float* half_filter() const { return half_filter_; }

 private:
  int64_t channels_ = 0;
  Memory factors_;  // of each padded channel: rate / pi in two parts, gain; one array behind the other
  float half_filter_[kTaps / 2] = {};
};
// `in` and `out` are the whole sequence, not the same memory.
void Activate(Stream* stream, const AntiAliasedSnake& snake, Precision precision, const void* in,
              int64_t rows, void* out);

// Floats [rows, channels] as rows that layers take.
void Arrange(Stream* stream, Precision precision, const float* from, int64_t rows, int64_t channels,
             void* out);

// The mean of two or three sequences of so many values (a multiple of 8).
void Average(Stream* stream, Precision precision, std::span<const void* const> in, int64_t values, void* out);

// tanh of a convolution to one channel: samples. Weights [kernel, padded channels] and the bias are floats on
// the device.
struct SampleCall {
  Precision precision = Precision::kF32;
  const void* in = nullptr;
  int64_t rows = 0;
  int64_t channels = 0;
  int64_t kernel = 1;
  const float* weights = nullptr;
  const float* bias = nullptr;
  float* out = nullptr;
};
void MakeSamples(Stream* stream, const SampleCall& call);

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_SOUND_H_

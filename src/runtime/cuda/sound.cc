// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/sound.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "runtime/cuda/packing.h"

namespace waveshift::cuda {
namespace {

template <typename ValueAt>
StatusOr<Memory> UploadWeights(Precision precision, const ConvolutionShape& shape, const ValueAt& value) {
  if (precision == Precision::kF16) {
    const std::vector<uint16_t> packed = PackHalves(shape.out, shape.in, shape.kernel, value);
    return MemoryOf(std::span<const uint16_t>(packed));
  }
  // [tap, in, out], whole warps of outputs.
  const int64_t in = PaddedChannels(shape.in);
  const int64_t out = RoundUp(shape.out, 32);
  std::vector<float> packed(static_cast<size_t>(shape.kernel * in * out));
  for (int64_t row = 0; row < shape.out; ++row) {
    for (int64_t column = 0; column < shape.in; ++column) {
      for (int64_t tap = 0; tap < shape.kernel; ++tap) {
        packed[static_cast<size_t>((tap * in + column) * out + row)] = value(row, column, tap);
      }
    }
  }
  return MemoryOf(std::span<const float>(packed));
}

}  // namespace

StatusOr<Convolution> Convolution::Upload(Precision precision, const ConvolutionShape& shape,
                                          std::span<const float> weights) {
  Convolution made;
  made.precision_ = precision;
  made.shape_ = shape;
  WS_ASSIGN_OR_RETURN(made.weights_,
                      UploadWeights(precision, shape, [&](int64_t out, int64_t in, int64_t tap) {
                        return weights[static_cast<size_t>((out * shape.in + in) * shape.kernel + tap)];
                      }));
  return made;
}

// y[rate n + phase] = sum over taps j of W[j] x[n + (phase + padding - j) / rate] where that is whole.
StatusOr<Convolution> Convolution::UploadTransposed(Precision precision, const ConvolutionShape& shape,
                                                    int64_t rate, std::span<const float> weights) {
  const int64_t padding = (shape.kernel - rate) / 2;
  int64_t reach = 0;
  for (int64_t phase = 0; phase < rate; ++phase) {
    for (int64_t j = 0; j < shape.kernel; ++j) {
      if ((phase + padding - j) % rate == 0) reach = std::max(reach, std::abs(phase + padding - j) / rate);
    }
  }
  const int64_t padded = PaddedChannels(shape.out);
  Convolution made;
  made.precision_ = precision;
  made.shape_ = {.in = shape.in, .out = rate * padded, .kernel = 2 * reach + 1, .dilation = 1};
  const auto value = [&](int64_t row, int64_t in, int64_t tap) {
    const int64_t phase = row / padded;
    const int64_t out = row % padded;
    const int64_t j = phase + padding - (tap - reach) * rate;
    if (out >= shape.out || j < 0 || j >= shape.kernel) return 0.0F;
    return weights[static_cast<size_t>((in * shape.out + out) * shape.kernel + j)];
  };
  WS_ASSIGN_OR_RETURN(made.weights_, UploadWeights(precision, made.shape_, value));
  return made;
}

StatusOr<AntiAliasedSnake> AntiAliasedSnake::Upload(std::span<const float> alpha, std::span<const float> beta,
                                                    std::span<const float> filter) {
  AntiAliasedSnake snake;
  snake.channels_ = static_cast<int64_t>(alpha.size());
  if (beta.size() != alpha.size() || filter.size() != kTaps) {
    return InvalidArgument("a snake has alpha and beta of each channel, and 12 taps");
  }
  for (size_t i = 0; i < kTaps / 2; ++i) {
    if (!(std::abs(filter[i] - filter[kTaps - 1 - i]) <= 1e-6F)) {
      return InvalidArgument("a snake's filter is no mirror image of itself");
    }
    snake.half_filter_[i] = filter[i];
  }
  const auto padded = static_cast<size_t>(PaddedChannels(snake.channels_));
  std::vector<float> factors(3 * padded);
  for (size_t c = 0; c < alpha.size(); ++c) {
    const double rate = std::exp(static_cast<double>(alpha[c])) / M_PI;
    factors[c] = static_cast<float>(rate);
    factors[padded + c] = static_cast<float>(rate - static_cast<double>(factors[c]));
    factors[2 * padded + c] = static_cast<float>(1 / (std::exp(static_cast<double>(beta[c])) + 1e-9));
    if (!std::isfinite(factors[c]) || !std::isfinite(factors[2 * padded + c])) {
      return InvalidArgument("a snake's alpha and beta are no finite numbers");
    }
  }
  WS_ASSIGN_OR_RETURN(snake.factors_, MemoryOf(std::span<const float>(factors)));
  return snake;
}

}  // namespace waveshift::cuda

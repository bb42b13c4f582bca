// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/snake.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

// Rows of one item of work: long enough that the six rows which neighbours compute twice do not matter.
constexpr int64_t kRowsOfItem = 256;
// Channels of one item: whole cache lines.
constexpr int64_t kChannelsOfItem = 48;

bool AllFinite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

StatusOr<AntiAliasedSnake> AntiAliasedSnake::Make(Isa isa, std::span<const float> alpha,
                                                  std::span<const float> beta,
                                                  std::span<const float> filter) {
  if (alpha.size() != beta.size() || filter.size() != kTaps) {
    return InvalidArgument("alpha and beta must be of one length, and the filter of 12");
  }
  if (!AllFinite(alpha) || !AllFinite(beta) || !AllFinite(filter)) {
    return InvalidArgument("alpha, beta or filter has a value that is not finite");
  }
  AntiAliasedSnake snake;
  snake.isa_ = isa;
  snake.channels_ = static_cast<int64_t>(alpha.size());
  for (int i = 0; i < kTaps / 2; ++i) {
    const float tap = filter[i];
    const float mirrored = filter[kTaps - 1 - i];
    if (std::abs(tap - mirrored) > 1e-6F) return InvalidArgument("the filter is not symmetric");
    snake.half_filter_[i] = (tap + mirrored) / 2;
  }
  const int64_t padded = PaddedChannels(snake.channels_);
  snake.factors_ = AlignedFloats(3 * padded);
  for (int64_t c = 0; c < snake.channels_; ++c) {
    const double rate = std::exp(static_cast<double>(alpha[static_cast<size_t>(c)])) / std::numbers::pi;
    const double gain = 1 / (std::exp(static_cast<double>(beta[static_cast<size_t>(c)])) + 1e-9);
    float* factors = snake.factors_.data() + c;
    factors[0] = static_cast<float>(rate);
    factors[padded] = static_cast<float>(rate - static_cast<double>(factors[0]));
    factors[2 * padded] = static_cast<float>(gain);
    if (!std::isfinite(factors[0]) || !std::isfinite(factors[2 * padded])) {
      return InvalidArgument("alpha or beta is too large to compute with");
    }
  }
  return snake;
}

void AntiAliasedSnake::Apply(const Call& call, Workers* workers) const {
  const int64_t padded = PaddedChannels(channels_);
  const int64_t row_items = (call.end - call.begin + kRowsOfItem - 1) / kRowsOfItem;
  const int64_t channel_items = (padded + kChannelsOfItem - 1) / kChannelsOfItem;
  workers->Run(row_items * channel_items, [&](int64_t item, int /*worker*/) {
    const int64_t begin = call.begin + item / channel_items * kRowsOfItem;
    const int64_t channel = item % channel_items * kChannelsOfItem;
    const float* factors = factors_.data() + channel;
    const SnakeArgs args = {call.in + channel,
                            call.in_first,
                            call.in_row,
                            begin,
                            std::min(begin + kRowsOfItem, call.end),
                            call.rows >= 0 ? call.rows - 1 : kOpenEnd,
                            factors,
                            factors + padded,
                            factors + 2 * padded,
                            half_filter_,
                            call.out + (begin - call.begin) * call.out_row + channel,
                            call.out_row,
                            std::min(kChannelsOfItem, padded - channel)};
    Kernels(isa_).snake(args);
  });
}

}  // namespace waveshift::cpu

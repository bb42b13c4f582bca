// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/row_operations.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/kernel_test_tools.h"

namespace waveshift::cpu {
namespace {

class RowOperationsTest : public testing::TestWithParam<Isa> {
 protected:
  RowOperations operations_{GetParam()};
  Random random_{7};
};

// From far below to far above where an exponential function ends.
std::vector<float> Wide() {
  std::vector<float> x;
  for (int i = -2000; i <= 2000; ++i) x.push_back(static_cast<float>(i) * 0.01F);
  for (const float each : {-1e4F, -100.0F, -88.0F, -1e-6F, 0.0F, 1e-6F, 87.0F, 100.0F, 1e4F}) {
    x.push_back(each);
  }
  return x;
}

void ExpectNear(const std::vector<float>& x, const std::vector<float>& got,
                const std::function<double(double)>& wanted) {
  for (size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<double>(x[i]);
    EXPECT_NEAR(got[i], wanted(value), 1e-6 * std::max(1.0, std::abs(value))) << x[i];
  }
}

double Gelu(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }

TEST_P(RowOperationsTest, Activations) {
  const std::vector<float> x = Wide();
  const auto check = [&](void (RowOperations::*operation)(std::span<float>) const,
                         const std::function<double(double)>& wanted) {
    std::vector<float> y = x;
    (operations_.*operation)(y);
    ExpectNear(x, y, wanted);
  };
  check(&RowOperations::Silu, [](double v) { return v / (1 + std::exp(-v)); });
  check(&RowOperations::Tanh, [](double v) { return std::tanh(v); });
  check(&RowOperations::Sigmoid, [](double v) { return 1 / (1 + std::exp(-v)); });
  const std::vector<float> ones(x.size(), 1.0F);
  std::vector<float> y(x.size());
  operations_.GateSigmoid(ones, x.data(), y.data());
  ExpectNear(x, y, [](double v) { return 1 / (1 + std::exp(-v)); });
  operations_.GateGelu(ones, x.data(), y.data());
  ExpectNear(x, y, Gelu);
  // What is gated counts too, and may be where the result goes.
  std::vector<float> in_place = x;
  operations_.GateGelu(in_place, x.data(), in_place.data());
  for (size_t i = 0; i < x.size(); ++i) EXPECT_FLOAT_EQ(in_place[i], x[i] * y[i]);
}

TEST_P(RowOperationsTest, Rectify) {
  for (const int64_t count : {1, 7, 16, 53}) {
    const std::vector<float> x = random_.Values(count);
    const std::vector<float> factor = random_.Values(count);
    const std::vector<float> offset = random_.Values(count);
    std::vector<float> y = x;
    operations_.Rectify(y, factor.data(), offset.data());
    for (size_t i = 0; i < y.size(); ++i) {
      EXPECT_NEAR(y[i], std::max(x[i], 0.0F) * factor[i] + offset[i], 1e-6);
    }
  }
}

TEST_P(RowOperationsTest, LayerNorm) {
  for (const int64_t width : {1, 2, 15, 16, 100, 512}) {
    std::vector<float> x = random_.Values(width);
    for (float& value : x) value = 3 * value + 5;
    const std::vector<float> weight = random_.Values(width);
    const std::vector<float> bias = random_.Values(width);
    std::vector<float> got(x.size());
    operations_.LayerNorm(x, weight.data(), bias.data(), 1e-5F, got.data());
    double mean = 0;
    for (const float value : x) mean += static_cast<double>(value) / static_cast<double>(width);
    double variance = 0;
    for (const float value : x) variance += (value - mean) * (value - mean) / static_cast<double>(width);
    std::vector<double> wanted;
    for (size_t i = 0; i < x.size(); ++i) {
      wanted.push_back((x[i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i]);
    }
    // With one value alone, what is left of it is rounding.
    if (width > 1) {
      EXPECT_LT(RelativeError(got, wanted), 5e-6) << width;
    } else {
      EXPECT_EQ(got[0], bias[0]);
    }
  }
}

TEST_P(RowOperationsTest, ExpAndDot) {
  for (const int64_t count : {1, 15, 16, 17, 468}) {
    const std::vector<float> x = random_.Values(count, 30);
    std::vector<float> y = x;
    const double sum = operations_.Exp(y, 0.5F);
    const double most = *std::max_element(x.begin(), x.end());
    std::vector<double> wanted;
    double wanted_sum = 0;
    for (const float value : x) wanted_sum += wanted.emplace_back(std::exp(0.5 * (value - most)));
    EXPECT_LT(RelativeError(y, wanted), 1e-6) << count;
    EXPECT_NEAR(sum, wanted_sum, 1e-6 * wanted_sum);
    const std::vector<float> other = random_.Values(count);
    double product = 0;
    for (size_t i = 0; i < x.size(); ++i)
      product += static_cast<double>(x[i]) * static_cast<double>(other[i]);
    EXPECT_NEAR(operations_.Dot(x, other.data()), product, 1e-4);
  }
}

TEST_P(RowOperationsTest, WidensEveryHalf) {
  std::vector<uint16_t> halves(1 << 16);
  for (size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<uint16_t>(i);
  std::vector<float> values(halves.size());
  operations_.Widen(halves, values.data());
  for (size_t i = 0; i < halves.size(); ++i) {
    const int exponent = static_cast<int>(i >> 10) & 31;
    const int rest = static_cast<int>(i) & 1023;
    const double sign = i >= 32768 ? -1 : 1;
    if (exponent == 31) {
      EXPECT_EQ(std::isnan(values[i]), rest != 0);
      EXPECT_FALSE(std::isfinite(values[i]));
    } else if (exponent == 0) {
      EXPECT_EQ(values[i], sign * std::ldexp(rest, -24));
    } else {
      EXPECT_EQ(values[i], sign * std::ldexp(1024 + rest, exponent - 25));
    }
  }
}

TEST_P(RowOperationsTest, Statistics) {
  for (const auto& [rows, channels] : {std::pair<int64_t, int64_t>{1, 1}, {5, 8}, {200, 64}, {1000, 150}}) {
    const int64_t row = channels + 3;
    std::vector<float> x = random_.Values(rows * row);
    for (float& value : x) value += 2;  // a mean that is not small beside the deviation
    const std::vector<float> scores = random_.Values(rows * row, 5);
    for (const bool weighted : {false, true}) {
      std::vector<double> mean;
      std::vector<double> deviation;
      for (int64_t c = 0; c < channels; ++c) {
        const auto at = [&](int64_t r) { return static_cast<size_t>(r * row + c); };
        const auto weight = [&](int64_t r) {
          return weighted ? std::exp(static_cast<double>(scores[at(r)])) : 1;
        };
        double total = 0;
        double sum = 0;
        double squares = 0;
        for (int64_t r = 0; r < rows; ++r) total += weight(r);
        for (int64_t r = 0; r < rows; ++r) sum += weight(r) / total * x[at(r)];
        for (int64_t r = 0; r < rows; ++r) squares += weight(r) / total * (x[at(r)] - sum) * (x[at(r)] - sum);
        mean.push_back(sum);
        deviation.push_back(std::sqrt(std::max(squares, 1e-4)));
      }
      std::vector<float> used = scores;
      std::vector<float> got_mean(mean.size());
      std::vector<float> got_deviation(mean.size());
      operations_.Measure({.x = x.data(),
                           .x_row = row,
                           .rows = rows,
                           .channels = channels,
                           .scores = weighted ? used.data() : nullptr,
                           .scores_row = row,
                           .floor = 1e-4F,
                           .mean = got_mean.data(),
                           .deviation = got_deviation.data()});
      EXPECT_LT(RelativeError(got_mean, mean), 2e-6) << rows << " " << weighted;
      EXPECT_LT(RelativeError(got_deviation, deviation), 5e-6) << rows << " " << weighted;
    }
  }
}

TEST_P(RowOperationsTest, DepthwiseConvolution) {
  for (const int64_t channels : {8, 16, 40, 64}) {
    constexpr int64_t kTaps = 5;
    const int64_t row = channels + 2;
    const std::vector<float> x = random_.Values(kTaps * row);
    const std::vector<float> weights = random_.Values(kTaps * channels);
    const std::vector<float> bias = random_.Values(channels);
    std::vector<double> wanted;
    for (int64_t c = 0; c < channels; ++c) {
      double sum = bias[static_cast<size_t>(c)];
      for (int64_t j = 0; j < kTaps; ++j) {
        sum += static_cast<double>(weights[static_cast<size_t>(j * channels + c)]) *
               static_cast<double>(x[static_cast<size_t>(j * row + c)]);
      }
      wanted.push_back(sum);
    }
    std::vector<float> got(wanted.size());
    operations_.Convolve(RowOperations::Depthwise{.x = x.data(),
                                                  .x_row = row,
                                                  .weights = weights.data(),
                                                  .taps = kTaps,
                                                  .bias = bias.data(),
                                                  .channels = channels,
                                                  .y = got.data()});
    EXPECT_LT(RelativeError(got, wanted), 1e-6) << channels;
  }
}

TEST_P(RowOperationsTest, ConvolutionOfAPicture) {
  for (const int64_t bands : {1, 3, 8, 16, 17, 49}) {
    constexpr int64_t kChannels = 3;
    const int64_t width = 2 * bands + 1;
    const std::vector<float> x = random_.Values(3 * width);
    const std::vector<float> weights = random_.Values(9 * kChannels);
    const std::vector<float> bias = random_.Values(kChannels);
    std::vector<double> wanted;
    for (int64_t c = 0; c < kChannels; ++c) {
      for (int64_t f = 0; f < bands; ++f) {
        double sum = bias[static_cast<size_t>(c)];
        for (int64_t i = 0; i < 3; ++i) {
          for (int64_t j = 0; j < 3; ++j) {
            sum += static_cast<double>(weights[static_cast<size_t>(9 * c + 3 * i + j)]) *
                   static_cast<double>(x[static_cast<size_t>(i * width + 2 * f + j)]);
          }
        }
        wanted.push_back(std::max(sum, 0.0));
      }
    }
    std::vector<std::vector<float>> even(3);
    std::vector<std::vector<float>> odd(3);
    RowOperations::Picture row = {
        .weights = weights.data(), .bias = bias.data(), .channels = kChannels, .bands = bands};
    for (size_t i = 0; i < 3; ++i) {
      for (int64_t j = 0; j < width; ++j) {
        (j % 2 == 0 ? even : odd)[i].push_back(x[i * static_cast<size_t>(width) + static_cast<size_t>(j)]);
      }
      row.even[i] = even[i].data();
      row.odd[i] = odd[i].data();
    }
    std::vector<float> got(wanted.size());
    row.y = got.data();
    operations_.Convolve(row);
    EXPECT_LT(RelativeError(got, wanted), 1e-6) << bands;
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, RowOperationsTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& param) { return std::string(IsaName(param.param)); });

}  // namespace
}  // namespace waveshift::cpu

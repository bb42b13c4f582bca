// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/convolution.h"

#include <gtest/gtest.h>

#include "runtime/cpu/kernel_test_tools.h"
#include "runtime/cpu/transposed_convolution.h"

namespace waveshift::cpu {
namespace {

std::vector<double> PlainConvolution(const ConvolutionShape& s, int64_t rows,
                                     const std::vector<float>& weights, const std::vector<float>& x,
                                     const std::vector<float>& bias) {
  const int64_t in = PaddedChannels(s.in);
  const int64_t out = PaddedChannels(s.out);
  std::vector<double> y(static_cast<size_t>(rows * out));
  for (int64_t n = 0; n < rows; ++n) {
    for (int64_t o = 0; o < s.out; ++o) {
      double sum = bias[static_cast<size_t>(o)];
      for (int64_t i = 0; i < s.in; ++i) {
        for (int64_t j = 0; j < s.kernel; ++j) {
          sum += static_cast<double>(weights[static_cast<size_t>((o * s.in + i) * s.kernel + j)]) *
                 static_cast<double>(x[static_cast<size_t>((n + j * s.dilation) * in + i)]);
        }
      }
      y[static_cast<size_t>(n * out + o)] = sum;
    }
  }
  return y;
}

// Rows whose padding channels hold nothing, as the kernels leave them.
std::vector<float> Rows(Random* random, int64_t rows, int64_t channels) {
  std::vector<float> x;
  for (int64_t r = 0; r < rows; ++r) {
    const std::vector<float> row = random->Values(channels);
    x.insert(x.end(), row.begin(), row.end());
    x.resize(static_cast<size_t>((r + 1) * PaddedChannels(channels)));
  }
  return x;
}

class ConvolutionTest : public testing::TestWithParam<std::tuple<Isa, ConvolutionMethod>> {};

// Computes the case and gives the error; also with `residual`.
double ErrorOf(Isa isa, ConvolutionMethod method, const ConvolutionShape& shape, int64_t rows, bool residual,
               Workers* workers, WeightType type = WeightType::kF32, float weight_scale = 1) {
  Random random(static_cast<uint64_t>(shape.kernel * 1000 + rows));
  const std::vector<float> weights = random.Values(shape.out * shape.in * shape.kernel, weight_scale);
  const Convolution convolution = Convolution::Pack(isa, shape, weights, method, workers, type);
  std::vector<float> bias = random.Values(shape.out, weight_scale);
  bias.resize(static_cast<size_t>(PaddedChannels(shape.out)));
  const std::vector<float> x = Rows(&random, rows + 2 * convolution.reach(), shape.in);
  const std::vector<float> added = Rows(&random, rows, shape.out);
  const int64_t out = PaddedChannels(shape.out);
  std::vector<double> wanted = PlainConvolution(shape, rows, weights, x, bias);
  if (residual) {
    for (size_t i = 0; i < wanted.size(); ++i) wanted[i] += static_cast<double>(added[i]);
  }
  std::vector<float> got(wanted.size() + 8, 77.0F);
  convolution.Apply({x.data(), PaddedChannels(shape.in), rows, got.data(), out, bias.data(),
                     residual ? added.data() : nullptr, out},
                    workers);
  for (size_t i = wanted.size(); i < got.size(); ++i) EXPECT_EQ(got[i], 77.0F);
  got.resize(wanted.size());
  return RelativeError(got, wanted);
}

TEST_P(ConvolutionTest, ComputesAsPlainArithmeticDoes) {
  const auto [isa, method] = GetParam();
  Workers workers(2);
  for (const int64_t channels : {1, 4, 24}) {
    for (const int64_t kernel : {3, 7, 11}) {
      for (const int64_t dilation : {1, 3, 5}) {
        for (const int64_t rows : {1, 25, channels < 10 ? 130 : 47}) {
          const ConvolutionShape shape = {channels, channels, kernel, dilation};
          EXPECT_LT(ErrorOf(isa, method, shape, rows, rows != 25, &workers), 5e-6)
              << channels << " channels, kernel " << kernel << ", dilation " << dilation << ", " << rows
              << " rows";
        }
      }
    }
  }
}

// Enough weights for the way through the points one by one; unequal widths; kernels that no method is made
// for.
TEST_P(ConvolutionTest, ComputesLargeAndOddOnes) {
  const auto [isa, method] = GetParam();
  Workers workers(3);
  EXPECT_LT(ErrorOf(isa, method, {320, 320, 11, 3}, 70, true, &workers), 1e-5);
  EXPECT_LT(ErrorOf(isa, method, {200, 200, 7, 1}, 150, false, &workers), 1e-5);
  EXPECT_LT(ErrorOf(isa, method, {3, 1, 1, 1}, 50, true, &workers), 5e-6);
  EXPECT_LT(ErrorOf(isa, method, {5, 6, 5, 2}, 50, true, &workers), 5e-6);
  EXPECT_LT(ErrorOf(isa, method, {2, 3, 31, 2}, 150, false, &workers), 5e-6);
}

// The scale of a layer's weights does not matter, though 16-bit floats end at 65504 and begin at 6e-8.
TEST_P(ConvolutionTest, KeepsWeightsIn16Bits) {
  const auto [isa, method] = GetParam();
  Workers workers(2);
  for (const float scale : {1e-8F, 1.0F, 1e6F}) {
    const double error = ErrorOf(isa, method, {24, 24, 11, 3}, 60, false, &workers, WeightType::kF16, scale);
    EXPECT_LT(error, 2e-3) << scale;
    const bool kept = method != ConvolutionMethod::kDirect && isa != Isa::kBaseline;
    EXPECT_EQ(error > 1e-5, kept) << error;
  }
}

std::string CaseName(const testing::TestParamInfo<std::tuple<Isa, ConvolutionMethod>>& param) {
  static constexpr const char* kNames[] = {"auto", "direct", "toom", "fourier16", "fourier32"};
  return std::string(IsaName(std::get<0>(param.param))) + "_" +
         kNames[static_cast<size_t>(std::get<1>(param.param))];
}

INSTANTIATE_TEST_SUITE_P(
    Isas, ConvolutionTest,
    testing::Combine(testing::ValuesIn(AvailableIsas()),
                     testing::Values(ConvolutionMethod::kAuto, ConvolutionMethod::kDirect,
                                     ConvolutionMethod::kToom, ConvolutionMethod::kFourier16,
                                     ConvolutionMethod::kFourier32)),
    CaseName);

class TransposedTest : public testing::TestWithParam<Isa> {};

// The definition: every input row adds its kernel to the output, then (kernel - rate) / 2 rows are cut off.
std::vector<double> PlainTransposed(const TransposedShape& s, int64_t rows, const std::vector<float>& weights,
                                    const std::vector<float>& x, const std::vector<float>& bias) {
  const int64_t out = PaddedChannels(s.out);
  const int64_t cut = (s.kernel - s.rate) / 2;
  std::vector<double> y(static_cast<size_t>(rows * s.rate * out));
  for (int64_t n = 0; n < rows * s.rate; ++n) {
    for (int64_t o = 0; o < s.out; ++o) y[static_cast<size_t>(n * out + o)] = bias[static_cast<size_t>(o)];
  }
  for (int64_t n = 0; n < rows; ++n) {
    for (int64_t j = 0; j < s.kernel; ++j) {
      const int64_t to = n * s.rate + j - cut;
      if (to < 0 || to >= rows * s.rate) continue;
      for (int64_t i = 0; i < s.in; ++i) {
        const double value = x[static_cast<size_t>(n * PaddedChannels(s.in) + i)];
        for (int64_t o = 0; o < s.out; ++o) {
          y[static_cast<size_t>(to * out + o)] +=
              value * static_cast<double>(weights[static_cast<size_t>((i * s.out + o) * s.kernel + j)]);
        }
      }
    }
  }
  return y;
}

TEST_P(TransposedTest, ComputesAsTheDefinitionDoes) {
  Workers workers(2);
  Random random(7);
  for (const TransposedShape& s :
       {TransposedShape{1, 1, 4, 2}, TransposedShape{2, 1, 4, 4}, TransposedShape{16, 8, 8, 4},
        TransposedShape{48, 24, 4, 2}, TransposedShape{6, 50, 7, 3}, TransposedShape{3, 3, 5, 5},
        TransposedShape{4, 2, 11, 1}, TransposedShape{2, 2, 16, 2}}) {
    for (const int64_t rows : {1, 2, 33}) {
      const std::vector<float> weights = random.Values(s.in * s.out * s.kernel);
      std::vector<float> bias = random.Values(s.out);
      bias.resize(static_cast<size_t>(PaddedChannels(s.out)));
      const TransposedConvolution convolution = TransposedConvolution::Pack(GetParam(), s, weights, &workers);
      const int64_t in = PaddedChannels(s.in);
      const std::vector<float> x = Rows(&random, rows, s.in);
      std::vector<float> with_ends(static_cast<size_t>(convolution.reach_before() * in));
      with_ends.insert(with_ends.end(), x.begin(), x.end());
      with_ends.resize(with_ends.size() + static_cast<size_t>(convolution.reach_after() * in));
      const std::vector<double> wanted = PlainTransposed(s, rows, weights, x, bias);
      std::vector<float> got(wanted.size());
      convolution.Apply({with_ends.data(), in, rows, got.data(), PaddedChannels(s.out), bias.data()},
                        &workers);
      EXPECT_LT(RelativeError(got, wanted), 5e-6)
          << "kernel " << s.kernel << ", rate " << s.rate << ", " << rows << " rows";
    }
  }
}

TEST_P(TransposedTest, TakesWeightsOf16Bits) {
  Workers workers(2);
  Random random(8);
  const TransposedShape s = {40, 20, 8, 4};
  std::vector<float> floats;
  std::vector<uint16_t> halves;
  for (int64_t i = 0; i < s.in * s.out * s.kernel; ++i) {
    const auto mantissa = static_cast<uint16_t>((random.Next() + 1) * 512);
    halves.push_back(static_cast<uint16_t>(0x3C00 | mantissa));
    floats.push_back(1 + static_cast<float>(mantissa) / 1024);
  }
  const auto wanted = TransposedConvolution::Pack(GetParam(), s, floats, &workers);
  const StoredWeights stored(std::span<const uint16_t>{halves});
  const auto found = TransposedConvolution::Pack(GetParam(), s, stored, &workers);
  EXPECT_EQ(found.bytes(), wanted.bytes());
  const std::vector<float> x = Rows(&random, 9, s.in);
  const std::vector<float> bias(24);
  const auto apply = [&](const TransposedConvolution& convolution) {
    std::vector<float> y(static_cast<size_t>(28 * 24));
    convolution.Apply({x.data(), 40, 7, y.data(), 24, bias.data()}, &workers);
    return y;
  };
  EXPECT_EQ(apply(found), apply(wanted));
}

INSTANTIATE_TEST_SUITE_P(Isas, TransposedTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& param) { return std::string(IsaName(param.param)); });

}  // namespace
}  // namespace waveshift::cpu

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/sound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "runtime/cuda/device_test_tools.h"

namespace waveshift::cuda {
namespace {

using Doubles = std::vector<double>;

constexpr std::array<float, 12> kFilter = {0.00202896656F, 0.00938946381F, -0.0255434643F, -0.0576573759F,
                                           0.128572613F,   0.443209797F,   0.443209797F,   0.128572613F,
                                           -0.0576573759F, -0.0255434643F, 0.00938946381F, 0.00202896656F};

double Tolerance(Precision precision) { return precision == Precision::kF32 ? 3e-6 : 1e-3; }

class SoundTest : public DeviceTest {
 protected:
  // Rows [rows, channels] as the device wants them.
  Memory Rows(Precision precision, const std::vector<float>& values, int64_t channels) {
    const int64_t padded = PaddedChannels(channels);
    const auto rows = static_cast<int64_t>(values.size()) / channels;
    std::vector<float> filled(static_cast<size_t>(rows * padded));
    for (int64_t row = 0; row < rows; ++row) {
      std::copy_n(values.begin() + row * channels, channels, filled.begin() + row * padded);
    }
    return precision == Precision::kF32 ? Upload(filled) : UploadHalves(filled);
  }
  // What is in the channels; those beyond must be zero.
  std::vector<float> Unpadded(Precision precision, const Memory& memory, int64_t channels) {
    const int64_t padded = PaddedChannels(channels);
    const std::vector<float> filled = precision == Precision::kF32 ? Floats(memory) : Halves(memory);
    std::vector<float> values;
    for (size_t i = 0; i < filled.size(); ++i) {
      if (static_cast<int64_t>(i) % padded < channels) {
        values.push_back(filled[i]);
      } else {
        EXPECT_EQ(filled[i], 0.0F);
      }
    }
    return values;
  }
  std::vector<float> Numbers(Precision precision, int64_t count, float scale = 1) {
    std::vector<float> values = Random(count, scale);
    return precision == Precision::kF32 ? values : RoundedToHalves(std::move(values));
  }
};

struct ConvolutionCase {
  int64_t in, out, kernel, dilation, rows;
};
class ConvolutionTest : public SoundTest,
                        public ::testing::WithParamInterface<std::tuple<Precision, ConvolutionCase>> {};

TEST_P(ConvolutionTest, IsTheConvolution) {
  const auto& [precision, c] = GetParam();
  const std::vector<float> w =
      Numbers(precision, c.out * c.in * c.kernel, 1 / std::sqrt(static_cast<float>(c.in * c.kernel)));
  const std::vector<float> x = Numbers(precision, c.rows * c.in), more = Numbers(precision, c.rows * c.out),
                           bias = Random(c.out);
  Doubles wanted;
  for (int64_t n = 0; n < c.rows; ++n) {
    for (int64_t o = 0; o < c.out; ++o) {
      double sum = static_cast<double>(bias[static_cast<size_t>(o)]) +
                   static_cast<double>(more[static_cast<size_t>(n * c.out + o)]);
      for (int64_t j = 0; j < c.kernel; ++j) {
        const int64_t row = n + (j - c.kernel / 2) * c.dilation;
        if (row < 0 || row >= c.rows) continue;
        for (int64_t i = 0; i < c.in; ++i) {
          sum += static_cast<double>(w[static_cast<size_t>((o * c.in + i) * c.kernel + j)]) *
                 static_cast<double>(x[static_cast<size_t>(row * c.in + i)]);
        }
      }
      wanted.push_back(sum);
    }
  }
  const Convolution convolution = *Convolution::Upload(precision, {c.in, c.out, c.kernel, c.dilation}, w);
  std::vector<float> padded_bias = bias;
  padded_bias.resize(static_cast<size_t>(PaddedChannels(c.out)));
  const Memory in = Rows(precision, x, c.in), residual = Rows(precision, more, c.out),
               b = Upload(padded_bias);
  const Memory out = Poisoned(c.rows * PaddedChannels(c.out) * BytesOf(precision));
  Convolve(stream_.get(), {&convolution, c.rows, in.data(), out.data(), b.as<float>(), residual.data()});
  EXPECT_LT(ErrorOf(Unpadded(precision, out, c.out), wanted), Tolerance(precision));
}
INSTANTIATE_TEST_SUITE_P(Shapes, ConvolutionTest,
                         ::testing::Combine(::testing::Values(Precision::kF32, Precision::kF16),
                                            ::testing::Values(ConvolutionCase{24, 24, 11, 5, 700},
                                                              ConvolutionCase{48, 48, 7, 3, 300},
                                                              ConvolutionCase{96, 96, 3, 5, 200},
                                                              ConvolutionCase{192, 192, 11, 1, 90},
                                                              ConvolutionCase{64, 40, 7, 1, 5},
                                                              ConvolutionCase{8, 8, 3, 1, 1},
                                                              ConvolutionCase{200, 128, 1, 1, 130},
                                                              ConvolutionCase{96, 96, 1, 1, 17000})));

class TransposedTest
    : public SoundTest,
      public ::testing::WithParamInterface<std::tuple<Precision, std::pair<int64_t, int64_t>>> {};

TEST_P(TransposedTest, IsTheTransposedConvolution) {
  const auto& [precision, sizes] = GetParam();
  const auto& [kernel, rate] = sizes;
  constexpr int64_t kIn = 48, kOut = 24, kRows = 37;
  const std::vector<float> w = Numbers(precision, kIn * kOut * kernel, 0.1F),
                           x = Numbers(precision, kRows * kIn), bias = Random(kOut);
  // By the definition: each input row adds to `kernel` rows, and padding is cut off.
  const int64_t padding = (kernel - rate) / 2;
  Doubles wanted(static_cast<size_t>(kRows * rate * kOut));
  for (size_t i = 0; i < wanted.size(); ++i) wanted[i] = static_cast<double>(bias[i % kOut]);
  for (int64_t n = 0; n < kRows; ++n) {
    for (int64_t j = 0; j < kernel; ++j) {
      const int64_t row = n * rate + j - padding;
      if (row < 0 || row >= kRows * rate) continue;
      for (int64_t o = 0; o < kOut; ++o) {
        for (int64_t i = 0; i < kIn; ++i) {
          wanted[static_cast<size_t>(row * kOut + o)] +=
              static_cast<double>(w[static_cast<size_t>((i * kOut + o) * kernel + j)]) *
              static_cast<double>(x[static_cast<size_t>(n * kIn + i)]);
        }
      }
    }
  }
  const Convolution convolution = *Convolution::UploadTransposed(precision, {kIn, kOut, kernel, 1}, rate, w);
  std::vector<float> repeated;
  for (int64_t phase = 0; phase < rate; ++phase) {
    repeated.insert(repeated.end(), bias.begin(), bias.end());
    repeated.resize(static_cast<size_t>((phase + 1) * PaddedChannels(kOut)));
  }
  const Memory in = Rows(precision, x, kIn), b = Upload(repeated);
  const Memory out = Poisoned(kRows * rate * PaddedChannels(kOut) * BytesOf(precision));
  Convolve(stream_.get(), {&convolution, kRows, in.data(), out.data(), b.as<float>(), nullptr});
  EXPECT_LT(ErrorOf(Unpadded(precision, out, kOut), wanted), Tolerance(precision));
}
INSTANTIATE_TEST_SUITE_P(Rates, TransposedTest,
                         ::testing::Combine(::testing::Values(Precision::kF32, Precision::kF16),
                                            ::testing::Values(std::pair<int64_t, int64_t>{8, 4},
                                                              std::pair<int64_t, int64_t>{4, 4},
                                                              std::pair<int64_t, int64_t>{4, 2},
                                                              std::pair<int64_t, int64_t>{6, 2})));

// By the words of the specification, with borders (section 8.4).
Doubles SnakeOf(const std::vector<float>& x, int64_t channels, const std::vector<float>& alpha,
                const std::vector<float>& beta) {
  const auto rows = static_cast<int64_t>(x.size()) / channels;
  Doubles made(x.size());
  for (int64_t c = 0; c < channels; ++c) {
    const auto at = [&](int64_t row) {
      return static_cast<double>(
          x[static_cast<size_t>(std::clamp<int64_t>(row, 0, rows - 1) * channels + c)]);
    };
    Doubles y;
    for (int64_t i = 0; i < 2 * rows; ++i) {
      double up = 0;
      for (int64_t k = 0; k < 6; ++k) {
        const int64_t n = i / 2;
        up += i % 2 == 0 ? 2 * static_cast<double>(kFilter[static_cast<size_t>(2 * k + 1)]) * at(n + 2 - k)
                         : 2 * static_cast<double>(kFilter[static_cast<size_t>(2 * k)]) * at(n + 3 - k);
      }
      y.push_back(up +
                  std::pow(std::sin(up * std::exp(static_cast<double>(alpha[static_cast<size_t>(c)]))), 2) /
                      (std::exp(static_cast<double>(beta[static_cast<size_t>(c)])) + 1e-9));
    }
    for (int64_t n = 0; n < rows; ++n) {
      double sum = 0;
      for (int64_t j = 0; j < 12; ++j) {
        sum += static_cast<double>(kFilter[static_cast<size_t>(j)]) *
               y[static_cast<size_t>(std::clamp<int64_t>(2 * n + j - 5, 0, 2 * rows - 1))];
      }
      made[static_cast<size_t>(n * channels + c)] = sum;
    }
  }
  return made;
}

TEST_F(SoundTest, SnakeIsTheSnakeUpToItsBorders) {
  for (const Precision precision : {Precision::kF32, Precision::kF16}) {
    for (const int64_t rows : {1, 2, 3, 7, 8, 9, 64, 501}) {
      constexpr int64_t kChannels = 24;
      const std::vector<float> x = Numbers(precision, rows * kChannels), alpha = Random(kChannels),
                               beta = Random(kChannels);
      const AntiAliasedSnake snake = *AntiAliasedSnake::Upload(alpha, beta, kFilter);
      const Memory in = Rows(precision, x, kChannels);
      const Memory out = Poisoned(in.bytes());
      Activate(stream_.get(), snake, precision, in.data(), rows, out.data());
      EXPECT_LT(ErrorOf(Unpadded(precision, out, kChannels), SnakeOf(x, kChannels, alpha, beta)),
                Tolerance(precision))
          << rows;
    }
  }
}

TEST_F(SoundTest, AveragesAndMakesSamples) {
  for (const Precision precision : {Precision::kF32, Precision::kF16}) {
    constexpr int64_t kRows = 333, kChannels = 24, kKernel = 7;
    std::array<std::vector<float>, 3> values;
    std::array<Memory, 3> memory;
    for (size_t i = 0; i < 3; ++i) {
      values[i] = Numbers(precision, kRows * kChannels);
      memory[i] = Rows(precision, values[i], kChannels);
    }
    const Memory mean = Poisoned(memory[0].bytes());
    const std::array<const void*, 3> in = {memory[0].data(), memory[1].data(), memory[2].data()};
    Average(stream_.get(), precision, in, kRows * PaddedChannels(kChannels), mean.data());
    Doubles wanted;
    for (size_t i = 0; i < values[0].size(); ++i) {
      wanted.push_back((static_cast<double>(values[0][i]) + static_cast<double>(values[1][i]) +
                        static_cast<double>(values[2][i])) /
                       3);
    }
    EXPECT_LT(ErrorOf(Unpadded(precision, mean, kChannels), wanted), Tolerance(precision));

    const std::vector<float> weights = Random(kKernel * kChannels, 0.1F), bias = {0.1F};
    std::vector<float> padded(static_cast<size_t>(kKernel * PaddedChannels(kChannels)));
    for (int64_t tap = 0; tap < kKernel; ++tap) {
      std::copy_n(weights.begin() + tap * kChannels, kChannels,
                  padded.begin() + tap * PaddedChannels(kChannels));
    }
    Doubles samples;
    for (int64_t n = 0; n < kRows; ++n) {
      double sum = static_cast<double>(bias[0]);
      for (int64_t tap = 0; tap < kKernel; ++tap) {
        const int64_t row = n + tap - kKernel / 2;
        if (row < 0 || row >= kRows) continue;
        for (int64_t c = 0; c < kChannels; ++c) {
          sum += static_cast<double>(weights[static_cast<size_t>(tap * kChannels + c)]) *
                 static_cast<double>(values[0][static_cast<size_t>(row * kChannels + c)]);
        }
      }
      samples.push_back(std::tanh(sum));
    }
    const Memory w = Upload(padded), b = Upload(bias), out = Poisoned(kRows * 4);
    MakeSamples(stream_.get(), {precision, memory[0].data(), kRows, kChannels, kKernel, w.as<float>(),
                                b.as<float>(), out.as<float>()});
    EXPECT_LT(ErrorOf(Floats(out), samples), 3e-6);
  }
}

TEST_F(SoundTest, SnakeRefusesWhatIsNone) {
  const std::vector<float> two = {0, 0}, one = {0};
  std::array<float, 12> crooked = kFilter;
  crooked[0] = 1;
  EXPECT_EQ(AntiAliasedSnake::Upload(two, one, kFilter).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(AntiAliasedSnake::Upload(two, two, crooked).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(AntiAliasedSnake::Upload(std::vector<float>{100}, one, kFilter).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::cuda

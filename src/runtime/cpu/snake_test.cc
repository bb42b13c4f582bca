// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/snake.h"

#include <cmath>

#include <gtest/gtest.h>

#include "runtime/cpu/kernel_test_tools.h"

namespace waveshift::cpu {
namespace {

constexpr double kFilter[12] = {0.00202896656, 0.00938946381, -0.0255434643, -0.0576573759,
                                0.128572613,   0.443209797,   0.443209797,   0.128572613,
                                -0.0576573759, -0.0255434643, 0.00938946381, 0.00202896656};

std::vector<float> Filter() { return {std::begin(kFilter), std::end(kFilter)}; }

// The definition, step by step: repeat the ends, insert zeros, filter, activate, repeat the ends, filter,
// drop every second one.
std::vector<double> Plain(const std::vector<double>& x, double alpha, double beta) {
  const auto rows = static_cast<int64_t>(x.size());
  const auto filter = Filter();
  const int64_t padded = rows + 10;
  std::vector<double> stuffed(static_cast<size_t>(2 * padded + 10));
  for (int64_t n = 0; n < padded; ++n) {
    const double value = x[static_cast<size_t>(std::clamp<int64_t>(n - 5, 0, rows - 1))];
    for (int64_t j = 0; j < 12; ++j) {
      stuffed[static_cast<size_t>(2 * n + j)] +=
          2 * value * static_cast<double>(filter[static_cast<size_t>(j)]);
    }
  }
  std::vector<double> y;
  for (int64_t n = 0; n < 2 * rows; ++n) {
    const double value = stuffed[static_cast<size_t>(n + 15)];
    const double sine = std::sin(value * std::exp(alpha));
    y.push_back(value + sine * sine / (std::exp(beta) + 1e-9));
  }
  std::vector<double> down(x.size());
  for (int64_t n = 0; n < rows; ++n) {
    for (int64_t j = 0; j < 12; ++j) {
      const int64_t at = std::clamp<int64_t>(2 * n + j - 5, 0, 2 * rows - 1);
      down[static_cast<size_t>(n)] +=
          static_cast<double>(filter[static_cast<size_t>(j)]) * y[static_cast<size_t>(at)];
    }
  }
  return down;
}

class SnakeTest : public testing::TestWithParam<Isa> {
 protected:
  // Rows of random values with standing differences between channels, and what the definition makes of them.
  void Make(int64_t channels, int64_t rows, float scale) {
    Random random(static_cast<uint64_t>(channels + rows));
    alpha_ = random.Values(channels, 0.5F);
    beta_ = random.Values(channels, 0.5F);
    row_ = PaddedChannels(channels);
    x_.assign(static_cast<size_t>(rows * row_), 0);
    wanted_.assign(x_.size(), 0);
    for (int64_t c = 0; c < channels; ++c) {
      std::vector<double> signal;
      for (int64_t r = 0; r < rows; ++r) {
        x_[static_cast<size_t>(r * row_ + c)] = scale * random.Next();
        signal.push_back(x_[static_cast<size_t>(r * row_ + c)]);
      }
      const std::vector<double> y =
          Plain(signal, alpha_[static_cast<size_t>(c)], beta_[static_cast<size_t>(c)]);
      for (int64_t r = 0; r < rows; ++r)
        wanted_[static_cast<size_t>(r * row_ + c)] = y[static_cast<size_t>(r)];
    }
  }

  std::vector<float> alpha_, beta_, x_;
  std::vector<double> wanted_;
  int64_t row_ = 0;
  Workers workers_{2};
};

TEST_P(SnakeTest, ComputesAsTheDefinitionDoes) {
  for (const int64_t channels : {1, 8, 13, 24, 48, 100}) {
    for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 12, 63, 64, 65, 200, 600}) {
      Make(channels, rows, 3);
      const auto snake = AntiAliasedSnake::Make(GetParam(), alpha_, beta_, Filter());
      ASSERT_TRUE(snake.ok()) << snake.status();
      std::vector<float> got(x_.size(), NAN);
      snake->Apply({x_.data(), 0, row_, 0, rows, rows, got.data(), row_}, &workers_);
      EXPECT_LT(RelativeError(got, wanted_), 1e-6) << channels << " channels, " << rows << " rows";
    }
  }
}

// Piece by piece, each with the rows around it and nothing else: bit for bit the same.
TEST_P(SnakeTest, DoesNotDependOnTheCut) {
  const int64_t rows = 300;
  Make(24, rows, 1);
  const auto snake = AntiAliasedSnake::Make(GetParam(), alpha_, beta_, Filter());
  ASSERT_TRUE(snake.ok());
  std::vector<float> whole(x_.size());
  snake->Apply({x_.data(), 0, row_, 0, rows, rows, whole.data(), row_}, &workers_);
  for (const int64_t size : {1, 7, 64, 100}) {
    for (int64_t begin = 0; begin < rows; begin += size) {
      const int64_t end = std::min(begin + size, rows);
      const int64_t first = std::max<int64_t>(0, begin - AntiAliasedSnake::kReach);
      const int64_t last = std::min(rows, end + AntiAliasedSnake::kReach);
      const std::vector<float> around(x_.begin() + first * row_, x_.begin() + last * row_);
      std::vector<float> got(static_cast<size_t>((end - begin) * row_));
      snake->Apply({around.data(), first, row_, begin, end, last == rows ? rows : -1, got.data(), row_},
                   &workers_);
      const std::vector<float> wanted(whole.begin() + begin * row_, whole.begin() + end * row_);
      ASSERT_EQ(got, wanted) << "rows " << begin << " to " << end;
    }
  }
}

// Arguments of a hundred turns: what is left of the error is that of the argument's last bit.
TEST_P(SnakeTest, ReducesLargeArguments) {
  Make(16, 100, 600);
  const auto snake = AntiAliasedSnake::Make(GetParam(), alpha_, beta_, Filter());
  ASSERT_TRUE(snake.ok());
  std::vector<float> got(x_.size());
  snake->Apply({x_.data(), 0, row_, 0, 100, 100, got.data(), row_}, &workers_);
  double error = 0;
  for (size_t i = 0; i < got.size(); ++i)
    error = std::max(error, std::abs(static_cast<double>(got[i]) - wanted_[i]));
  EXPECT_LT(error, 1000 * 3e-7);
}

TEST(SnakeMakeTest, RefusesWhatItCannotComputeWith) {
  const std::vector<float> one = {0.0F};
  const auto message = [&](const std::vector<float>& alpha, const std::vector<float>& beta,
                           const std::vector<float>& filter) {
    return Message(AntiAliasedSnake::Make(BestIsa(), alpha, beta, filter).status());
  };
  EXPECT_EQ(message(one, one, Filter()), "");
  EXPECT_EQ(message(one, {}, Filter()), "alpha and beta must be of one length, and the filter of 12");
  EXPECT_EQ(message({NAN}, one, Filter()), "alpha, beta or filter has a value that is not finite");
  EXPECT_EQ(message({100.0F}, one, Filter()), "alpha or beta is too large to compute with");
  std::vector<float> skewed = Filter();
  skewed[3] = 0.1F;
  EXPECT_EQ(message(one, one, skewed), "the filter is not symmetric");
}

INSTANTIATE_TEST_SUITE_P(Isas, SnakeTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& param) { return std::string(IsaName(param.param)); });

}  // namespace
}  // namespace waveshift::cpu

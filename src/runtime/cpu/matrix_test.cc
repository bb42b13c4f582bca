// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/matrix.h"

#include <tuple>

#include <gtest/gtest.h>

#include "runtime/cpu/kernel_test_tools.h"

namespace waveshift::cpu {
namespace {

struct Case {
  int64_t rows, segments, depth, columns;
};

// A B in double precision, the plain way; columns beyond `columns` are 0.
std::vector<double> Plain(const Case& c, int64_t a_row, int64_t a_segment, const std::vector<float>& a,
                          const std::vector<std::vector<float>>& b) {
  const int64_t padded = PaddedChannels(c.columns);
  std::vector<double> result(static_cast<size_t>(c.rows * padded));
  for (int64_t r = 0; r < c.rows; ++r) {
    for (int64_t s = 0; s < c.segments; ++s) {
      for (int64_t k = 0; k < c.depth; ++k) {
        const double value = a[static_cast<size_t>(r * a_row + s * a_segment + k)];
        const std::vector<float>& row = b[static_cast<size_t>(s * c.depth + k)];
        for (int64_t n = 0; n < c.columns; ++n) {
          result[static_cast<size_t>(r * padded + n)] +=
              value * static_cast<double>(row[static_cast<size_t>(n)]);
        }
      }
    }
  }
  return result;
}

class Matrix : public testing::TestWithParam<Isa> {};

TEST_P(Matrix, MultipliesAsPlainArithmeticDoes) {
  Workers workers(2);
  Random random(1);
  for (const Case& c : {Case{1, 1, 1, 1}, Case{2, 1, 3, 7}, Case{5, 2, 3, 9}, Case{9, 1, 24, 24},
                        Case{10, 3, 8, 40}, Case{17, 1, 100, 48}, Case{37, 2, 31, 56}, Case{13, 1, 5, 88},
                        Case{3, 1, 900, 130}, Case{300, 3, 385, 50}, Case{640, 1, 17, 96}}) {
    const int64_t a_row = c.depth + 3;
    const int64_t a_segment = 2 * a_row;
    const int64_t padded = PaddedChannels(c.columns);
    const std::vector<float> a = random.Values((c.rows - 1) * a_row + (c.segments - 1) * a_segment + c.depth);
    PackedMatrix packed(GetParam(), c.segments, c.depth, c.columns);
    std::vector<std::vector<float>> b;
    for (int64_t i = 0; i < c.segments * c.depth; ++i) {
      b.push_back(random.Values(c.columns));
      packed.SetRow(i / c.depth, i % c.depth, b.back());
    }
    std::vector<double> wanted = Plain(c, a_row, a_segment, a, b);
    std::vector<float> got(wanted.size(), NAN);
    PackedMatrix::Product product = {a.data(), a_row, a_segment, c.rows, got.data(), padded, nullptr, false};
    packed.Multiply(product);
    EXPECT_LT(RelativeError(got, wanted), 2e-6) << c.rows << " " << c.depth << " " << c.columns;

    // The same again with a bias on top of it, by all workers.
    std::vector<float> bias = random.Values(padded);
    for (size_t i = 0; i < wanted.size(); ++i) {
      wanted[i] = 2 * wanted[i] + static_cast<double>(bias[i % static_cast<size_t>(padded)]);
    }
    product.bias = bias.data();
    product.accumulate = true;
    packed.Multiply(product, &workers);
    EXPECT_LT(RelativeError(got, wanted), 2e-6) << c.rows << " " << c.depth << " " << c.columns;
  }
}

// 16-bit weights: what is exact in them is computed exactly, what is not is off by at most 2^-11 of each.
TEST_P(Matrix, MultipliesWeightsOf16Bits) {
  Random random(3);
  for (const Case& c : {Case{1, 1, 1, 1}, Case{11, 2, 30, 24}, Case{20, 1, 50, 130}, Case{9, 2, 500, 88}}) {
    const std::vector<float> a = random.Values((c.rows + c.segments) * c.depth);
    PackedMatrix packed(GetParam(), c.segments, c.depth, c.columns, WeightType::kF16);
    std::vector<std::vector<float>> b;
    for (int64_t i = 0; i < c.segments * c.depth; ++i) {
      b.push_back(random.Values(c.columns));
      for (float& v : b.back()) v = std::round(v * 1024) / 1024;
      packed.SetRow(i / c.depth, i % c.depth, b.back());
    }
    const std::vector<double> wanted = Plain(c, c.depth, c.depth, a, b);
    std::vector<float> got(wanted.size());
    packed.Multiply(
        {a.data(), c.depth, c.depth, c.rows, got.data(), packed.padded_columns(), nullptr, false});
    EXPECT_LT(RelativeError(got, wanted), 2e-6) << c.rows << " " << c.depth << " " << c.columns;
    const int64_t value_bytes = packed.type() == WeightType::kF16 ? 2 : 4;
    EXPECT_EQ(packed.bytes(), value_bytes * c.segments * c.depth * packed.padded_columns());
  }
  EXPECT_EQ(PackedMatrix(GetParam(), 1, 1, 1, WeightType::kF16).type() == WeightType::kF16,
            GetParam() == Isa::kAvx2 || GetParam() == Isa::kAvx512);
}

TEST_P(Matrix, LeavesWhatLiesBetweenRowsAlone) {
  PackedMatrix packed(GetParam(), 1, 2, 5);
  packed.SetRow(0, 0, std::vector<float>{1, 2, 3, 4, 5});
  packed.SetRow(0, 1, std::vector<float>{1, 1, 1, 1, 1});
  const std::vector<float> a = {1, 0, 0, 1, 2, 2};
  std::vector<float> c(33, 77.0F);
  packed.Multiply({a.data(), 2, 0, 3, c.data(), 11, nullptr, false});
  const std::vector<float> wanted = {1, 2, 3,  4,  5,  0, 0, 0, 77, 77, 77, 1, 1, 1,  1,  1, 0,
                                     0, 0, 77, 77, 77, 4, 6, 8, 10, 12, 0,  0, 0, 77, 77, 77};
  EXPECT_EQ(c, wanted);
}

TEST_P(Matrix, TakesLinearLayersAsTheyAreStored) {
  // [columns = 2, depth = 3]
  const auto packed = PackedMatrix::FromLinear(GetParam(), std::vector<float>{1, 2, 3, 4, 5, 6}, 2, 3);
  const std::vector<float> a = {1, 10, 100};
  std::vector<float> c(8);
  packed.Multiply({a.data(), 3, 0, 1, c.data(), 8, nullptr, false});
  EXPECT_EQ(c[0], 321.0F);
  EXPECT_EQ(c[1], 654.0F);
  EXPECT_EQ(packed.bytes(), 3 * 8 * 4);
}

TEST_P(Matrix, KeepsWhatARowIsSetToAndZeroBehindIt) {
  for (const WeightType type : {WeightType::kF32, WeightType::kF16}) {
    PackedMatrix packed(GetParam(), 2, 3, 85, type);
    const auto set = [&](int64_t segment, int64_t k, int64_t count) {
      std::vector<float> values;
      for (int64_t n = 0; n < count; ++n) values.push_back(static_cast<float>(1000 * segment + 100 * k + n));
      packed.SetRow(segment, k, values);
      values.resize(88);
      EXPECT_EQ(packed.Row(segment, k), values) << segment << " " << k << " " << count;
    };
    for (int64_t row = 0; row < 6; ++row) set(row / 3, row % 3, 85);
    set(1, 2, 3);
    set(0, 1, 0);
    EXPECT_EQ(packed.Row(1, 1)[84], 1184.0F);
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, Matrix, testing::ValuesIn(AvailableIsas()),
                         [](const auto& param) { return std::string(IsaName(param.param)); });

TEST(IsaTest, MeasuresAPeakThatAMachineCanHave) {
  EXPECT_EQ(BestIsa(), AvailableIsas().back());
  EXPECT_EQ(AvailableIsas().front(), Isa::kBaseline);
  EXPECT_EQ(BestIntegerIsa(), AvailableIntegerIsas().back());
  EXPECT_EQ(AvailableIntegerIsas().front(), IntegerIsa::kBaseline);
  const double peak = MeasureFmaPeak(BestIsa(), 0.01);
  EXPECT_GT(peak, 0.05);
  EXPECT_LT(peak, 2000);
}

}  // namespace
}  // namespace waveshift::cpu

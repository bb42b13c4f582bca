// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/wide_product.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "runtime/cpu/kernel_test_tools.h"

namespace waveshift::cpu {
namespace {

struct Case {
  int64_t rows, depth, columns, taps;
};

// Random values as a file might have them, and the numbers that they stand for.
struct Weights {
  Weights(Storage storage, int64_t count, Random* random) {
    floats = random->Values(count);
    if (storage != Storage::kF16) return;
    for (float& value : floats) {
      // What 11 bits can say, from 2^-8 to 1: exponent and rest go into a half as they are.
      const int exponent = static_cast<int>(random->Next() * 3.99F) - 4;
      const int rest = static_cast<int>((random->Next() + 1) * 511);
      const bool minus = value < 0;
      halves.push_back(static_cast<uint16_t>((minus ? 0x8000 : 0) | ((exponent + 15) << 10) | rest));
      value = static_cast<float>((minus ? -1 : 1) * std::ldexp(1024 + rest, exponent - 10));
    }
    // Zero and the smallest of all.
    halves[0] = 0;
    floats[0] = 0;
    if (count > 1) {
      halves[1] = 0x8001;
      floats[1] = -std::ldexp(1.0F, -24);
    }
  }
  const void* data() const {
    return halves.empty() ? static_cast<const void*>(floats.data()) : halves.data();
  }
  std::vector<float> floats;
  std::vector<uint16_t> halves;
};

class WideProductTest : public testing::TestWithParam<Isa> {
 protected:
  static constexpr int64_t kGap = 5;  // between columns, and between rows of A

  // C = A B + bias in double precision; padding is 0.
  static std::vector<double> Plain(const Case& c, const std::vector<float>& a, const std::vector<float>& b,
                                   const std::vector<float>& bias) {
    const int64_t a_row = c.depth + kGap;
    const int64_t padded = PaddedChannels(c.columns);
    std::vector<double> result(static_cast<size_t>(c.rows * padded));
    for (int64_t r = 0; r < c.rows; ++r) {
      for (int64_t n = 0; n < c.columns; ++n) {
        double sum = bias[static_cast<size_t>(n)];
        for (int64_t k = 0; k < c.depth; ++k) {
          for (int64_t j = 0; j < c.taps; ++j) {
            const float value = b[static_cast<size_t>(n * (c.depth * c.taps + kGap) + k * c.taps + j)];
            sum += static_cast<double>(a[static_cast<size_t>((r + 2 * j) * a_row + k)]) * value;
          }
        }
        result[static_cast<size_t>(r * padded + n)] = sum;
      }
    }
    return result;
  }
};

TEST_P(WideProductTest, MultipliesMatricesAsAFileHasThem) {
  Random random(1);
  Workers workers(2);
  for (const Storage storage : {Storage::kF32, Storage::kF16}) {
    for (const Case& c :
         {Case{1, 1, 1, 1}, Case{3, 7, 5, 1}, Case{40, 100, 56, 1}, Case{110, 800, 130, 1},
          Case{250, 64, 64, 3}, Case{7, 500, 24, 2}, Case{2, 3000, 600, 1}, Case{9, 1300, 770, 1}}) {
      const int64_t a_row = c.depth + kGap;
      const int64_t padded = PaddedChannels(c.columns);
      const std::vector<float> a = random.Values((c.rows + 2 * c.taps) * a_row);
      const Weights b(storage, c.columns * (c.depth * c.taps + kGap), &random);
      const std::vector<float> bias = random.Values(c.columns);
      std::vector<double> wanted = Plain(c, a, b.floats, bias);
      std::vector<float> got(wanted.size(), NAN);
      const WideMatrix matrix = {.storage = storage,
                                 .values = b.data(),
                                 .columns = c.columns,
                                 .depth = c.depth,
                                 .taps = c.taps,
                                 .step = c.depth * c.taps + kGap};
      WideProduct product = {.a = a.data(),
                             .a_row = a_row,
                             .a_tap = 2 * a_row,
                             .rows = c.rows,
                             .c = got.data(),
                             .c_row = padded,
                             .bias = bias.data(),
                             .next = &matrix};
      MultiplyWide(GetParam(), matrix, product, &workers);
      EXPECT_LT(RelativeError(got, wanted), 4e-6) << c.rows << " " << c.depth << " " << c.columns;
      // The same again on top of it.
      for (double& value : wanted) value *= 2;
      product.accumulate = true;
      MultiplyWide(GetParam(), matrix, product, &workers);
      EXPECT_LT(RelativeError(got, wanted), 4e-6) << c.rows << " " << c.depth << " " << c.columns;
    }
  }
}

TEST_P(WideProductTest, TakesRowsOfTheRightSide) {
  Random random(2);
  Workers workers(2);
  const Case c = {5, 1200, 1001, 1};
  const int64_t padded = PaddedChannels(c.columns);
  const std::vector<float> a = random.Values(c.rows * c.depth);
  for (const Storage storage : {Storage::kF32, Storage::kF16}) {
    const Weights b(storage, c.depth * (c.columns + kGap), &random);
    std::vector<double> wanted(static_cast<size_t>(c.rows * padded));
    for (int64_t r = 0; r < c.rows; ++r) {
      for (int64_t k = 0; k < c.depth; ++k) {
        const double value = a[static_cast<size_t>(r * c.depth + k)];
        for (int64_t n = 0; n < c.columns; ++n) {
          wanted[static_cast<size_t>(r * padded + n)] +=
              value * static_cast<double>(b.floats[static_cast<size_t>(k * (c.columns + kGap) + n)]);
        }
      }
    }
    std::vector<float> got(wanted.size(), NAN);
    MultiplyWide(GetParam(),
                 {.order = WideMatrix::Order::kRows,
                  .storage = storage,
                  .values = b.data(),
                  .columns = c.columns,
                  .depth = c.depth,
                  .step = c.columns + kGap},
                 {.a = a.data(), .a_row = c.depth, .rows = c.rows, .c = got.data(), .c_row = padded},
                 &workers);
    EXPECT_LT(RelativeError(got, wanted), 4e-6);
  }
}

// In several pieces of depth, so that a part is final only with the last.
TEST_P(WideProductTest, FinishesEachPartOnce) {
  Random random(3);
  const Case c = {120, 1600, 700, 1};
  const std::vector<float> a = random.Values(c.rows * c.depth);
  const std::vector<float> b = random.Values(c.columns * c.depth);
  const WideMatrix matrix = {.values = b.data(), .columns = c.columns, .depth = c.depth};
  std::vector<float> plain(static_cast<size_t>(c.rows * PaddedChannels(c.columns)));
  std::vector<float> finished(plain.size());
  WideProduct product = {
      .a = a.data(), .a_row = c.depth, .rows = c.rows, .c = plain.data(), .c_row = PaddedChannels(c.columns)};
  Workers two(2);
  MultiplyWide(GetParam(), matrix, product, &two);
  product.c = finished.data();
  product.finish = [&](int64_t row, int64_t row_end, int64_t column, int64_t column_end) {
    for (; row < row_end; ++row) {
      for (int64_t i = column; i < column_end; ++i) {
        float& value = finished[static_cast<size_t>(row * product.c_row + i)];
        value = 2 * value + 1;
      }
    }
  };
  Workers one(1);
  MultiplyWide(GetParam(), matrix, product, &one);
  for (size_t i = 0; i < plain.size(); ++i) ASSERT_EQ(finished[i], 2 * plain[i] + 1) << i;
}

// Also with other rows beside it.
TEST_P(WideProductTest, ARowIsTheSameOnAnyNumberOfThreads) {
  Random random(4);
  const Case c = {230, 400, 1500, 1};  // up to 216 rows go another way on three threads than all do
  const std::vector<float> a = random.Values(c.rows * c.depth);
  const std::vector<float> b = random.Values(c.columns * c.depth);
  const WideMatrix matrix = {.values = b.data(), .columns = c.columns, .depth = c.depth};
  const int64_t padded = PaddedChannels(c.columns);
  std::vector<float> all(static_cast<size_t>(c.rows * padded));
  WideProduct product = {.a = a.data(), .a_row = c.depth, .rows = c.rows, .c = all.data(), .c_row = padded};
  Workers one(1);
  MultiplyWide(GetParam(), matrix, product, &one);
  for (const int64_t rows : {1, 5, 113, 230}) {
    Workers three(3);
    std::vector<float> some(static_cast<size_t>(rows * padded));
    product.rows = rows;
    product.c = some.data();
    MultiplyWide(GetParam(), matrix, product, &three);
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << rows;
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, WideProductTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& param) { return std::string(IsaName(param.param)); });

}  // namespace
}  // namespace waveshift::cpu

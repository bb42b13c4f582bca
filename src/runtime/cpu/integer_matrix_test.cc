// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/integer_matrix.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/given_matrix_test_tools.h"

namespace waveshift::cpu {
namespace {

class IntegerMatrixTest : public testing::TestWithParam<IntegerIsa> {
 protected:
  // A matrix in its new order, in memory that has what it asked for and no more.
  struct LaidOut {
    AlignedFloats memory;
    IntegerMatrix matrix;
  };
  LaidOut LayOut(const Given& given, int threads = 1) const {
    LaidOut result;
    const int64_t bytes = IntegerMatrix::Bytes(given.matrix, GetParam());
    EXPECT_EQ(bytes % IntegerMatrix::kAlignment, 0);
    result.memory.GrowTo(bytes / static_cast<int64_t>(sizeof(float)));
    Workers workers(threads);
    result.matrix =
        IntegerMatrix(given.matrix, reinterpret_cast<char*>(result.memory.data()), &workers, GetParam());
    return result;
  }
  Activations Prepared(const std::vector<float>& x, int64_t rows, int64_t depth) const {
    Activations a;
    a.Resize(rows, depth, true);
    for (int64_t row = 0; row < rows; ++row) {
      std::copy_n(x.begin() + row * depth, depth, a.row(row));
      language_.Finish(&a, row);
    }
    return a;
  }
  std::vector<float> Product(const Given& given, const std::vector<float>& x, int64_t rows,
                             int threads = 1) const {
    const LaidOut laid_out = LayOut(given);
    std::vector<float> y(static_cast<size_t>(rows * given.matrix.rows));
    Workers workers(threads);
    laid_out.matrix.Multiply(Prepared(x, rows, given.matrix.depth),
                             {.y = y.data(), .y_row = given.matrix.rows}, &workers);
    return y;
  }
  // What a machine with no more than these instructions prepares activations with.
  static Isa Floats() {
    switch (GetParam()) {
      case IntegerIsa::kAvx2:
      case IntegerIsa::kAvx2Vnni:
        return Isa::kAvx2;
      case IntegerIsa::kAvx512Vnni:
        return Isa::kAvx512;
      case IntegerIsa::kBaseline:
        break;
    }
    return Isa::kBaseline;
  }
  const Language language_{Floats()};
};

struct Shape {
  Storage storage = Storage::kQ8_0;
  int64_t rows = 0;
  int64_t depth = 0;
};
// Whole panels of all variants, parts of one, one behind whole ones; depths of a block, of odd numbers of
// them.
constexpr Shape kShapes[] = {{Storage::kQ8_0, 96, 32},  {Storage::kQ8_0, 31, 96},  {Storage::kQ8_0, 1, 1280},
                             {Storage::kQ8_0, 66, 640}, {Storage::kQ4_K, 96, 256}, {Storage::kQ4_K, 33, 768},
                             {Storage::kQ4_K, 7, 1280}};

TEST_P(IntegerMatrixTest, MultipliesByTheDefinition) {
  for (const Shape& shape : kShapes) {
    const Given given(shape.storage, shape.rows, shape.depth, 3);
    for (const int64_t rows : {1, 2, 3, 5, 6, 7, 26}) {
      const std::vector<float> x = WholeNumbers(rows * shape.depth, 4);
      EXPECT_LT(RelativeError(Product(given, x, rows), Plain(given, x, rows)), 3e-6)
          << static_cast<int>(shape.storage) << " " << shape.rows << " x " << shape.depth << " x " << rows;
    }
  }
}

TEST_P(IntegerMatrixTest, MultipliesTheLargestBytes) {
  Given given(Storage::kQ8_0, 40, 64, 3);
  for (const int8_t byte : {int8_t{-128}, int8_t{127}}) {
    for (size_t i = 0; i < given.values.size(); ++i) {
      char& place = given.bytes[i / 32 * 34 + 2 + i % 32];
      if (place == 0) continue;  // its value is 0, too
      given.values[i] *= byte / static_cast<double>(static_cast<int8_t>(place));
      place = static_cast<char>(byte);
    }
    for (const float sign : {-127.0F, 127.0F}) {
      const std::vector<float> x(64, sign);
      EXPECT_LT(RelativeError(Product(given, x, 1), Plain(given, x, 1)), 3e-6)
          << static_cast<int>(byte) << sign;
    }
  }
}

// All of q4_k's values are 15 times a scale of 63, and so are all sums as large as they can be.
TEST_P(IntegerMatrixTest, MultipliesTheLargestHalvesOfBytes) {
  Given given(Storage::kQ4_K, 40, 512, 3);
  const std::string block =
      std::string("\x00\x3c\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00\x0f\x0f\x0f\x0f", 16) +
      std::string(128, '\xff');
  for (size_t i = 0; i < given.bytes.size(); ++i) given.bytes[i] = block[i % block.size()];
  std::fill(given.values.begin(), given.values.end(), 63.0 * 15);
  for (const float sign : {-127.0F, 127.0F}) {
    const std::vector<float> x(512, sign);
    EXPECT_LT(RelativeError(Product(given, x, 1), Plain(given, x, 1)), 3e-6) << sign;
  }
}

TEST_P(IntegerMatrixTest, AddsToWhatIsThereAndTellsWhatIsDone) {
  for (const Shape& shape : kShapes) {
    const Given given(shape.storage, shape.rows, shape.depth, 5);
    const std::vector<float> x = WholeNumbers(9 * shape.depth, 6);
    std::vector<double> wanted = Plain(given, x, 9);
    for (double& value : wanted) value *= 2;
    const LaidOut laid_out = LayOut(given);
    const Activations a = Prepared(x, 9, shape.depth);
    // Rows lie apart, and what lies between stays as it is.
    const int64_t y_row = shape.rows + 5;
    std::vector<float> y(static_cast<size_t>(9 * y_row), -3.0F);
    Workers three(3);
    std::atomic<int64_t> finished = 0;
    const auto finish = [&](int64_t begin, int64_t end) { finished += end - begin; };
    laid_out.matrix.Multiply(a, {.y = y.data(), .y_row = y_row, .finish = finish}, &three);
    EXPECT_EQ(finished, shape.rows);
    laid_out.matrix.Multiply(a, {.y = y.data(), .y_row = y_row, .accumulate = true}, &three);
    std::vector<float> got;
    for (int64_t row = 0; row < 9; ++row) {
      const auto begin = y.begin() + row * y_row;
      got.insert(got.end(), begin, begin + shape.rows);
      EXPECT_TRUE(std::all_of(begin + shape.rows, begin + y_row, [](float v) { return v == -3.0F; }));
    }
    EXPECT_LT(RelativeError(got, wanted), 3e-6);
  }
}

TEST_P(IntegerMatrixTest, ARowDependsNeitherOnOthersNorOnThreads) {
  for (const Storage storage : {Storage::kQ8_0, Storage::kQ4_K}) {
    const Given given(storage, 77, 1280, 9);
    const std::vector<float> x = Random(10).Values(int64_t{40} * 1280);
    const std::vector<float> all = Product(given, x, 40);
    for (const int64_t rows : {1, 2, 3, 5, 17, 39}) {
      EXPECT_EQ(Product(given, x, rows, 3), std::vector<float>(all.begin(), all.begin() + rows * 77)) << rows;
    }
  }
}

TEST_P(IntegerMatrixTest, LaysOutTheSameOnAnyNumberOfThreads) {
  const Given given(Storage::kQ8_0, 256, 320, 11);
  const LaidOut one = LayOut(given, 1);
  const LaidOut three = LayOut(given, 3);
  const auto bytes = [](const LaidOut& laid_out) {
    return std::string_view(reinterpret_cast<const char*>(laid_out.memory.data()),
                            static_cast<size_t>(laid_out.memory.size()) * sizeof(float));
  };
  EXPECT_TRUE(bytes(one) == bytes(three));
  EXPECT_EQ(one.matrix.rows(), 256);
  EXPECT_EQ(one.matrix.depth(), 320);
}

// Without a bias.
TEST_P(IntegerMatrixTest, BeginsWithNothingWhereThereIsNoBias) {
  Given given(Storage::kQ8_0, 40, 96, 12);
  given.matrix.bias = nullptr;
  std::fill(given.bias.begin(), given.bias.end(), 0.0F);
  const std::vector<float> x = WholeNumbers(2 * 96, 13);
  EXPECT_LT(RelativeError(Product(given, x, 2), Plain(given, x, 2)), 3e-6);
}

// Eight bits of x against x itself: half a step of 1/127 of a block's largest value, averaged out.
TEST_P(IntegerMatrixTest, EightBitsAreNearlyEnough) {
  const Given given(Storage::kQ8_0, 40, 1280, 7);
  const std::vector<float> x = Random(8).Values(int64_t{3} * 1280);
  std::vector<double> wanted;
  for (size_t n = 0; n < 3; ++n) {
    for (size_t i = 0; i < 40; ++i) {
      double sum = given.bias[i];
      for (size_t k = 0; k < 1280; ++k)
        sum += given.values[i * 1280 + k] * static_cast<double>(x[n * 1280 + k]);
      wanted.push_back(sum);
    }
  }
  const double error = RelativeError(Product(given, x, 3), wanted);
  EXPECT_LT(error, 1e-2);
  EXPECT_GT(error, 0);
}

INSTANTIATE_TEST_SUITE_P(Isas, IntegerMatrixTest, testing::ValuesIn(AvailableIntegerIsas()),
                         [](const auto& each) { return std::string(IsaName(each.param)); });

}  // namespace
}  // namespace waveshift::cpu

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/language.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "runtime/cpu/given_matrix_test_tools.h"

namespace waveshift::cpu {
namespace {

constexpr Storage kFloats[] = {Storage::kF32, Storage::kF16};

class LanguageTest : public testing::TestWithParam<Isa> {
 protected:
  Activations Prepared(const std::vector<float>& x, int64_t rows, int64_t depth, bool quantize) const {
    Activations a;
    a.Resize(rows, depth, quantize);
    for (int64_t row = 0; row < rows; ++row) {
      std::copy_n(x.begin() + row * depth, depth, a.row(row));
      language_.Finish(&a, row);
    }
    return a;
  }
  std::vector<float> Product(const Given& given, const std::vector<float>& x, int64_t rows) const {
    const Activations a = Prepared(x, rows, given.matrix.depth, given.matrix.quantized());
    std::vector<float> y(static_cast<size_t>(rows * given.matrix.rows));
    language_.Multiply(given.matrix, a, 0, given.matrix.rows, y.data(), given.matrix.rows);
    return y;
  }
  const Language language_{GetParam()};
};

TEST_P(LanguageTest, MultipliesEveryStorage) {
  for (const Storage storage : kFloats) {
    for (const int64_t depth : {256, 768, 1280, 2560}) {
      for (const auto& [matrix_rows, rows] :
           {std::pair<int64_t, int64_t>{13, 1}, {12, 3}, {1, 7}, {31, 26}}) {
        const Given given(storage, matrix_rows, depth, 3);
        const std::vector<float> x = WholeNumbers(rows * depth, 4);
        EXPECT_LT(RelativeError(Product(given, x, rows), Plain(given, x, rows)), 3e-6)
            << static_cast<int>(storage) << " " << depth << " " << matrix_rows << " x " << rows;
      }
    }
  }
}

// Depths that are no whole pair of blocks.
TEST_P(LanguageTest, MultipliesOddNumbersOfBlocks) {
  for (const Storage storage : kFloats) {
    for (const int64_t depth : {32, 96, 64}) {
      const Given given(storage, 9, depth, 5);
      const std::vector<float> x = WholeNumbers(5 * depth, 6);
      EXPECT_LT(RelativeError(Product(given, x, 5), Plain(given, x, 5)), 3e-6);
    }
  }
}

TEST_P(LanguageTest, ARowDoesNotDependOnOthersNorOnPieces) {
  for (const Storage storage : kFloats) {
    const Given given(storage, 29, 5120, 9);
    const std::vector<float> x = Random(10).Values(int64_t{40} * 5120);
    const std::vector<float> all = Product(given, x, 40);
    for (const int64_t rows : {1, 2, 3, 5, 17, 39}) {
      EXPECT_EQ(Product(given, x, rows), std::vector<float>(all.begin(), all.begin() + rows * 29));
    }
    const Activations a = Prepared(x, 40, 5120, given.matrix.quantized());
    std::vector<float> pieces(all.size());
    for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, 7}, {7, 8}, {8, 29}}) {
      language_.Multiply(given.matrix, a, begin, end, pieces.data(), 29);
    }
    EXPECT_EQ(pieces, all);
  }
}

TEST_P(LanguageTest, AttendsToTheCellsOfTheList) {
  for (const int64_t width : {16, 32, 64, 128}) {
    for (const size_t count : {size_t{1}, size_t{15}, size_t{16}, size_t{77}}) {
      Random random(11);
      const int64_t step = 3 * width;
      const std::vector<float> keys = random.Values(200 * step);
      const std::vector<float> values = random.Values(200 * step);
      const std::vector<float> q = random.Values(width, 3);
      std::vector<int32_t> cells;
      for (size_t i = 0; i < count; ++i) cells.push_back(static_cast<int32_t>((i * 37 + 5) % 200));
      std::vector<double> weights;
      double total = 0;
      for (const int32_t cell : cells) {
        double score = 0;
        for (int64_t i = 0; i < width; ++i) {
          score +=
              static_cast<double>(q[static_cast<size_t>(i)]) * keys[static_cast<size_t>(cell * step + i)];
        }
        weights.push_back(std::exp(0.5 * score));
        total += weights.back();
      }
      std::vector<double> wanted(static_cast<size_t>(width));
      for (size_t c = 0; c < count; ++c) {
        for (size_t i = 0; i < wanted.size(); ++i) {
          wanted[i] += weights[c] / total * values[static_cast<size_t>(cells[c] * step) + i];
        }
      }
      for (const Storage storage : {Storage::kF32, Storage::kF16}) {
        const size_t value_bytes = storage == Storage::kF16 ? 2 : 4;
        std::vector<char> stored_keys(keys.size() * value_bytes);
        std::vector<char> stored_values(values.size() * value_bytes);
        language_.Store(keys, storage, stored_keys.data());
        language_.Store(values, storage, stored_values.data());
        std::vector<float> scratch(count + 16);
        std::vector<float> out(static_cast<size_t>(width));
        language_.Attend({q.data(), stored_keys.data(), stored_values.data(), storage, step, cells, width,
                          0.5F, scratch.data(), out.data()});
        EXPECT_LT(RelativeError(out, wanted), storage == Storage::kF16 ? 2e-3 : 3e-6)
            << width << " " << count;
      }
    }
  }
  EXPECT_TRUE(Language::CanAttend(64));
  EXPECT_FALSE(Language::CanAttend(80));
}

TEST_P(LanguageTest, Normalises) {
  const std::vector<float> x = Random(12).Values(1280, 4);
  const std::vector<float> weight = Random(13).Values(1280);
  const std::vector<float> bias = Random(14).Values(1280);
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / 1280;
  double variance = 0;
  for (const float each : x) variance += (each - mean) * (each - mean) / 1280;
  std::vector<double> wanted;
  for (size_t i = 0; i < x.size(); ++i) {
    wanted.push_back((x[i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i]);
  }
  std::vector<float> y(1280);
  language_.LayerNorm(x, weight.data(), bias.data(), 1e-5F, y.data());
  EXPECT_LT(RelativeError(y, wanted), 1e-6);
}

TEST_P(LanguageTest, GeluByTheFormula) {
  std::vector<float> x;
  for (int i = -4000; i < 4000; ++i) x.push_back(0.01F * static_cast<float>(i));
  std::vector<float> y = x;
  language_.Gelu(y);
  for (size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    const double wanted = v / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
    ASSERT_NEAR(y[i], wanted, 1e-6 * std::max(1.0, std::abs(v))) << v;
  }
}

TEST_P(LanguageTest, SumsExponentials) {
  for (const size_t count : {size_t{1}, size_t{15}, size_t{16}, size_t{530}, size_t{8194}}) {
    std::vector<float> x = Random(21).Values(static_cast<int64_t>(count), 9);
    x[0] = -std::numeric_limits<float>::infinity();
    x.push_back(30);
    double wanted = 0;
    for (const float each : x) wanted += std::exp(static_cast<double>(each) - 30);
    EXPECT_NEAR(language_.SumExp(x, 30), wanted, 3e-7 * wanted) << count;
  }
}

TEST_P(LanguageTest, StoresHalvesToTheNearest) {
  std::vector<float> x = {0,       1,       -1,    65504,  65519, -65520,         1e9F,          6.1e-5F,
                          5.9e-8F, 2.9e-8F, 3e-8F, 1e-12F, 0.1F,  1.00048828125F, 1.00146484375F};
  const std::vector<float> more = Random(15).Values(1000, 8);
  x.insert(x.end(), more.begin(), more.end());
  std::vector<uint16_t> halves(x.size());
  language_.Store(x, Storage::kF16, halves.data());
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::abs(x[i]) >= 65520) {
      EXPECT_EQ(halves[i] & 0x7fff, 0x7c00) << x[i];
      continue;
    }
    // No neighbour is nearer.
    const double error = std::abs(HalfValue(halves[i]) - x[i]);
    for (const int other : {halves[i] - 1, halves[i] + 1}) {
      if (((other ^ halves[i]) & 0x8000) != 0 || (other & 0x7c00) == 0x7c00) continue;
      const double theirs = std::abs(HalfValue(static_cast<uint16_t>(other)) - x[i]);
      EXPECT_TRUE(error < theirs || (error == theirs && halves[i] % 2 == 0)) << x[i];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, LanguageTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& each) { return std::string(IsaName(each.param)); });

}  // namespace
}  // namespace waveshift::cpu

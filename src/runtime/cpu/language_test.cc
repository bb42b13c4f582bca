// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/language.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "runtime/cpu/kernel_test_tools.h"

namespace waveshift::cpu {
namespace {

// The number that 16 bits stand for, by the definition.
double HalfValue(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const double sign = (half & 0x8000) != 0 ? -1 : 1;
  if (exponent == 0) return sign * std::ldexp(half & 1023, -24);
  return sign * std::ldexp(1024 + (half & 1023), exponent - 25);
}

uint16_t RandomHalf(Random* random) {
  // Sizes from 2^-7 to 1, both signs.
  const auto rest = static_cast<int>((random->Next() + 1) * 512) & 1023;
  const int exponent = 8 + (static_cast<int>((random->Next() + 1) * 4) & 7);
  return static_cast<uint16_t>((random->Next() < 0 ? 0x8000 : 0) | (exponent << 10) | rest);
}

// A matrix of random bytes and the numbers that it stands for.
struct Given {
  Matrix matrix;
  std::vector<char> bytes;
  std::vector<double> values;  // [rows, depth]
  std::vector<float> bias;

  void Put(const void* from, size_t count) {
    const char* p = static_cast<const char*>(from);
    bytes.insert(bytes.end(), p, p + count);
  }
  void PutHalf(uint16_t half) { Put(&half, 2); }
  uint8_t PutByte(Random* random) {
    const auto byte = static_cast<uint8_t>(static_cast<int>((random->Next() + 1) * 128));
    Put(&byte, 1);
    return byte;
  }

  void AddQ8(Random* random) {
    const uint16_t d = RandomHalf(random);
    PutHalf(d);
    for (int i = 0; i < 32; ++i) values.push_back(HalfValue(d) * static_cast<int8_t>(PutByte(random)));
  }
  // ggml's description of the format: ggml-common.h, block_q4_K.
  void AddQ4(Random* random) {
    const uint16_t d = RandomHalf(random);
    const uint16_t least = RandomHalf(random);
    PutHalf(d);
    PutHalf(least);
    std::vector<int> packed;
    for (int i = 0; i < 12; ++i) packed.push_back(PutByte(random));
    std::vector<int> q;
    for (int i = 0; i < 128; ++i) q.push_back(PutByte(random));
    for (int i = 0; i < 256; ++i) {
      const auto part = static_cast<size_t>(i / 32);
      int scale = packed[part % 4 + (part < 4 ? 0 : 8)];
      int offset = part < 4 ? packed[part + 4] & 63 : scale >> 4;
      scale = part < 4 ? scale & 63 : scale & 15;
      if (part >= 4) {
        scale += (packed[part - 4] >> 6) * 16;
        offset += (packed[part] >> 6) * 16;
      }
      const int both = q[static_cast<size_t>(i / 64) * 32 + static_cast<size_t>(i % 32)];
      const int value = i % 64 < 32 ? both % 16 : both / 16;
      values.push_back(HalfValue(d) * scale * value - HalfValue(least) * offset);
    }
  }

  Given(Storage storage, int64_t rows, int64_t depth, uint64_t seed) {
    Random random(seed);
    while (static_cast<int64_t>(values.size()) < rows * depth) {
      if (storage == Storage::kQ8_0) {
        AddQ8(&random);
      } else if (storage == Storage::kQ4_K) {
        AddQ4(&random);
      } else if (storage == Storage::kF16) {
        const uint16_t half = RandomHalf(&random);
        PutHalf(half);
        values.push_back(HalfValue(half));
      } else {
        const float value = random.Next();
        Put(&value, 4);
        values.push_back(value);
      }
    }
    bias = random.Values(rows);
    matrix = {storage, bytes.data(), bias.data(), rows, depth};
  }
};

constexpr Storage kAll[] = {Storage::kF32, Storage::kF16, Storage::kQ8_0, Storage::kQ4_K};

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

// Whole numbers up to 127 that include 127 are the same in 8 bits, so that quantised products are exact, too.
std::vector<float> WholeNumbers(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> x;
  for (int64_t i = 0; i < count; ++i) {
    x.push_back(i % 32 == 5 ? 127.0F : std::round(127 * random.Next()));
  }
  return x;
}

// matrix x + bias in double precision.
std::vector<double> Plain(const Given& given, const std::vector<float>& x, int64_t rows) {
  const int64_t depth = given.matrix.depth;
  std::vector<double> result;
  for (int64_t n = 0; n < rows; ++n) {
    for (int64_t i = 0; i < given.matrix.rows; ++i) {
      double sum = given.bias[static_cast<size_t>(i)];
      for (int64_t k = 0; k < depth; ++k) {
        sum += given.values[static_cast<size_t>(i * depth + k)] * x[static_cast<size_t>(n * depth + k)];
      }
      result.push_back(sum);
    }
  }
  return result;
}

bool HasVnni() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512vnni") != 0;
#else
  return false;
#endif
}

TEST_P(LanguageTest, MultipliesEveryStorage) {
  for (const Storage storage : kAll) {
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

// By integer products, where the processor has them: the definition's numbers, twice over with a sum, and the
// same bits on any number of threads and beside any other rows.
TEST_P(LanguageTest, MultipliesManyRowsOfQuantizedMatrices) {
  Workers one(1);
  Workers three(3);
  for (const auto& [storage, depth] : {std::pair(Storage::kQ8_0, int64_t{32}),
                                       {Storage::kQ8_0, int64_t{96}},
                                       {Storage::kQ8_0, int64_t{1280}},
                                       {Storage::kQ4_K, int64_t{256}},
                                       {Storage::kQ4_K, int64_t{1280}}}) {
    const Given given(storage, 96, depth, 3);
    EXPECT_EQ(language_.CanMultiplyWide(given.matrix), GetParam() == Isa::kAvx512 && HasVnni());
    if (!language_.CanMultiplyWide(given.matrix)) continue;
    const std::vector<float> x = WholeNumbers(37 * depth, 4);
    std::vector<double> wanted = Plain(given, x, 37);
    const Activations all = Prepared(x, 37, depth, true);
    std::vector<float> y(wanted.size());
    std::atomic<int64_t> finished = 0;
    language_.MultiplyWide(
        given.matrix, all,
        {.y = y.data(), .y_row = 96, .finish = [&](int64_t begin, int64_t end) { finished += end - begin; }},
        &three);
    EXPECT_EQ(finished, 96);
    EXPECT_LT(RelativeError(y, wanted), 3e-6) << static_cast<int>(storage) << " " << depth;
    for (const int64_t rows : {1, 5, 16}) {
      std::vector<float> some(static_cast<size_t>(rows * 96));
      language_.MultiplyWide(given.matrix, Prepared(x, rows, depth, true), {.y = some.data(), .y_row = 96},
                             &one);
      EXPECT_TRUE(std::equal(some.begin(), some.end(), y.begin())) << rows;
    }
    language_.MultiplyWide(given.matrix, all, {.y = y.data(), .y_row = 96, .accumulate = true}, &one);
    for (double& value : wanted) value *= 2;
    EXPECT_LT(RelativeError(y, wanted), 3e-6) << static_cast<int>(storage) << " " << depth;
  }
  const Given narrow(Storage::kQ8_0, 31, 64, 3);
  EXPECT_FALSE(language_.CanMultiplyWide(narrow.matrix));
  const Given floats(Storage::kF16, 64, 64, 3);
  EXPECT_FALSE(language_.CanMultiplyWide(floats.matrix));
}

// Depths that are no whole pair of blocks.
TEST_P(LanguageTest, MultipliesOddNumbersOfBlocks) {
  for (const Storage storage : {Storage::kF32, Storage::kF16, Storage::kQ8_0}) {
    for (const int64_t depth : {32, 96, 64}) {
      const Given given(storage, 9, depth, 5);
      const std::vector<float> x = WholeNumbers(5 * depth, 6);
      EXPECT_LT(RelativeError(Product(given, x, 5), Plain(given, x, 5)), 3e-6);
    }
  }
}

// Eight bits of x against x itself: half a step of 1/127 of a block's largest value, averaged out.
TEST_P(LanguageTest, EightBitsAreNearlyEnough) {
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

TEST_P(LanguageTest, ARowDoesNotDependOnOthersNorOnPieces) {
  for (const Storage storage : kAll) {
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

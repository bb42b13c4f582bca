// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What packing leaves in memory, bit for bit.
#include <cmath>
#include <tuple>

#include <gtest/gtest.h>

#include "runtime/cpu/convolution.h"
#include "runtime/cpu/fast_convolution_internal.h"
#include "runtime/cpu/kernel_test_tools.h"
#include "runtime/cpu/transposed_convolution.h"

namespace waveshift::cpu {
namespace {

// All rows of all matrices, one behind the other.
std::vector<std::vector<float>> Kept(const Convolution& convolution) {
  std::vector<std::vector<float>> rows;
  for (const PackedMatrix& matrix : convolution.matrices()) {
    for (int64_t row = 0; row < matrix.segments() * matrix.depth(); ++row) {
      rows.push_back(matrix.Row(row / matrix.depth(), row % matrix.depth()));
    }
  }
  return rows;
}

// The definition: a point's value is the sum of its factors times the taps of its segment, each product
// rounded to 64 bits, then the sum, one after the other; at last that is rounded to 32 bits.
std::vector<std::vector<float>> Wanted(const Convolution& convolution, const std::vector<float>& weights) {
  const ConvolutionShape& s = convolution.shape();
  FastAlgorithm fast = {};
  if (convolution.method() == ConvolutionMethod::kDirect) {
    fast.taps = 1;
    fast.factors = {{1.0}};
    fast.segments = {s.kernel};
  } else {
    fast = MakeAlgorithm(Isa::kBaseline, convolution.method(), s.kernel);
  }
  std::vector<std::vector<float>> rows;
  for (size_t point = 0; point < fast.factors.size(); ++point) {
    for (int64_t row = 0; row < fast.segments[point] * s.in; ++row) {
      const int64_t first = row / s.in * fast.taps;
      std::vector<float>& made = rows.emplace_back(static_cast<size_t>(PaddedChannels(s.out)));
      for (int64_t o = 0; o < s.out; ++o) {
        volatile double sum = 0;  // so that no product is left unrounded
        for (int64_t j = 0; j < fast.taps && first + j < s.kernel; ++j) {
          const double factor = convolution.weight_scale() * fast.factors[point][static_cast<size_t>(j)];
          const auto at = static_cast<size_t>((o * s.in + row % s.in) * s.kernel + first + j);
          volatile double product = factor * static_cast<double>(weights[at]);
          sum = sum + product;
        }
        made[static_cast<size_t>(o)] = static_cast<float>(sum);
      }
    }
  }
  return rows;
}

constexpr ConvolutionShape kShapes[] = {{1, 1, 3, 1},     {24, 24, 3, 1}, {70, 96, 7, 3}, {130, 80, 11, 1},
                                        {65, 100, 11, 1}, {3, 41, 12, 1}, {5, 6, 31, 1},  {129, 56, 1, 1}};

class PackingTest : public testing::TestWithParam<std::tuple<Isa, ConvolutionMethod>> {};

TEST_P(PackingTest, KeepsWhatTheDefinitionSays) {
  const auto [isa, method] = GetParam();
  Workers workers(2);
  Random random(11);
  for (const ConvolutionShape& shape : kShapes) {
    const std::vector<float> weights = random.Values(shape.out * shape.in * shape.kernel);
    const auto packed = Convolution::Pack(isa, shape, weights, method, &workers);
    EXPECT_EQ(packed.weight_scale(), 1);
    EXPECT_EQ(Kept(packed), Wanted(packed, weights)) << shape.in << " " << shape.out << " " << shape.kernel;
  }
}

// In 16 bits: the nearest to the definition's 32.
TEST_P(PackingTest, KeepsTheNearest16Bits) {
  const auto [isa, method] = GetParam();
  Workers workers(2);
  Random random(12);
  for (const ConvolutionShape& shape : kShapes) {
    const std::vector<float> weights = random.Values(shape.out * shape.in * shape.kernel, 0.02F);
    const auto packed = Convolution::Pack(isa, shape, weights, method, &workers, WeightType::kF16);
    std::vector<std::vector<float>> wanted = Wanted(packed, weights);
    double most = 0;
    if (packed.matrices()[0].type() == WeightType::kF16) {
      for (std::vector<float>& row : wanted) {
        for (float& v : row) {
          int exponent = 0;
          std::frexp(v, &exponent);
          const int last = std::max(exponent - 11, -24);  // 11 bits; the smallest half is 2^-24
          v = std::ldexp(std::nearbyint(std::ldexp(v, -last)), last);
          most = std::max(most, std::abs(static_cast<double>(v)));
        }
      }
      EXPECT_GT(most, 256);  // the scale brings them to the upper end
      EXPECT_LE(most, 16384);
    }
    EXPECT_EQ(Kept(packed), wanted) << shape.in << " " << shape.out << " " << shape.kernel;
  }
}

// Weights that a file has in 16 bits are packed as the same ones in 32; so on one thread.
TEST_P(PackingTest, TakesWeightsOf16Bits) {
  const auto [isa, method] = GetParam();
  Workers workers(3);
  Workers alone(1);
  Random random(13);
  for (const ConvolutionShape& shape : kShapes) {
    std::vector<uint16_t> halves;
    std::vector<float> floats;
    for (int64_t i = 0; i < shape.out * shape.in * shape.kernel; ++i) {
      const auto mantissa = static_cast<uint16_t>((random.Next() + 1) * 512);
      const auto exponent = static_cast<uint16_t>(i % 17);  // 0: numbers without a leading one
      const bool negative = i % 3 == 0;
      halves.push_back(static_cast<uint16_t>((negative ? 0x8000 : 0) | exponent << 10 | mantissa));
      const float magnitude = std::ldexp(static_cast<float>(mantissa + (exponent == 0 ? 0 : 1024)),
                                         std::max<int>(exponent, 1) - 25);
      floats.push_back(negative ? -magnitude : magnitude);
    }
    const StoredWeights stored(std::span<const uint16_t>{halves});
    for (const WeightType type : {WeightType::kF32, WeightType::kF16}) {
      const auto wanted = Convolution::Pack(isa, shape, floats, method, &alone, type);
      const auto packed = Convolution::Pack(isa, shape, stored, method, &workers, type);
      EXPECT_EQ(packed.weight_scale(), wanted.weight_scale());
      EXPECT_EQ(Kept(packed), Kept(wanted)) << shape.in << " " << shape.out << " " << shape.kernel;
      EXPECT_EQ(packed.bytes(), wanted.bytes());
    }
  }
}

std::string CaseName(const testing::TestParamInfo<std::tuple<Isa, ConvolutionMethod>>& param) {
  static constexpr const char* kNames[] = {"auto", "direct", "toom", "fourier16", "fourier32"};
  return std::string(IsaName(std::get<0>(param.param))) + "_" +
         kNames[static_cast<size_t>(std::get<1>(param.param))];
}

INSTANTIATE_TEST_SUITE_P(
    Isas, PackingTest,
    testing::Combine(testing::ValuesIn(AvailableIsas()),
                     testing::Values(ConvolutionMethod::kDirect, ConvolutionMethod::kToom,
                                     ConvolutionMethod::kFourier16, ConvolutionMethod::kFourier32)),
    CaseName);

}  // namespace
}  // namespace waveshift::cpu

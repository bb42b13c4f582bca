// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/tensor_type.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace waveshift::ggml {
namespace {

constexpr TensorType kAll[] = {TensorType::kF32, TensorType::kF16, TensorType::kBf16, TensorType::kQ8_0,
                               TensorType::kQ4_K};

std::vector<float> Wave(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i)));
  return values;
}

// Largest error of values in [-1, 1] that go into the type and back.
double ErrorOf(TensorType type) {
  const std::vector<float> values = Wave(512);
  std::string bytes;
  EXPECT_TRUE(AppendRows(type, values, 256, &bytes).ok());
  EXPECT_EQ(static_cast<int64_t>(bytes.size()), 512 / BlockValues(type) * BlockBytes(type));
  std::vector<float> back(values.size());
  ReadRows(type, bytes, back);
  double error = 0;
  for (size_t i = 0; i < values.size(); ++i) error = std::max<double>(error, std::abs(values[i] - back[i]));
  return error;
}

TEST(TensorType, NamesAndNumbersGoBothWays) {
  for (const TensorType type : kAll) {
    EXPECT_EQ(ParseType(TypeName(type)), type);
    EXPECT_EQ(TypeOfFileNumber(FileNumber(type)), type);
  }
  EXPECT_FALSE(ParseType("q4"));
  EXPECT_FALSE(TypeOfFileNumber(2));
}

TEST(TensorType, SizesAreThoseOfTheFormat) {
  EXPECT_EQ(BlockBytes(TensorType::kF32), 4);
  EXPECT_EQ(BlockBytes(TensorType::kF16), 2);
  EXPECT_EQ(BlockBytes(TensorType::kBf16), 2);
  EXPECT_EQ(BlockValues(TensorType::kQ8_0), 32);
  EXPECT_EQ(BlockBytes(TensorType::kQ8_0), 34);
  EXPECT_EQ(BlockValues(TensorType::kQ4_K), 256);
  EXPECT_EQ(BlockBytes(TensorType::kQ4_K), 144);
}

// Half a step of each type: 11 and 8 significant bits, 1/127 of the largest value, 2/15 with scales of 6
// bits.
TEST(TensorType, ErrorsAreThoseOfThePrecision) {
  EXPECT_EQ(ErrorOf(TensorType::kF32), 0);
  EXPECT_LE(ErrorOf(TensorType::kF16), std::ldexp(1, -12));
  EXPECT_LE(ErrorOf(TensorType::kBf16), std::ldexp(1, -9));
  EXPECT_LE(ErrorOf(TensorType::kQ8_0), 0.5 / 127 + 1e-3);
  EXPECT_LE(ErrorOf(TensorType::kQ4_K), 0.1);
  EXPECT_GT(ErrorOf(TensorType::kQ4_K), ErrorOf(TensorType::kQ8_0));
}

TEST(TensorType, HalvesAreRoundedToTheNearestEven) {
  std::string bytes;
  const std::vector<float> values = {1.0F, -2.0F, 65504.0F, 1.0F + std::ldexp(1.0F, -11), 5.9604645e-8F};
  ASSERT_TRUE(AppendRows(TensorType::kF16, values, 5, &bytes).ok());
  EXPECT_EQ(bytes, std::string("\x00\x3c\x00\xc0\xff\x7b\x00\x3c\x01\x00", 10));
}

TEST(TensorType, RowsComeAsTheyCome) {
  const std::vector<float> values = Wave(1024);
  for (const TensorType type : kAll) {
    std::string at_once;
    std::string one_by_one;
    ASSERT_TRUE(AppendRows(type, values, 256, &at_once).ok());
    for (size_t row = 0; row < 4; ++row) {
      ASSERT_TRUE(AppendRows(type, std::span(values).subspan(256 * row, 256), 256, &one_by_one).ok());
    }
    EXPECT_EQ(at_once, one_by_one) << TypeName(type);
  }
}

TEST(TensorType, WhatCannotBeStoredIsAnError) {
  std::string bytes;
  const auto status = [&](TensorType type, float value) {
    return AppendRows(type, std::vector<float>(256, value), 256, &bytes);
  };
  const float infinity = std::numeric_limits<float>::infinity();
  for (const TensorType type : kAll) {
    EXPECT_EQ(status(type, std::nanf("")).code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status(type, infinity).code(), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(status(TensorType::kF16, 70000).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(bytes.empty());
  EXPECT_TRUE(status(TensorType::kF32, 70000).ok());
  EXPECT_EQ(AppendRows(TensorType::kQ8_0, std::vector<float>(48), 48, &bytes).code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace waveshift::ggml

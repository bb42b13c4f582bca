// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/stored_weights.h"

#include <cmath>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include "runtime/cpu/kernel_test_tools.h"

namespace waveshift::cpu {
namespace {

class StoredWeightsTest : public testing::TestWithParam<Isa> {
 protected:
  float Largest(const StoredWeights& weights) { return LargestMagnitude(GetParam(), weights, &workers_); }

  Workers workers_{2};
};

// Wherever it stands, of either sign; more values than one worker takes at once.
TEST_P(StoredWeightsTest, FindsTheLargestMagnitude) {
  Random random(5);
  for (const int64_t count : {1, 3, 16, 100, 700001}) {
    std::vector<float> values = random.Values(count);
    for (const int64_t at : {int64_t{0}, count / 2, count - 1}) {
      for (const float value : {1.5F, -1.75F}) {
        const float before = std::exchange(values[static_cast<size_t>(at)], value);
        EXPECT_EQ(Largest(values), std::abs(value)) << count << " " << at;
        values[static_cast<size_t>(at)] = before;
      }
    }
  }
  EXPECT_EQ(Largest(std::vector<float>{}), 0.0F);
  EXPECT_EQ(Largest(std::vector<float>{-0.0F, 1e-45F}), 1e-45F);
  EXPECT_EQ(Largest(std::vector<float>{-3e38F, 1}), 3e38F);
}

TEST_P(StoredWeightsTest, FindsItIn16Bits) {
  std::vector<uint16_t> halves(300000, 0x3C00);  // 1
  const auto largest = [&] { return Largest(StoredWeights(std::span<const uint16_t>(halves))); };
  EXPECT_EQ(largest(), 1.0F);
  halves[299999] = 0xC100;
  EXPECT_EQ(largest(), 2.5F);
  halves[7] = 0xFBFF;
  EXPECT_EQ(largest(), 65504.0F);
  for (const int wrong : {0x7C00, 0xFC00, 0x7E00, 0xFC01}) {
    halves[250000] = static_cast<uint16_t>(wrong);
    EXPECT_FALSE(std::isfinite(largest())) << wrong;
  }
  halves.assign(5, 0x8001);
  EXPECT_EQ(largest(), std::ldexp(1.0F, -24));
}

TEST_P(StoredWeightsTest, SaysThatAValueIsNotFinite) {
  for (const float wrong : {INFINITY, -INFINITY, NAN, -std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> values(600000, 3e38F);
    for (const size_t at : {size_t{0}, size_t{262143}, size_t{599999}}) {
      values[at] = wrong;
      EXPECT_FALSE(std::isfinite(Largest(values))) << wrong << " " << at;
      values[at] = 1;
    }
    EXPECT_EQ(Largest(values), 3e38F);
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, StoredWeightsTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& param) { return std::string(IsaName(param.param)); });

}  // namespace
}  // namespace waveshift::cpu

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/row_attention.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "runtime/cpu/kernel_test_tools.h"

namespace waveshift::cpu {
namespace {

struct Case {
  int64_t queries, keys, heads, width;
};

// Random rows, and what attention makes of them by the definition.
struct Given {
  Given(const Case& each, bool with_bias, Random* random) : c(each) {
    const int64_t row = c.heads * c.width + kGap;
    q = random->Values(c.queries * row, 3);
    k = random->Values(c.keys * row);
    v = random->Values(c.keys * row);
    if (with_bias) bias = random->Values(c.heads * c.keys, 4);
    call = {.q = q.data(),
            .q_row = row,
            .queries = c.queries,
            .k = k.data(),
            .k_row = row,
            .v = v.data(),
            .v_row = row,
            .keys = c.keys,
            .heads = c.heads,
            .width = c.width,
            .scale = 0.7F,
            .key_bias = with_bias ? bias.data() : nullptr,
            .out_row = row};
  }

  double Score(int64_t query, int64_t key, int64_t head) const {
    double sum = bias.empty() ? 0 : static_cast<double>(bias[static_cast<size_t>(head * c.keys + key)]);
    for (int64_t i = 0; i < c.width; ++i) {
      sum += static_cast<double>(q[static_cast<size_t>(query * call.q_row + head * c.width + i)]) *
             static_cast<double>(k[static_cast<size_t>(key * call.k_row + head * c.width + i)]);
    }
    return static_cast<double>(call.scale) * sum;
  }
  // [queries, row], 0 between rows.
  std::vector<double> Wanted() const {
    std::vector<double> out(q.size());
    for (int64_t query = 0; query < c.queries; ++query) {
      for (int64_t head = 0; head < c.heads; ++head) {
        double total = 0;
        for (int64_t key = 0; key < c.keys; ++key) total += std::exp(Score(query, key, head));
        for (int64_t key = 0; key < c.keys; ++key) {
          const double weight = std::exp(Score(query, key, head)) / total;
          for (int64_t i = 0; i < c.width; ++i) {
            const int64_t place = head * c.width + i;
            out[static_cast<size_t>(query * call.out_row + place)] +=
                weight * static_cast<double>(v[static_cast<size_t>(key * call.v_row + place)]);
          }
        }
      }
    }
    return out;
  }

  static constexpr int64_t kGap = 3;
  Case c;
  std::vector<float> q, k, v, bias;
  RowAttention call;
};

class RowAttentionTest : public testing::TestWithParam<Isa> {};

TEST_P(RowAttentionTest, IsThatOfTheDefinition) {
  Random random(1);
  Workers workers(2);
  for (const Case& c : {Case{1, 1, 1, 1}, Case{5, 3, 2, 16}, Case{80, 61, 3, 20}, Case{40, 500, 2, 64},
                        Case{37, 49, 1, 100}}) {
    for (const bool with_bias : {false, true}) {
      Given given(c, with_bias, &random);
      std::vector<float> got(given.q.size(), 0.0F);
      given.call.out = got.data();
      AttendRows(GetParam(), given.call, &workers);
      EXPECT_LT(RelativeError(got, given.Wanted()), 8e-6) << c.queries << " " << c.keys << " " << c.width;
    }
  }
}

TEST_P(RowAttentionTest, IsTheSameOnAnyNumberOfThreads) {
  Random random(2);
  Given given({75, 90, 3, 32}, true, &random);
  std::vector<float> first(given.q.size(), 0.0F);
  std::vector<float> second(given.q.size(), 0.0F);
  Workers one(1);
  Workers three(3);
  given.call.out = first.data();
  AttendRows(GetParam(), given.call, &one);
  given.call.out = second.data();
  AttendRows(GetParam(), given.call, &three);
  EXPECT_EQ(first, second);
}

// One key that outweighs all others by more than a float can say.
TEST_P(RowAttentionTest, LargeScoresStayFinite) {
  Random random(3);
  Given given({4, 20, 1, 8}, true, &random);
  given.bias[7] = 3e4F;
  std::vector<float> got(given.q.size(), 0.0F);
  given.call.out = got.data();
  Workers workers(1);
  AttendRows(GetParam(), given.call, &workers);
  for (int64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(got[static_cast<size_t>(i)], given.v[static_cast<size_t>(7 * given.call.v_row + i)]);
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, RowAttentionTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& param) { return std::string(IsaName(param.param)); });

}  // namespace
}  // namespace waveshift::cpu

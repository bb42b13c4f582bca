// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What needs no network; generator_test.cc has the reference's sequences.
#include "tts/indextts/gpt/code_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tts/indextts/gpt/golden_gpt_test_tools.h"
#include "tts/indextts/gpt/row_filter.h"

namespace waveshift::tts::indextts {
namespace {

using testing::ElementsAre;
using Values = std::vector<float>;
using Codes = std::vector<int32_t>;

constexpr CodeSet kEight = {.count = 8, .start = 6, .stop = 7};

TEST(Noise, IsTheReferences) {
  const CounterNoise noise(12345);
  const Values step0 = GoldenFloats("noise_check");
  const Values step7 = GoldenFloats("noise_check_step7");
  const std::vector<double> uniform = std::get<std::vector<double>>(
      ReadNpy(kGoldenFolder + "tensors/noise_check_uniform.npy").value().values);
  ASSERT_EQ(step0.size(), 1000u);
  for (int64_t i = 0; i < 1000; ++i) {
    const auto place = static_cast<size_t>(i);
    EXPECT_EQ(noise.Uniform(0, i), uniform[place]);
    EXPECT_FLOAT_EQ(noise.Exponential(0, i), step0[place]);
    EXPECT_FLOAT_EQ(noise.Exponential(7, i), step7[place]);
    EXPECT_EQ(CounterNoise(12345, 20).Exponential(7, i), noise.Exponential(7, i + 20));
  }
}

TEST(Noise, SeedsOfNeighboursDiffer) {
  std::set<uint64_t> seeds;
  for (uint64_t job = 0; job < 10; ++job) {
    for (uint64_t line = 0; line < 10; ++line) {
      for (uint64_t attempt = 0; attempt < 10; ++attempt) seeds.insert(LineSeed(job, line, attempt));
    }
  }
  EXPECT_EQ(seeds.size(), 1000u);
  EXPECT_EQ(LineSeed(1, 2, 3), LineSeed(1, 2, 3));
}

Codes CodesOf(std::span<const RowCandidate> row) {
  Codes codes;
  for (const RowCandidate& each : row) codes.push_back(each.code);
  return codes;
}

TEST(RowFilter, KeepsTiesAtTheThreshold) {
  RowFilter filter({.beams = 1, .top_k = 2, .top_p = 1, .repetition_penalty = 1}, kEight);
  EXPECT_THAT(CodesOf(filter.Apply(Values{1, 5, 4, 4, 4, 3, 0, 0}, {}).value()), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(CodesOf(filter.Apply(Values{1, 5, 4, 3, 2, 3, 0, 0}, {}).value()), ElementsAre(1, 2));
}

TEST(RowFilter, KeepsAtLeastTwoWithBeamsAndOneWithout) {
  const Values sure = {0, 0, 90, 1, 0, 0, 0, 0};
  SamplingOptions options = {.beams = 3, .top_k = 1, .top_p = 0.1, .repetition_penalty = 1};
  EXPECT_THAT(CodesOf(RowFilter(options, kEight).Apply(sure, {}).value()), ElementsAre(2, 3));
  options.beams = 1;
  EXPECT_THAT(CodesOf(RowFilter(options, kEight).Apply(sure, {}).value()), ElementsAre(2));
}

TEST(RowFilter, TakesOffWhatIsNotInTheNucleus) {
  // Shares 0.5, 0.3, 0.15, 0.05: the last one is at most 1 - 0.9, the last two together are not.
  const Values logits = {
      std::log(0.5F), std::log(0.3F), std::log(0.15F), std::log(0.05F), -90, -90, -90, -90};
  RowFilter filter({.beams = 1, .top_k = 0, .top_p = 0.9, .repetition_penalty = 1}, kEight);
  EXPECT_THAT(CodesOf(filter.Apply(logits, {}).value()), ElementsAre(0, 1, 2));
}

TEST(RowFilter, PenalisesEachCodeOnceAndThePlaceholders) {
  const Values logits = {4, 4, -1, 4, 3.5, 0, 4, -2};
  RowFilter filter({.sample = true, .beams = 1, .top_k = 0, .top_p = 1, .repetition_penalty = 2}, kEight);
  const auto row = filter.Apply(logits, Codes{2, 3, 3, 3}).value();
  Values by_code(8);
  for (const RowCandidate& each : row) by_code[static_cast<size_t>(each.code)] = each.value;
  EXPECT_THAT(by_code, ElementsAre(4, 2, -2, 2, 3.5, 0, 2, -2));
}

TEST(RowFilter, RefusesWhatIsNoNumber) {
  RowFilter filter({}, {.count = 8, .start = 6, .stop = 7});
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(filter.Apply(Values{0, 0, 0, bad, 0, 0, 0, 0}, {}).status().code(), StatusCode::kInternal);
  }
  EXPECT_EQ(filter.Apply(Values{0, 0}, {}).status().code(), StatusCode::kInternal);
}

class SameNoise final : public NoiseSource {
 public:
  float Exponential(int64_t, int64_t) const override { return 1; }
};

// One code has all the probability that a float can hold: the others come by their scores, none with -inf.
TEST(CodeSearch, FillsUpWithTheBestWhereProbabilitiesVanish) {
  const SamplingOptions options = {.beams = 2, .top_k = 4, .top_p = 1, .repetition_penalty = 1};
  const auto search = CodeSearch::Start(options, kEight, std::make_shared<SameNoise>()).value();
  ASSERT_TRUE(search->Advance(Values{0, 1, 2, 300, 4, 5, 0, 0}).ok());
  Values scores;
  Codes codes;
  for (const SearchCandidate& each : search->candidates()) {
    scores.push_back(each.score);
    codes.push_back(each.code);
  }
  EXPECT_THAT(codes, ElementsAre(3, 3, 5, 5));
  EXPECT_THAT(scores, ElementsAre(0, 0, -295, -295));
  EXPECT_THAT(search->next_codes(), ElementsAre(3, 3));
  EXPECT_THAT(search->parents(), ElementsAre(0, 1));
}

// All ways through a model whose logits depend on the last code only, by trying all of them.
TEST(CodeSearch, BeamSearchFindsTheBestOfAllWays) {
  const auto logits = [](int32_t last) {
    Values row(8);
    for (int32_t code = 0; code < 8; ++code) {
      row[static_cast<size_t>(code)] =
          2 * std::sin(5.0F * static_cast<float>(last * last) + 3.0F * static_cast<float>(code));
    }
    row[7] = -50;
    return row;
  };
  const auto log_p = [&](int32_t last, int32_t code) {
    const Values row = logits(last);
    double sum = 0;
    for (const float value : row) sum += std::exp(value);
    return row[static_cast<size_t>(code)] - std::log(sum);
  };
  // Three codes, none of them the stop code, without a penalty.
  double best = -HUGE_VAL;
  Codes wanted;
  for (int32_t a = 0; a < 7; ++a) {
    for (int32_t b = 0; b < 7; ++b) {
      for (int32_t c = 0; c < 7; ++c) {
        const double score = log_p(6, a) + log_p(a, b) + log_p(b, c);
        if (score > best) {
          best = score;
          wanted = {a, b, c};
        }
      }
    }
  }
  // The stop code is made unlikely instead of left out, which changes all ways alike.
  SamplingOptions options = {.sample = false, .beams = 4, .repetition_penalty = 1, .max_codes = 3};
  const auto search = CodeSearch::Start(options, kEight, nullptr).value();
  Codes last = {6};
  while (!search->done()) {
    Values rows;
    for (const int32_t code : last) {
      const Values row = logits(code);
      rows.insert(rows.end(), row.begin(), row.end());
    }
    ASSERT_TRUE(search->Advance(rows).ok());
    last.assign(search->next_codes().begin(), search->next_codes().end());
  }
  EXPECT_EQ(search->draws(), 0);
  EXPECT_EQ(search->Result().size(), 3u);
  // Four beams of seven need not find the best way, but with this model they do.
  EXPECT_EQ(search->Result(), wanted);
}

TEST(CodeSearch, SaysWhichOptionIsWrong) {
  const auto refusal = [](const SamplingOptions& options) {
    return Message(
        CodeSearch::Start(options, {.count = 66, .start = 64, .stop = 65}, std::make_shared<SameNoise>())
            .status());
  };
  EXPECT_EQ(refusal({}), "");
  EXPECT_THAT(refusal({.beams = 0}), testing::HasSubstr("beams"));
  EXPECT_THAT(refusal({.beams = 17}), testing::HasSubstr("beams"));
  EXPECT_THAT(refusal({.temperature = 0}), testing::HasSubstr("temperature"));
  EXPECT_THAT(refusal({.temperature = std::nan("")}), testing::HasSubstr("temperature"));
  EXPECT_THAT(refusal({.top_k = -1}), testing::HasSubstr("top_k"));
  EXPECT_THAT(refusal({.top_p = 1.5}), testing::HasSubstr("top_p"));
  EXPECT_THAT(refusal({.repetition_penalty = 0}), testing::HasSubstr("repetition_penalty"));
  EXPECT_THAT(refusal({.length_penalty = HUGE_VAL}), testing::HasSubstr("length_penalty"));
  EXPECT_THAT(refusal({.typical_mass = 1}), testing::HasSubstr("typical_mass"));
  EXPECT_THAT(refusal({.max_codes = 0}), testing::HasSubstr("max_codes"));
  EXPECT_THAT(Message(CodeSearch::Start({}, kEight, nullptr).status()), testing::HasSubstr("noise"));
}

TEST(CodeSearch, RefusesToGoOnBehindTheEnd) {
  const auto search =
      CodeSearch::Start({.sample = false, .beams = 1, .max_codes = 1}, kEight, nullptr).value();
  ASSERT_TRUE(search->Advance(Values{0, 1, 2, 3, 4, 5, 0, 0}).ok());
  EXPECT_TRUE(search->done());
  EXPECT_EQ(search->Result(), Codes{5});
  EXPECT_EQ(search->Advance(Values(8)).code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace waveshift::tts::indextts

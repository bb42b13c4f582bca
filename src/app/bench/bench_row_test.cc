// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/bench_row.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::app {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

BenchRow Timed(double seconds, const BenchWork& work) {
  return {.bench = "indextts",
          .subject = "1.5 q8_0",
          .threads = 2,
          .lines = 4,
          .measure = "gpt_step",
          .unit = "s",
          .value = seconds,
          .median = 2 * seconds,
          .processor_s = 0.25,
          .work = work};
}

TEST(BenchRowTest, BestAndMedianOfRounds) {
  const BenchRounds rounds = Summary({5, 1, 3, 9, 2});
  EXPECT_EQ(rounds.best, 1);
  EXPECT_EQ(rounds.median, 3);
  EXPECT_EQ(Summary({4}).median, 4);
}

// 100 GFLOP/s and 20 GB/s: a second of arithmetic, or a second of reading.
TEST(BenchRowTest, TheScarcerOfArithmeticAndReadingIsTheLimit) {
  EXPECT_DOUBLE_EQ(LeastSeconds({100e9, 2e9}, 100, 20), 1);
  EXPECT_DOUBLE_EQ(LeastSeconds({10e9, 20e9}, 100, 20), 1);
  EXPECT_DOUBLE_EQ(LeastSeconds({}, 100, 20), 0);
  std::vector<BenchRow> rows = {Timed(4, {100e9, 2e9}), Timed(4, {}), Timed(4, {100e9, 0})};
  rows[2].unit = "codes/s";
  SetShares(rows, 100, 20);
  EXPECT_DOUBLE_EQ(rows[0].share_of_limit.value(), 0.25);
  EXPECT_FALSE(rows[1].share_of_limit.has_value());
  EXPECT_FALSE(rows[2].share_of_limit.has_value());
}

TEST(BenchRowTest, JsonComesBack) {
  BenchReport report;
  report.rows = {Timed(0.125, {3e9, 5e8})};
  report.rows[0].share_of_limit = 0.5;
  report.rows.push_back({.bench = "voices",
                         .subject = "kokoro",
                         .threads = 2,
                         .measure = "rtf_line",
                         .unit = "s/s",
                         .value = 0.1234567890123,
                         .median = 0.2,
                         .aim = 0.2});
  report.skipped = {{"piper", "no voices in \"/x\""}};
  const std::string text = BenchJson(report);
  EXPECT_THAT(text, HasSubstr("\"gflop_per_s\": 24.0"));
  EXPECT_THAT(text, HasSubstr("\"gb_per_s\": 4.0"));
  EXPECT_THAT(text, HasSubstr("\"aim_met\": true"));
  EXPECT_THAT(text, HasSubstr("\"value\": 0.123457"));
  const auto back = ParseBenchJson(text);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->rows.size(), 2);
  EXPECT_EQ(back->rows[0].lines, 4);
  EXPECT_EQ(back->rows[0].work.flop, 3e9);
  EXPECT_EQ(back->rows[0].processor_s, 0.25);
  EXPECT_EQ(back->rows[0].share_of_limit, 0.5);
  EXPECT_FALSE(back->rows[0].aim.has_value());
  EXPECT_EQ(back->rows[1].aim, 0.2);
  EXPECT_EQ(back->rows[1].lines, 0);
  EXPECT_EQ(back->skipped[0].reason, "no voices in \"/x\"");
  EXPECT_EQ(BenchJson(*back), text);
}

TEST(BenchRowTest, WhatIsNoReportIsAnError) {
  for (const char* text : {"", "[]", "{\"rows\": 3}", "{\"rows\": [{}], \"skipped\": []}"}) {
    EXPECT_EQ(ParseBenchJson(text).status().code(), StatusCode::kInternal) << text;
  }
}

TEST(BenchRowTest, TableForPeople) {
  BenchReport report;
  report.rows = {Timed(0.125, {3e9, 5e8})};
  report.rows[0].share_of_limit = 0.5;
  report.rows.push_back({.bench = "voices",
                         .subject = "kokoro",
                         .threads = 1,
                         .measure = "rtf_line",
                         .unit = "s/s",
                         .value = 0.3,
                         .median = 0.3,
                         .aim = 0.2});
  report.skipped = {{"piper", "no voices"}};
  const std::string table = BenchTable(report);
  EXPECT_THAT(table, ContainsRegex("indextts +1.5 q8_0 +2 +4 +gpt_step +0.1250 +s +24.0 +4.0000 +50%\n"));
  EXPECT_THAT(table, ContainsRegex("voices +kokoro +1 +rtf_line +0.3000 +s/s +aim 0.2000, missed\n"));
  EXPECT_THAT(table, HasSubstr("piper left out: no voices\n"));
  EXPECT_THAT(table, Not(HasSubstr(" \n")));
}

}  // namespace
}  // namespace waveshift::app

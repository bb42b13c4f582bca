// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/progress_printer.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace waveshift::app {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

pipeline::Progress At(double percent, int64_t done = 0) {
  pipeline::Progress progress;
  progress.stage = "synthesize";
  progress.percent = percent;
  progress.lines_done = done;
  progress.lines_total = 30;
  progress.speed = 2.34;
  progress.eta_s = 64.2;
  return progress;
}

TEST(ProgressPrinterTest, StyleFollowsFlagsAndTerminal) {
  EXPECT_EQ(*ChooseProgressStyle("auto", false, true), ProgressStyle::kBar);
  EXPECT_EQ(*ChooseProgressStyle("auto", false, false), ProgressStyle::kLines);
  EXPECT_EQ(*ChooseProgressStyle("plain", false, true), ProgressStyle::kLines);
  EXPECT_EQ(*ChooseProgressStyle("auto", true, true), ProgressStyle::kNone);
  EXPECT_EQ(*ChooseProgressStyle("json", true, true), ProgressStyle::kJson);
  EXPECT_EQ(ChooseProgressStyle("loud", false, true).status().code(), StatusCode::kInvalidArgument);
}

TEST(ProgressPrinterTest, LineSaysStagePercentLinesSpeedAndTimeLeft) {
  EXPECT_EQ(FormatProgress(At(41.9, 12)), "synthesize  41%  12/30 lines  2.3x  1:05 left");
  pipeline::Progress bare;
  bare.stage = "probe";
  EXPECT_EQ(FormatProgress(bare), "probe   0%");
  pipeline::Progress longer = At(1);
  longer.eta_s = 3725;
  EXPECT_THAT(FormatProgress(longer), EndsWith("1:02:05 left"));
}

TEST(ProgressPrinterTest, JsonHasTheNamesOfTheStatusRoute) {
  const auto json = nlohmann::json::parse(FormatProgressJson(At(41.94, 12)));
  EXPECT_EQ(json.size(), 6u);
  EXPECT_EQ(json["stage"], "synthesize");
  EXPECT_DOUBLE_EQ(json["percent"], 41.9);
  EXPECT_EQ(json["lines_done"], 12);
  EXPECT_EQ(json["lines_total"], 30);
  EXPECT_DOUBLE_EQ(json["speed"], 2.34);
  EXPECT_DOUBLE_EQ(json["eta_s"], 64.2);
  pipeline::Progress unknown = At(1);
  unknown.eta_s = -1;
  EXPECT_TRUE(nlohmann::json::parse(FormatProgressJson(unknown))["eta_s"].is_null());
}

TEST(ProgressPrinterTest, PercentNeverGoesBack) {
  std::ostringstream out;
  ProgressPrinter printer(ProgressStyle::kJson, out);
  for (const double percent : {10.0, 40.0, 20.0, 100.0}) printer.Update(At(percent));
  std::istringstream lines(out.str());
  std::string line;
  std::vector<double> seen;
  while (std::getline(lines, line)) seen.push_back(nlohmann::json::parse(line)["percent"]);
  EXPECT_EQ(seen, (std::vector<double>{10, 40, 40, 100}));
}

TEST(ProgressPrinterTest, PlainLinesComeSeldomAndTheLastAlways) {
  std::ostringstream out;
  ProgressPrinter::Clock::time_point now;
  ProgressPrinter printer(ProgressStyle::kLines, out, 80, [&] { return now; });
  for (int i = 0; i < 70; ++i) {  // seven seconds
    printer.Update(At(i));
    now += std::chrono::milliseconds(100);
  }
  printer.Update(At(100, 30));
  printer.Update(At(100, 30));
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << text;
  EXPECT_THAT(out.str(), HasSubstr("100%"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
}

TEST(ProgressPrinterTest, BarFitsTheTerminalAndNoticesStandAboveIt) {
  std::ostringstream out;
  {
    ProgressPrinter printer(ProgressStyle::kBar, out, 40);
    printer.Update(At(50));
    printer.Notice("2 damaged packets became silence");
  }
  const std::string text = out.str();
  EXPECT_THAT(text, HasSubstr("\r\x1b[K2 damaged packets became silence\n\r[############------------]"));
  EXPECT_THAT(text, EndsWith("\x1b[K\n"));
  const size_t bar = text.find('[');
  EXPECT_EQ(text.find('\x1b', bar) - bar, 39u);
}

TEST(ProgressPrinterTest, QuietSaysNothing) {
  std::ostringstream out;
  ProgressPrinter printer(ProgressStyle::kNone, out);
  printer.Update(At(50));
  printer.Notice("anything");
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace waveshift::app

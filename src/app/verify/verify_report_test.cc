// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/verify_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

VerifyReport Sample() {
  VerifyReport report;
  report.url = "https://host";
  report.reachable = true;
  report.version = "1.2.3";
  report.first_s = 12.25;
  report.Ok("health", "healthy");
  report.Warn("connection", "plain HTTP", "put TLS before it");
  report.Fail("bad JSON", "HTTP 200 (wanted: HTTP 400)");
  report.Skip("latency: status", "no token");
  return report;
}

TEST(VerifyReport, TableForPeople) {
  const std::string text = VerifyReportText(Sample(), false);
  EXPECT_THAT(text, HasSubstr("WaveShift 1.2.3 at https://host; first answer after 12.2 s\n"));
  EXPECT_THAT(text, HasSubstr("ok       health           healthy\n"));
  EXPECT_THAT(text, HasSubstr("failed   bad JSON         HTTP 200 (wanted: HTTP 400)\n"));
  EXPECT_THAT(text, HasSubstr("         -> put TLS before it\n"));
  EXPECT_THAT(text, HasSubstr("1 ok, 1 warning, 1 failed, 1 skipped\n"));
  const std::string problems = VerifyReportText(Sample(), true);
  EXPECT_THAT(problems, Not(HasSubstr("healthy")));
  EXPECT_THAT(problems, HasSubstr("bad JSON"));
}

TEST(VerifyReport, JsonForMachines) {
  const auto json = nlohmann::json::parse(VerifyReportJson(Sample()));
  EXPECT_EQ(json["passed"], false);
  EXPECT_EQ(json["version"], "1.2.3");
  EXPECT_EQ(json["first_answer_s"], 12.25);
  EXPECT_EQ(json["counts"]["warning"], 1);
  EXPECT_EQ(json["checks"][1]["remedy"], "put TLS before it");
  EXPECT_TRUE(json["checks"][0]["remedy"].is_null());
  EXPECT_EQ(json["checks"][2]["result"], "failed");
  EXPECT_TRUE(json["task"].is_null());
}

TEST(TimesOf, MedianAndWorst) {
  EXPECT_EQ(TimesOf({0.3, 0.1, 0.2}).median_s, 0.2);
  EXPECT_EQ(TimesOf({0.3, 0.1, 0.2}).worst_s, 0.3);
  EXPECT_DOUBLE_EQ(TimesOf({4, 1, 2, 3}).median_s, 2.5);
  EXPECT_EQ(TimesOf({1}).count, 1);
}

TEST(ShownText, IsOneHarmlessLine) {
  EXPECT_EQ(ShownText("a\nb\tc"), "a b c");
  EXPECT_EQ(ShownText("\x1b[31mred\x07"), "?[31mred?");
  EXPECT_EQ(ShownText("任务不存在"), "任务不存在");
  EXPECT_EQ(ShownText("\xff\xc0z\xe4"), "??z?");
  EXPECT_EQ(ShownText("\xc2\x9b"), "??");  // a control character of two bytes
  EXPECT_EQ(ShownText("abcdef", 3), "abc…");
  EXPECT_EQ(ShownText("任务", 4), "任…");
}

}  // namespace
}  // namespace waveshift::app

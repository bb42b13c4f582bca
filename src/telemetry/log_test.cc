// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <thread>

namespace waveshift::telemetry {
namespace {

using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

struct Lines {
  std::vector<std::string> all;
  LoggerOptions Options(LogLevel level = LogLevel::kDebug, LogFormat format = LogFormat::kText) {
    return {level, format, [this](std::string_view line) { all.emplace_back(line); }};
  }
  json Last() const { return json::parse(all.back()); }
};

TEST(Log, TextLines) {
  Lines lines;
  Logger logger(lines.Options());
  logger.Info("job started", {{"task_id", "7f2"}, {"note", "two words"}, {"empty", ""}, {"quote", "a\"b"}});
  ASSERT_EQ(lines.all.size(), 1U);
  EXPECT_TRUE(
      std::regex_match(lines.all[0], std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  "
                                                "job started \\| task_id=7f2 note=\"two words\" "
                                                "empty=\"\" quote=\"a\\\\\"b\"")))
      << lines.all[0];
  logger.Warning("no fields");
  EXPECT_THAT(lines.all[1], EndsWith(" WARN  no fields"));
}

TEST(Log, JsonLines) {
  Lines lines;
  Logger logger(lines.Options(LogLevel::kInfo, LogFormat::kJson));
  logger.Error("disk \"full\"\n", {{"task_id", "7f2"}, {"level", "mine"}, {"bad", "\xFF"}});
  ASSERT_EQ(lines.all.size(), 1U);
  EXPECT_THAT(lines.all[0], Not(HasSubstr("\n")));
  const json line = lines.Last();
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["message"], "disk \"full\"\n");
  EXPECT_EQ(line["task_id"], "7f2");
  EXPECT_EQ(line["level_"], "mine");
  EXPECT_EQ(line["time"].get<std::string>().size(), 24U);
  EXPECT_EQ(line["bad"], "\xEF\xBF\xBD");
}

TEST(Log, LevelsBelowTheLeastAreDropped) {
  Lines lines;
  Logger logger(lines.Options(LogLevel::kWarning));
  logger.Debug("1");
  logger.Info("2");
  logger.Warning("3");
  logger.Error("4");
  EXPECT_EQ(lines.all.size(), 2U);
  EXPECT_FALSE(logger.IsEnabled(LogLevel::kInfo));
  EXPECT_TRUE(logger.IsEnabled(LogLevel::kError));
}

TEST(Log, BracesArePlainText) {
  Lines lines;
  Logger(lines.Options()).Info("{} {0} {:s} %s");
  EXPECT_THAT(lines.all[0], EndsWith("{} {0} {:s} %s"));
}

TEST(Log, NobodyWritesALineOfTheirOwn) {
  Lines lines;
  Logger logger(lines.Options());
  logger.Info("a\nb\r\x1b[31m\x7F\t", {{"user", "x\n2026 ERROR forged"}, {"na\nme", "y"}});
  ASSERT_EQ(lines.all.size(), 1U);
  EXPECT_THAT(lines.all[0],
              HasSubstr("a\\nb\\r\\x1b[31m\\x7f\\t | user=\"x\\n2026 ERROR forged\" na\\nme=y"));
}

TEST(Log, ScopesAddTheirFields) {
  Lines lines;
  Logger logger(lines.Options(LogLevel::kInfo, LogFormat::kJson));
  {
    const LogScope request({{"request_id", "r1"}, {"peer", "::1"}});
    {
      const LogScope task({{"task_id", "t1"}, {"peer", "inner"}});
      logger.Info("in", {{"task_id", "mine"}});
      EXPECT_EQ(lines.Last()["request_id"], "r1");
      EXPECT_EQ(lines.Last()["task_id"], "mine");
      EXPECT_EQ(lines.Last()["peer"], "inner");
      EXPECT_EQ(LogScope::Current().size(), 4U);
    }
    logger.Info("middle");
    EXPECT_EQ(lines.Last()["peer"], "::1");
    EXPECT_FALSE(lines.Last().contains("task_id"));
    std::jthread([&, fields = LogScope::Current()] {
      logger.Info("elsewhere");
      const LogScope handed_over(fields);
      logger.Info("handed over");
    }).join();
    EXPECT_EQ(lines.Last()["request_id"], "r1");
    EXPECT_FALSE(json::parse(lines.all[lines.all.size() - 2]).contains("request_id"));
  }
  logger.Info("out");
  EXPECT_FALSE(lines.Last().contains("request_id"));
}

TEST(Log, SecretsAreMasked) {
  Lines lines;
  Logger logger(lines.Options());
  logger.AddSecret("token-1");
  logger.AddSecret("token-12345");
  logger.AddSecret("abc");
  logger.AddSecret("");
  const LogScope scope({{"header", "Bearer token-12345"}});
  logger.Info("token-1token-1, token-12345 and abc", {{"url", "https://x/?key=token-1&y"}});
  EXPECT_THAT(lines.all[0], HasSubstr("************, ****** and abc"));
  EXPECT_THAT(lines.all[0], HasSubstr("Bearer ******\""));
  EXPECT_THAT(lines.all[0], HasSubstr("key=******&y"));
  EXPECT_THAT(lines.all[0], Not(HasSubstr("token-1")));
  logger.AddSecret("****");  // must come to an end
  logger.Info("token-1 ****");
  EXPECT_EQ(lines.all.size(), 2U);
}

TEST(Log, ASecretWithQuotesIsMaskedInJsonToo) {
  Lines lines;
  Logger logger(lines.Options(LogLevel::kInfo, LogFormat::kJson));
  logger.AddSecret("pa\"ss\\word");
  logger.Info("it is pa\"ss\\word");
  EXPECT_EQ(lines.Last()["message"], "it is ******");
}

TEST(Log, LongMessagesAreCut) {
  Lines lines;
  Logger logger(lines.Options());
  logger.Info(std::string(1 << 20, 'x'), {{"f", std::string(1 << 20, 'y')}});
  EXPECT_LT(lines.all[0].size(), 40000U);
  EXPECT_GT(lines.all[0].size(), 30000U);
}

TEST(Log, SinksThatThrowAndSinksThatAreMissing) {
  testing::internal::CaptureStderr();
  Logger throwing(
      {LogLevel::kInfo, LogFormat::kText, [](std::string_view) { throw std::runtime_error("sink"); }});
  throwing.Info("a");
  throwing.Info("b");
  Logger none({LogLevel::kInfo, LogFormat::kText, nullptr});
  none.Info("c");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Log, ManyThreadsWriteWholeLines) {
  Lines lines;  // not locked: the logger calls its sink once at a time
  Logger logger(lines.Options(LogLevel::kInfo, LogFormat::kJson));
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const LogScope scope({{"thread", std::to_string(t)}});
      for (int i = 0; i < 100; ++i) {
        logger.Info("line " + std::to_string(t));
        if (i == 50) logger.AddSecret("secret-" + std::to_string(t));
      }
    });
  }
  threads.clear();
  ASSERT_EQ(lines.all.size(), 800U);
  for (const std::string& line : lines.all) {
    const json parsed = json::parse(line);
    EXPECT_EQ(parsed["message"], "line " + parsed["thread"].get<std::string>());
  }
}

TEST(Log, Words) {
  EXPECT_EQ(ParseLogLevel("DEBUG").value(), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("Warn").value(), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("critical").value(), LogLevel::kError);
  EXPECT_EQ(ParseLogLevel("loud").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ParseLogFormat("JSON").value(), LogFormat::kJson);
  EXPECT_EQ(ParseLogFormat("xml").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::telemetry

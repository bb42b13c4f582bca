// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "config/dotenv.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace waveshift::config {
namespace {

std::string ValueOf(std::string_view text, const std::string& key) {
  const auto parsed = ParseDotEnv(text, ".env");
  if (!parsed.ok()) return "ERROR: " + Message(parsed.status());
  const auto it = parsed->values.find(key);
  return it == parsed->values.end() ? "(none)" : it->second.value;
}

std::string ErrorOf(std::string_view text) {
  const auto parsed = ParseDotEnv(text, ".env");
  return parsed.ok() ? "" : Message(parsed.status());
}

TEST(DotEnv, UnquotedValues) {
  EXPECT_EQ(ValueOf("A=1", "A"), "1");
  EXPECT_EQ(ValueOf("  A = a b  \nB=2", "A"), "a b");
  EXPECT_EQ(ValueOf("A=", "A"), "");
  EXPECT_EQ(ValueOf("A=\nB=2", "B"), "2");
  EXPECT_EQ(ValueOf("A=x=y==", "A"), "x=y==");
  EXPECT_EQ(ValueOf("A=a\\nb", "A"), "a\\nb");
  EXPECT_EQ(ValueOf("A=$HOME `id` $(id)", "A"), "$HOME `id` $(id)");
}

TEST(DotEnv, Comments) {
  EXPECT_EQ(ValueOf("# A=0\nA=1 # one", "A"), "1");
  EXPECT_EQ(ValueOf("A=pass#word", "A"), "pass#word");
  EXPECT_EQ(ValueOf("A= # nothing", "A"), "");
  EXPECT_EQ(ValueOf("A=#fff", "A"), "#fff");
  EXPECT_EQ(ValueOf("A='x # y' # z", "A"), "x # y");
}

TEST(DotEnv, Quotes) {
  EXPECT_EQ(ValueOf("A='a\\n$b \"c\"'", "A"), "a\\n$b \"c\"");
  EXPECT_EQ(ValueOf("A=\"a\\n\\t\\\"b\\\" \\\\ \\$c \\q\"", "A"), "a\n\t\"b\" \\ $c \\q");
  EXPECT_EQ(ValueOf("A=\"one\r\ntwo\"\nB=3", "A"), "one\ntwo");
  EXPECT_EQ(ValueOf("A=\"one\r\ntwo\"\nB=3", "B"), "3");
  EXPECT_EQ(ValueOf("A=\"one\\\ntwo\"", "A"), "one\\\ntwo");
  EXPECT_EQ(ValueOf("A=\"\"", "A"), "");
}

TEST(DotEnv, ExportByteOrderMarkAndLineEnds) {
  EXPECT_EQ(ValueOf("\xEF\xBB\xBF"
                    "export A=1\r\nexport\tB=2\rC=3",
                    "A"),
            "1");
  EXPECT_EQ(ValueOf("export A=1\r\nexport\tB=2\rC=3", "B"), "2");
  EXPECT_EQ(ValueOf("export A=1\r\nexport\tB=2\rC=3", "C"), "3");
  EXPECT_EQ(ValueOf("export=4", "export"), "4");
}

TEST(DotEnv, TheLastOfTwoCountsAndLinesAreCounted) {
  const auto parsed = ParseDotEnv("A=1\n\n# x\nB=\"1\n2\"\nA=2\n", ".env");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->values.at("A").value, "2");
  EXPECT_EQ(parsed->values.at("A").line, 6);
  EXPECT_EQ(parsed->values.at("B").line, 4);
}

TEST(DotEnv, ErrorsNameTheLineAndNoValue) {
  EXPECT_EQ(ErrorOf("A=1\nsecretword\n"), ".env line 2: must be KEY=value");
  EXPECT_EQ(ErrorOf("\n1A=secretword"), ".env line 2: must be KEY=value");
  EXPECT_EQ(ErrorOf("A=1\n=secretword"), ".env line 2: must be KEY=value");
  EXPECT_EQ(ErrorOf("A=\"secretword\nB=2"), ".env line 1: the quote is never closed");
  EXPECT_EQ(ErrorOf("A='a' secretword"), ".env line 1: text after the closing quote");
  EXPECT_EQ(ErrorOf("A='"), ".env line 1: the quote is never closed");
  EXPECT_EQ(ErrorOf("A=\"\\"), ".env line 1: the quote is never closed");
  EXPECT_NE(ErrorOf(std::string_view("A=1\0B=2", 7)), "");
}

TEST(DotEnv, SizeIsBounded) {
  const auto parsed = ParseDotEnv(std::string(kMaxDotEnvBytes + 1, '#'), ".env");
  EXPECT_EQ(parsed.status().code(), StatusCode::kOutOfRange);
  EXPECT_TRUE(ParseDotEnv(std::string(kMaxDotEnvBytes, '#'), ".env").ok());
}

TEST(DotEnv, Files) {
  const auto scratch = ScratchDirectory::Make();
  ASSERT_TRUE(scratch.ok());
  const std::string path = scratch->path() + "/.env";
  const auto missing = ReadDotEnv(path);
  ASSERT_TRUE(missing.ok());
  EXPECT_TRUE(missing->values.empty());
  ASSERT_TRUE(WriteFileAtomic(path, "A=1\nB").ok());
  const auto broken = ReadDotEnv(path);
  EXPECT_EQ(Message(broken.status()), path + " line 2: must be KEY=value");
  EXPECT_FALSE(ReadDotEnv(scratch->path()).ok());
}

}  // namespace
}  // namespace waveshift::config

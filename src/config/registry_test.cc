// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "config/registry.h"

#include <gtest/gtest.h>

#include <sstream>

namespace waveshift::config {
namespace {

TEST(Registry, Integers) {
  int value = 7;
  Registry registry;
  RegistryEntry& entry = registry.Integer("N", &value, -5, 100, "a number");
  EXPECT_EQ(entry.show(), "7");
  EXPECT_TRUE(entry.parse("42").ok());
  EXPECT_EQ(value, 42);
  EXPECT_TRUE(entry.parse("+8").ok());
  EXPECT_EQ(value, 8);
  for (const char* bad :
       {"", "x", "101", "-6", "1.5", "1 ", " 1", "0x10", "99999999999999999999", "++1", "1e1"}) {
    EXPECT_EQ(entry.parse(bad).code(), StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(value, 8);
  EXPECT_EQ(Message(entry.parse("abc")), "must be a whole number from -5 to 100, not \"abc\"");
}

TEST(Registry, Numbers) {
  double value = 0.7;
  Registry registry;
  RegistryEntry& entry = registry.Number("X", &value, 0, 4, "a number");
  EXPECT_EQ(entry.show(), "0.7");
  EXPECT_TRUE(entry.parse("1.25").ok());
  EXPECT_EQ(value, 1.25);
  for (const char* bad : {"", "nan", "inf", "-0.1", "4.1", "1,5", "1.5x", "1e999"})
    EXPECT_FALSE(entry.parse(bad).ok()) << bad;
  EXPECT_EQ(value, 1.25);
}

TEST(Registry, SwitchesAndWords) {
  bool on = false;
  std::string word = "auto";
  Registry registry;
  registry.Switch("S", &on, "a switch");
  registry.Word("W", &word, {"auto", "cpu", "CUDA"}, "a word");
  for (const char* yes : {"true", "TRUE", "1", "Yes", "on"}) {
    on = false;
    EXPECT_TRUE(registry.Find("S")->parse(yes).ok());
    EXPECT_TRUE(on) << yes;
  }
  for (const char* no : {"false", "0", "NO", "off"}) {
    on = true;
    EXPECT_TRUE(registry.Find("S")->parse(no).ok());
    EXPECT_FALSE(on) << no;
  }
  EXPECT_FALSE(registry.Find("S")->parse("maybe").ok());
  EXPECT_TRUE(registry.Find("W")->parse("cuda").ok());
  EXPECT_EQ(word, "CUDA");
  EXPECT_EQ(Message(registry.Find("W")->parse("tpu\n")), "must be auto, cpu or CUDA, not \"tpu?\"");
  EXPECT_EQ(registry.Find("other"), nullptr);
  EXPECT_EQ(registry.ToString(), "S=false\nW=CUDA\n");
}

TEST(Registry, Urls) {
  std::string url;
  Registry registry;
  RegistryEntry& entry = registry.Url("U", &url, "an address");
  EXPECT_TRUE(entry.parse("HTTPS://example.com:8443/v1//").ok());
  EXPECT_EQ(url, "https://example.com:8443/v1");
  for (const char* bad : {"example.com", "ftp://a", "http://", "http:///x", "https://a?b=c", "https://a b",
                          "https://a#x", "http://:80", "https://a\nb", "file:///etc/passwd"}) {
    EXPECT_FALSE(entry.parse(bad).ok()) << bad;
  }
  const Status password = entry.parse("https://me:hunter2@example.com");
  EXPECT_FALSE(password.ok());
  EXPECT_EQ(Message(password).find("hunter2"), std::string::npos);
  EXPECT_EQ(url, "https://example.com:8443/v1");
}

TEST(Registry, SecretsAreNeverShown) {
  Secret secret;
  Registry registry;
  RegistryEntry& entry = registry.Hidden("T", &secret, "a token");
  EXPECT_EQ(entry.show(), "");
  EXPECT_TRUE(entry.parse("hunter2").ok());
  EXPECT_EQ(secret.reveal(), "hunter2");
  EXPECT_EQ(registry.ToString(), "T=********\n");
  const Status bad = entry.parse("hunter3\r\nX-Evil: 1");
  EXPECT_EQ(bad.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(bad).find("hunter3"), std::string::npos);
  EXPECT_EQ(secret.reveal(), "hunter2");
  std::ostringstream out;
  out << Secret("0123456789abcdefghijXY");
  EXPECT_EQ(out.str(), "******** (ends in XY)");
}

TEST(Registry, TextsHaveNoControlCharacters) {
  std::string text = "before";
  Registry registry;
  RegistryEntry& entry = registry.Text("T", &text, "a text");
  EXPECT_FALSE(entry.parse("a\nb").ok());
  EXPECT_FALSE(entry.parse(std::string(10000, 'a')).ok());
  EXPECT_EQ(text, "before");
  EXPECT_TRUE(entry.parse("影片 folder").ok());
  EXPECT_EQ(text, "影片 folder");
}

}  // namespace
}  // namespace waveshift::config

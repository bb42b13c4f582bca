// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace waveshift {
namespace {

TEST(Base64, KnowsTheExamplesOfTheStandard) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foob"), "Zm9vYg==");
  EXPECT_EQ(EncodeBase64(std::string_view("\xff\xfe\x00\x3e", 4)), "//4APg==");
}

TEST(Base64, LongTextsHaveNoSeams) {
  const std::string text = EncodeBase64(std::string((size_t{3} << 20) + 1, 'a'));
  EXPECT_EQ(text.size(), (size_t{4} << 20) + 4);
  EXPECT_EQ(text.find('='), text.size() - 2);
  EXPECT_EQ(text.substr((size_t{4} << 20) - 4), "YWFhYQ==");
}

}  // namespace
}  // namespace waveshift

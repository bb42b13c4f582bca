// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/auth.h"

#include <string>

#include <gtest/gtest.h>

namespace waveshift::service {
namespace {

TEST(AuthTest, ComparesWholeTexts) {
  EXPECT_TRUE(EqualInConstantTime("secret", "secret"));
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_FALSE(EqualInConstantTime("secret", "secreT"));
  EXPECT_FALSE(EqualInConstantTime("secretsecret", "secret"));
  EXPECT_FALSE(EqualInConstantTime("secret", "secretsecret"));
  EXPECT_FALSE(EqualInConstantTime("", "secret"));
  EXPECT_FALSE(EqualInConstantTime("secret", ""));
}

TEST(AuthTest, BearerCarriesTheToken) {
  EXPECT_TRUE(CarriesToken("Bearer t0k:en", "t0k:en"));
  EXPECT_TRUE(CarriesToken("bearer  t0k:en ", "t0k:en"));
  EXPECT_FALSE(CarriesToken("Bearer", "t0k:en"));
  EXPECT_FALSE(CarriesToken("Bearer ", "t0k:en"));
  EXPECT_FALSE(CarriesToken("Bearert0k:en", "t0k:en"));
  EXPECT_FALSE(CarriesToken("t0k:en", "t0k:en"));
  EXPECT_FALSE(CarriesToken("", "t0k:en"));
  EXPECT_FALSE(CarriesToken("Bearer " + std::string(10000, 'x'), "t0k:en"));
}

TEST(AuthTest, BasicCarriesTheTokenAsPassword) {
  EXPECT_TRUE(CarriesToken("Basic YW55Ym9keTp0MGs6ZW4=", "t0k:en"));  // anybody:t0k:en
  EXPECT_TRUE(CarriesToken("Basic OnQwazplbg==", "t0k:en"));          // :t0k:en
  EXPECT_FALSE(CarriesToken("Basic dDBrLWVu", "t0k-en"));             // without a colon
  EXPECT_FALSE(CarriesToken("Basic !!!!", "t0k:en"));
}

TEST(AuthTest, RequestIdsFromOutsideAreSaneOrNothing) {
  EXPECT_EQ(SaneRequestId("1-68a7-0b9c.x_y:z"), "1-68a7-0b9c.x_y:z");
  EXPECT_EQ(SaneRequestId("a b"), "");
  EXPECT_EQ(SaneRequestId("a\r\nX-Evil: 1"), "");
  EXPECT_EQ(SaneRequestId(""), "");
  EXPECT_EQ(SaneRequestId(std::string(129, 'a')), "");
}

}  // namespace
}  // namespace waveshift::service

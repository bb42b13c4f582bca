// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/public_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kBase[] = "https://media.example.com";

TEST(KeysOfPublicUrl, AsItStandsAndDecoded) {
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com/users/u/video.mp4"),
              ElementsAre("users/u/video.mp4"));
  EXPECT_THAT(KeysOfPublicUrl("https://media.example.com/", "https://media.example.com/a b/张 三.wav"),
              ElementsAre("a b/张 三.wav"));
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com/a%20b/c.wav"),
              ElementsAre("a%20b/c.wav", "a b/c.wav"));
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com/100%.wav"), ElementsAre("100%.wav"));
}

TEST(KeysOfPublicUrl, NothingOfOtherPlaces) {
  EXPECT_THAT(KeysOfPublicUrl("", "https://media.example.com/x"), IsEmpty());
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com.evil.org/x"), IsEmpty());
  EXPECT_THAT(KeysOfPublicUrl(kBase, "http://media.example.com/x"), IsEmpty());
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com"), IsEmpty());
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com/"), IsEmpty());
}

TEST(KeysOfPublicUrl, NoWayOut) {
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com/../x"), IsEmpty());
  // The path as it stands is an ordinary, if odd, name.
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com/a/%2e%2e/x"), ElementsAre("a/%2e%2e/x"));
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com/a//x"), IsEmpty());
  EXPECT_THAT(KeysOfPublicUrl(kBase, "https://media.example.com//etc/passwd"), IsEmpty());
}

}  // namespace
}  // namespace waveshift::service

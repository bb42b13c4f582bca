// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/ranges.h"

#include <gtest/gtest.h>

namespace waveshift::service {
namespace {

using Kind = ByteRange::Kind;

void ExpectRange(const char* header, int64_t size, Kind kind, int64_t offset, int64_t length) {
  const ByteRange range = ParseRange(header, size);
  EXPECT_EQ(range.kind, kind) << header;
  EXPECT_EQ(range.offset, offset) << header;
  EXPECT_EQ(range.length, length) << header;
}

TEST(RangesTest, PartsAreCutToTheObject) {
  ExpectRange("bytes=0-0", 100, Kind::kPart, 0, 1);
  ExpectRange("bytes=10-19", 100, Kind::kPart, 10, 10);
  ExpectRange("bytes=90-", 100, Kind::kPart, 90, 10);
  ExpectRange("bytes=90-1000", 100, Kind::kPart, 90, 10);
  ExpectRange("bytes=-10", 100, Kind::kPart, 90, 10);
  ExpectRange("bytes=-1000", 100, Kind::kPart, 0, 100);
  ExpectRange(" bytes= 1 - 2 ", 100, Kind::kPart, 1, 2);
  ExpectRange("bytes=5-99999999999999999999999", 100, Kind::kPart, 5, 95);
}

TEST(RangesTest, BehindTheEndIsUnsatisfiable) {
  ExpectRange("bytes=100-", 100, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=99999999999999999999999-", 100, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=-0", 100, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=0-", 0, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=-5", 0, Kind::kUnsatisfiable, 0, 0);
}

TEST(RangesTest, WhatIsNotUnderstoodIsTheWhole) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-b", "bytes=5-2",
                             "bytes=0-1,4-5", "items=0-1", "bytes=--1", "bytes=+1-2"}) {
    ExpectRange(header, 100, Kind::kWhole, 0, 100);
  }
}

TEST(RangesTest, EntityTagsMatchInLists) {
  EXPECT_TRUE(MatchesEtag("\"a\"", "\"a\""));
  EXPECT_TRUE(MatchesEtag("\"b\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(MatchesEtag("*", "\"a\""));
  EXPECT_FALSE(MatchesEtag("", "\"a\""));
  EXPECT_FALSE(MatchesEtag("\"ab\",", "\"a\""));
}

}  // namespace
}  // namespace waveshift::service

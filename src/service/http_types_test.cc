// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/http_types.h"

#include <string>

#include <gtest/gtest.h>

namespace waveshift::service {
namespace {

TEST(HttpTypesTest, TargetsAreDecoded) {
  const auto target = ParseTarget("/media/a%20b/%E4%B8%AD+c.mp4?limit=2&x=a%26b+c&limit=3&flag");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/media/a b/中+c.mp4");
  EXPECT_EQ(target->query,
            (std::map<std::string, std::string>{{"limit", "3"}, {"x", "a&b c"}, {"flag", ""}}));
}

TEST(HttpTypesTest, BrokenTargetsAreErrors) {
  for (const char* target : {"/a%", "/a%2", "/a%zz", "/a?x=%f", "", "no-slash", "?x"}) {
    EXPECT_EQ(ParseTarget(target).status().code(), StatusCode::kInvalidArgument) << target;
  }
}

TEST(HttpTypesTest, EncodedPathsComeBack) {
  const std::string path = "hls/a b/中文 100%.m3u8";
  const std::string encoded = EncodePath(path);
  EXPECT_EQ(encoded, "hls/a%20b/%E4%B8%AD%E6%96%87%20100%25.m3u8");
  EXPECT_EQ(ParseTarget("/" + encoded)->path, "/" + path);
}

TEST(HttpTypesTest, HeaderNamesIgnoreCase) {
  Request request;
  request.headers["Content-Type"] = "application/json";
  EXPECT_EQ(request.Header("content-TYPE"), "application/json");
  EXPECT_EQ(request.Header("content"), "");
  Response response;
  response.SetHeader("ETag", "1");
  response.SetHeader("etag", "2");
  EXPECT_EQ(response.headers.size(), 1u);
  EXPECT_EQ(response.Header("ETAG"), "2");
}

}  // namespace
}  // namespace waveshift::service

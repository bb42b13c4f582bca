// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "net/http_message.h"

namespace waveshift::net {
namespace {

TEST(ResolveUrl, FollowsTheFormsOfRfc3986) {
  const std::string base = "https://models.example/a/b/resolve?x=1#here";
  const std::pair<const char*, const char*> cases[] = {
      {"https://other.example/file", "https://other.example/file"},
      {"http://other.example:8080/file?k=v", "http://other.example:8080/file?k=v"},
      {"//cdn.example/f", "https://cdn.example/f"},
      {"/api/cache/f.bin", "https://models.example/api/cache/f.bin"},
      {"f.bin", "https://models.example/a/b/f.bin"},
      {"../f.bin", "https://models.example/a/f.bin"},
      {"?y=2", "https://models.example/a/b/resolve?y=2"},
  };
  for (const auto& [location, wanted] : cases) {
    const auto url = ResolveUrl(base, location);
    ASSERT_TRUE(url.ok()) << location;
    EXPECT_EQ(*url, wanted);
  }
}

TEST(ResolveUrl, RefusesWhatIsNoUrl) {
  for (const char* location : {"", "https://", "http://[::1/f", "https://host:99999/f"}) {
    const auto url = ResolveUrl("https://models.example/f?token=secret", location);
    EXPECT_EQ(url.status().code(), StatusCode::kInvalidArgument) << location;
    EXPECT_EQ(Message(url.status()).find("secret"), std::string::npos);
  }
  EXPECT_FALSE(ResolveUrl("not a url", "/f").ok());
}

TEST(SplitUrl, TakesAUrlApart) {
  const auto parts = SplitUrl("HTTPS://User:pw@API.Example:8443/a/./b/../c%20d?q=1#f");
  ASSERT_TRUE(parts.ok()) << Message(parts.status());
  EXPECT_EQ(parts->scheme, "https");
  EXPECT_EQ(parts->host, "api.example");
  EXPECT_EQ(parts->port, 8443);
  EXPECT_EQ(parts->path, "/a/c%20d");
  EXPECT_TRUE(parts->has_user && parts->has_query && parts->has_fragment);
  EXPECT_EQ(parts->Origin(), "https://api.example:8443");
  const auto plain = SplitUrl("http://[::1]");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->path, "/");
  EXPECT_FALSE(plain->has_user || plain->has_query || plain->has_fragment);
  EXPECT_EQ(plain->Origin(), "http://[::1]");
  EXPECT_EQ(SplitUrl("https://a.example:443/x")->Origin(), SplitUrl("https://A.example")->Origin());
  EXPECT_NE(SplitUrl("http://a.example")->Origin(), SplitUrl("https://a.example")->Origin());
}

TEST(SplitUrl, RefusesWhatItCannotSpeak) {
  for (const char* url : {"", "localhost:8000", "example.com", "ftp://a.example/f", "file:///etc/passwd",
                          "https://", "http://host:99999", "http://a b/", "//a.example"}) {
    EXPECT_EQ(SplitUrl(url).status().code(), StatusCode::kInvalidArgument) << url;
  }
}

}  // namespace
}  // namespace waveshift::net

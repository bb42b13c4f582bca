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

}  // namespace
}  // namespace waveshift::net

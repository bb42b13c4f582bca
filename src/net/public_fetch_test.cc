// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/public_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/files.h"
#include "net/test_tls_server.h"

namespace waveshift::net {
namespace {

using testing::HasSubstr;

class PublicFetch : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"})
      ::unsetenv(name);
  }
  std::string CertificateFile() const { return folder_.path() + "/certificate.pem"; }
  ScratchDirectory folder_ = ScratchDirectory::Make().value();
};

TEST_F(PublicFetch, AnUnencodedAddressIsReadAsItIsMeant) {
  const TestTlsServer server(CertificateFile(),
                             [](const std::string&) { return TestTlsServer::Reply(200, "the clip"); });
  PublicFetcher fetcher(server.FetchOptions());
  const auto got = fetcher.Get(server.Url("/users/u 1/张 三%20+é.wav?sig=a%2Fb#part"), 100, {});
  ASSERT_TRUE(got.ok()) << Message(got.status());
  EXPECT_EQ(*got, "the clip");
  EXPECT_EQ(server.Targets().at(0), "/users/u%201/%E5%BC%A0%20%E4%B8%89%20+%C3%A9.wav?sig=a%2Fb");
  const std::string file = folder_.path() + "/clip.wav";
  ASSERT_TRUE(fetcher.GetToFile(server.Url("/a.wav"), 100, file, {}).ok());
  EXPECT_EQ(*ReadFile(file, 100), "the clip");
}

TEST_F(PublicFetch, AProxyIsNotUsed) {
  const TestTlsServer server(CertificateFile(),
                             [](const std::string&) { return TestTlsServer::Reply(200, "direct"); });
  ::setenv("https_proxy", "http://127.0.0.1:9", 1);
  EXPECT_EQ(*PublicFetcher(server.FetchOptions()).Get(server.Url("/"), 100, {}), "direct");
  ::unsetenv("https_proxy");
}

TEST_F(PublicFetch, SizesAreLimitedAndWhatIsMissingIsMissing) {
  std::atomic<int> tries{0};
  const TestTlsServer server(CertificateFile(), [&](const std::string& target) {
    if (target == "/gone") return TestTlsServer::Reply(404, "no");
    if (target == "/forbidden") return TestTlsServer::Reply(403, "no");
    if (target == "/later" && ++tries < 3) return TestTlsServer::Reply(503, "soon");
    return TestTlsServer::Reply(200, std::string(1000, 'x'));
  });
  PublicFetcher fetcher(server.FetchOptions());
  EXPECT_EQ(fetcher.Get(server.Url("/"), 999, {}).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(fetcher.Get(server.Url("/"), 1000, {})->size(), 1000U);
  EXPECT_EQ(fetcher.Get(server.Url("/gone"), 1000, {}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(fetcher.Get(server.Url("/forbidden"), 1000, {}).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(fetcher.Get(server.Url("/later"), 1000, {})->size(), 1000U);
  const std::string file = folder_.path() + "/large";
  EXPECT_EQ(fetcher.GetToFile(server.Url("/"), 999, file, {}).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ReadFile(file, 10000).status().code(), StatusCode::kNotFound);
}

TEST_F(PublicFetch, ASlowHostIsGivenUp) {
  std::atomic<bool> ends{false};
  const TestTlsServer server(CertificateFile(), [&](const std::string&) {
    while (!ends) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return std::string();
  });
  PublicFetchOptions options = server.FetchOptions();
  options.longest_get = std::chrono::milliseconds(50);
  options.retry.max_attempts = 1;
  EXPECT_EQ(PublicFetcher(options).Get(server.Url("/"), 10, {}).status().code(),
            StatusCode::kDeadlineExceeded);
  ends = true;
}

TEST_F(PublicFetch, RedirectsAreNotFollowed) {
  const TestTlsServer server(CertificateFile(), [](const std::string& target) {
    return TestTlsServer::Reply(302, "", "Location: " + target.substr(1) + "\r\n");
  });
  PublicFetcher fetcher(server.FetchOptions());
  for (const std::string& to : {std::string("http://169.254.169.254/latest/meta-data"),
                                std::string("https://127.0.0.1:1/"), server.Url("/x")}) {
    const auto got = fetcher.Get(server.Url("/" + to), 1000, {});
    EXPECT_EQ(got.status().code(), StatusCode::kInvalidArgument) << to;
    EXPECT_THAT(Message(got.status()), HasSubstr("redirects"));
  }
  EXPECT_EQ(server.accepted(), 3);
}

// A name on the list does not help when it leads inside.
TEST_F(PublicFetch, NamesThatLeadInsideAreRefused) {
  const TestTlsServer server(CertificateFile(),
                             [](const std::string&) { return TestTlsServer::Reply(200, "a secret"); });
  for (const char* address :
       {"127.0.0.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "[fd00:ec2::254]", "[64:ff9b::7f00:1]"}) {
    PublicFetchOptions options = server.FetchOptions(address);
    options.is_public = &IsPublicAddress;
    const auto got = PublicFetcher(options).Get(server.Url("/"), 1000, {});
    EXPECT_EQ(got.status().code(), StatusCode::kInvalidArgument) << address << Message(got.status());
    EXPECT_THAT(Message(got.status()), HasSubstr("may not be used")) << address;
  }
  EXPECT_EQ(server.accepted(), 0);
}

// As an attacker's name server would answer: one address outside, one inside.
TEST_F(PublicFetch, OfSeveralAddressesOnlyPublicOnesAreUsed) {
  const TestTlsServer server(CertificateFile(),
                             [](const std::string&) { return TestTlsServer::Reply(200, "outside"); });
  PublicFetchOptions options = server.FetchOptions("127.0.0.2,127.0.0.1");
  EXPECT_EQ(*PublicFetcher(options).Get(server.Url("/"), 1000, {}), "outside");
  EXPECT_EQ(server.accepted(), 1);
}

// Every way to write an address that the host's own resolver understands.
TEST_F(PublicFetch, NumbersForHostsAreRefused) {
  const TestTlsServer server(CertificateFile(),
                             [](const std::string&) { return TestTlsServer::Reply(200, "a secret"); });
  for (const char* host :
       {"127.0.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "0",
        "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "localhost"}) {
    const std::string url = "https://" + std::string(host) + ":" + server.port() + "/";
    PublicFetchOptions options = server.FetchOptions();
    options.is_public = &IsPublicAddress;
    EXPECT_EQ(PublicFetcher(options).Get(url, 1000, {}).status().code(), StatusCode::kInvalidArgument) << url;
    // Also when somebody wrote it on the list.
    options.allowed_hosts = {std::string(host) + ":" + server.port(), "127.0.0.1:" + server.port(),
                             "0.0.0.0:" + server.port()};
    const auto got = PublicFetcher(options).Get(url, 1000, {});
    EXPECT_EQ(got.status().code(), StatusCode::kInvalidArgument) << url << ": " << Message(got.status());
  }
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(PublicFetch, TheCertificateMustBeTheHosts) {
  const TestTlsServer server(CertificateFile(),
                             [](const std::string&) { return TestTlsServer::Reply(200, "x"); });
  PublicFetchOptions options = server.FetchOptions();
  options.ca_file.clear();
  EXPECT_EQ(PublicFetcher(options).Get(server.Url("/"), 10, {}).status().code(),
            StatusCode::kFailedPrecondition);
  options = server.FetchOptions();
  options.allowed_hosts = {"other.example.test:" + server.port()};
  options.known_addresses = {"other.example.test:" + server.port() + ":127.0.0.1"};
  EXPECT_EQ(
      PublicFetcher(options).Get("https://other.example.test:" + server.port() + "/", 10, {}).status().code(),
      StatusCode::kFailedPrecondition);
}

TEST(PublicFetchUrl, OnlyHostsOfTheList) {
  PublicFetchOptions options;
  options.allowed_hosts = {"media.example.com", "*.Clips.example", "port.example:8443"};
  const PublicFetcher fetcher(options);
  for (const char* url :
       {"https://media.example.com/a", "HTTPS://Media.Example.com:443/a", "https://a.clips.example/x",
        "https://a.b.clips.example", "https://port.example:8443/", "https://media.example.com"}) {
    EXPECT_TRUE(fetcher.CheckedUrl(url).ok()) << url << Message(fetcher.CheckedUrl(url).status());
  }
  for (const char* url : {"http://media.example.com/a",
                          "ftp://media.example.com/a",
                          "file:///etc/passwd",
                          "media.example.com/a",
                          "",
                          "https://",
                          "https:///a",
                          "https://media.example.com.evil/a",
                          "https://evil/media.example.com",
                          "https://media.example.com@evil/",
                          "https://user@media.example.com/",
                          "https://user:pw@media.example.com/",
                          "https://evil#@media.example.com/",
                          "https://evil\\@media.example.com/",
                          "https://media.example.com:444/",
                          "https://clips.example/",
                          "https://evilclips.example/",
                          "https://port.example/",
                          "https://media.example.com./",
                          "https://[::1]/",
                          "https://media.example.com:99999/",
                          "https://媒体.example/"}) {
    const auto checked = fetcher.CheckedUrl(url);
    EXPECT_EQ(checked.status().code(), StatusCode::kInvalidArgument)
        << url << " " << (checked.ok() ? *checked : "");
  }
  EXPECT_EQ(*fetcher.CheckedUrl("https://media.example.com/a b/%41%zz\"<#x"),
            "https://media.example.com/a%20b/%41%25zz%22%3C");
  EXPECT_EQ(fetcher.CheckedUrl("https://media.example.com/" + std::string(9000, 'a')).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(fetcher.CheckedUrl("https://u:secret@evil/?k=secret").status()),
              testing::Not(HasSubstr("secret")));
}

TEST(PublicFetchUrl, WhatMayStandOnTheList) {
  for (const char* host : {"a", "media.example.com", "*.example.com", "example.com:8443", "127.0.0.1"})
    EXPECT_TRUE(CheckAllowedHost(host).ok()) << host;
  for (const char* host :
       {"", "*", "*.", "https://a", "a/b", "a b", "a:", "a:x", ".a", "a.", "[::1]", "a:123456"})
    EXPECT_FALSE(CheckAllowedHost(host).ok()) << host;
}

}  // namespace
}  // namespace waveshift::net

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/public_fetch.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "base/files.h"

namespace waveshift::net {
namespace {

using testing::HasSubstr;

constexpr char kName[] = "media.example.test";

// HTTPS on 127.0.0.1 with a certificate of its own for kName; each connection is one request.
class TlsServer {
 public:
  using Answer = std::function<std::string(const std::string& target)>;

  TlsServer(const std::string& certificate_file, Answer answer)
      : answer_(std::move(answer)), context_(SSL_CTX_new(TLS_server_method())) {
    MakeCertificate(certificate_file);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Accept(); });
  }
  ~TlsServer() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string port() const { return std::to_string(port_); }
  int accepted() const { return accepted_; }
  std::vector<std::string> Targets() const {
    const std::lock_guard lock(mutex_);
    return targets_;
  }

 private:
  void MakeCertificate(const std::string& file) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(kName), -1,
                               -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* const names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:media.example.test,IP:127.0.0.1");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context_, certificate);
    SSL_CTX_use_PrivateKey(context_, key);
    BIO* const out = BIO_new_file(file.c_str(), "wb");
    PEM_write_bio_X509(out, certificate);
    BIO_free(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  void Accept() {
    while (!ending_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++accepted_;
      SSL* const ssl = SSL_new(context_);
      SSL_set_fd(ssl, socket);
      if (SSL_accept(ssl) == 1) Serve(ssl);
      SSL_shutdown(ssl);
      SSL_free(ssl);
      ::close(socket);
    }
  }
  void Serve(SSL* ssl) {
    std::string head;
    char buffer[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const int n = SSL_read(ssl, buffer, sizeof buffer);
      if (n <= 0) return;
      head.append(buffer, static_cast<size_t>(n));
    }
    const size_t from = head.find(' ') + 1;
    const std::string target = head.substr(from, head.find(' ', from) - from);
    {
      const std::lock_guard lock(mutex_);
      targets_.push_back(target);
    }
    const std::string bytes = answer_(target);
    SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
  }

  const Answer answer_;
  SSL_CTX* const context_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<int> accepted_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> targets_;  // guarded by mutex_
  std::thread thread_;
};

std::string Reply(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

class PublicFetch : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"})
      ::unsetenv(name);
  }
  std::string CertificateFile() const { return folder_.path() + "/certificate.pem"; }
  // Only the server's own address counts as public.
  PublicFetchOptions Options(const TlsServer& server, const std::string& address = "127.0.0.1") const {
    PublicFetchOptions options;
    options.allowed_hosts = {std::string(kName) + ":" + server.port()};
    options.known_addresses = {std::string(kName) + ":" + server.port() + ":" + address};
    options.ca_file = CertificateFile();
    options.retry.first_delay = std::chrono::milliseconds(1);
    options.is_public = [](const sockaddr& at) {
      return at.sa_family == AF_INET &&
             reinterpret_cast<const sockaddr_in&>(at).sin_addr.s_addr == htonl(INADDR_LOOPBACK);
    };
    return options;
  }
  std::string Url(const TlsServer& server, const std::string& path) const {
    return "https://" + std::string(kName) + ":" + server.port() + path;
  }
  ScratchDirectory folder_ = ScratchDirectory::Make().value();
};

TEST_F(PublicFetch, AnUnencodedAddressIsReadAsItIsMeant) {
  const TlsServer server(CertificateFile(), [](const std::string&) { return Reply(200, "the clip"); });
  PublicFetcher fetcher(Options(server));
  const auto got = fetcher.Get(Url(server, "/users/u 1/张 三%20+é.wav?sig=a%2Fb#part"), 100, {});
  ASSERT_TRUE(got.ok()) << Message(got.status());
  EXPECT_EQ(*got, "the clip");
  EXPECT_EQ(server.Targets().at(0), "/users/u%201/%E5%BC%A0%20%E4%B8%89%20+%C3%A9.wav?sig=a%2Fb");
  const std::string file = folder_.path() + "/clip.wav";
  ASSERT_TRUE(fetcher.GetToFile(Url(server, "/a.wav"), 100, file, {}).ok());
  EXPECT_EQ(*ReadFile(file, 100), "the clip");
}

TEST_F(PublicFetch, AProxyIsNotUsed) {
  const TlsServer server(CertificateFile(), [](const std::string&) { return Reply(200, "direct"); });
  ::setenv("https_proxy", "http://127.0.0.1:9", 1);
  EXPECT_EQ(*PublicFetcher(Options(server)).Get(Url(server, "/"), 100, {}), "direct");
  ::unsetenv("https_proxy");
}

TEST_F(PublicFetch, SizesAreLimitedAndWhatIsMissingIsMissing) {
  std::atomic<int> tries{0};
  const TlsServer server(CertificateFile(), [&](const std::string& target) {
    if (target == "/gone") return Reply(404, "no");
    if (target == "/forbidden") return Reply(403, "no");
    if (target == "/later" && ++tries < 3) return Reply(503, "soon");
    return Reply(200, std::string(1000, 'x'));
  });
  PublicFetcher fetcher(Options(server));
  EXPECT_EQ(fetcher.Get(Url(server, "/"), 999, {}).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(fetcher.Get(Url(server, "/"), 1000, {})->size(), 1000U);
  EXPECT_EQ(fetcher.Get(Url(server, "/gone"), 1000, {}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(fetcher.Get(Url(server, "/forbidden"), 1000, {}).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(fetcher.Get(Url(server, "/later"), 1000, {})->size(), 1000U);
  const std::string file = folder_.path() + "/large";
  EXPECT_EQ(fetcher.GetToFile(Url(server, "/"), 999, file, {}).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ReadFile(file, 10000).status().code(), StatusCode::kNotFound);
}

TEST_F(PublicFetch, RedirectsAreNotFollowed) {
  const TlsServer server(CertificateFile(), [](const std::string& target) {
    return Reply(302, "", "Location: " + target.substr(1) + "\r\n");
  });
  PublicFetcher fetcher(Options(server));
  for (const std::string& to : {std::string("http://169.254.169.254/latest/meta-data"),
                                std::string("https://127.0.0.1:1/"), Url(server, "/x")}) {
    const auto got = fetcher.Get(Url(server, "/" + to), 1000, {});
    EXPECT_EQ(got.status().code(), StatusCode::kInvalidArgument) << to;
    EXPECT_THAT(Message(got.status()), HasSubstr("redirects"));
  }
  EXPECT_EQ(server.accepted(), 3);
}

// A name on the list does not help when it leads inside.
TEST_F(PublicFetch, NamesThatLeadInsideAreRefused) {
  const TlsServer server(CertificateFile(), [](const std::string&) { return Reply(200, "a secret"); });
  for (const char* address :
       {"127.0.0.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "[fd00:ec2::254]", "[64:ff9b::7f00:1]"}) {
    PublicFetchOptions options = Options(server, address);
    options.is_public = &IsPublicAddress;
    const auto got = PublicFetcher(options).Get(Url(server, "/"), 1000, {});
    EXPECT_EQ(got.status().code(), StatusCode::kInvalidArgument) << address << Message(got.status());
    EXPECT_THAT(Message(got.status()), HasSubstr("may not be used")) << address;
  }
  EXPECT_EQ(server.accepted(), 0);
}

// As an attacker's name server would answer: one address outside, one inside.
TEST_F(PublicFetch, OfSeveralAddressesOnlyPublicOnesAreUsed) {
  const TlsServer server(CertificateFile(), [](const std::string&) { return Reply(200, "outside"); });
  PublicFetchOptions options = Options(server, "127.0.0.2,127.0.0.1");
  EXPECT_EQ(*PublicFetcher(options).Get(Url(server, "/"), 1000, {}), "outside");
  EXPECT_EQ(server.accepted(), 1);
}

// Every way to write an address that the host's own resolver understands.
TEST_F(PublicFetch, NumbersForHostsAreRefused) {
  const TlsServer server(CertificateFile(), [](const std::string&) { return Reply(200, "a secret"); });
  for (const char* host :
       {"127.0.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "0",
        "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "localhost"}) {
    const std::string url = "https://" + std::string(host) + ":" + server.port() + "/";
    PublicFetchOptions options = Options(server);
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
  const TlsServer server(CertificateFile(), [](const std::string&) { return Reply(200, "x"); });
  PublicFetchOptions options = Options(server);
  options.ca_file.clear();
  EXPECT_EQ(PublicFetcher(options).Get(Url(server, "/"), 10, {}).status().code(),
            StatusCode::kFailedPrecondition);
  options = Options(server);
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

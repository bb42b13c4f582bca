// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of servers that misbehave, and of secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "net/http_client.h"
#include "net/test_server.h"

namespace waveshift::net {
namespace {

using testing::HasSubstr;
using testing::Not;

class HttpFailures : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"})
      ::unsetenv(name);
  }
  // The status of a request to a server that does `what`.
  Status Get(const TestServer::Handler& what, HttpRequest request = {}) {
    const TestServer server(what);
    request.url = server.Url("/path?key=secret");
    const auto response = client_.Send(request, {});
    return response.ok() ? Internal("HTTP " + std::to_string(response->status)) : response.status();
  }
  Status GetBytes(const std::string& bytes, HttpRequest request = {}) {
    return Get(
        [&](const TestRequest&, const TestConnection& to) {
          to.Send(bytes);
          to.HangUp();
        },
        std::move(request));
  }
  HttpClient client_;
};

// OpenSSL writes without MSG_NOSIGNAL. What it does when the server is gone is done here by the body's
// source, since only the kernel's timing decides whether OpenSSL gets EPIPE or ECONNRESET. The signal would
// end this whole process.
TEST_F(HttpFailures, AWriteToNobodyDuringARequestRaisesNoSignal) {
  class WritesToNobody : public BodySource {
   public:
    int64_t size_bytes() const override { return 1; }
    Status Rewind() override { return OkStatus(); }
    StatusOr<size_t> Read(char* to, size_t) override {
      std::array<int, 2> ends{};
      if (::pipe(ends.data()) != 0) return Internal("no pipe");
      ::close(ends[0]);
      error = ::write(ends[1], "x", 1) == -1 ? errno : 0;
      ::close(ends[1]);
      *to = 'x';
      return 1;
    }
    int error = 0;
  } body;
  const TestServer server([](const TestRequest&, const TestConnection& to) { to.Reply(200, ""); });
  EXPECT_TRUE(client_.Send({.method = "PUT", .url = server.Url("/"), .body_source = &body}, {}).ok());
  EXPECT_EQ(body.error, EPIPE);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST_F(HttpFailures, NobodyListens) {
  int port = 0;
  {
    const TestServer server([](const TestRequest&, const TestConnection&) {});
    port = server.port();
  }
  const auto response = client_.Send({.url = "http://127.0.0.1:" + std::to_string(port) + "/"}, {});
  EXPECT_EQ(response.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(response.status()), HasSubstr("http://127.0.0.1"));
}

TEST_F(HttpFailures, NoSuchHost) {
  EXPECT_EQ(client_.Send({.url = "http://no-such-host.invalid/"}, {}).status().code(),
            StatusCode::kUnavailable);
}

TEST_F(HttpFailures, BrokenConnections) {
  EXPECT_EQ(GetBytes("").code(), StatusCode::kUnavailable);
  EXPECT_EQ(Get([](const TestRequest&, const TestConnection& to) { to.Reset(); }).code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(Get([](const TestRequest&, const TestConnection& to) {
              to.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
              to.Reset();
            }).code(),
            StatusCode::kUnavailable);
}

TEST_F(HttpFailures, AnswersThatEndTooEarly) {
  const Status status = GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr("ended too early"));
  EXPECT_EQ(GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab").code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(GetBytes("HTTP/1.1 200 O").code(), StatusCode::kUnavailable);
}

TEST_F(HttpFailures, Garbage) {
  EXPECT_EQ(GetBytes(std::string(1, '\0') + "\xFF\x12 I am no web server\r\n\r\n").code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(GetBytes("SSH-2.0-OpenSSH_9.2\r\n").code(), StatusCode::kUnavailable);
  EXPECT_EQ(GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n").code(),
            StatusCode::kUnavailable);
}

TEST_F(HttpFailures, TooLarge) {
  const HttpRequest small{.max_response_bytes = 1000};
  EXPECT_TRUE(GetBytes("HTTP/1.1 200 OK\r\n\r\n" + std::string(1000, 'x'), small).code() ==
              StatusCode::kInternal);  // it is an answer
  EXPECT_EQ(GetBytes("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), small).code(),
            StatusCode::kOutOfRange);
  std::string headers;
  for (int i = 0; i < 300; ++i) headers += "X-" + std::to_string(i) + ": " + std::string(1000, 'h') + "\r\n";
  EXPECT_EQ(GetBytes("HTTP/1.1 200 OK\r\n" + headers + "\r\n").code(), StatusCode::kOutOfRange);
}

TEST_F(HttpFailures, TimeLimits) {
  const auto silent = [](const TestRequest&, const TestConnection& to) { to.WaitForEnd(); };
  HttpRequest idle;
  idle.timeouts.idle = std::chrono::milliseconds(150);
  EXPECT_EQ(Get(silent, idle).code(), StatusCode::kDeadlineExceeded);
  HttpRequest total;
  total.timeouts.total = std::chrono::milliseconds(150);
  EXPECT_EQ(Get(silent, total).code(), StatusCode::kDeadlineExceeded);
  // A byte now and then keeps it from being idle, but not from taking too long.
  const auto dripping = [](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    for (int i = 0; i < 60; ++i) {
      to.Send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  };
  HttpRequest both = total;
  both.timeouts.idle = std::chrono::minutes(1);
  EXPECT_EQ(Get(dripping, both).code(), StatusCode::kDeadlineExceeded);
}

TEST_F(HttpFailures, AStopEndsIt) {
  std::stop_source stop;
  const TestServer server([&](const TestRequest&, const TestConnection& to) {
    stop.request_stop();  // the request is under way
    to.WaitForEnd();
  });
  HttpRequest request{.url = server.Url()};
  request.timeouts.idle = std::chrono::hours(1);
  EXPECT_EQ(client_.Send(request, stop.get_token()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(client_.Send(request, stop.get_token()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(server.Requests().size(), 1U);
}

TEST_F(HttpFailures, WhatMayNotBeSent) {
  const auto code = [&](const HttpRequest& request) { return client_.Send(request, {}).status().code(); };
  for (const char* url : {"", "file:///etc/passwd", "ftp://h/", "http://h/a b", "http://h/\xC3\xA9",
                          "http://h/\r\nX: y", "gopher://h", "http://"})
    EXPECT_EQ(code({.url = url}), StatusCode::kInvalidArgument) << url;
  EXPECT_EQ(code({.method = "GET /", .url = "http://h/"}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.url = "http://h/", .headers = {{"A B", "x"}}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.url = "http://h/", .headers = {{"A", "x\r\nEvil: y"}}}), StatusCode::kInvalidArgument);
}

TEST_F(HttpFailures, NoSecretInAnyMessage) {
  HttpRequest request{.headers = {{"Authorization", "Bearer top-secret"}}};
  request.timeouts.idle = std::chrono::milliseconds(100);
  const std::vector<TestServer::Handler> servers = {
      [](const TestRequest&, const TestConnection& to) { to.Reset(); },
      [](const TestRequest& r, const TestConnection& to) { to.Send("garbage " + r.head), to.HangUp(); },
      [](const TestRequest&, const TestConnection& to) { to.WaitForEnd(); }};
  for (const auto& what : servers) {
    const Status status = Get(what, request);
    EXPECT_NE(status.code(), StatusCode::kInternal);
    EXPECT_THAT(Message(status), Not(HasSubstr("secret")));
  }
  const auto bad_url = client_.Send({.url = "http://user:secret@127.0.0.1:1/?k=secret"}, {});
  EXPECT_THAT(Message(bad_url.status()), Not(HasSubstr("secret")));
}

// A certificate that nobody signed but its holder.
void UseOwnCertificate(SSL_CTX* context) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("127.0.0.1"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TEST_F(HttpFailures, AnUntrustedCertificateIsRefused) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  UseOwnCertificate(context);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  bool accepted = true;
  std::thread server([&] {
    const int socket = ::accept(listener, nullptr, nullptr);
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, socket);
    accepted = SSL_accept(ssl) == 1;
    char byte = 0;
    if (accepted)
      accepted = SSL_read(ssl, &byte, 1) == 1;  // with TLS 1.3 the refusal comes after the handshake
    SSL_free(ssl);
    ::close(socket);
  });
  const auto response =
      client_.Send({.url = "https://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/"}, {});
  server.join();
  ::close(listener);
  SSL_CTX_free(context);
  EXPECT_EQ(response.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(response.status()), HasSubstr("certificate"));
  EXPECT_FALSE(accepted);
}

}  // namespace
}  // namespace waveshift::net

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: an HTTPS server on 127.0.0.1 for the name media.example.test, with a certificate of its own. Not
// linked into the program.
#ifndef WAVESHIFT_NET_TEST_TLS_SERVER_H_
#define WAVESHIFT_NET_TEST_TLS_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/public_fetch.h"

namespace waveshift::net {

// Each connection is one request.
class TestTlsServer {
 public:
  static constexpr char kName[] = "media.example.test";
  // Gives the bytes of an answer to "/path?query".
  using Answer = std::function<std::string(const std::string& target)>;

  // Writes its certificate into the file.
  TestTlsServer(const std::string& certificate_file, Answer answer);
  ~TestTlsServer();
  TestTlsServer(const TestTlsServer&) = delete;
  TestTlsServer& operator=(const TestTlsServer&) = delete;

  static std::string Reply(int status, const std::string& body, const std::string& headers = "");

  std::string port() const;
  std::string Url(const std::string& path) const { return "https://" + (kName + (":" + port())) + path; }
  int accepted() const;
  std::vector<std::string> Targets() const;
  // The name is allowed and leads to `address`; only 127.0.0.1 counts as public.
  PublicFetchOptions FetchOptions(const std::string& address = "127.0.0.1") const;

 private:
  class Impl;
  const std::string certificate_file_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_TEST_TLS_SERVER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/http/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;
constexpr std::chrono::seconds kPatience{10};

class ProbeTest : public ::testing::Test {
 protected:
  ~ProbeTest() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }
  int Start(int status) {
    server_.Get("/api/health", [status](const httplib::Request&, httplib::Response& response) {
      response.status = status;
      response.set_content("{}", "application/json");
    });
    const int port = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    return port;
  }

  httplib::Server server_;
  std::thread thread_;
};

TEST_F(ProbeTest, AServerThatAnswersIsHealthy) {
  const int port = Start(200);
  EXPECT_EQ(ProbeHealth("127.0.0.1", port, kPatience), OkStatus());
  EXPECT_EQ(ProbeHealth("0.0.0.0", port, kPatience), OkStatus());
  EXPECT_EQ(ProbeHealth("", port, kPatience), OkStatus());
}

TEST_F(ProbeTest, AProxyOfTheEnvironmentIsNotAsked) {
  const int port = Start(200);
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_EQ(ProbeHealth("127.0.0.1", port, kPatience), OkStatus());
  ::unsetenv("http_proxy");
}

TEST_F(ProbeTest, AnyOtherAnswerIsNot) {
  const Status status = ProbeHealth("127.0.0.1", Start(503), kPatience);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr("503"));
}

TEST_F(ProbeTest, NobodyThereIsUnavailable) {
  // Bound, so that nobody else takes the port, and not listening.
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length), 0);
  const int port = ntohs(address.sin_port);
  const Status status = ProbeHealth("127.0.0.1", port, kPatience);
  ::close(fd);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(Message(status), "127.0.0.1:" + std::to_string(port) + ": nobody listens there");
}

}  // namespace
}  // namespace waveshift::app

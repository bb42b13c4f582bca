// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: an HTTP/1.1 server on 127.0.0.1 whose answers are bytes, so that it can misbehave in every way.
// Not linked into the program.
#ifndef WAVESHIFT_NET_TEST_SERVER_H_
#define WAVESHIFT_NET_TEST_SERVER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace waveshift::net {

struct TestRequest {
  std::string head;  // request line and headers, as sent
  std::string body;
  // "POST", "/path?query"
  std::string Method() const { return head.substr(0, head.find(' ')); }
  std::string Target() const {
    const size_t from = head.find(' ') + 1;
    return head.substr(from, head.find(' ', from) - from);
  }
  bool HasHeader(const std::string& line) const {
    return head.find("\r\n" + line + "\r\n") != std::string::npos;
  }
};

class TestConnection {
 public:
  TestConnection(int socket, const std::atomic<bool>& ending) : socket_(socket), ending_(ending) {}

  void Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  // A whole answer; the connection stays open for the next request.
  void Reply(int status, std::string_view body, const std::string& headers = "") const {
    Send("HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  }
  // Until the client hangs up or the server ends.
  void WaitForEnd() const {
    while (!ending_) {
      pollfd waiting{socket_, POLLIN | POLLRDHUP, 0};
      if (::poll(&waiting, 1, 20) > 0) return;
    }
  }
  // The connection ends with a reset instead of an orderly close.
  void Reset() const {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hangs_up_ = true;
  }
  void HangUp() const { hangs_up_ = true; }
  bool hangs_up() const { return hangs_up_; }

 private:
  int socket_;
  const std::atomic<bool>& ending_;
  mutable bool hangs_up_ = false;
};

class TestServer {
 public:
  // Called once a request, on a thread of the connection.
  using Handler = std::function<void(const TestRequest&, const TestConnection&)>;

  explicit TestServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 32) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the test server cannot listen");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~TestServer() {
    ending_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    ::close(listener_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  int port() const { return port_; }
  std::string Url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<TestRequest> Requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int accepted() const { return accepted_; }

 private:
  void Accept() {
    while (!ending_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++accepted_;
      connections_.emplace_back([this, socket] {
        Serve(socket);
        ::close(socket);
      });
    }
  }
  void Serve(int socket) {
    std::string bytes;
    TestRequest request;
    while (ReadRequest(socket, bytes, request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const TestConnection connection(socket, ending_);
      handler_(request, connection);
      if (connection.hangs_up()) return;
    }
  }
  bool ReadMore(int socket, std::string& bytes) const {
    char buffer[16384];
    while (!ending_) {
      pollfd waiting{socket, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      bytes.append(buffer, static_cast<size_t>(n));
      return true;
    }
    return false;
  }
  bool ReadRequest(int socket, std::string& bytes, TestRequest& request) const {
    size_t end = 0;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadMore(socket, bytes)) return false;
    }
    request.head = bytes.substr(0, end + 2);
    bytes.erase(0, end + 4);
    const size_t at = request.head.find("Content-Length: ");
    const size_t length = at == std::string::npos ? 0 : std::stoul(request.head.substr(at + 16));
    while (bytes.size() < length) {
      if (!ReadMore(socket, bytes)) return false;
    }
    request.body = bytes.substr(0, length);
    bytes.erase(0, length);
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<int> accepted_{0};
  mutable std::mutex mutex_;
  std::vector<TestRequest> requests_;  // guarded by mutex_
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_TEST_SERVER_H_

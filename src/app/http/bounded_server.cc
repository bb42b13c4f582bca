// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/http/bounded_server.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace waveshift::app {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

// Between two looks whether the server has been stopped.
constexpr milliseconds kLookEvery{20};

bool WaitFor(socket_t socket, short events, milliseconds longest) {
  const auto end = Clock::now() + longest;
  while (true) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    pollfd entry = {socket, events, 0};
    const int found = ::poll(&entry, 1, static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT32_MAX)));
    if (found >= 0 || errno != EINTR) return found > 0;
  }
}

void AddressOf(const sockaddr_storage& address, socklen_t length, std::string& ip, int& port) {
  std::array<char, NI_MAXHOST> host = {};
  std::array<char, NI_MAXSERV> service = {};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host.data(), host.size(),
                    service.data(), service.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return;
  }
  ip = host.data();
  port = std::atoi(service.data());
}

class Connection : public httplib::Stream {
 public:
  Connection(socket_t socket, milliseconds read_timeout, milliseconds write_timeout)
      : socket_(socket), read_timeout_(read_timeout), write_timeout_(write_timeout) {}

  void BeginRequest() {
    is_head_ = true;
    line_bytes_ = 0;
    counted_bytes_ = 0;
    has_written_ = false;
    SetDeadline();
  }
  // Whether more came than may stand in a head or a line.
  bool is_too_long() const { return is_too_long_; }
  bool has_written() const { return has_written_; }
  bool has_more() const { return begin_ < end_; }

  bool is_readable() const override { return has_more() || WaitFor(socket_, POLLIN, TimeLeft()); }

  // The library asks for lines byte by byte, and for bodies in pieces.
  ssize_t read(char* to, size_t size) override {
    if (is_too_long_) return -1;
    if (!has_more()) {
      const ssize_t got = Fill();
      if (got <= 0) return got;
    }
    const size_t count = std::min(size, end_ - begin_);
    std::memcpy(to, buffer_.data() + begin_, count);
    begin_ += count;
    if (size == 1 && !Count(*to)) return -1;
    return static_cast<ssize_t>(count);
  }

  // False when the bytes do not come, or are too many to wait for.
  bool Skip(int64_t bytes) {
    if (bytes > BoundedServer::kMaxSkippedBytes) return false;
    SetDeadline();
    while (bytes > 0) {
      if (!has_more() && Fill() <= 0) return false;
      const auto count = std::min(static_cast<int64_t>(end_ - begin_), bytes);
      begin_ += static_cast<size_t>(count);
      bytes -= count;
    }
    return true;
  }

  // A client that has closed its side is gone.
  bool is_writable() const override {
    if (!WaitFor(socket_, POLLOUT, write_timeout_)) return false;
    if (has_more() || !WaitFor(socket_, POLLIN, milliseconds(0))) return true;
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK) > 0;
  }
  ssize_t write(const char* bytes, size_t size) override {
    if (!is_writable()) return -1;
    has_written_ = true;
    while (true) {
      const ssize_t sent = ::send(socket_, bytes, size, MSG_NOSIGNAL);
      if (sent >= 0 || errno != EINTR) return sent;
    }
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    sockaddr_storage address = {};
    socklen_t length = sizeof(address);
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
      AddressOf(address, length, ip, port);
    }
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    sockaddr_storage address = {};
    socklen_t length = sizeof(address);
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
      AddressOf(address, length, ip, port);
    }
  }
  socket_t socket() const override { return socket_; }

 private:
  milliseconds TimeLeft() const {
    if (!has_deadline_) return read_timeout_;
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now()));
  }
  void SetDeadline() {
    has_deadline_ = true;
    deadline_ = Clock::now() + read_timeout_;
  }
  ssize_t Fill() {
    if (!is_readable()) return -1;
    while (true) {
      const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      begin_ = 0;
      end_ = got > 0 ? static_cast<size_t>(got) : 0;
      return got;
    }
  }
  // A byte of a line. False when there are too many of them.
  bool Count(char byte) {
    is_too_long_ = ++counted_bytes_ > BoundedServer::kMaxHeadBytes;
    if (byte == '\n') {
      if (line_bytes_ == 0) is_head_ = has_deadline_ = false;
      if (!is_head_) counted_bytes_ = 0;
      line_bytes_ = 0;
    } else if (byte != '\r') {
      ++line_bytes_;
    }
    return !is_too_long_;
  }

  const socket_t socket_;
  const milliseconds read_timeout_;
  const milliseconds write_timeout_;
  std::array<char, 4096> buffer_ = {};
  size_t begin_ = 0;  // what has arrived and was not asked for yet
  size_t end_ = 0;
  bool is_head_ = true;
  size_t line_bytes_ = 0;     // of the line that is being read, without its end
  size_t counted_bytes_ = 0;  // of the head; behind it, of the line
  bool is_too_long_ = false;
  bool has_written_ = false;
  bool has_deadline_ = false;
  Clock::time_point deadline_;  // of the head, or of what is skipped
};

milliseconds Sum(time_t whole, time_t micro) {
  return seconds(whole) + std::chrono::duration_cast<milliseconds>(microseconds(micro));
}

// False when no further request comes in time, or `is_stopped`.
template <class IsStopped>
bool WaitForRequest(const Connection& connection, milliseconds longest, const IsStopped& is_stopped) {
  const auto end = Clock::now() + longest;
  while (!is_stopped()) {
    if (connection.has_more() || WaitFor(connection.socket(), POLLIN, kLookEvery)) return true;
    if (Clock::now() >= end) return false;
  }
  return false;
}

}  // namespace

std::optional<int64_t> DeclaredBytes(const httplib::Request& request) {
  const std::string text = request.get_header_value("Content-Length");
  int64_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (error == std::errc::result_out_of_range) return INT64_MAX;
  if (error != std::errc() || end != text.data() + text.size() || bytes < 0) return std::nullopt;
  return bytes;
}

int64_t UnreadBytes(const httplib::Request& request) {
  for (const char* with_reader : {"POST", "PUT", "PATCH", "DELETE"}) {
    if (request.method == with_reader) return 0;
  }
  if (request.has_header("Transfer-Encoding")) return INT64_MAX;
  if (!request.has_header("Content-Length")) return 0;
  if (request.method == "PRI") return INT64_MAX;
  return DeclaredBytes(request).value_or(INT64_MAX);
}

bool BoundedServer::process_and_close_socket(socket_t sock) {
  Connection connection(sock, Sum(read_timeout_sec_, read_timeout_usec_),
                        Sum(write_timeout_sec_, write_timeout_usec_));
  const auto is_stopped = [this] { return svr_sock_ == INVALID_SOCKET; };
  bool ok = false;
  bool is_closed = false;
  for (size_t left = keep_alive_max_count_; left > 0; --left) {
    if (!WaitForRequest(connection, seconds(keep_alive_timeout_sec_), is_stopped)) break;
    connection.BeginRequest();
    bool is_understood = false;
    int64_t unread = 0;
    const auto look = [&](const httplib::Request& request) {
      is_understood = true;
      unread = UnreadBytes(request);
    };
    ok = process_request(connection, left == 1, is_closed, look);
    if (connection.is_too_long() && !connection.has_written()) {
      const std::string answer = too_long_answer_ ? too_long_answer_() : std::string();
      connection.write(answer.data(), answer.size());
    }
    // Where a request ends that could not be read is not known.
    if (!ok || is_closed || !is_understood || connection.is_too_long() || !connection.Skip(unread)) break;
  }
  ::shutdown(sock, SHUT_RDWR);
  ::close(sock);
  return ok;
}

}  // namespace waveshift::app

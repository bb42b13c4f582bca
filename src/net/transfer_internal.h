// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One request on one libcurl handle. Room-internal.
#ifndef WAVESHIFT_NET_TRANSFER_INTERNAL_H_
#define WAVESHIFT_NET_TRANSFER_INTERNAL_H_

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "net/http_message.h"

namespace waveshift::net::internal {

// A handle with the connections that it keeps. Not shared between threads at one time.
struct Handle {
  Handle();
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  CURL* easy = nullptr;
  CURLM* multi = nullptr;
};

// OK when method, URL and headers may be sent as they are.
Status CheckRequest(const HttpRequest& request);

class Transfer {
 public:
  // Both outlive the transfer. The request has been checked.
  Transfer(Handle& handle, const HttpRequest& request);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  StatusOr<HttpResponse> Run(const std::stop_token& stop);

 private:
  using Clock = std::chrono::steady_clock;
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static size_t OnRead(char* to, size_t size, size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);
  static int OnRequest(void* self, char*, char*, int, int);
  static curl_socket_t OnSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  Status SetUp();
  void SetConnection();
  void SetHeaders();
  void SetBody();
  Status Loop(const std::stop_token& stop);
  bool TakeHeaderLine(std::string_view line);
  bool TakeBody(std::string_view piece);
  StatusOr<size_t> ReadBody(char* to, size_t most);
  Status RewindBody();
  Status StatusOfCurl(CURLcode code) const;
  Status Fail(const std::string& why, StatusCode code) const;

  Handle& handle_;
  const HttpRequest& request_;
  const std::string shown_url_;
  curl_slist* header_list_ = nullptr;
  curl_slist* known_list_ = nullptr;  // of known_addresses
  HttpResponse response_;
  size_t header_bytes_ = 0;
  bool head_shown_ = false;  // to request_.on_head
  size_t body_sent_ = 0;     // of request_.body
  Clock::time_point last_activity_;
  Status callback_error_;  // why a callback ended the transfer
};

}  // namespace waveshift::net::internal

#endif  // WAVESHIFT_NET_TRANSFER_INTERNAL_H_

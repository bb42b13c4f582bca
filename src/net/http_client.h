// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The HTTP client of the whole program: text shortening, stores and model downloads go through it.
//
// TLS certificates are checked against the system's; a proxy is taken from the environment (https_proxy,
// http_proxy, no_proxy). Connections are kept and used again. Only http and https are spoken. Nothing that
// may be a secret (headers, the URL's user and query, bodies) ever stands in a status.
#ifndef WAVESHIFT_NET_HTTP_CLIENT_H_
#define WAVESHIFT_NET_HTTP_CLIENT_H_

#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "net/http_message.h"

namespace waveshift::net {

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends once and waits for the whole answer; any HTTP status is a response, not an error (see
  // StatusOfHttp).
  //   Unavailable         no connection, broken connection, no HTTP, an answer that ends too early
  //   DeadlineExceeded    one of the time limits
  //   OutOfRange          the answer is larger than max_response_bytes, or its headers than 256 KiB
  //   FailedPrecondition  the server's certificate is not trusted
  //   InvalidArgument     bad URL, method or header
  //   Cancelled           `stop`, at once
  //   what the sink or the body source returned
  // Any number of threads at once.
  StatusOr<HttpResponse> Send(const HttpRequest& request, const std::stop_token& stop);

  // Send with the body of a 2xx answer in a file, which appears under its name only when it is whole; other
  // answers leave no file. `request.sink` must be empty.
  StatusOr<HttpResponse> SendToFile(const HttpRequest& request, const std::string& path,
                                    const std::stop_token& stop);

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_HTTP_CLIENT_H_

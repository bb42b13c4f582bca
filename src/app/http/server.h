// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Carries service::Service over HTTP/1.1.
#ifndef WAVESHIFT_APP_HTTP_SERVER_H_
#define WAVESHIFT_APP_HTTP_SERVER_H_

#include <chrono>
#include <memory>
#include <string>

#include "base/status.h"
#include "service/service.h"
#include "stores/object_store.h"

namespace waveshift::app {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one
  // One per open connection; more connections wait. Each event stream and each download holds one while it
  // lasts.
  int threads = 96;
  // A client that is silent in the middle of a request, or does not take its answer, is cut off after this
  // time.
  std::chrono::seconds patience{20};
  // A connection without a request is closed after this time, and after so many requests.
  std::chrono::seconds idle{4};
  size_t requests_per_connection = 1000;
  // Answers say nothing about the connection (Keep-Alive): a function platform in between does not want it.
  bool hides_connection = false;
};

class HttpServer {
 public:
  // Binds the port. Internal "cannot listen on HOST:PORT: Address already in use" and the like. The service
  // and the store outlive the server.
  static StatusOr<std::unique_ptr<HttpServer>> Bind(const HttpServerOptions& options,
                                                    service::RequestHandler& service,
                                                    stores::ObjectStore& objects);
  // Stops; Run must have returned.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  // Serves until Stop(), which any thread may call, also before Run and more than once. Requests on their way
  // are answered before it returns; connections that wait for one are closed.
  void Run();
  void Stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_HTTP_SERVER_H_

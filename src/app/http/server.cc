// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/http/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "app/http/bounded_server.h"

namespace waveshift::app {
namespace {

constexpr int64_t kPieceBytes = 256 << 10;
// A body that nobody wanted is read away within these limits: many clients look at the answer only when they
// have sent everything, and the connection can go on. A longer one ends the connection.
constexpr int64_t kMaxDrainBytes = 64 << 20;
constexpr std::chrono::seconds kMaxDrainTime{5};

void ReuseAddressOnly(socket_t socket) {
  // Not SO_REUSEPORT (the library's default): a second server on the same port must fail, not share it.
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

// Why binding failed: the library does not say.
std::string BindError(const std::string& host, int port) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
      error != 0) {
    return ::gai_strerror(error);
  }
  int error = 0;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const int fd = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0) continue;
    ReuseAddressOnly(fd);
    if (::bind(fd, at->ai_addr, at->ai_addrlen) != 0 || ::listen(fd, 1) != 0) error = errno;
    ::close(fd);
  }
  ::freeaddrinfo(found);
  return error == 0 ? "the address cannot be used" : std::generic_category().message(error);
}

int PortOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

// Where the body ends must be beyond doubt: a proxy that reads such a request in another way would take the
// rest of it for a request of somebody else (RFC 9112, 6.3).
bool HasDoubtfulLength(const httplib::Request& request) {
  const size_t lengths = request.get_header_value_count("Content-Length");
  if (lengths == 0) return false;
  const std::string value = request.get_header_value("Content-Length");
  const bool is_number = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  return lengths > 1 || !is_number || request.has_header("Transfer-Encoding");
}

service::Request ToServiceRequest(const httplib::Request& from) {
  service::Request request;
  request.method = from.method;
  request.target = from.target;
  for (const auto& [name, value] : from.headers) request.headers.emplace(name, value);
  request.peer = from.remote_addr;
  request.has_body = from.has_header("Content-Length") || from.has_header("Transfer-Encoding");
  request.content_length = DeclaredBytes(from);
  return request;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, service::RequestHandler& service, stores::ObjectStore& objects)
      : options_(options), service_(service), objects_(objects) {}

  Status Bind();
  int port() const { return port_; }
  void Run();
  void Stop();

 private:
  void Configure();
  void AddRoutes();
  void AddHooks();
  void HandleWithBody(const httplib::Request& from, httplib::Response& to,
                      const httplib::ContentReader& reader);
  void HandleError(const httplib::Request& from, httplib::Response& to);
  void Refuse(const httplib::Request& from, httplib::Response& to, int status, const std::string& code,
              const std::string& detail);
  void Write(service::Response&& response, httplib::Response& to, bool ends_connection);
  void WriteObject(const service::ObjectSlice& slice, const std::string& type, httplib::Response& to);
  void WriteStream(const service::BodyStream& stream, const std::string& type, httplib::Response& to);
  void EndReading() const;
  static void WriteEvents(const service::EventSource& events, const std::string& type, httplib::Response& to);

  const HttpServerOptions options_;
  service::RequestHandler& service_;
  stores::ObjectStore& objects_;
  BoundedServer server_;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  bool entered_ = false;
  std::atomic<bool> left_{false};
};

Status HttpServer::Impl::Bind() {
  Configure();
  if (options_.port == 0) {
    port_ = server_.bind_to_any_port(options_.host);
  } else {
    port_ = server_.bind_to_port(options_.host, options_.port) ? options_.port : -1;
  }
  if (port_ > 0) return OkStatus();
  return Internal("cannot listen on " + options_.host + ":" + std::to_string(options_.port) + ": " +
                  BindError(options_.host, options_.port));
}

// An answer to a request of which nothing is known but that it is too long.
std::string TooLongAnswer() {
  const service::Response response = service::Service::ErrorResponse(
      431, "bad_request", "the request's line or headers are too long", service::Service::RequestIdOf({}));
  std::string answer = "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n";
  for (const auto& [name, value] : response.headers) answer += name + ": " + value + "\r\n";
  return answer + "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
}

void HttpServer::Impl::Configure() {
  server_.set_socket_options(ReuseAddressOnly);
  server_.set_too_long_answer(TooLongAnswer);
  server_.set_tcp_nodelay(true);
  server_.set_keep_alive_max_count(options_.requests_per_connection);
  server_.set_keep_alive_timeout(options_.idle.count());
  server_.set_read_timeout(options_.patience);
  server_.set_write_timeout(options_.patience);
  const auto threads = static_cast<size_t>(options_.threads);
  server_.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  AddRoutes();
  AddHooks();
}

// Every path: the service has the routes.
void HttpServer::Impl::AddRoutes() {
  const auto with_body = [this](const httplib::Request& from, httplib::Response& to,
                                const httplib::ContentReader& reader) { HandleWithBody(from, to, reader); };
  const auto without_body = [this](const httplib::Request& from, httplib::Response& to) {
    Write(service_.Handle(ToServiceRequest(from), [](const service::BodySink&) { return OkStatus(); }), to,
          false);
  };
  server_.Get(".*", without_body);
  server_.Options(".*", without_body);
  server_.Post(".*", with_body);
  server_.Put(".*", with_body);
  server_.Patch(".*", with_body);
  server_.Delete(".*", with_body);
}

void HttpServer::Impl::AddHooks() {
  // Ranges belong to the service; the library would cut the answer a second time. The request is not const
  // where the library made it.
  server_.set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
    const_cast<httplib::Request&>(from).ranges.clear();
    if (HasDoubtfulLength(from)) {
      Refuse(from, to, 400, "bad_request", "the body's length is not clear");
    } else if (UnreadBytes(from) > BoundedServer::kMaxSkippedBytes) {
      Refuse(from, to, 413, "too_large", "a request of this kind has no body");
    } else {
      return httplib::Server::HandlerResponse::Unhandled;
    }
    return httplib::Server::HandlerResponse::Handled;
  });
  server_.set_expect_100_continue_handler([this](const httplib::Request& from, httplib::Response& to) {
    service::Response response = service_.HandleExpect(ToServiceRequest(from));
    if (response.status == 100) return 100;
    const int status = response.status;
    Write(std::move(response), to, true);
    return status;
  });
  server_.set_error_handler(
      httplib::Server::HandlerWithResponse([this](const httplib::Request& from, httplib::Response& to) {
        HandleError(from, to);
        return httplib::Server::HandlerResponse::Handled;
      }));
  if (options_.hides_connection) {
    server_.set_post_routing_handler(
        [](const httplib::Request&, httplib::Response& to) { to.headers.erase("Keep-Alive"); });
  }
  server_.set_exception_handler(
      [](const httplib::Request&, httplib::Response& to, const std::exception_ptr&) { to.status = 500; });
}

// An answer to a request whose body is not read: the connection ends behind it.
void HttpServer::Impl::Refuse(const httplib::Request& from, httplib::Response& to, int status,
                              const std::string& code, const std::string& detail) {
  service::Response response = service::Service::ErrorResponse(
      status, code, detail, service::Service::RequestIdOf(ToServiceRequest(from)));
  const size_t size = response.body.size();
  Write(std::move(response), to, true);
  if (from.method != "HEAD") return;
  // The library asks no provider for the body of an answer to HEAD, so none can end the connection: it takes
  // this for a GET, whose body fails before its first byte.
  const_cast<httplib::Request&>(from).method = "GET";
  to.set_content_provider(size, "application/json",
                          [](size_t, size_t, const httplib::DataSink&) { return false; });
}

void HttpServer::Impl::HandleWithBody(const httplib::Request& from, httplib::Response& to,
                                      const httplib::ContentReader& reader) {
  const service::Request request = ToServiceRequest(from);
  bool body_left = request.has_body;
  const service::BodyReader body = [&](const service::BodySink& sink) {
    if (!request.has_body) return OkStatus();
    Status status;
    const bool whole = reader([&](const char* data, size_t size) {
      status = stopping_ ? FailedPrecondition("the server is shutting down") : sink({data, size});
      return status.ok();
    });
    body_left = !whole;
    if (!whole && status.ok()) return InvalidArgument("the connection ended within the body");
    return status;
  };
  service::Response response = service_.Handle(request, body);
  if (body_left) {
    int64_t drained = 0;
    const auto end = std::chrono::steady_clock::now() + kMaxDrainTime;
    const auto drain = [&](std::string_view piece) {
      drained += static_cast<int64_t>(piece.size());
      const bool enough = drained > kMaxDrainBytes || std::chrono::steady_clock::now() > end;
      return enough ? OutOfRange("too long to be read away") : OkStatus();
    };
    body(drain).IgnoreError();
  }
  Write(std::move(response), to, body_left);
}

// Errors that the library found before the service saw the request.
void HttpServer::Impl::HandleError(const httplib::Request& from, httplib::Response& to) {
  if (to.has_header("X-Request-Id")) return;
  const int status = to.status;
  const std::string code = status == 413   ? "too_large"
                           : status == 416 ? "range_not_satisfiable"
                           : status >= 500 ? "internal"
                                           : "bad_request";
  const std::string detail = status == 414 ? "the URL is too long" : "the request could not be read";
  Write(service::Service::ErrorResponse(status, code, detail,
                                        service::Service::RequestIdOf(ToServiceRequest(from))),
        to, false);
}

void HttpServer::Impl::Write(service::Response&& response, httplib::Response& to, bool ends_connection) {
  to.status = response.status;
  std::string type;
  for (const auto& [name, value] : response.headers) {
    if (name == "Content-Type") {
      type = value;
    } else {
      to.set_header(name, value);
    }
  }
  if (response.events) {
    WriteEvents(response.events, type, to);
  } else if (response.stream) {
    WriteStream(response.stream, type, to);
  } else if (response.object && response.object->length > 0) {
    WriteObject(*response.object, type, to);
  } else if (ends_connection && !response.body.empty()) {
    // A provider that gives all its bytes and then fails makes the library close the connection: what is left
    // of the request's body must not be taken for the next request.
    const size_t size = response.body.size();  // arguments have no order: the body may be moved away first
    to.set_content_provider(
        size, type, [body = std::move(response.body)](size_t offset, size_t length, httplib::DataSink& sink) {
          sink.write(body.data() + offset, length);
          return false;
        });
  } else {
    to.set_content(response.body, type.empty() ? "text/plain" : type);
  }
}

void HttpServer::Impl::WriteObject(const service::ObjectSlice& slice, const std::string& type,
                                   httplib::Response& to) {
  to.set_content_provider(static_cast<size_t>(slice.length), type,
                          [this, slice](size_t offset, size_t length, httplib::DataSink& sink) {
                            const auto wanted = std::min(static_cast<int64_t>(length), kPieceBytes);
                            const auto piece = objects_.GetRange(
                                slice.key, slice.offset + static_cast<int64_t>(offset), wanted);
                            // An object that was replaced or went away in the middle: a cut connection tells
                            // the client, mixed bytes would not.
                            const auto info = objects_.Head(slice.key);
                            if (!piece.ok() || piece->empty() || !info.ok() || info->etag != slice.etag)
                              return false;
                            return sink.write(piece->data(), piece->size());
                          });
}

void HttpServer::Impl::WriteEvents(const service::EventSource& events, const std::string& type,
                                   httplib::Response& to) {
  to.set_chunked_content_provider(type, [events](size_t, httplib::DataSink& sink) {
    const service::EventChunk chunk = events();
    if (!chunk.text.empty() && !sink.write(chunk.text.data(), chunk.text.size())) return false;
    if (chunk.ended) sink.done();
    return true;
  });
}

// Nothing is made for a client that went away: its socket is looked at before each piece.
void HttpServer::Impl::WriteStream(const service::BodyStream& stream, const std::string& type,
                                   httplib::Response& to) {
  to.set_chunked_content_provider(type, [this, stream](size_t, httplib::DataSink& sink) {
    if (stopping_ || !sink.is_writable()) return false;
    const auto bytes = stream();
    if (!bytes.ok()) return false;
    if (!bytes->has_value()) {
      sink.done();
      return true;
    }
    return sink.write((*bytes)->data(), (*bytes)->size());
  });
}

void HttpServer::Impl::Run() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    entered_ = true;
  }
  server_.listen_after_bind();
  left_ = true;
}

void HttpServer::Impl::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (!entered_) return;
  // The library forgets a stop that comes before its loop runs.
  while (!server_.is_running() && !left_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  server_.stop();
  EndReading();
}

// The library looks at a connection that waits for a request until its time is over. An end of input wakes
// it; answers on their way are not touched.
void HttpServer::Impl::EndReading() const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    sockaddr_storage own = {};
    socklen_t length = sizeof(own);
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &length) != 0 || PortOf(own) != port_) continue;
    sockaddr_storage peer = {};
    length = sizeof(peer);
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0) ::shutdown(fd, SHUT_RD);
  }
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Bind(const HttpServerOptions& options,
                                                       service::RequestHandler& service,
                                                       stores::ObjectStore& objects) {
  auto impl = std::make_unique<Impl>(options, service, objects);
  WS_RETURN_IF_ERROR(impl->Bind());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }
void HttpServer::Run() { impl_->Run(); }
void HttpServer::Stop() { impl_->Stop(); }

}  // namespace waveshift::app

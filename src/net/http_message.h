// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What goes over the wire: one request, one response, and what an HTTP status means as a Status.
#ifndef WAVESHIFT_NET_HTTP_MESSAGE_H_
#define WAVESHIFT_NET_HTTP_MESSAGE_H_

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::net {

struct HttpHeader {
  std::string name;
  std::string value;  // may be a secret: it never stands in a message
};

// A request body that is not held in memory. One thread at a time; the client rewinds it before each attempt.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual int64_t size_bytes() const = 0;
  virtual Status Rewind() = 0;
  // Up to `most` bytes into `to`; 0 only at the end. An error ends the request with this status.
  virtual StatusOr<size_t> Read(char* to, size_t most) = 0;
};

// The bytes of a file as they are when it is read. NotFound and the like when it cannot be opened; DataLoss
// when it becomes shorter meanwhile.
StatusOr<std::unique_ptr<BodySource>> OpenFileBody(const std::string& path);
// The same of `length` bytes from `offset` on; OutOfRange when the file ends before them.
StatusOr<std::unique_ptr<BodySource>> OpenFileBody(const std::string& path, int64_t offset, int64_t length);

// Takes a piece of the response; an error ends the request with this status.
using BodySink = std::function<Status(std::string_view piece)>;

struct HttpResponse;
// Looks at status and headers of an answer before its body comes; an error ends the request with this status.
using HeadCheck = std::function<Status(const HttpResponse& head)>;

struct HttpTimeouts {
  std::chrono::milliseconds connect{10000};  // name, connection and TLS
  std::chrono::milliseconds idle{60000};     // longest time without a byte in either direction
  std::chrono::milliseconds total{0};        // of the whole request; 0 = no limit
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https; percent-encoded as it goes over the wire
  std::vector<HttpHeader> headers;
  std::string body;                      // used when body_source is null
  BodySource* body_source = nullptr;     // outlives the call
  int64_t max_response_bytes = 8 << 20;  // of the body; more is OutOfRange
  // Where the body of a 2xx answer goes, instead of HttpResponse::body. Bodies of other answers never do.
  BodySink sink;
  // Called once, before `sink` gets its first piece; not at all when that never comes (an empty body).
  HeadCheck on_head;
  HttpTimeouts timeouts;
  // Redirects that are followed. They may lead to another host, to which only Authorization and Cookie are
  // not sent: leave it at 0 when another header holds a secret.
  int max_redirects = 0;
  // For URLs that somebody else chose: asked about each address before a connection to it begins, so that no
  // name can lead elsewhere. When it says no and no other address of the name will do, the request ends with
  // InvalidArgument. Such a request uses no proxy and has a connection of its own.
  std::function<bool(const sockaddr& address)> may_connect;
  // "HOST:PORT:ADDRESS": known without asking a name server; with may_connect only.
  std::vector<std::string> known_addresses;
  std::string ca_file;  // certificates that are trusted in place of the system's
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // of the last answer, names as sent
  std::string body;                 // "" when a sink took it
  int64_t body_bytes = 0;
  // More than one when a kept connection turned out to be dead after the request went out on it, or behind
  // redirects: an earlier one may have been carried out.
  int times_sent = 0;

  bool is_success() const { return status >= 200 && status < 300; }
  // The first header of this name, case ignored; "" when there is none.
  std::string Header(std::string_view name) const;
};

// OK for 2xx. The message is "WHAT: HTTP 429 Too Many Requests"; the body is not quoted.
//   400, other 4xx InvalidArgument · 401 Unauthenticated · 403 PermissionDenied · 404, 410 NotFound
//   408, 504 DeadlineExceeded · 409, 412 AlreadyExists · 413, 416 OutOfRange · 429 ResourceExhausted
//   501 Unimplemented · other 5xx Unavailable · 1xx, 3xx FailedPrecondition
Status StatusOfHttp(int http_status, std::string_view what);

// A date as HTTP writes it (RFC 9110, 5.6.7), such as the headers Date and Last-Modified. Nothing when it is
// none.
std::optional<std::chrono::system_clock::time_point> ParseHttpDate(std::string_view value);

// Where a Location header leads that came with an answer to `base` (RFC 3986, 5). InvalidArgument when it is
// no URL.
StatusOr<std::string> ResolveUrl(const std::string& base, const std::string& location);

// What a URL of http or https is made of (RFC 3986, 3).
struct UrlParts {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address stands in brackets
  int port = 0;        // the scheme's own one when the URL names none
  std::string path;    // percent-encoded, at least "/", without "." and ".." parts
  bool has_user = false;
  bool has_query = false;
  bool has_fragment = false;

  // "https://host" or "https://host:8443": what two URLs must share to be of one origin.
  std::string Origin() const;
};
// InvalidArgument when it is no URL, or one of another scheme.
StatusOr<UrlParts> SplitUrl(const std::string& url);

// The URL for messages: without user, password, query and fragment, at most 200 bytes, no control characters.
std::string RedactedUrl(std::string_view url);

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_HTTP_MESSAGE_H_

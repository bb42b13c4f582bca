// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Requests and responses without a transport: src/app/http carries them over sockets, tests hand them over
// directly.
#ifndef WAVESHIFT_SERVICE_HTTP_TYPES_H_
#define WAVESHIFT_SERVICE_HTTP_TYPES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace waveshift::service {

// Orders header names without regard to the case of ASCII letters.
struct HeaderLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

struct Request {
  std::string method;  // upper case
  std::string target;  // as sent: "/media/a%20b.mp4?x=1"
  std::map<std::string, std::string, HeaderLess> headers;
  std::string peer;  // address of the client, for the log
  // The body's length when the client said it; without it the body has chunks, or there is none.
  std::optional<int64_t> content_length;
  bool has_body = false;

  // The header's value, "" when it is not there.
  std::string Header(std::string_view name) const;
};

// Hands the body over in pieces, once, until it ends or the sink returns an error (which is returned).
// InvalidArgument when the client goes away or breaks the protocol in the middle.
using BodySink = std::function<Status(std::string_view)>;
using BodyReader = std::function<Status(const BodySink&)>;

// Bytes [offset, offset + length) of an object; they are fetched while they are sent.
struct ObjectSlice {
  std::string key;
  std::string etag;  // the object must still have it while it is sent
  int64_t offset = 0;
  int64_t length = 0;
};

// Server-sent events. Called again and again from the connection's thread until it gives "ended". Waits up to
// about a second for news; the text (which may be empty) is sent as it is.
struct EventChunk {
  std::string text;
  bool ended = false;
};
using EventSource = std::function<EventChunk()>;

// A body that is made while it is sent, called again and again from the connection's thread: the next bytes
// (not empty), nullopt at its end. An error cuts the connection, so that the client sees that the rest is
// missing. When the client goes away it is not called again.
using BodyStream = std::function<StatusOr<std::optional<std::string>>()>;

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>>
      headers;  // Content-Length comes from the body, slice or transport
  std::string body;
  std::optional<ObjectSlice> object;  // instead of the body
  EventSource events;                 // instead of the body
  BodyStream stream;                  // instead of the body

  // The header's value, "" when it is not there.
  std::string Header(std::string_view name) const;
  void SetHeader(std::string name, std::string value);
};

// A path without its percent encoding, and the query's fields (the last one of a name counts).
// InvalidArgument for broken encoding.
struct Target {
  std::string path;
  std::map<std::string, std::string> query;
};
StatusOr<Target> ParseTarget(std::string_view target);

// Who answers requests. Any thread.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // Never throws. The body is read only when it is wanted.
  virtual Response Handle(const Request& request, const BodyReader& body) = 0;
  // What the client would be told before it sends its body ("Expect: 100-continue"): a response with an
  // error, or status 100.
  virtual Response HandleExpect(const Request& request) = 0;
};

// UTF-8 text as a part of a URL: everything but letters, digits, "-._~" and "/" becomes %XX.
std::string EncodePath(std::string_view path);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_HTTP_TYPES_H_

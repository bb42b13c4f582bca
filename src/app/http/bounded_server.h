// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The library's server with connections of our own: it takes a request's line and headers into memory however
// long they are and however slowly they come, takes a body that comes with a GET for the next request, and
// forgets what has arrived of the next request already.
#ifndef WAVESHIFT_APP_HTTP_BOUNDED_SERVER_H_
#define WAVESHIFT_APP_HTTP_BOUNDED_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <httplib.h>

namespace waveshift::app {

// What Content-Length says: INT64_MAX for more than that, nothing when it is not there or no number.
std::optional<int64_t> DeclaredBytes(const httplib::Request& request);

// Bytes of a body that the library hands to nobody; INT64_MAX where their end is not told, or the library
// would take them into memory. 0 for POST, PUT, PATCH and DELETE, whose handlers get it.
int64_t UnreadBytes(const httplib::Request& request);

class BoundedServer : public httplib::Server {
 public:
  // Line and headers of a request together, and each line of a body in chunks.
  static constexpr size_t kMaxHeadBytes = 64 << 10;
  // Some clients send a few bytes with a GET, which mean nothing: they are passed over. What has more of
  // UnreadBytes the handlers must refuse.
  static constexpr int64_t kMaxSkippedBytes = 64 << 10;

  // Makes what is sent, as it stands, where a request's own line is too long; the connection ends behind it.
  // (Headers that are too long are a bad request to the library.) Any thread.
  void set_too_long_answer(std::function<std::string()> make) { too_long_answer_ = std::move(make); }

 private:
  // One connection, on a thread of the library. A request's line and headers, and what is passed over, have
  // to arrive within the time that a read may take.
  bool process_and_close_socket(socket_t sock) override;

  std::function<std::string()> too_long_answer_;
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_HTTP_BOUNDED_SERVER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: a server of files that knows ranges, and rules for downloads that wait for nothing.
#ifndef WAVESHIFT_MODELS_TEST_FILE_SERVER_H_
#define WAVESHIFT_MODELS_TEST_FILE_SERVER_H_

#include <cstdlib>
#include <string>

#include "models/download.h"
#include "net/test_server.h"

namespace waveshift::models {

inline std::string HeaderOf(const net::TestRequest& request, const std::string& name) {
  const size_t at = request.head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const size_t begin = at + 4 + name.size();
  return request.head.substr(begin, request.head.find("\r\n", begin) - begin);
}

// The first byte of "Range: bytes=N-", 0 without one.
inline size_t FirstByte(const net::TestRequest& request) {
  const std::string range = HeaderOf(request, "Range");
  return range.empty() ? 0 : std::stoul(range.substr(range.find('=') + 1));
}

// What a right server of `bytes` answers: 200, 206, or 416. `etag` as it is sent, with its quotes; "" for
// none.
inline void ServeFile(const net::TestRequest& request, const net::TestConnection& to,
                      const std::string& bytes, const std::string& etag = "\"v1\"",
                      const std::string& headers = "") {
  const std::string more = headers + (etag.empty() ? "" : "ETag: " + etag + "\r\n");
  const std::string condition = HeaderOf(request, "If-Range");
  size_t first = FirstByte(request);
  if (!condition.empty() && condition != etag) first = 0;
  const std::string whole = std::to_string(bytes.size());
  if (first > 0 && first >= bytes.size())
    return to.Reply(416, "", "Content-Range: bytes */" + whole + "\r\n");
  if (first == 0) return to.Reply(200, bytes, more);
  to.Reply(206, bytes.substr(first),
           more + "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(bytes.size() - 1) +
               "/" + whole + "\r\n");
}

// The same, but the connection breaks after `most` bytes of the body.
inline void ServeSome(const net::TestRequest& request, const net::TestConnection& to,
                      const std::string& bytes, size_t most, const std::string& etag = "\"v1\"") {
  const size_t first = FirstByte(request);
  std::string head = first == 0
                         ? "HTTP/1.1 200 OK\r\n"
                         : "HTTP/1.1 206 OK\r\nContent-Range: bytes " + std::to_string(first) + "-" +
                               std::to_string(bytes.size() - 1) + "/" + std::to_string(bytes.size()) + "\r\n";
  if (!etag.empty()) head += "ETag: " + etag + "\r\n";
  to.Send(head + "Content-Length: " + std::to_string(bytes.size() - first) + "\r\n\r\n" +
          bytes.substr(first, most));
  to.HangUp();
}

inline DownloadRules QuickRules() {
  DownloadRules rules;
  rules.clock.sleep = [](std::chrono::milliseconds, const std::stop_token&) {};
  return rules;
}

inline void ForgetProxies() {
  for (const char* name :
       {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    ::unsetenv(name);
}

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_TEST_FILE_SERVER_H_

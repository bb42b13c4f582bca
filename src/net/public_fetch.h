// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Downloads of addresses that somebody outside wrote into a request: only from hosts on a list, only by
// https, and never from this machine, its networks or a cloud's metadata service, whatever the host's name
// leads to.
#ifndef WAVESHIFT_NET_PUBLIC_FETCH_H_
#define WAVESHIFT_NET_PUBLIC_FETCH_H_

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "net/http_client.h"
#include "net/public_address.h"
#include "net/retry.h"

namespace waveshift::net {

struct PublicFetchOptions {
  // "media.example.com", "*.example.com" (names below it, not itself), each with ":PORT" unless it is 443.
  std::vector<std::string> allowed_hosts;
  HttpTimeouts timeouts{.total = std::chrono::minutes(5)};
  std::chrono::milliseconds longest_get{20000};  // of Get, somebody waits for it
  RetryPolicy retry{.max_attempts = 3, .budget = std::chrono::seconds(30)};
  // For tests: what counts as public, names with their addresses, a certificate to trust.
  std::function<bool(const sockaddr& address)> is_public = &IsPublicAddress;
  std::vector<std::string> known_addresses;
  std::string ca_file;
};

// Any thread.
class PublicFetcher {
 public:
  explicit PublicFetcher(PublicFetchOptions options);

  // Says without asking anybody whether the address may be fetched; gives it as it goes over the wire: what
  // must be percent-encoded is (a key may stand in it as it is), what is encoded stays, a fragment is cut
  // off. InvalidArgument: no https URL, a user name in it, or a host that is not on the list.
  StatusOr<std::string> CheckedUrl(std::string_view url) const;

  // The whole file. InvalidArgument: as CheckedUrl, an address that is not public, a redirect (they are not
  // followed); OutOfRange: larger than max_bytes; others as HttpClient::Send and StatusOfHttp. What may pass
  // is tried again.
  StatusOr<std::string> Get(std::string_view url, int64_t max_bytes, const std::stop_token& stop);
  // The same into a file, which appears when it is whole.
  Status GetToFile(std::string_view url, int64_t max_bytes, const std::string& path,
                   const std::stop_token& stop);

 private:
  StatusOr<HttpRequest> RequestFor(std::string_view url, int64_t max_bytes) const;

  const PublicFetchOptions options_;
  HttpClient client_;
};

// InvalidArgument unless it may stand in allowed_hosts.
Status CheckAllowedHost(std::string_view host);

// A URL with every byte percent-encoded that may not stand in one; what is encoded stays as it is.
std::string EncodedUrl(std::string_view url);

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_PUBLIC_FETCH_H_

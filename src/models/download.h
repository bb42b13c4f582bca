// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One file from an address into a part that survives: goes on where it stopped, by range, and never mixes two
// versions of a file. Redirects are followed one by one, never from https to http.
#ifndef WAVESHIFT_MODELS_DOWNLOAD_H_
#define WAVESHIFT_MODELS_DOWNLOAD_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "models/part_file.h"
#include "net/http_client.h"
#include "net/retry.h"

namespace waveshift::models {

struct DownloadSpec {
  std::string url;
  int64_t exact_bytes = -1;  // -1: not known
  int64_t most_bytes = 0;    // of the file; used when exact_bytes is not known
  std::string sha256;        // "": whatever the server says, or nothing
};

struct Downloaded {
  std::string sha256;
  // The hash that the server gave (X-Linked-Etag, as Hugging Face and ModelScope do), "" when it gave none.
  std::string server_sha256;
};

struct DownloadRules {
  net::RetryPolicy retry;  // of failures between which nothing came; what brings bytes begins anew
  net::RetryClock clock;
  net::HttpTimeouts timeouts;
  // Fewer bytes than this in such a time end the attempt.
  int64_t slow_bytes = 32 << 10;
  std::chrono::milliseconds slow_time{60000};
};

// Gets the calls for the part's size after each piece, and for the whole size when that is known (else -1).
using DownloadProgress = std::function<void(int64_t bytes, int64_t total_bytes)>;

// Several threads may call with parts of their own.
class Downloader {
 public:
  // `client` outlives the downloader.
  Downloader(net::HttpClient& client, DownloadRules rules) : client_(client), rules_(std::move(rules)) {}

  // Fills the part to its end; the caller commits it. Codes: those of HttpClient::Send and StatusOfHttp;
  // DataLoss when the file is not the one that is wanted (size or hash: the part is emptied then);
  // PermissionDenied for a redirect to http. part.write_failure() tells a failure of this machine.
  StatusOr<Downloaded> Fetch(const DownloadSpec& spec, PartFile& part, const DownloadProgress& on_progress,
                             const std::stop_token& stop) const;

 private:
  net::HttpClient& client_;
  const DownloadRules rules_;
};

// What names an address in records and messages: without user and query.
std::string SourceName(const std::string& url);

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_DOWNLOAD_H_

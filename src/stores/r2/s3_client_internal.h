// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Signed requests to one bucket, tried again where the table of data contract 2.3 says so. Not for other
// rooms.
#ifndef WAVESHIFT_STORES_R2_S3_CLIENT_INTERNAL_H_
#define WAVESHIFT_STORES_R2_S3_CLIENT_INTERNAL_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "net/http_client.h"
#include "net/retry.h"
#include "stores/r2/r2_object_store.h"

namespace waveshift::stores::internal {

inline constexpr char kShaHeader[] = "x-amz-meta-waveshift-sha256";  // of the whole object
inline constexpr char kWriteHeader[] =
    "x-amz-meta-waveshift-write";  // who wrote it, when a write has a condition

struct S3Request {
  std::string method = "GET";
  std::string key;  // "" = the bucket
  QueryParameters query;
  SignedHeaders headers;
  std::string body;
  net::BodySource* source = nullptr;  // instead of `body`; outlives the call
  std::string payload_hash;           // SHA-256 in hex; "" = of `body`
  net::BodySink sink;
  net::HeadCheck on_head;
  std::function<Status()> before_attempt;  // an error ends the call with it
  int64_t max_response_bytes = int64_t{16} << 20;
};

struct S3Answer {
  net::HttpResponse http;
  // An earlier attempt may have been carried out although its answer was lost.
  bool repeated = false;
};

// True for answers that may be better in a moment; also for a 200 that holds an error
// (CompleteMultipartUpload).
bool IsTransientS3(const net::HttpResponse& response);

// What an answer means; OK for 2xx without an error in it. `what` begins the message: an object, the bucket.
Status StatusOfS3(const net::HttpResponse& response, const std::string& what);

// Any number of threads.
class S3Client {
 public:
  // The options outlive the client. `http` may be shared.
  explicit S3Client(const R2Options& options,
                    std::shared_ptr<net::HttpClient> http = std::make_shared<net::HttpClient>());

  // One attempt; `total` 0: as long as bytes come.
  StatusOr<net::HttpResponse> SendOnce(const S3Request& request, std::chrono::milliseconds total,
                                       const std::stop_token& stop);
  // With attempts for at most `patience`. Any answer is an S3Answer; see StatusOfS3. A stop ends calls that
  // are under way; those that come after it (a lease is let go) have a few seconds.
  StatusOr<S3Answer> Send(const S3Request& request, std::chrono::milliseconds patience);
  // The same, as a status when the answer is no success.
  StatusOr<S3Answer> SendChecked(const S3Request& request, const std::string& what,
                                 std::chrono::milliseconds patience);
  net::RetryPolicy Policy(std::chrono::milliseconds patience) const;
  const R2Options& options() const { return options_; }
  const std::string& host() const { return host_; }

  // Whether this store has been seen to obey conditions of writes (lease.cc).
  std::atomic<bool> obeys_conditions{false};

 private:
  const R2Options& options_;
  std::string origin_;     // "https://host:port"
  std::string host_;       // as the Host header says it
  std::string base_path_;  // "" or "/path" of the endpoint
  const std::shared_ptr<net::HttpClient> http_;
};

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_R2_S3_CLIENT_INTERNAL_H_

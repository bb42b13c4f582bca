// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Objects in Cloudflare R2, or in any other store that speaks S3 (path style, signature version 4).
#ifndef WAVESHIFT_STORES_R2_R2_OBJECT_STORE_H_
#define WAVESHIFT_STORES_R2_R2_OBJECT_STORE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "net/retry.h"
#include "stores/object_store.h"
#include "stores/r2/sigv4.h"

namespace waveshift::stores {

struct R2Options {
  std::string endpoint_url;  // "https://ACCOUNT.r2.cloudflarestorage.com", without the bucket
  std::string bucket;
  S3Credentials credentials;  // never in a message
  SigningScope scope;
  int max_attempts = 7;
  std::chrono::milliseconds first_delay{500};
  std::chrono::milliseconds longest_delay{20000};
  std::chrono::milliseconds idle_timeout{30000};  // without a byte in either direction
  // How long one call may take with all its attempts: Head, for which somebody waits, and small objects.
  // Files are tried again as long as some of their bytes arrive.
  std::chrono::milliseconds look_patience{30000};
  std::chrono::milliseconds patience{120000};
  // R2 refuses to write the same key more often than once a second (2.2).
  std::chrono::milliseconds key_write_interval{1000};
  int64_t multipart_above_bytes = int64_t{64} << 20;  // files that are larger go in parts
  int64_t part_bytes = int64_t{16} << 20;  // at least 5 MiB; more when 10,000 parts would not be enough
  int parallel_parts = 3;
  net::RetryClock clock;  // for tests
  // Ends calls under way (Cancelled); later ones, which let leases go, have a few seconds.
  std::stop_token stop;
};

// Contacts nobody. Every object that is written has its SHA-256 as metadata; a download is checked against
// it, or against an ETag that is an MD5. Leases lie under ".waveshift/store/leases/", which no other function
// sees; whether one has run out is decided by the server's clock alone.
//
// Errors, beside those of ObjectStore:
//   Unavailable, DeadlineExceeded   the store is broken or cannot be reached
//   ResourceExhausted               it is asked too much
//   PermissionDenied                key or signature are refused
//   FailedPrecondition              the bucket does not exist; this machine's clock is wrong
//   DataLoss                        bytes that do not fit their hash, also after all attempts
std::unique_ptr<ObjectStore> MakeR2ObjectStore(R2Options options);

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_R2_R2_OBJECT_STORE_H_

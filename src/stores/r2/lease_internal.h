// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Leases as objects that are written with conditions. Not for other rooms.
//
// The object says who holds the lease and for how long. Every write carries the ETag of the write before, so
// that of two processes one writes. A lease has run out when the server's own clock (the Date of its answer)
// is its lifetime past the server's own Last-Modified: no other clock is asked. It is let go by a last write,
// not by deleting: a delete cannot have a condition, and one that arrives late would end the lease of
// somebody else.
#ifndef WAVESHIFT_STORES_R2_LEASE_INTERNAL_H_
#define WAVESHIFT_STORES_R2_LEASE_INTERNAL_H_

#include <chrono>
#include <memory>
#include <string>

#include "base/status.h"
#include "stores/object_store.h"
#include "stores/r2/s3_client_internal.h"

namespace waveshift::stores::internal {

// Takes the lease that lies in object `place`; `key` is for messages. AlreadyExists names the holder. The
// client is kept alive by the lease.
StatusOr<std::unique_ptr<Lease>> TakeS3Lease(std::shared_ptr<S3Client> client, const std::string& place,
                                             const std::string& key, const std::string& holder,
                                             std::chrono::seconds lifetime);

// A name that no other process and no other call gives (128 random bits in hex).
std::string UniqueName();

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_R2_LEASE_INTERNAL_H_

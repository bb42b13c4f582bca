// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Leases as locked files. The kernel lets a lock go at the moment its process dies, however it dies. Not for
// other rooms.
#ifndef WAVESHIFT_STORES_FS_LEASE_INTERNAL_H_
#define WAVESHIFT_STORES_FS_LEASE_INTERNAL_H_

#include <memory>
#include <string>

#include "base/status.h"
#include "stores/fs/folder_internal.h"
#include "stores/object_store.h"

namespace waveshift::stores::internal {

// Takes the lock on file `place` (made when missing, removed when the lease ends). AlreadyExists names the
// holder. Two leases exclude each other also within one process. `key` is for messages.
StatusOr<std::unique_ptr<Lease>> TakeFileLease(Place place, const std::string& key,
                                               const std::string& holder);

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_FS_LEASE_INTERNAL_H_

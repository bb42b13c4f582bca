// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the object stores of this room share. Not for other rooms.
#ifndef WAVESHIFT_STORES_KEYS_INTERNAL_H_
#define WAVESHIFT_STORES_KEYS_INTERNAL_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "stores/object_store.h"

namespace waveshift::stores::internal {

// The key for a message: short, on one line.
std::string QuoteKey(std::string_view key);

// InvalidArgument unless it is UTF-8 and follows IsSafeRelativePath.
Status CheckKey(const std::string& key);

// A prefix is "" or the beginning of a key.
Status CheckPrefix(const std::string& prefix);

// InvalidArgument when both conditions are asked for.
Status CheckPutOptions(const PutOptions& options);

// What the conditions of `options` say about the object that is there (null when none is). AlreadyExists.
Status CheckCondition(const std::string& key, const PutOptions& options, const ObjectInfo* present);

Status NoSuchObject(const std::string& key);
Status TooLarge(const std::string& key, int64_t size, int64_t max_bytes);
Status CheckRange(const std::string& key, int64_t offset, int64_t length);
// InvalidArgument unless the holder is 1 to 500 bytes without control characters.
Status CheckHolder(const std::string& holder);
Status LeaseIsHeld(const std::string& key, const std::string& holder);

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_KEYS_INTERNAL_H_

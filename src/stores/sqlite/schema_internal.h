// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The WaveShift schema in a file: made when it is missing, recognised when the product made it. Not for other
// rooms.
#ifndef WAVESHIFT_STORES_SQLITE_SCHEMA_INTERNAL_H_
#define WAVESHIFT_STORES_SQLITE_SCHEMA_INTERNAL_H_

#include "base/status.h"
#include "stores/sqlite/database_internal.h"
#include "stores/task_schema_internal.h"

namespace waveshift::stores::internal {

// An empty file gets the whole schema (V4). A file with our PRAGMA user_version is brought up to date. One of
// the product (user_version 0, media_tasks there) is used as it is. InvalidArgument names the path and what
// is missing when it is another program's database; FailedPrecondition when a newer WaveShift made it.
StatusOr<SchemaNames> PrepareSchema(const Database& database);

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_SQLITE_SCHEMA_INTERNAL_H_

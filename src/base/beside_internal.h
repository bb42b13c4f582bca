// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What files.cc and large_file.cc share for a file that appears whole: the name it has until then, and the
// last step. Room-internal.
#ifndef WAVESHIFT_BASE_BESIDE_INTERNAL_H_
#define WAVESHIFT_BASE_BESIDE_INTERNAL_H_

#include <string>

#include "base/status.h"

namespace waveshift::internal {

// A name in the folder of `path` that nobody else has: hidden, ending in `ending` (".tmp"). It is random: a
// process number does not tell two containers on one volume apart, nor a container from the one before it,
// which was killed and left its files.
std::string NameBeside(const std::string& path, const char* ending);

// A rename to `path` lasts only when its folder is on the disk too.
Status SyncParent(const std::string& path);

}  // namespace waveshift::internal

#endif  // WAVESHIFT_BASE_BESIDE_INTERNAL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_MODELS_ARCHIVE_H_
#define WAVESHIFT_MODELS_ARCHIVE_H_

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"

namespace waveshift::models {

// A file in an archive, and where it goes. Names in the archive are compared only; they never become paths.
struct WantedMember {
  std::string member;
  std::string to;
  int64_t most_bytes = 0;
};

// Takes plain files out of a tar archive (also compressed by gzip) or a ZIP archive, in one pass; gives the
// members that were in it. `shown` stands for the archive in messages. OutOfRange when a file is larger than
// it may be, or the archive unpacks to more than 16 GiB or 100,000 entries; InvalidArgument when it is no
// such archive or is damaged; Cancelled.
StatusOr<std::set<std::string>> ExtractMembers(const std::string& archive, const std::string& shown,
                                               const std::vector<WantedMember>& wanted,
                                               const std::stop_token& stop);

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_ARCHIVE_H_

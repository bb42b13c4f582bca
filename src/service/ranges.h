// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_RANGES_H_
#define WAVESHIFT_SERVICE_RANGES_H_

#include <cstdint>
#include <string_view>

namespace waveshift::service {

struct ByteRange {
  enum class Kind {
    kWhole,  // no range asked for, or one that may be ignored (RFC 9110 section 14.2): several ranges,
             // another unit, broken syntax
    kPart,   // [offset, offset + length)
    kUnsatisfiable,  // begins behind the end
  };
  Kind kind = Kind::kWhole;
  int64_t offset = 0;
  int64_t length = 0;
};

// What a Range header asks of an object of `size` bytes.
ByteRange ParseRange(std::string_view header, int64_t size);

// True when one of the entity tags of an If-None-Match header is `etag` (with its quotes; weak comparison),
// or it is "*".
bool MatchesEtag(std::string_view header, std::string_view etag);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_RANGES_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// JSON as language models write it.
#ifndef WAVESHIFT_SIMPLIFY_JSON_REPAIR_H_
#define WAVESHIFT_SIMPLIFY_JSON_REPAIR_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::simplify {

// Limits of what is read.
inline constexpr size_t kMaxAnswerBytes = 1 << 20;
inline constexpr int kMaxJsonDepth = 32;
inline constexpr size_t kMaxJsonValues = 20000;

// The first object or array that stands in `answer`, as strict JSON. What is strict already keeps its
// meaning. Understood besides: code fences and prose around it, <think> blocks before it, single and
// typographic quotes, keys without quotes, missing and superfluous commas, comments, missing brackets at the
// end, line breaks and other control characters in strings, unknown escapes, True/False/None/NaN, bytes that
// are no UTF-8 (replaced). InvalidArgument when there is none, OutOfRange above the limits. Never throws.
StatusOr<std::string> RepairJson(std::string_view answer);

}  // namespace waveshift::simplify

#endif  // WAVESHIFT_SIMPLIFY_JSON_REPAIR_H_

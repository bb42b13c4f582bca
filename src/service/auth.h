// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_AUTH_H_
#define WAVESHIFT_SERVICE_AUTH_H_

#include <string>
#include <string_view>

namespace waveshift::service {

// Takes the same time wherever the texts differ (their lengths may show).
bool EqualInConstantTime(std::string_view a, std::string_view b);

// True when an Authorization header carries `token`: "Bearer TOKEN", or "Basic base64(anybody:TOKEN)".
bool CarriesToken(std::string_view authorization, std::string_view token);

// A request id from outside: 1 to 128 characters of [A-Za-z0-9._:-], else "".
std::string SaneRequestId(std::string_view value);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_AUTH_H_

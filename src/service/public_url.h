// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_PUBLIC_URL_H_
#define WAVESHIFT_SERVICE_PUBLIC_URL_H_

#include <string>
#include <string_view>
#include <vector>

namespace waveshift::service {

// The objects that an address below `base` ("https://media.example.com") may mean: its path as it stands,
// because the product writes keys unencoded, and then decoded. Empty when the address does not lie below the
// base, or the base is
// "". Keys that no store takes are left out.
std::vector<std::string> KeysOfPublicUrl(std::string_view base, std::string_view url);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_PUBLIC_URL_H_

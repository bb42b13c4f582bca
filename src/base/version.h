// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_BASE_VERSION_H_
#define WAVESHIFT_BASE_VERSION_H_

#include <string_view>

namespace waveshift {

// "0.1.0", from the project() call of the top CMakeLists.txt.
std::string_view Version();

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_VERSION_H_

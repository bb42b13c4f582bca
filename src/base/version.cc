// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"

namespace waveshift {

std::string_view Version() { return WAVESHIFT_VERSION; }

}  // namespace waveshift

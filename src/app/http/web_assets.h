// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_HTTP_WEB_ASSETS_H_
#define WAVESHIFT_APP_HTTP_WEB_ASSETS_H_

#include <vector>

#include "service/service.h"

namespace waveshift::app {

// The files of web/ and hls.js. The build makes this function's source from them (web/embed.cmake).
std::vector<service::WebAsset> WebAssets();

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_HTTP_WEB_ASSETS_H_

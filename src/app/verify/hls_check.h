// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whether a finished task's HLS stream can be played: every playlist and every segment that they name.
#ifndef WAVESHIFT_APP_VERIFY_HLS_CHECK_H_
#define WAVESHIFT_APP_VERIFY_HLS_CHECK_H_

#include <chrono>
#include <string>

#include "app/verify/prober.h"
#include "app/verify/verify_report.h"

namespace waveshift::app {

struct HlsCheckOptions {
  std::string web_origin = "https://player.example";  // of the page whose player reads the stream
  // No further question is begun behind it.
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
};

// Where a status' hls_playlist_url leads: "/media/..." below the instance's base, or a whole URL elsewhere
// (https, or any when the instance is on this machine). InvalidArgument otherwise.
StatusOr<std::string> PlaylistUrl(const InstanceUrl& instance, const std::string& hls_playlist_url);

// The checks "hls: ...". `url` is the multivariant playlist.
void CheckHls(Prober& prober, const std::string& url, const HlsCheckOptions& options, VerifyReport& report);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_HLS_CHECK_H_

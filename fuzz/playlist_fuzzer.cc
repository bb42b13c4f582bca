// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Playlists of a server that `waveshift verify` looks at.
#include "app/verify/playlist.h"

#include <cmath>
#include <string>

#include "app/verify/verify_report.h"
#include "fuzzing.h"

namespace {

using waveshift::fuzz::Require;
namespace app = waveshift::app;

constexpr char kRoot[] = "https://media.example/base/hls/task/";

void CheckUri(const std::string& uri) {
  const auto url = app::ResolveWithin(std::string(kRoot) + "video/playlist.m3u8", uri, kRoot);
  if (url.ok()) {
    Require(url->starts_with(kRoot) || url->find("media.example") != std::string::npos,
            "it stays with its server");
    Require(url->find("/../") == std::string::npos, "it stays in its folder");
  }
  const std::string shown = app::ShownText(uri, 40);
  Require(
      shown.size() <= 43 && shown.find('\n') == std::string::npos && shown.find('\x1b') == std::string::npos,
      "what is shown is one short line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto playlist = app::ParsePlaylist(waveshift::fuzz::BytesOf(data, size));
  if (!playlist.ok()) {
    Require(waveshift::Message(playlist.status()).find('\n') == std::string::npos, "one line says why");
    return 0;
  }
  Require(playlist->renditions.empty() || playlist->segments.empty(), "of one kind");
  Require(playlist->renditions.size() <= app::kMostRenditions, "few renditions");
  Require(std::isfinite(playlist->Seconds()) && playlist->Seconds() >= 0, "a length");
  for (const auto& rendition : playlist->renditions) CheckUri(rendition.uri);
  for (const auto& segment : playlist->segments) CheckUri(segment.uri);
  CheckUri(playlist->init_uri);
  return 0;
}

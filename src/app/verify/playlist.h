// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// HLS playlists (RFC 8216) that come from outside, taken apart: what a check of them needs, and no more.
#ifndef WAVESHIFT_APP_VERIFY_PLAYLIST_H_
#define WAVESHIFT_APP_VERIFY_PLAYLIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::app {

inline constexpr size_t kMostRenditions = 32;
inline constexpr size_t kMostSegments = 50000;  // of one media playlist

struct NamedRendition {
  std::string kind;  // "video", "audio", "subtitles"
  std::string name;  // NAME of EXT-X-MEDIA; "" for a variant stream
  std::string uri;   // as written
};

struct NamedSegment {
  std::string uri;
  double seconds = 0;
};

struct Playlist {
  // Of a multivariant playlist; else empty.
  std::vector<NamedRendition> renditions;
  // Of a media playlist; else empty.
  std::vector<NamedSegment> segments;
  std::string init_uri;  // EXT-X-MAP
  double target_duration_s = 0;
  bool has_ended = false;  // EXT-X-ENDLIST

  double Seconds() const;  // of all segments
};

// InvalidArgument names the line: no #EXTM3U, a URI without its EXTINF, a bad number, both kinds in one.
// OutOfRange: more than the limits above. A tag that is not known is passed over.
StatusOr<Playlist> ParsePlaylist(std::string_view text);

// Where a playlist at `playlist_url` leads with `uri`. InvalidArgument when that is another origin, or a path
// that does not begin with `root` (the folder of the multivariant playlist).
StatusOr<std::string> ResolveWithin(const std::string& playlist_url, const std::string& uri,
                                    const std::string& root);
// The folder of a URL: "https://host/hls/id/" of "https://host/hls/id/playlist.m3u8?x". Pre: a URL.
std::string FolderOf(const std::string& url);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_PLAYLIST_H_

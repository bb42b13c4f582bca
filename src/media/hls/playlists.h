// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// HLS playlists as text (RFC 8216). No I/O.
#ifndef WAVESHIFT_MEDIA_HLS_PLAYLISTS_H_
#define WAVESHIFT_MEDIA_HLS_PLAYLISTS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace waveshift::media::hls {

struct MediaSegment {
  std::string uri;  // relative, percent-encoded by the writer
  double seconds = 0;
};

struct MediaPlaylist {
  int target_duration_s = 0;  // the same in every version of one playlist
  std::string init_uri;       // EXT-X-MAP, "" for none
  std::vector<MediaSegment> segments;
  bool ended = false;  // EVENT always; ENDLIST when ended
};
std::string FormatMediaPlaylist(const MediaPlaylist& playlist);

// The smallest target duration for segments of at most these lengths.
int TargetDuration(const std::vector<double>& seconds);

struct AudioRendition {
  std::string name;      // for people; unique
  std::string language;  // BCP-47, "" for none
  std::string uri;
  bool is_default = false;
  int channels = 2;
};
struct SubtitleRendition {
  std::string name;
  std::string language;
  std::string uri;
};
struct MultivariantPlaylist {
  std::string video_uri;
  std::string video_codec;    // RFC 6381
  int width = 0, height = 0;  // as shown
  double frame_rate = 0;
  int64_t peak_bits_per_second = 0;  // video and one audio together
  int64_t average_bits_per_second = 0;
  bool fragmented_mp4 = false;  // raises EXT-X-VERSION
  std::vector<AudioRendition> audio;
  std::vector<SubtitleRendition> subtitles;
};
std::string FormatMultivariantPlaylist(const MultivariantPlaylist& playlist);

// RFC 3986 percent-encoding of a relative path, '/' kept.
std::string EncodeUriPath(const std::string& path);

}  // namespace waveshift::media::hls

#endif  // WAVESHIFT_MEDIA_HLS_PLAYLISTS_H_

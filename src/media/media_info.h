// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a media file is. The only room that knows FFmpeg's libraries is this one; its headers do not show
// them.
#ifndef WAVESHIFT_MEDIA_MEDIA_INFO_H_
#define WAVESHIFT_MEDIA_MEDIA_INFO_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"

namespace waveshift::media {

// In which kind of segments a video codec lives in HLS.
enum class SegmentContainer { kMpegTs, kFragmentedMp4 };

struct VideoStream {
  int index = -1;     // in the file
  std::string codec;  // FFmpeg's name: "h264", "hevc", "av1", "vp9", "mpeg4", ...
  int width = 0;      // of the coded picture, before rotation
  int height = 0;
  int rotation_degrees = 0;  // clockwise, 0/90/180/270, from the display matrix
  double frame_rate = 0;     // average
  bool can_copy = false;     // the codec can live in HLS: packets are copied as they are
  SegmentContainer container = SegmentContainer::kMpegTs;  // h264 without rotation: TS; else fMP4
  std::string hls_codec;  // RFC 6381, "avc1.64001F"; "" when it cannot be copied
};

struct AudioStream {
  int index = -1;
  std::string codec;
  int sample_rate_hz = 0;
  int channels = 0;
  std::string language;  // as tagged, "" when not
};

struct MediaInfo {
  std::string path;
  std::string format;        // FFmpeg's short name
  std::string title;         // as tagged, one line of UTF-8; "" when not
  double duration_s = 0;     // as the header says; an estimate
  double start_seconds = 0;  // of the file's own clock: where its earliest stream begins; 0 when unknown
  std::optional<VideoStream> video;  // the first one that is not a cover picture
  std::optional<AudioStream> audio;  // the default one, else the first
};

// Reads the header and the first packets. InvalidArgument "PATH: ..." when it is no media file, is cut off
// before its index, or has neither video nor audio; NotFound when it is not there.
StatusOr<MediaInfo> ProbeMedia(const std::string& path);

// Versions of the linked FFmpeg libraries, "5.1.9".
std::string FfmpegVersion();

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MEDIA_INFO_H_

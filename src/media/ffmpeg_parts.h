// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Which parts of FFmpeg the linked libraries really have: builds differ.
#ifndef WAVESHIFT_MEDIA_FFMPEG_PARTS_H_
#define WAVESHIFT_MEDIA_FFMPEG_PARTS_H_

#include <string>
#include <vector>

namespace waveshift::media {

struct FfmpegPart {
  std::string name;      // as FFmpeg calls it: "libx264"
  std::string kind;      // "encoder", "filter", "bitstream filter" or "muxer"
  std::string purpose;   // for people: "codecs that HLS does not carry, and burned subtitles"
  bool required = true;  // by every job; otherwise only by those of `purpose`
  bool present = false;
};

// Everything that this room asks FFmpeg for by name. Any thread.
std::vector<FfmpegPart> CheckFfmpegParts();

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_FFMPEG_PARTS_H_

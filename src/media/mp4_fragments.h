// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the samples of one track, out of movie fragments. Fragments are what the published
// fMP4 segments are made of, and what FFmpeg's muxer makes of all else, so that one reader serves every kind
// of input.
#ifndef WAVESHIFT_MEDIA_MP4_FRAGMENTS_H_
#define WAVESHIFT_MEDIA_MP4_FRAGMENTS_H_

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "media/packet_source.h"
#include "media/rendition.h"
#include "media/segment_muxer.h"

namespace waveshift::media {

struct Mp4Sample {
  int64_t dts = 0;  // presentation clock, in ticks of the track
  int32_t composition_offset = 0;
  uint32_t duration = 0;
  uint32_t size = 0;
  bool key = true;
};

// The samples of the one track in a `moof` box, in order. DataLoss when it is broken.
StatusOr<std::vector<Mp4Sample>> ParseFragment(std::string_view moof);

// One thread at a time.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  // `ftyp` and `moov` that describe the track.
  virtual const std::string& init() const = 0;
  // The next sample without consuming it; false at the end.
  virtual StatusOr<bool> Peek(Mp4Sample& sample, const std::stop_token& stop) = 0;
  // Consumes it and appends its bytes to `data`. After Peek() gave true.
  virtual Status Take(std::string& data) = 0;
};

// A rendition of fMP4 segments: the files' samples as they lie there.
StatusOr<std::unique_ptr<SampleSource>> OpenFragmentFiles(const RenditionFiles& files);

// A stream of packets, brought into MP4's form by FFmpeg. Packets on the timeline, as PacketSource gives
// them.
StatusOr<std::unique_ptr<SampleSource>> OpenPacketSamples(std::unique_ptr<PacketSource> source,
                                                          Samples length);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MP4_FRAGMENTS_H_

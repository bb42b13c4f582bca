// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: one track of the finished MP4: its description as FFmpeg's muxer made it, and its
// sample tables, kept small: a few bytes a sample, so that hours need megabytes.
#ifndef WAVESHIFT_MEDIA_MP4_TRACK_H_
#define WAVESHIFT_MEDIA_MP4_TRACK_H_

#include <cstdint>
#include <deque>
#include <string>

#include "base/media_time.h"
#include "base/status.h"
#include "media/mp4_boxes.h"
#include "media/mp4_fragments.h"

namespace waveshift::media {

// Ticks of the movie's own clock.
inline constexpr uint32_t kMovieTimescale = kTimelineRateHz;

class Mp4Track {
 public:
  struct Options {
    std::string language;  // ISO 639-2, "" for unknown
    std::string name;      // for people
    bool enabled = true;   // played unless somebody chooses otherwise
    int alternate_group = 0;
  };
  // From an initialisation segment that describes one track. DataLoss when it does not.
  static StatusOr<Mp4Track> FromInit(const std::string& init, Options options);

  // The next sample, whose bytes lie at `offset` of the file.
  void Add(const Mp4Sample& sample, int64_t offset);

  uint32_t timescale() const { return timescale_; }
  bool empty() const { return sizes_.empty(); }
  // The `trak` box. Chunks lie `shift` bytes behind where Add() was told. What is shown is [0, length) of the
  // timeline.
  void Write(BoxWriter& out, uint32_t track_id, int64_t shift, Samples length) const;

 private:
  struct Run {
    uint32_t count;
    int32_t value;
  };
  struct Chunk {
    int64_t offset;
    uint32_t samples;
  };
  static void Count(std::deque<Run>& runs, int32_t value);
  void WriteHeader(BoxWriter& out, uint32_t track_id, Samples length) const;
  void WriteEdits(BoxWriter& out, Samples length) const;
  void WriteMedia(BoxWriter& out, int64_t shift) const;
  void WriteTables(BoxWriter& out, int64_t shift) const;
  void WriteChunks(BoxWriter& out, int64_t shift) const;

  Options options_;
  uint32_t timescale_ = 1;
  std::string tkhd_tail_;     // from the layer on: volume, matrix, size
  std::string handler_type_;  // "vide", "soun", ...
  std::string media_header_;  // vmhd, smhd, nmhd
  std::string data_information_;
  std::string description_;  // stsd
  int64_t first_dts_ = 0;
  uint64_t duration_ = 0;
  // Deques grow without a moment in which old and new lie in memory.
  std::deque<uint32_t> sizes_;
  std::deque<Run> durations_;
  std::deque<Run> offsets_;  // composition
  std::deque<uint32_t> keys_;
  std::deque<Chunk> chunks_;
  int64_t chunk_end_ = -1;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MP4_TRACK_H_

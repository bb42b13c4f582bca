// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the packets of one track of an MP4 or MOV file without an index in memory. FFmpeg's
// demuxer keeps 24 to 40 bytes for each packet of every track, 15 to 20 MB for two hours, as long as it is
// open, and a job opens the file several times. Here the sample tables are walked through on the disk.
//
// FFmpeg stays the judge: when the file is probed it makes its index once, every row of our walk is compared
// with it, and the first packets are its own (they carry what edit lists ask for). Where anything differs the
// file is read by the demuxer.
#ifndef WAVESHIFT_MEDIA_MP4_PACKETS_H_
#define WAVESHIFT_MEDIA_MP4_PACKETS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "media/av_internal.h"
#include "media/mp4_tables.h"

namespace waveshift::media {

// What was found out about one track when the file was probed. Immutable, shared by all readers. Memory: the
// first few dozen packets.
struct Mp4TrackFacts {
  uint32_t track_id = 0;
  int64_t count = 0;           // packets: those that FFmpeg's index has
  int64_t first_dts = 0;       // of the track's first packet
  int64_t pts_shift = 0;       // pts - dts - composition offset, the same for all
  int64_t end = 0;             // where FFmpeg lets the last packet end
  int64_t usual_duration = 0;  // what FFmpeg gives packets of tracks with composition offsets
  std::vector<PacketPtr> first;
};

struct Mp4Facts {
  int64_t file_size = 0;
  int64_t changed_ns = 0;               // time of the file's last change
  InputPtr streams;                     // all of the file's streams, without demuxer and file
  std::map<int, Mp4TrackFacts> tracks;  // by stream index
};

// Facts about those of the streams `wanted` whose packets can be read without an index; null when there is
// none. `input` has just been opened (OpenInput); packets may have been read from it afterwards.
std::shared_ptr<const Mp4Facts> StudyMp4(const std::string& path, const std::vector<int>& wanted,
                                         AVFormatContext& input);

// One thread at a time. Memory: blocks of the tables.
class Mp4Packets {
 public:
  // Null when `facts` (which may be null) does not have the stream. InvalidArgument when the file has changed
  // since it was studied.
  static StatusOr<std::unique_ptr<Mp4Packets>> Open(const std::string& path,
                                                    std::shared_ptr<const Mp4Facts> facts, int index);

  // The same streams as the demuxer's, in a context of this reader's own.
  InputPtr TakeStreams() { return std::move(streams_); }
  // As av_read_frame: 0, or AVERROR_EOF, or another error.
  int Read(AVPacket* packet);
  // The next packet will be the last key packet at or before `dts`, or the first one. Time: goes through the
  // tables of all packets before it.
  Status Seek(int64_t dts);

 private:
  Mp4Packets() = default;
  void Describe(const Mp4TableSample& sample, AVPacket* packet) const;

  std::shared_ptr<const Mp4Facts> facts_;
  const Mp4TrackFacts* track_ = nullptr;  // of facts_
  std::unique_ptr<Mp4Tables> tables_;
  InputPtr streams_;
  int index_ = 0;     // of the stream
  int64_t next_ = 0;  // number of the next packet
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MP4_PACKETS_H_

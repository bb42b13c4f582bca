// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the packets of one track of an MP4 or MOV file without an index in memory. FFmpeg's
// demuxer keeps 24 to 40 bytes for each packet of every track, 15 to 20 MB for two hours, as long as it is
// open, and a job has several of them open. Here the sample tables are walked through on the disk.
//
// FFmpeg stays the judge: it opens the file and makes its index once, every row of our walk is compared with
// it, the first packets are its own (they carry what edit lists ask for), and where anything differs the
// caller keeps the demuxer.
#ifndef WAVESHIFT_MEDIA_MP4_PACKETS_H_
#define WAVESHIFT_MEDIA_MP4_PACKETS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/status.h"
#include "media/av_internal.h"
#include "media/mp4_tables.h"

namespace waveshift::media {

// One thread at a time. Memory: the first few dozen packets, and blocks of the tables.
class Mp4Packets {
 public:
  // `input` has just been opened (OpenInput) and demuxes stream `index` only. On success it is replaced by a
  // context that holds the same streams, but neither index nor file: Read() gives the packets. Null, with
  // `input` at the first packet again, when the file is of another kind or our walk is not FFmpeg's.
  static StatusOr<std::unique_ptr<Mp4Packets>> TakeOver(const std::string& path, int index, InputPtr& input);

  // As av_read_frame: 0, or AVERROR_EOF, or another error.
  int Read(AVPacket* packet);
  // The next packet will be the last key packet at or before `dts`, or the first one.
  Status Seek(int64_t dts);

 private:
  Mp4Packets() = default;
  bool AgreesWithIndex(AVStream& stream);
  bool TakeFirstPackets(AVFormatContext& input, AVStream& stream);
  bool SameAsTable(const AVPacket& packet, const Mp4TableSample& sample) const;
  void Describe(const Mp4TableSample& sample, AVPacket* packet) const;

  std::unique_ptr<Mp4Tables> tables_;
  int index_ = 0;               // of the stream
  int64_t count_ = 0;           // packets: those that FFmpeg's index has
  int64_t next_ = 0;            // number of the next packet
  int64_t first_dts_ = 0;       // of the track's first packet
  int64_t pts_shift_ = 0;       // pts - dts - composition offset, the same for all
  int64_t end_ = 0;             // the track's length, where FFmpeg lets the last packet end
  int64_t usual_duration_ = 0;  // what FFmpeg gives packets of tracks with composition offsets
  std::deque<PacketPtr> first_;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MP4_PACKETS_H_

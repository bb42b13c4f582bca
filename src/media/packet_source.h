// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the video's packets as they go into segments and into the MP4.
#ifndef WAVESHIFT_MEDIA_PACKET_SOURCE_H_
#define WAVESHIFT_MEDIA_PACKET_SOURCE_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/media_time.h"
#include "base/status.h"
#include "media/av_internal.h"
#include "media/media_info.h"
#include "media/segment_muxer.h"
#include "media/video_encoder.h"
#include "media/video_plan.h"

namespace waveshift::media {

// Where the packets of the segments come from: the file, or the encoder.
class PacketSource {
 public:
  virtual ~PacketSource() = default;
  virtual const MuxStream& stream() const = 0;
  virtual const std::string& hls_codec() const = 0;
  virtual int width() const = 0;  // of the picture as written, before the display matrix
  virtual int height() const = 0;
  // The next packet in stream().time_base with zero = the timeline's zero; false at the end.
  virtual StatusOr<bool> Next(AVPacket* packet, const std::stop_token& stop) = 0;
  // True when `next` still belongs to `segment`, which has `count` packets already.
  virtual bool Belongs(size_t segment, int64_t count, const AVPacket& next) const = 0;
};

// A source with one packet of look-ahead, so that every packet's duration is exactly the time to the next
// one's dts. One thread at a time.
class TimedPackets {
 public:
  // `length`: where the last picture ends.
  static StatusOr<std::unique_ptr<TimedPackets>> Make(std::unique_ptr<PacketSource> source, Samples length);

  // The packet that Pop() will give (times still on the timeline); nullptr at the end.
  StatusOr<const AVPacket*> Peek(const std::stop_token& stop);
  // Moves it into `packet`, with its duration, on the presentation clock (kProgrammeOffsetSeconds later).
  Status Pop(AVPacket* packet, const std::stop_token& stop);
  const PacketSource& source() const { return *source_; }

 private:
  TimedPackets() = default;
  Status Read(const std::stop_token& stop);
  void SetDuration(AVPacket* packet);

  std::unique_ptr<PacketSource> source_;
  Samples length_ = 0;
  PacketPtr next_;
  bool started_ = false;
  bool have_next_ = false;
  int64_t latest_pts_ = INT64_MIN;
  int64_t usual_duration_ = 1;
};

// What becomes of the times of plan.hidden.
enum class HiddenTimes {
  kKept,    // an edit list hides them again
  kPacked,  // HLS has no edit lists: they stand closely together just before zero, too short to be seen
};

// The file's packets from `first_segment` on, dressed for `container`. `info` and `plan` must outlive it.
StatusOr<std::unique_ptr<PacketSource>> OpenCopySource(const MediaInfo& info, const VideoPlan& plan,
                                                       SegmentContainer container, size_t first_segment,
                                                       HiddenTimes hidden);

// A new encode, for info.video->container. `info` and `plan` must outlive it.
StatusOr<std::unique_ptr<PacketSource>> OpenEncodedSource(const MediaInfo& info, const VideoPlan& plan,
                                                          const VideoEncoder::Options& options);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_PACKET_SOURCE_H_

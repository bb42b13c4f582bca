// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the video's packets in decoding order with whole time stamps. The plan, the
// segmenter and the MP4 all read through this class, so that they see the same packets with the same numbers.
//
// What is repaired, in this order:
//  1. Packets before the first key packet are left out: no decoder can show them.
//  2. Missing pts: formats that carry none (raw H.264/HEVC, AVI) get them from the pictures' order in the
//     bitstream (picture_order.h); others from FFmpeg's AVFMT_FLAG_GENPTS. What is missing after that
//     becomes the dts.
//  3. Missing dts at the start are counted back from the first one known (or, if the first packets have
//     none at all, from their smallest pts); later ones are the last dts plus one picture. dts never exceeds
//     pts, and each is larger than the one before, if need be by one tick (then a pts that would lie before
//     its dts is moved onto it).
//  4. Time stamps that jump back by more than kMaxBackJumpSeconds cannot be repaired: InvalidArgument. So are
//     in MPEG-TS, where recordings are joined end to end, those that jump on by more than kMaxJumpOnSeconds:
//     hours without a picture are not meant.
// AVI can hold H.264 as a byte stream beside parameters in MP4's form; stream().codecpar has them as a byte
// stream then. Packets that an edit list hides keep AV_PKT_FLAG_DISCARD; they are needed for decoding.
#ifndef WAVESHIFT_MEDIA_VIDEO_PACKETS_H_
#define WAVESHIFT_MEDIA_VIDEO_PACKETS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "media/av_internal.h"
#include "media/media_info.h"
#include "media/mp4_packets.h"

namespace waveshift::media {

class PictureOrder;

// One thread at a time. Memory: a few dozen packets.
class VideoPacketReader {
 public:
  static constexpr double kMaxBackJumpSeconds = 1.0;
  static constexpr double kMaxJumpOnSeconds = 10.0;

  // Opens info.path anew at its first packet. info.video must be set.
  static StatusOr<std::unique_ptr<VideoPacketReader>> Open(const MediaInfo& info);
  ~VideoPacketReader();
  VideoPacketReader(const VideoPacketReader&) = delete;
  VideoPacketReader& operator=(const VideoPacketReader&) = delete;

  // Fills `packet` (which must be empty) with the next one; false at the end. pts, dts are set, dts strictly
  // increases, duration is 0 when unknown; all in time_base(). InvalidArgument "PATH: ..." when the file is
  // damaged, Cancelled.
  StatusOr<bool> Next(AVPacket* packet, const std::stop_token& stop);

  // Reads on to the packet with this (repaired) dts, which Next() gives then. It reads instead of seeking:
  // repaired numbers depend on what came before, and the plan has read the whole file anyway. InvalidArgument
  // when there is no such packet (the file has changed).
  Status SkipTo(int64_t dts, const std::stop_token& stop);

  AVRational time_base() const { return stream_->time_base; }
  // Parameters, side data, rates. Valid as long as the reader.
  const AVStream& stream() const { return *stream_; }

 private:
  VideoPacketReader() = default;
  // The next one as the demuxer (or PictureOrder) gives it; nullptr at the end.
  StatusOr<PacketPtr> Raw(const std::stop_token& stop);
  StatusOr<PacketPtr> Demux(const std::stop_token& stop);
  // Reads the first packet, and mends parameters that do not belong to it.
  Status Peek();
  // Reads the first packets and gives them dts.
  Status Prime(const std::stop_token& stop);
  void FillFirstDts();
  // Rule 3 and 4 for one packet.
  Status Repair(AVPacket* packet);
  Status CheckJump(int64_t dts) const;
  double Seconds(int64_t ticks) const { return static_cast<double>(ticks) * av_q2d(stream_->time_base); }

  std::string path_;
  InputPtr input_;
  std::unique_ptr<Mp4Packets> mp4_;      // gives input_'s packets, when it can
  AVStream* stream_ = nullptr;           // of input_
  std::unique_ptr<PictureOrder> order_;  // null when the format has pts
  int64_t step_ = 1;                     // ticks of a usual picture
  PacketPtr peeked_;                     // the first one, before it is demuxed officially
  bool key_seen_ = false;
  bool primed_ = false;
  std::deque<PacketPtr> waiting_;
  int64_t last_dts_ = AV_NOPTS_VALUE;
  bool repaired_front_ = false;  // the first of waiting_ has been through Repair()
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_VIDEO_PACKETS_H_

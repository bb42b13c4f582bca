// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: presentation times for H.264/HEVC in formats that have none, from the order counts
// in the bitstream.
#ifndef WAVESHIFT_MEDIA_PICTURE_ORDER_H_
#define WAVESHIFT_MEDIA_PICTURE_ORDER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "base/status.h"
#include "media/av_internal.h"

namespace waveshift::media {

// Packets go in in decoding order and come out in decoding order. Pictures leave a decoder's reordering
// buffer of `delay` pictures by rising order count, a new count beginning at every IDR picture. A picture is
// shown when the packet that pushes it out of the buffer is decoded: the k-th one gets the dts of packet k +
// `delay`. One thread at a time. Memory: packets between a picture and the time it is shown, at most
// kMaxWaiting.
class PictureOrder {
 public:
  static constexpr size_t kMaxWaiting = 512;

  // True when `stream` needs it: it reorders pictures, and its format has no presentation times.
  static bool Needed(const AVFormatContext& context, const AVStream& stream);
  // `step`: ticks of a picture, where the format has no times at all.
  static StatusOr<std::unique_ptr<PictureOrder>> Make(const AVStream& stream, int64_t step);
  ~PictureOrder();
  PictureOrder(const PictureOrder&) = delete;
  PictureOrder& operator=(const PictureOrder&) = delete;

  // InvalidArgument when the order cannot be made out.
  Status Push(PacketPtr packet);
  // No more packets come.
  void Finish();
  // The next packet with its pts, or nullptr when more must be pushed (or, after Finish(), at the end).
  PacketPtr Pop();

 private:
  struct Waiting {
    PacketPtr packet;
    int64_t pts = AV_NOPTS_VALUE;
  };
  struct Picture {
    int64_t group = 0;
    int64_t count = 0;
    int64_t number = 0;  // in decoding order
    bool operator>(const Picture& other) const {
      return std::tie(group, count, number) > std::tie(other.group, other.count, other.number);
    }
  };

  PictureOrder() = default;
  void ShowNext();
  // True when the packet's first slice is of a picture that begins a new count.
  bool IsRestart(const AVPacket& packet) const;
  std::optional<bool> IsRestartNal(int head) const;

  CodecContextPtr codec_;
  AVCodecParserContext* parser_ = nullptr;
  int64_t step_ = 1;
  int length_bytes_ = 0;  // before each NAL unit; 0 when they stand behind start codes
  size_t delay_ = 0;
  int64_t group_ = 0;
  int64_t pushed_ = 0;
  int64_t popped_ = 0;
  int64_t last_dts_ = AV_NOPTS_VALUE;
  int64_t last_step_ = 0;        // between the last two
  std::deque<Waiting> waiting_;  // from packet popped_ on
  std::priority_queue<Picture, std::vector<Picture>, std::greater<>> decoded_;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_PICTURE_ORDER_H_

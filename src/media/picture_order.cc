// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/picture_order.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace waveshift::media {
namespace {

constexpr int kH264Idr = 5;
constexpr int kHevcFirstRestart = 16;  // BLA and IDR pictures
constexpr int kHevcLastRestart = 20;

}  // namespace

bool PictureOrder::Needed(const AVFormatContext& context, const AVStream& stream) {
  const AVCodecID codec = stream.codecpar->codec_id;
  if (codec != AV_CODEC_ID_H264 && codec != AV_CODEC_ID_HEVC) return false;
  const bool no_pts =
      (context.iformat->flags & AVFMT_NOTIMESTAMPS) != 0 || std::strcmp(context.iformat->name, "avi") == 0;
  return no_pts && stream.codecpar->video_delay > 0;
}

StatusOr<std::unique_ptr<PictureOrder>> PictureOrder::Make(const AVStream& stream, int64_t step) {
  std::unique_ptr<PictureOrder> order(new PictureOrder);
  order->parser_ = av_parser_init(stream.codecpar->codec_id);
  order->codec_.reset(avcodec_alloc_context3(nullptr));
  if (order->parser_ == nullptr || !order->codec_)
    return FailedPrecondition("this FFmpeg has no H.264/HEVC parser");
  order->parser_->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  const int error = avcodec_parameters_to_context(order->codec_.get(), stream.codecpar);
  if (error < 0) return AvStatus(error, "the video's parameters");
  order->step_ = std::max<int64_t>(1, step);
  order->delay_ = static_cast<size_t>(stream.codecpar->video_delay);
  return order;
}

PictureOrder::~PictureOrder() { av_parser_close(parser_); }

bool PictureOrder::IsRestart(const AVPacket& packet) const {
  const bool hevc = codec_->codec_id == AV_CODEC_ID_HEVC;
  for (int i = 0; i + 3 < packet.size; ++i) {
    if (packet.data[i] != 0 || packet.data[i + 1] != 0 || packet.data[i + 2] != 1) continue;
    const int head = packet.data[i + 3];
    if (!hevc && (head & 31) == kH264Idr) return true;
    if (!hevc && (head & 31) < kH264Idr && (head & 31) > 0) return false;
    const int type = (head >> 1) & 63;
    if (hevc && type >= kHevcFirstRestart && type <= kHevcLastRestart) return true;
    if (hevc && type < kHevcFirstRestart) return false;
  }
  return false;
}

Status PictureOrder::Push(PacketPtr packet) {
  if (waiting_.size() >= kMaxWaiting) return InvalidArgument("the order of the pictures cannot be made out");
  uint8_t* out = nullptr;
  int out_size = 0;
  av_parser_parse2(parser_, codec_.get(), &out, &out_size, packet->data, packet->size, packet->pts,
                   packet->dts, 0);
  if (pushed_ > 0 && IsRestart(*packet)) ++group_;
  if (packet->dts == AV_NOPTS_VALUE) packet->dts = last_dts_ == AV_NOPTS_VALUE ? 0 : last_dts_ + step_;
  last_dts_ = packet->dts;
  slots_.push_back(packet->dts);
  decoded_.push(Picture{.group = group_, .count = parser_->output_picture_number, .number = pushed_++});
  waiting_.push_back(Waiting{.packet = std::move(packet)});
  while (decoded_.size() > delay_) ShowNext();
  return OkStatus();
}

void PictureOrder::Finish() {
  while (!decoded_.empty()) ShowNext();
}

void PictureOrder::ShowNext() {
  const Picture shown = decoded_.top();
  decoded_.pop();
  const int64_t slot = slots_.front();
  slots_.pop_front();
  // A packet that left before (which cannot be, as it waits for its pts) would be out of the queue.
  const int64_t place = shown.number - popped_;
  waiting_[static_cast<size_t>(place)].pts = slot + static_cast<int64_t>(delay_) * step_;
}

PacketPtr PictureOrder::Pop() {
  if (waiting_.empty() || waiting_.front().pts == AV_NOPTS_VALUE) return nullptr;
  PacketPtr packet = std::move(waiting_.front().packet);
  packet->pts = waiting_.front().pts;
  waiting_.pop_front();
  ++popped_;
  return packet;
}

}  // namespace waveshift::media

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
constexpr int kHevcLastSlice = 31;
// Where avcC and hvcC say how long the lengths of NAL units are.
constexpr int kAvcLengthByte = 4;
constexpr int kHevcLengthByte = 21;

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
  const int length_byte = stream.codecpar->codec_id == AV_CODEC_ID_HEVC ? kHevcLengthByte : kAvcLengthByte;
  if (stream.codecpar->extradata_size > length_byte && stream.codecpar->extradata[0] == 1) {
    order->length_bytes_ = (stream.codecpar->extradata[length_byte] & 3) + 1;
  }
  order->step_ = std::max<int64_t>(1, step);
  order->delay_ = static_cast<size_t>(stream.codecpar->video_delay);
  return order;
}

PictureOrder::~PictureOrder() { av_parser_close(parser_); }

// nullopt when the NAL unit is not a slice.
std::optional<bool> PictureOrder::IsRestartNal(int head) const {
  if (codec_->codec_id == AV_CODEC_ID_HEVC) {
    const int type = (head >> 1) & 63;
    if (type > kHevcLastSlice) return std::nullopt;
    return type >= kHevcFirstRestart && type <= kHevcLastRestart;
  }
  const int type = head & 31;
  if (type == 0 || type > kH264Idr) return std::nullopt;
  return type == kH264Idr;
}

bool PictureOrder::IsRestart(const AVPacket& packet) const {
  const int64_t size = packet.size;
  int64_t at = 0;
  while (true) {
    if (length_bytes_ > 0) {
      if (at + length_bytes_ >= size) return false;
      int64_t length = 0;
      for (int i = 0; i < length_bytes_; ++i) length = length << 8 | packet.data[at++];
      if (const auto restart = IsRestartNal(packet.data[at])) return *restart;
      at += length;
      continue;
    }
    while (at + 3 < size && (packet.data[at] != 0 || packet.data[at + 1] != 0 || packet.data[at + 2] != 1))
      ++at;
    if (at + 3 >= size) return false;
    at += 3;
    if (const auto restart = IsRestartNal(packet.data[at])) return *restart;
  }
}

Status PictureOrder::Push(PacketPtr packet) {
  if (waiting_.size() >= kMaxWaiting) return InvalidArgument("the order of the pictures cannot be made out");
  uint8_t* out = nullptr;
  int out_size = 0;
  av_parser_parse2(parser_, codec_.get(), &out, &out_size, packet->data, packet->size, packet->pts,
                   packet->dts, 0);
  if (pushed_ > 0 && IsRestart(*packet)) ++group_;
  const bool first = last_dts_ == AV_NOPTS_VALUE;
  if (packet->dts == AV_NOPTS_VALUE) packet->dts = first ? 0 : last_dts_ + step_;
  if (!first) last_step_ = packet->dts - last_dts_;
  last_dts_ = packet->dts;
  decoded_.push(Picture{.group = group_, .count = parser_->output_picture_number, .number = pushed_++});
  waiting_.push_back(Waiting{.packet = std::move(packet)});
  if (decoded_.size() > delay_) ShowNext();
  return OkStatus();
}

void PictureOrder::Finish() {
  // The first fill of the buffer showed nothing; emptying it shows the rest, as if packets went on.
  for (size_t fill = decoded_.size(); fill > 0; --fill) {
    last_dts_ += last_step_ > 0 ? last_step_ : step_;
    ShowNext();
  }
}

void PictureOrder::ShowNext() {
  const Picture shown = decoded_.top();
  decoded_.pop();
  // It is still in the queue, as it cannot leave without its pts.
  waiting_[static_cast<size_t>(shown.number - popped_)].pts = last_dts_;
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

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/video_packets.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "media/picture_order.h"

extern "C" {
#include <libavutil/mathematics.h>
}

namespace waveshift::media {
namespace {

// Within how many packets the first dts must turn up; more than any codec's reordering.
constexpr size_t kMaxFirstPackets = 40;
constexpr double kFallbackFrameRate = 25;
// Some clocks count from 1970; none is further away.
constexpr double kMaxSeconds = 1e10;

int64_t PictureTicks(const AVStream& stream) {
  const double known = FrameRate(stream);
  const double fps = known > 0 ? known : kFallbackFrameRate;
  return std::max<int64_t>(1, std::llround(1.0 / (fps * av_q2d(stream.time_base))));
}

}  // namespace

StatusOr<std::unique_ptr<VideoPacketReader>> VideoPacketReader::Open(const MediaInfo& info) {
  if (!info.video) return InvalidArgument(info.path + ": has no video");
  std::unique_ptr<VideoPacketReader> reader(new VideoPacketReader);
  reader->path_ = info.path;
  const int index = info.video->index;
  WS_ASSIGN_OR_RETURN(reader->mp4_, Mp4Packets::Open(info.path, info.mp4, index));
  if (reader->mp4_) {
    reader->input_ = reader->mp4_->TakeStreams();
    reader->stream_ = reader->input_->streams[index];
    reader->step_ = PictureTicks(*reader->stream_);
    return reader;
  }
  WS_ASSIGN_OR_RETURN(reader->input_, OpenInput(info.path, true));
  AVFormatContext* input = reader->input_.get();
  if (index < 0 || index >= static_cast<int>(input->nb_streams) ||
      input->streams[index]->codecpar->codec_type != AVMEDIA_TYPE_VIDEO) {
    return InvalidArgument(info.path + ": has no video stream " + std::to_string(index) + " any more");
  }
  DiscardOthers(input, index);
  reader->stream_ = input->streams[index];
  reader->step_ = PictureTicks(*reader->stream_);
  WS_RETURN_IF_ERROR(reader->Peek());
  if (PictureOrder::Needed(*input, *reader->stream_)) {
    input->flags &= ~AVFMT_FLAG_GENPTS;
    WS_ASSIGN_OR_RETURN(reader->order_, PictureOrder::Make(*reader->stream_, reader->step_));
  }
  return reader;
}

VideoPacketReader::~VideoPacketReader() = default;

Status VideoPacketReader::Peek() {
  if (stream_->codecpar->codec_id != AV_CODEC_ID_H264 || std::strcmp(input_->iformat->name, "avi") != 0) {
    return OkStatus();
  }
  WS_ASSIGN_OR_RETURN(peeked_, Demux({}));
  AVCodecParameters* parameters = stream_->codecpar;
  constexpr uint8_t kStartCode[] = {0, 0, 0, 1};
  if (peeked_ == nullptr || peeked_->size < 4 || parameters->extradata_size < 7 ||
      parameters->extradata[0] != 1 || std::memcmp(peeked_->data, kStartCode, sizeof kStartCode) != 0) {
    return OkStatus();
  }
  const AVBitStreamFilter* filter = av_bsf_get_by_name("h264_mp4toannexb");
  AVBSFContext* raw = nullptr;
  int error = av_bsf_alloc(filter, &raw);
  const BsfPtr converter(raw);
  if (error >= 0) error = avcodec_parameters_copy(converter->par_in, parameters);
  if (error >= 0) error = av_bsf_init(converter.get());
  if (error >= 0) error = avcodec_parameters_copy(parameters, converter->par_out);
  return error < 0 ? AvInputStatus(error, path_) : OkStatus();
}

StatusOr<PacketPtr> VideoPacketReader::Demux(const std::stop_token& stop) {
  if (peeked_ != nullptr) return std::move(peeked_);
  PacketPtr packet(av_packet_alloc());
  if (!packet) return Internal("out of memory");
  while (true) {
    if (stop.stop_requested()) return Cancelled(path_ + ": reading was stopped");
    TakeLastAvError();
    const int error = mp4_ ? mp4_->Read(packet.get()) : ReadFrame(input_.get(), packet.get());
    if (error == AVERROR_EOF) return PacketPtr();
    if (error < 0) return AvInputStatus(error, path_);
    if (packet->stream_index == stream_->index && packet->size > 0) {
      key_seen_ = key_seen_ || (packet->flags & AV_PKT_FLAG_KEY) != 0;
      if (key_seen_) return packet;
    }
    av_packet_unref(packet.get());
  }
}

StatusOr<PacketPtr> VideoPacketReader::Raw(const std::stop_token& stop) {
  if (order_ == nullptr) return Demux(stop);
  while (true) {
    if (PacketPtr packet = order_->Pop()) return packet;
    WS_ASSIGN_OR_RETURN(PacketPtr packet, Demux(stop));
    if (packet == nullptr) {
      order_->Finish();
      return order_->Pop();
    }
    WS_RETURN_IF_ERROR(Annotate(order_->Push(std::move(packet)), path_));
  }
}

Status VideoPacketReader::Prime(const std::stop_token& stop) {
  primed_ = true;
  while (waiting_.size() < kMaxFirstPackets) {
    WS_ASSIGN_OR_RETURN(PacketPtr packet, Raw(stop));
    if (packet == nullptr) break;
    const bool known = packet->dts != AV_NOPTS_VALUE;
    waiting_.push_back(std::move(packet));
    if (known) break;
  }
  if (!waiting_.empty()) FillFirstDts();
  return OkStatus();
}

void VideoPacketReader::FillFirstDts() {
  const auto count = static_cast<int64_t>(waiting_.size());
  int64_t first = 0;
  if (waiting_.back()->dts != AV_NOPTS_VALUE) {
    first = waiting_.back()->dts - (count - 1) * step_;
  } else {
    int64_t smallest = INT64_MAX;
    for (const PacketPtr& packet : waiting_) {
      if (packet->pts != AV_NOPTS_VALUE) smallest = std::min(smallest, packet->pts);
    }
    if (smallest != INT64_MAX) first = smallest - stream_->codecpar->video_delay * step_;
  }
  // dts may not exceed pts anywhere: the count starts early enough.
  int64_t late = 0;
  for (int64_t i = 0; i < count; ++i) {
    const AVPacket& packet = *waiting_[static_cast<size_t>(i)];
    if (packet.pts != AV_NOPTS_VALUE && packet.dts == AV_NOPTS_VALUE) {
      late = std::max(late, first + i * step_ - packet.pts);
    }
  }
  for (int64_t i = 0; i < count; ++i) {
    AVPacket& packet = *waiting_[static_cast<size_t>(i)];
    if (packet.dts == AV_NOPTS_VALUE) packet.dts = first - late + i * step_;
  }
}

Status VideoPacketReader::CheckJump(int64_t dts) const {
  const AVInputFormat* format = input_->iformat;  // null when mp4_ reads
  const bool joined = format != nullptr && (format->flags & AVFMT_TS_DISCONT) != 0;
  const double ahead = Seconds(dts - last_dts_);
  if (ahead >= -kMaxBackJumpSeconds && (ahead <= kMaxJumpOnSeconds || !joined)) return OkStatus();
  char text[120];
  std::snprintf(text, sizeof text, ": the video's time stamps jump %s from %.3f s to %.3f s",
                ahead < 0 ? "back" : "on", Seconds(last_dts_), Seconds(dts));
  // What was joined byte by byte gets one clock from FFmpeg.
  const char* const mend = joined ? "; make one clock of them: ffmpeg -i FILE -c copy NEW.mkv" : "";
  return InvalidArgument(path_ + text + mend);
}

Status VideoPacketReader::Repair(AVPacket* packet) {
  if (packet->dts == AV_NOPTS_VALUE) packet->dts = last_dts_ + step_;
  if (packet->pts == AV_NOPTS_VALUE) packet->pts = packet->dts;
  for (const int64_t ticks : {packet->pts, packet->dts}) {
    if (std::abs(static_cast<double>(ticks) * av_q2d(stream_->time_base)) > kMaxSeconds) {
      return InvalidArgument(path_ + ": the video's time stamps make no sense");
    }
  }
  packet->dts = std::min(packet->dts, packet->pts);
  if (last_dts_ != AV_NOPTS_VALUE) {
    WS_RETURN_IF_ERROR(CheckJump(packet->dts));
    packet->dts = std::max(packet->dts, last_dts_ + 1);
    packet->pts = std::max(packet->pts, packet->dts);
  }
  if (packet->duration < 0) packet->duration = 0;
  last_dts_ = packet->dts;
  return OkStatus();
}

StatusOr<bool> VideoPacketReader::Next(AVPacket* packet, const std::stop_token& stop) {
  if (!primed_) WS_RETURN_IF_ERROR(Prime(stop));
  PacketPtr next;
  if (!waiting_.empty()) {
    next = std::move(waiting_.front());
    waiting_.pop_front();
  } else {
    WS_ASSIGN_OR_RETURN(next, Raw(stop));
  }
  if (next == nullptr) return false;
  if (!repaired_front_) WS_RETURN_IF_ERROR(Repair(next.get()));
  repaired_front_ = false;
  av_packet_move_ref(packet, next.get());
  return true;
}

Status VideoPacketReader::SkipTo(int64_t dts, const std::stop_token& stop) {
  PacketPtr packet(av_packet_alloc());
  if (!packet) return Internal("out of memory");
  while (true) {
    WS_ASSIGN_OR_RETURN(const bool more, Next(packet.get(), stop));
    if (!more || packet->dts > dts) {
      return InvalidArgument(path_ + ": the video has no packet at " + std::to_string(Seconds(dts)) +
                             " s any more");
    }
    if (packet->dts == dts) break;
    av_packet_unref(packet.get());
  }
  waiting_.push_front(std::move(packet));
  repaired_front_ = true;
  return OkStatus();
}

}  // namespace waveshift::media

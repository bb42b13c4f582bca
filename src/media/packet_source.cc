// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/packet_source.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "media/parameter_sets.h"
#include "media/segmenter.h"
#include "media/video_packets.h"

extern "C" {
#include <libavutil/mathematics.h>
}

namespace waveshift::media {
namespace {

// MPEG-TS counts so many ticks a second.
constexpr int64_t kTsClock = 90000;

// Where a picture in MP4's form is damaged so that a NAL unit would reach past its end, the rest of it is
// left out: the packet stays, because its time and number are planned, and decoders conceal what is missing.
Status CutAtDamage(AVPacket* packet, size_t length_bytes) {
  const std::span<const uint8_t> bytes(packet->data, static_cast<size_t>(packet->size));
  size_t whole = 0;
  while (whole + length_bytes <= bytes.size()) {
    size_t length = 0;
    for (size_t i = 0; i < length_bytes; ++i) length = length << 8 | bytes[whole + i];
    if (length > bytes.size() - whole - length_bytes) break;
    whole += length_bytes + length;
  }
  if (whole == bytes.size()) return OkStatus();
  // An access unit delimiter (any slice type) stands for a picture of which nothing is left.
  constexpr uint8_t kDelimiter[] = {0x09, 0xF0};
  if (whole > 0) {
    packet->size = static_cast<int>(whole);  // the buffer may be shared
    return OkStatus();
  }
  PacketPtr empty(av_packet_alloc());
  if (!empty || av_new_packet(empty.get(), static_cast<int>(length_bytes + sizeof kDelimiter)) < 0 ||
      av_packet_copy_props(empty.get(), packet) < 0) {
    return Internal("out of memory");
  }
  std::memset(empty->data, 0, length_bytes);
  empty->data[length_bytes - 1] = sizeof kDelimiter;
  std::memcpy(empty->data + length_bytes, kDelimiter, sizeof kDelimiter);
  av_packet_unref(packet);
  av_packet_move_ref(packet, empty.get());
  return OkStatus();
}

class CopySource : public PacketSource {
 public:
  CopySource(const MediaInfo& info, const VideoPlan& plan, SegmentContainer container, size_t first_segment,
             HiddenTimes hidden)
      : info_(info),
        plan_(plan),
        container_(container),
        first_segment_(first_segment),
        pack_hidden_(hidden == HiddenTimes::kPacked && !plan.hidden.pts.empty()),
        skip_(first_segment > 0) {}

  Status Init() {
    WS_ASSIGN_OR_RETURN(reader_, VideoPacketReader::Open(info_));
    const AVStream* input = &reader_->stream();
    parameters_.reset(avcodec_parameters_alloc());
    if (!parameters_ || avcodec_parameters_copy(parameters_.get(), input->codecpar) < 0) {
      return Internal("out of memory");
    }
    stream_.parameters = parameters_.get();
    // One tick of the file's clock is `num` of the segments', which is fine enough to pack pictures.
    const AVRational clock = reader_->time_base();
    const auto finer = static_cast<int>(pack_hidden_ ? (kTsClock + clock.den - 1) / clock.den : 1);
    ticks_ = int64_t{clock.num} * finer;
    stream_.time_base = {1, clock.den * finer};
    packed_step_ = (stream_.time_base.den + kTsClock - 1) / kTsClock;
    stream_.sample_aspect_ratio = input->sample_aspect_ratio.num > 0 ? input->sample_aspect_ratio
                                                                     : input->codecpar->sample_aspect_ratio;
    stream_.frame_rate = input->avg_frame_rate;
    stream_.display_matrix = av_stream_get_side_data(input, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
    if (container_ == SegmentContainer::kMpegTs) return InitAnnexB();
    return OkStatus();
  }

  const MuxStream& stream() const override { return stream_; }
  const std::string& hls_codec() const override { return info_.video->hls_codec; }
  int width() const override { return info_.video->width; }
  int height() const override { return info_.video->height; }

  StatusOr<bool> Next(AVPacket* packet, const std::stop_token& stop) override {
    if (skip_) {
      skip_ = false;
      WS_RETURN_IF_ERROR(reader_->SkipTo(plan_.segments[first_segment_].first_dts, stop));
    }
    WS_ASSIGN_OR_RETURN(const bool more, reader_->Next(packet, stop));
    if (!more) return false;
    if (to_annex_b_) {
      WS_RETURN_IF_ERROR(CutAtDamage(packet, nal_length_bytes_));
      int error = av_bsf_send_packet(to_annex_b_.get(), packet);
      if (error >= 0) error = av_bsf_receive_packet(to_annex_b_.get(), packet);
      if (error < 0) return AvInputStatus(error, info_.path);
    }
    if (!parameter_sets_.empty() && (packet->flags & AV_PKT_FLAG_KEY) != 0 &&
        !HasParameterSets({packet->data, static_cast<size_t>(packet->size)})) {
      WS_RETURN_IF_ERROR(InsertParameterSets(packet, parameter_sets_));
    }
    SetTimes(packet);
    return true;
  }

  bool Belongs(size_t segment, int64_t count, const AVPacket& /*next*/) const override {
    return count < plan_.segments[segment].packets;
  }

 private:
  void SetTimes(AVPacket* packet) {
    const int64_t pts = packet->pts;
    packet->pts = (pts - plan_.zero_pts) * ticks_;
    packet->dts = (packet->dts - plan_.zero_pts) * ticks_;
    packet->duration *= ticks_;
    if (!pack_hidden_ || (packet->flags & AV_PKT_FLAG_DISCARD) == 0) return;
    const HiddenPictures& hidden = plan_.hidden;
    const auto later = hidden.pts.end() - std::lower_bound(hidden.pts.begin(), hidden.pts.end(), pts);
    if (later > 0) packet->pts = -later * packed_step_;
    // Those behind the first shown picture are decoded at their own times: before they were to be shown.
    if (leading_left_ > 0) {
      packet->dts = (hidden.first_shown_dts - plan_.zero_pts) * ticks_ - leading_left_-- * packed_step_;
    }
  }

  // MPEG-TS wants start codes, and parameter sets at every picture where a player may begin; open GOPs begin
  // at pictures that are no IDR pictures, which FFmpeg's filter leaves bare.
  Status InitAnnexB() {
    AVCodecParameters* p = parameters_.get();
    if (p->codec_id != AV_CODEC_ID_H264) return OkStatus();
    if (p->extradata_size > 4 && p->extradata[0] == 1) {
      nal_length_bytes_ = (p->extradata[4] & 3U) + 1;  // ISO/IEC 14496-15, lengthSizeMinusOne
      AVBSFContext* raw = nullptr;
      int error = av_bsf_alloc(av_bsf_get_by_name("h264_mp4toannexb"), &raw);
      to_annex_b_.reset(raw);
      if (error >= 0) error = avcodec_parameters_copy(raw->par_in, p);
      if (error >= 0) raw->time_base_in = reader_->time_base();
      if (error >= 0) error = av_bsf_init(raw);
      if (error >= 0) error = avcodec_parameters_copy(p, raw->par_out);
      if (error < 0) return AvInputStatus(error, info_.path);
    }
    if (p->extradata_size > 0) parameter_sets_ = {p->extradata, static_cast<size_t>(p->extradata_size)};
    return OkStatus();
  }

  const MediaInfo& info_;
  const VideoPlan& plan_;
  const SegmentContainer container_;
  const size_t first_segment_;
  const bool pack_hidden_;
  bool skip_;  // to the first segment, before the first packet
  std::unique_ptr<VideoPacketReader> reader_;
  CodecParametersPtr parameters_;
  BsfPtr to_annex_b_;
  size_t nal_length_bytes_ = 4;              // of to_annex_b_'s input
  std::span<const uint8_t> parameter_sets_;  // of parameters_
  MuxStream stream_;
  int64_t ticks_ = 1;
  int64_t packed_step_ = 1;  // ticks of stream_ from one packed picture to the next
  int64_t leading_left_ = skip_ ? 0 : plan_.hidden.leading_packets;  // of packed ones
};

class EncodedSource : public PacketSource {
 public:
  EncodedSource(const MediaInfo& info, const VideoPlan& plan) : info_(info), plan_(plan) {}

  Status Init(const VideoEncoder::Options& options) {
    WS_ASSIGN_OR_RETURN(encoder_, VideoEncoder::Open(info_, plan_, options));
    const AVCodecContext* context = encoder_->encoder();
    parameters_.reset(avcodec_parameters_alloc());
    if (!parameters_ || avcodec_parameters_from_context(parameters_.get(), context) < 0) {
      return Internal("out of memory");
    }
    ticks_ = encoder_->time_base().num;
    stream_ = {.parameters = parameters_.get(),
               .time_base = {1, encoder_->time_base().den},
               .sample_aspect_ratio = context->sample_aspect_ratio,
               .frame_rate = context->framerate};
    parameter_sets_ = {parameters_->extradata, static_cast<size_t>(parameters_->extradata_size)};
    codec_ = AvcCodecString(parameter_sets_);
    return codec_.empty() ? Internal("libx264 gave no parameter sets") : OkStatus();
  }

  const MuxStream& stream() const override { return stream_; }
  const std::string& hls_codec() const override { return codec_; }
  int width() const override { return parameters_->width; }
  int height() const override { return parameters_->height; }

  StatusOr<bool> Next(AVPacket* packet, const std::stop_token& stop) override {
    WS_ASSIGN_OR_RETURN(const bool more, encoder_->Next(packet, stop));
    if (!more) return false;
    starts_ = (packet->flags & AV_PKT_FLAG_KEY) != 0;
    pts_ = packet->pts;
    if (starts_ && info_.video->container == SegmentContainer::kMpegTs) {
      WS_RETURN_IF_ERROR(InsertParameterSets(packet, parameter_sets_));
    }
    packet->pts *= ticks_;
    packet->dts *= ticks_;
    packet->duration *= ticks_;
    return true;
  }

  // `next` is always the latest packet that Next() gave.
  bool Belongs(size_t segment, int64_t count, const AVPacket& /*next*/) const override {
    return count == 0 || segment + 1 >= plan_.segments.size() || !starts_ ||
           !encoder_->Reaches(pts_, segment + 1);
  }

 private:
  const MediaInfo& info_;
  const VideoPlan& plan_;
  std::unique_ptr<VideoEncoder> encoder_;
  CodecParametersPtr parameters_;
  std::span<const uint8_t> parameter_sets_;  // of parameters_
  MuxStream stream_;
  std::string codec_;
  int64_t ticks_ = 1;
  bool starts_ = false;  // of the latest packet: it is a key picture
  int64_t pts_ = 0;
};

}  // namespace

StatusOr<std::unique_ptr<TimedPackets>> TimedPackets::Make(std::unique_ptr<PacketSource> source,
                                                           Samples length) {
  std::unique_ptr<TimedPackets> packets(new TimedPackets);
  packets->source_ = std::move(source);
  packets->length_ = length;
  packets->next_.reset(av_packet_alloc());
  if (!packets->next_) return Internal("out of memory");
  return packets;
}

Status TimedPackets::Read(const std::stop_token& stop) {
  started_ = true;
  WS_ASSIGN_OR_RETURN(have_next_, source_->Next(next_.get(), stop));
  return OkStatus();
}

StatusOr<const AVPacket*> TimedPackets::Peek(const std::stop_token& stop) {
  if (!started_) WS_RETURN_IF_ERROR(Read(stop));
  return have_next_ ? next_.get() : nullptr;
}

Status TimedPackets::Pop(AVPacket* packet, const std::stop_token& stop) {
  av_packet_unref(packet);
  av_packet_move_ref(packet, next_.get());
  WS_RETURN_IF_ERROR(Read(stop));
  SetDuration(packet);
  const int64_t offset = int64_t{kProgrammeOffsetSeconds} * source_->stream().time_base.den;
  packet->pts += offset;
  packet->dts += offset;
  return OkStatus();
}

// The last picture lasts as long as the programme.
void TimedPackets::SetDuration(AVPacket* packet) {
  latest_pts_ = std::max(latest_pts_, packet->pts);
  if (have_next_) {
    packet->duration = usual_duration_ = std::max<int64_t>(1, next_->dts - packet->dts);
    return;
  }
  const int64_t end = av_rescale_q(length_, {1, kTimelineRateHz}, source_->stream().time_base);
  if (packet->pts == latest_pts_ && end > packet->pts) {
    packet->duration = end - packet->pts;
  } else if (packet->duration <= 0) {
    packet->duration = usual_duration_;
  }
}

StatusOr<std::unique_ptr<PacketSource>> OpenCopySource(const MediaInfo& info, const VideoPlan& plan,
                                                       SegmentContainer container, size_t first_segment,
                                                       HiddenTimes hidden) {
  auto source = std::make_unique<CopySource>(info, plan, container, first_segment, hidden);
  WS_RETURN_IF_ERROR(source->Init());
  return source;
}

StatusOr<std::unique_ptr<PacketSource>> OpenEncodedSource(const MediaInfo& info, const VideoPlan& plan,
                                                          const VideoEncoder::Options& options) {
  auto source = std::make_unique<EncodedSource>(info, plan);
  WS_RETURN_IF_ERROR(source->Init(options));
  return source;
}

}  // namespace waveshift::media

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "media/av_internal.h"
#include "media/parameter_sets.h"
#include "media/segment_muxer.h"
#include "media/segmenter.h"
#include "media/video_encoder.h"
#include "media/video_packets.h"

extern "C" {
#include <libavutil/mathematics.h>
}

namespace waveshift::media {
namespace {

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

class CopySource : public PacketSource {
 public:
  CopySource(const MediaInfo& info, const VideoPlan& plan, size_t first_segment)
      : info_(info), plan_(plan), first_segment_(first_segment), skip_(first_segment > 0) {}

  Status Init() {
    WS_ASSIGN_OR_RETURN(reader_, VideoPacketReader::Open(info_));
    const AVStream* input = &reader_->stream();
    parameters_.reset(avcodec_parameters_alloc());
    if (!parameters_ || avcodec_parameters_copy(parameters_.get(), input->codecpar) < 0) {
      return Internal("out of memory");
    }
    stream_.parameters = parameters_.get();
    // One tick of the file's clock is `num` of the segments'.
    ticks_ = reader_->time_base().num;
    stream_.time_base = {1, reader_->time_base().den};
    stream_.sample_aspect_ratio = input->sample_aspect_ratio.num > 0 ? input->sample_aspect_ratio
                                                                     : input->codecpar->sample_aspect_ratio;
    stream_.frame_rate = input->avg_frame_rate;
    stream_.display_matrix = av_stream_get_side_data(input, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
    if (info_.video->container == SegmentContainer::kMpegTs) return InitAnnexB();
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
      int error = av_bsf_send_packet(to_annex_b_.get(), packet);
      if (error >= 0) error = av_bsf_receive_packet(to_annex_b_.get(), packet);
      if (error < 0) return AvInputStatus(error, info_.path);
    }
    if (!parameter_sets_.empty() && (packet->flags & AV_PKT_FLAG_KEY) != 0 &&
        !HasParameterSets({packet->data, static_cast<size_t>(packet->size)})) {
      WS_RETURN_IF_ERROR(InsertParameterSets(packet, parameter_sets_));
    }
    packet->pts = (packet->pts - plan_.zero_pts) * ticks_;
    packet->dts = (packet->dts - plan_.zero_pts) * ticks_;
    packet->duration *= ticks_;
    return true;
  }

  bool Belongs(size_t segment, int64_t count, const AVPacket& /*next*/) const override {
    return count < plan_.segments[segment].packets;
  }

 private:
  // MPEG-TS wants start codes, and parameter sets at every picture where a player may begin; open GOPs begin
  // at pictures that are no IDR pictures, which FFmpeg's filter leaves bare.
  Status InitAnnexB() {
    AVCodecParameters* p = parameters_.get();
    if (p->codec_id != AV_CODEC_ID_H264) return OkStatus();
    if (p->extradata_size > 0 && p->extradata[0] == 1) {
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
  const size_t first_segment_;
  bool skip_;  // to the first segment, before the first packet
  std::unique_ptr<VideoPacketReader> reader_;
  CodecParametersPtr parameters_;
  BsfPtr to_annex_b_;
  std::span<const uint8_t> parameter_sets_;  // of parameters_
  MuxStream stream_;
  int64_t ticks_ = 1;
};

class EncodedSource : public PacketSource {
 public:
  EncodedSource(const MediaInfo& info, const VideoPlan& plan) : info_(info), plan_(plan) {}

  Status Init(const VideoSegmenter::Options& options) {
    WS_ASSIGN_OR_RETURN(encoder_, VideoEncoder::Open(info_, plan_,
                                                     {.first_segment = options.first_segment,
                                                      .burn_ass_path = options.burn_ass_path,
                                                      .threads = options.threads}));
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

class PacketSegmenter : public VideoSegmenter {
 public:
  PacketSegmenter(MediaInfo info, VideoPlan plan) : info_(std::move(info)), plan_(std::move(plan)) {}

  Status Init(const Options& options) {
    segment_ = options.first_segment;
    if (segment_ >= plan_.segments.size()) return Internal("the first segment is not in the plan");
    current_.reset(av_packet_alloc());
    next_.reset(av_packet_alloc());
    if (!current_ || !next_) return Internal("out of memory");
    if (plan_.copy) {
      auto source = std::make_unique<CopySource>(info_, plan_, segment_);
      WS_RETURN_IF_ERROR(source->Init());
      source_ = std::move(source);
    } else {
      auto source = std::make_unique<EncodedSource>(info_, plan_);
      WS_RETURN_IF_ERROR(source->Init(options));
      source_ = std::move(source);
    }
    WS_ASSIGN_OR_RETURN(muxer_, SegmentMuxer::Make(info_.video->container, source_->stream(), segment_ > 0));
    return OkStatus();
  }

  const std::string& init_segment() const override { return muxer_->init_segment(); }
  const std::string& hls_codec() const override { return source_->hls_codec(); }
  int width() const override { return source_->width(); }
  int height() const override { return source_->height(); }

  Status WriteNext(const std::string& path, const std::stop_token& stop) override {
    if (segment_ >= plan_.segments.size()) return Internal("no segment is left to write");
    if (!started_) {
      WS_RETURN_IF_ERROR(ReadNext(stop));
      if (have_next_ && plan_.copy && (next_->flags & AV_PKT_FLAG_KEY) == 0 && segment_ > 0) return Changed();
      started_ = true;
    }
    WS_RETURN_IF_ERROR(muxer_->BeginSegment(path));
    int64_t count = 0;
    while (have_next_ && source_->Belongs(segment_, count, *next_)) {
      std::swap(current_, next_);
      WS_RETURN_IF_ERROR(ReadNext(stop));
      SetDuration();
      current_->pts += Offset();
      current_->dts += Offset();
      WS_RETURN_IF_ERROR(muxer_->Write(current_.get()));
      ++count;
    }
    WS_RETURN_IF_ERROR(muxer_->EndSegment());
    if (count == 0 || (plan_.copy && count != plan_.segments[segment_].packets)) return Changed();
    ++segment_;
    return OkStatus();
  }

 private:
  int64_t Offset() const { return int64_t{kProgrammeOffsetSeconds} * source_->stream().time_base.den; }

  Status Changed() const {
    return InvalidArgument(info_.path + ": the video has other pictures than when it was planned");
  }

  Status ReadNext(const std::stop_token& stop) {
    av_packet_unref(next_.get());
    WS_ASSIGN_OR_RETURN(have_next_, source_->Next(next_.get(), stop));
    return OkStatus();
  }

  // Exactly the time to the next packet. The last picture lasts as long as the programme.
  void SetDuration() {
    latest_pts_ = std::max(latest_pts_, current_->pts);
    if (have_next_) {
      current_->duration = usual_ = std::max<int64_t>(1, next_->dts - current_->dts);
      return;
    }
    const AVRational time_base = source_->stream().time_base;
    const int64_t end = av_rescale_q(plan_.length, {1, kTimelineRateHz}, time_base);
    if (current_->pts == latest_pts_ && end > current_->pts) {
      current_->duration = end - current_->pts;
    } else if (current_->duration <= 0) {
      current_->duration = usual_;
    }
  }

  const MediaInfo info_;
  const VideoPlan plan_;
  std::unique_ptr<PacketSource> source_;
  std::unique_ptr<SegmentMuxer> muxer_;
  PacketPtr current_;
  PacketPtr next_;  // one packet ahead of what is written
  bool have_next_ = false;
  bool started_ = false;
  size_t segment_ = 0;
  int64_t latest_pts_ = INT64_MIN;
  int64_t usual_ = 1;
};

}  // namespace

std::string SegmentExtension(SegmentContainer container) {
  return container == SegmentContainer::kMpegTs ? "ts" : "m4s";
}

StatusOr<std::unique_ptr<VideoSegmenter>> VideoSegmenter::Open(const MediaInfo& info, const VideoPlan& plan,
                                                               const Options& options) {
  if (!info.video) return InvalidArgument(info.path + ": has no video");
  if (plan.segments.empty()) return Internal("the plan of the video has no segments");
  if (plan.copy && !options.burn_ass_path.empty())
    return Internal("subtitles cannot be burned into copied video");
  CaptureAvLog();
  auto segmenter = std::make_unique<PacketSegmenter>(info, plan);
  WS_RETURN_IF_ERROR(segmenter->Init(options));
  return segmenter;
}

}  // namespace waveshift::media

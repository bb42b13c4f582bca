// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/video_encoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
}

namespace waveshift::media {
namespace {

bool IsInterlaced(const AVStream& stream) {
  switch (stream.codecpar->field_order) {
    case AV_FIELD_TT:
    case AV_FIELD_BB:
    case AV_FIELD_TB:
    case AV_FIELD_BT:
      return true;
    default:
      return false;
  }
}

constexpr AVRational kSampleTime{1, kTimelineRateHz};
constexpr int kMaxThreads = 64;

std::string Even(int size) { return std::to_string(std::max(2, size / 2 * 2)); }

int ThreadCount(int asked) { return std::clamp(asked, 0, kMaxThreads); }

}  // namespace

VideoEncoder::VideoEncoder(const MediaInfo& info, const VideoPlan& plan, const Options& options)
    : info_(info), plan_(plan), options_(options), next_segment_(options.first_segment) {}

StatusOr<std::unique_ptr<VideoEncoder>> VideoEncoder::Open(const MediaInfo& info, const VideoPlan& plan,
                                                           const Options& options) {
  std::unique_ptr<VideoEncoder> encoder(new VideoEncoder(info, plan, options));
  WS_RETURN_IF_ERROR(encoder->Init());
  return encoder;
}

bool VideoEncoder::Reaches(int64_t pts, size_t index) const {
  // Planned starts are picture times rounded to samples.
  return av_rescale_q(pts, time_base_, kSampleTime) + 1 >= plan_.segments[index].start;
}

Status VideoEncoder::Init() {
  WS_ASSIGN_OR_RETURN(reader_, VideoPacketReader::Open(info_));
  time_base_ = reader_->time_base();
  const double rate = plan_.frame_rate > 0 ? plan_.frame_rate : 25;
  picture_ticks_ = std::max<int64_t>(1, std::llround(1 / (rate * av_q2d(time_base_))));
  input_.reset(av_packet_alloc());
  if (!input_) return Internal("out of memory");
  WS_RETURN_IF_ERROR(OpenDecoder());
  WS_RETURN_IF_ERROR(OpenGraph());
  return OpenEncoder();
}

// Decoding begins at the last key packet that has a few pictures before the first segment: their times are
// what the decoding times of the segment's first packets are made of.
Status VideoEncoder::SkipToFirstSegment(const std::stop_token& stop) {
  constexpr int64_t kPicturesBefore = 4;
  WS_ASSIGN_OR_RETURN(const auto scout, VideoPacketReader::Open(info_));
  std::deque<std::pair<int64_t, int64_t>>
      keys;  // number and dts of the key packets that are still of interest
  for (int64_t number = 0;; ++number) {
    WS_ASSIGN_OR_RETURN(const bool more, scout->Next(input_.get(), stop));
    if (!more) break;
    const bool reached = Reaches(input_->pts - plan_.zero_pts, options_.first_segment);
    if (!reached && (input_->flags & AV_PKT_FLAG_KEY) != 0) keys.emplace_back(number, input_->dts);
    av_packet_unref(input_.get());
    while (keys.size() > 1 && keys[1].first + kPicturesBefore <= number) keys.pop_front();
    if (reached) break;
  }
  return keys.empty() ? OkStatus() : reader_->SkipTo(keys.front().second, stop);
}

Status VideoEncoder::OpenDecoder() {
  const AVStream* stream = &reader_->stream();
  const AVCodec* codec = avcodec_find_decoder(stream->codecpar->codec_id);
  if (codec == nullptr) return FailedPrecondition(info_.path + ": no decoder for " + info_.video->codec);
  decoder_.reset(avcodec_alloc_context3(codec));
  if (!decoder_ || avcodec_parameters_to_context(decoder_.get(), stream->codecpar) < 0) {
    return Internal("out of memory");
  }
  decoder_->pkt_timebase = time_base_;
  decoder_->thread_count = ThreadCount(options_.threads);
  const int error = avcodec_open2(decoder_.get(), codec, nullptr);
  return error < 0 ? AvStatus(error, info_.path + ": the decoder of " + info_.video->codec) : OkStatus();
}

// Appends a filter behind last_; `key`: its one option, set as it is (no escaping rules of the graph language
// apply).
Status VideoEncoder::AddFilter(const char* name, const std::string& key, const std::string& value) {
  const AVFilter* filter = avfilter_get_by_name(name);
  if (filter == nullptr) return FailedPrecondition(std::string("this FFmpeg has no filter '") + name + "'");
  AVFilterContext* context = avfilter_graph_alloc_filter(graph_.get(), filter, nullptr);
  if (context == nullptr) return Internal("out of memory");
  int error = key.empty() ? 0 : av_opt_set(context, key.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
  AVDictionary* none = nullptr;  // some filters want one, be it empty
  if (error >= 0) error = avfilter_init_dict(context, &none);
  av_dict_free(&none);
  if (error >= 0 && last_ != nullptr) error = avfilter_link(last_, 0, context, 0);
  if (error < 0)
    return AvStatus(error, std::string("filter ") + name + (key.empty() ? "" : " with " + value));
  last_ = context;
  return OkStatus();
}

Status VideoEncoder::OpenGraph() {
  graph_.reset(avfilter_graph_alloc());
  if (!graph_) return Internal("out of memory");
  graph_->nb_threads = ThreadCount(options_.threads);
  source_ = avfilter_graph_alloc_filter(graph_.get(), avfilter_get_by_name("buffer"), "in");
  AVBufferSrcParameters* parameters = av_buffersrc_parameters_alloc();
  if (source_ == nullptr || parameters == nullptr) return Internal("out of memory");
  parameters->format = decoder_->pix_fmt == AV_PIX_FMT_NONE ? AV_PIX_FMT_YUV420P : decoder_->pix_fmt;
  parameters->time_base = time_base_;
  parameters->width = info_.video->width;
  parameters->height = info_.video->height;
  parameters->sample_aspect_ratio = reader_->stream().codecpar->sample_aspect_ratio;
  int error = av_buffersrc_parameters_set(source_, parameters);
  av_free(parameters);
  if (error >= 0) error = avfilter_init_dict(source_, nullptr);
  if (error < 0) return AvStatus(error, info_.path + ": the filters' input");
  last_ = source_;
  if (IsInterlaced(reader_->stream())) {
    // x264 encodes whole pictures: the two moments of each would stand in it as combs. Halves of a picture's
    // ticks are not needed.
    WS_RETURN_IF_ERROR(AddFilter("bwdif", "mode", "send_frame"));
    WS_RETURN_IF_ERROR(
        AddFilter("settb", "expr", std::to_string(time_base_.num) + "/" + std::to_string(time_base_.den)));
  }
  // A fixed size: a stream that changes its picture size half-way is scaled to the first one.
  WS_RETURN_IF_ERROR(AddFilter("scale", "size", Even(info_.video->width) + "x" + Even(info_.video->height)));
  WS_RETURN_IF_ERROR(AddFilter("format", "pix_fmts", "yuv420p"));
  switch (info_.video->rotation_degrees) {
    case 90:
      WS_RETURN_IF_ERROR(AddFilter("transpose", "dir", "clock"));
      break;
    case 180:
      WS_RETURN_IF_ERROR(AddFilter("hflip", "", ""));
      WS_RETURN_IF_ERROR(AddFilter("vflip", "", ""));
      break;
    case 270:
      WS_RETURN_IF_ERROR(AddFilter("transpose", "dir", "cclock"));
      break;
    default:
      break;
  }
  if (!options_.burn_ass_path.empty()) {
    WS_RETURN_IF_ERROR(AddFilter("ass", "filename", options_.burn_ass_path));
  }
  WS_RETURN_IF_ERROR(AddFilter("buffersink", "", ""));
  sink_ = last_;
  error = avfilter_graph_config(graph_.get(), nullptr);
  return error < 0 ? AvStatus(error, info_.path + ": the filters of the video") : OkStatus();
}

Status VideoEncoder::OpenEncoder() {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) {
    return FailedPrecondition("this FFmpeg has no libx264, which the video has to be encoded with");
  }
  encoder_.reset(avcodec_alloc_context3(codec));
  if (!encoder_) return Internal("out of memory");
  encoder_->width = av_buffersink_get_w(sink_);
  encoder_->height = av_buffersink_get_h(sink_);
  encoder_->sample_aspect_ratio = av_buffersink_get_sample_aspect_ratio(sink_);
  encoder_->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder_->color_range = AVCOL_RANGE_MPEG;
  encoder_->color_primaries = decoder_->color_primaries;
  encoder_->color_trc = decoder_->color_trc;
  encoder_->colorspace = decoder_->colorspace;
  encoder_->time_base = av_buffersink_get_time_base(sink_);
  encoder_->framerate = av_d2q(plan_.frame_rate > 0 ? plan_.frame_rate : 25, 1 << 20);
  encoder_->max_b_frames = 2;
  encoder_->thread_count = ThreadCount(options_.threads);
  encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
  AVDictionary* private_options = nullptr;
  av_dict_set(&private_options, "preset", "veryfast", 0);
  av_dict_set(&private_options, "crf", "20", 0);
  av_dict_set(&private_options, "forced-idr", "1", 0);
  const int error = avcodec_open2(encoder_.get(), codec, &private_options);
  av_dict_free(&private_options);
  time_base_ = encoder_->time_base;
  return error < 0 ? AvStatus(error, "libx264") : OkStatus();
}

StatusOr<bool> VideoEncoder::Next(AVPacket* packet, const std::stop_token& stop) {
  while (ready_.empty()) {
    if (encoder_ended_) return false;
    WS_RETURN_IF_ERROR(Feed(stop));
  }
  av_packet_move_ref(packet, ready_.front().get());
  ready_.pop_front();
  if (times_.empty()) return Internal("libx264 gave more packets than it got pictures");
  // x264 invents the first decoding times of every run; those of the pictures before fit onto an earlier
  // run's segments.
  packet->dts = times_.front();
  times_.pop_front();
  packet->duration = picture_ticks_;
  return true;
}

Status VideoEncoder::Feed(const std::stop_token& stop) {
  if (stop.stop_requested()) return Cancelled("stopped");
  if (input_ended_) return FinishEncoder();
  if (!skipped_ && options_.first_segment > 0) WS_RETURN_IF_ERROR(SkipToFirstSegment(stop));
  skipped_ = true;
  WS_ASSIGN_OR_RETURN(const bool more, reader_->Next(input_.get(), stop));
  const int error = avcodec_send_packet(decoder_.get(), more ? input_.get() : nullptr);
  av_packet_unref(input_.get());
  // A damaged packet costs its picture only.
  if (error < 0 && error != AVERROR_INVALIDDATA && error != AVERROR_EOF) {
    return AvStatus(error, info_.path + ": decoding the video");
  }
  WS_RETURN_IF_ERROR(DrainDecoder());
  if (more) return OkStatus();
  input_ended_ = true;
  const int closed = av_buffersrc_add_frame(source_, nullptr);
  if (closed < 0) return AvStatus(closed, info_.path + ": the filters of the video");
  return DrainGraph();
}

Status VideoEncoder::DrainDecoder() {
  FramePtr picture(av_frame_alloc());
  if (!picture) return Internal("out of memory");
  while (true) {
    int error = avcodec_receive_frame(decoder_.get(), picture.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return OkStatus();
    if (error == AVERROR_INVALIDDATA) continue;
    if (error < 0) return AvStatus(error, info_.path + ": decoding the video");
    if (picture->pts == AV_NOPTS_VALUE) picture->pts = picture->best_effort_timestamp;
    if (picture->pts != AV_NOPTS_VALUE) picture->pts -= plan_.zero_pts;
    picture->pict_type = AV_PICTURE_TYPE_NONE;
    error = av_buffersrc_add_frame(source_, picture.get());
    if (error < 0) return AvStatus(error, info_.path + ": the filters of the video");
    WS_RETURN_IF_ERROR(DrainGraph());
  }
}

Status VideoEncoder::DrainGraph() {
  while (true) {
    FramePtr picture(av_frame_alloc());
    if (!picture) return Internal("out of memory");
    const int error = av_buffersink_get_frame(sink_, picture.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return OkStatus();
    if (error < 0) return AvStatus(error, info_.path + ": the filters of the video");
    WS_RETURN_IF_ERROR(TakePicture(std::move(picture)));
  }
}

Status VideoEncoder::TakePicture(FramePtr picture) {
  int64_t pts = picture->pts;
  if (pts == AV_NOPTS_VALUE) pts = last_pts_ == INT64_MIN ? 0 : last_pts_ + picture_ticks_;
  if (last_pts_ != INT64_MIN) pts = std::max(pts, last_pts_ + 1);
  last_pts_ = pts;
  const auto delay = static_cast<size_t>(std::max(0, encoder_->has_b_frames));
  const size_t count = plan_.segments.size();
  if (next_segment_ == options_.first_segment && options_.first_segment > 0 && !Reaches(pts, next_segment_)) {
    // An earlier run's picture: only its time is of use.
    times_.push_back(pts);
    if (times_.size() > delay) times_.pop_front();
    return OkStatus();
  }
  if (next_segment_ == options_.first_segment) {
    while (times_.size() < delay) times_.push_front((times_.empty() ? pts : times_.front()) - picture_ticks_);
  }
  const AVFrame* before = shown_ ? shown_.get() : picture.get();
  bool key = next_segment_ == 0 || (next_segment_ < count && Reaches(pts, next_segment_));
  if (key) {
    // Segments that have no picture of their own show the one before.
    while (next_segment_ + 1 < count && Reaches(pts, next_segment_ + 1)) {
      const Samples start = plan_.segments[next_segment_].start;
      WS_RETURN_IF_ERROR(Encode(before, av_rescale_q(start, kSampleTime, time_base_), true));
      ++next_segment_;
    }
    ++next_segment_;
  }
  WS_RETURN_IF_ERROR(Encode(picture.get(), pts, key));
  shown_ = std::move(picture);
  return OkStatus();
}

Status VideoEncoder::Encode(const AVFrame* picture, int64_t pts, bool key) {
  FramePtr frame(av_frame_clone(picture));
  if (!frame) return Internal("out of memory");
  frame->pts = pts;
  frame->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  times_.push_back(pts);
  return Send(frame.get());
}

Status VideoEncoder::Send(const AVFrame* picture) {
  int error = avcodec_send_frame(encoder_.get(), picture);
  if (error < 0) return AvStatus(error, "libx264");
  while (true) {
    PacketPtr packet(av_packet_alloc());
    if (!packet) return Internal("out of memory");
    error = avcodec_receive_packet(encoder_.get(), packet.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return OkStatus();
    if (error < 0) return AvStatus(error, "libx264");
    ready_.push_back(std::move(packet));
  }
}

Status VideoEncoder::FinishEncoder() {
  if (!shown_) return InvalidArgument(info_.path + ": no picture of the video can be decoded");
  for (; next_segment_ < plan_.segments.size(); ++next_segment_) {
    const int64_t start = av_rescale_q(plan_.segments[next_segment_].start, kSampleTime, time_base_);
    last_pts_ = std::max(start, last_pts_ + 1);
    WS_RETURN_IF_ERROR(Encode(shown_.get(), last_pts_, true));
  }
  encoder_ended_ = true;
  return Send(nullptr);
}

}  // namespace waveshift::media

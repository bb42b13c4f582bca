// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/segment_muxer.h"

#include <algorithm>
#include <cstring>

#include "media/av_internal.h"

extern "C" {
#include <libavutil/dict.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
}

namespace waveshift::media {
namespace {

constexpr int kDisplayMatrixBytes = 9 * sizeof(int32_t);
// How far the TS clock reference runs ahead of decoding: what a player may buffer.
constexpr int kMaxDelayMicroseconds = 500000;
// Tables are sent at the start of every segment; the muxer's usual ten times a second is 30 kbit/s of air.
constexpr char kTablePeriodSeconds[] = "3600";

}  // namespace

StatusOr<AVStream*> AddMuxStream(AVFormatContext* context, const MuxStream& from, bool mp4) {
  AVStream* stream = avformat_new_stream(context, nullptr);
  if (stream == nullptr || avcodec_parameters_copy(stream->codecpar, from.parameters) < 0) {
    return Internal("out of memory");
  }
  AVCodecParameters* parameters = stream->codecpar;
  parameters->codec_tag = mp4 && parameters->codec_id == AV_CODEC_ID_HEVC ? MKTAG('h', 'v', 'c', '1') : 0;
  stream->time_base = from.time_base;
  if (parameters->codec_type == AVMEDIA_TYPE_VIDEO) {
    stream->sample_aspect_ratio = from.sample_aspect_ratio;
    parameters->sample_aspect_ratio = from.sample_aspect_ratio;
    stream->avg_frame_rate = from.frame_rate;
  }
  if (from.display_matrix != nullptr && mp4) {
    uint8_t* matrix = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, kDisplayMatrixBytes);
    if (matrix == nullptr) return Internal("out of memory");
    std::memcpy(matrix, from.display_matrix, kDisplayMatrixBytes);
  }
  if (!from.language.empty()) av_dict_set(&stream->metadata, "language", from.language.c_str(), 0);
  return stream;
}

StatusOr<std::unique_ptr<SegmentMuxer>> SegmentMuxer::Make(SegmentContainer container,
                                                           const MuxStream& stream, bool resumed) {
  std::unique_ptr<SegmentMuxer> muxer(new SegmentMuxer);
  muxer->container_ = container;
  muxer->time_base_ = stream.time_base;
  WS_ASSIGN_OR_RETURN(muxer->output_, MuxOutput::Make());
  const bool mp4 = container == SegmentContainer::kFragmentedMp4;
  const int error =
      avformat_alloc_output_context2(&muxer->context_, nullptr, mp4 ? "mp4" : "mpegts", nullptr);
  if (error < 0) return AvStatus(error, mp4 ? "the MP4 muxer" : "the MPEG-TS muxer");
  muxer->context_->pb = muxer->output_->avio();
  muxer->context_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  muxer->context_->flush_packets = 0;
  muxer->context_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  muxer->context_->max_delay = kMaxDelayMicroseconds;
  WS_RETURN_IF_ERROR(AddMuxStream(muxer->context_, stream, mp4).status());
  WS_RETURN_IF_ERROR(muxer->WriteHeader(resumed));
  return muxer;
}

SegmentMuxer::~SegmentMuxer() {
  if (context_ != nullptr) context_->pb = nullptr;
  avformat_free_context(context_);
}

Status SegmentMuxer::WriteHeader(bool resumed) {
  AVDictionary* options = nullptr;
  if (container_ == SegmentContainer::kFragmentedMp4) {
    // Without edit lists and told that the stream begins in its middle, the muxer writes the time stamps that
    // it is given.
    av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof+frag_discont+skip_trailer",
                0);
    av_dict_set(&options, "use_editlist", "0", 0);
    if (context_->streams[0]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO) {
      av_dict_set_int(&options, "video_track_timescale", time_base_.den, 0);
    }
  } else {
    av_dict_set(&options, "mpegts_copyts", "1", 0);
    // A decoder must not take the new muxer's packet counters for lost packets.
    av_dict_set(&options, "mpegts_flags", resumed ? "initial_discontinuity" : "resend_headers", 0);
    av_dict_set(&options, "pat_period", kTablePeriodSeconds, 0);
    av_dict_set(&options, "sdt_period", kTablePeriodSeconds, 0);
  }
  const int error = avformat_write_header(context_, &options);
  av_dict_free(&options);
  if (error < 0) return AvStatus(error, "the header of the stream's segments");
  init_ = output_->TakeMemory();
  return OkStatus();
}

Status SegmentMuxer::BeginSegment(const std::string& path) {
  path_ = path;
  WS_RETURN_IF_ERROR(output_->OpenFile(path));
  if (container_ == SegmentContainer::kMpegTs) {
    const int error = av_opt_set(context_->priv_data, "mpegts_flags", "+resend_headers", 0);
    if (error < 0) return AvStatus(error, path);
  }
  return OkStatus();
}

Status SegmentMuxer::Write(AVPacket* packet) {
  const AVRational target = context_->streams[0]->time_base;
  packet->stream_index = 0;
  packet->pos = -1;
  const int64_t end = av_rescale_q(packet->dts + packet->duration, time_base_, target);
  packet->pts = av_rescale_q(packet->pts, time_base_, target);
  packet->dts = av_rescale_q(packet->dts, time_base_, target);
  // Two packets of a finer clock may fall onto one tick of the segment's.
  if (last_dts_ != INT64_MIN) packet->dts = std::max(packet->dts, last_dts_ + 1);
  packet->pts = std::max(packet->pts, packet->dts);
  packet->duration = std::max<int64_t>(1, end - packet->dts);
  last_dts_ = packet->dts;
  const int error = av_write_frame(context_, packet);
  av_packet_unref(packet);
  return error < 0 ? AvStatus(error, path_) : OkStatus();
}

StatusOr<std::string> SegmentMuxer::TakeSegment() {
  const int error = av_write_frame(context_, nullptr);
  if (error < 0) return AvStatus(error, "a piece of the stream");
  return output_->TakeMemory();
}

Status SegmentMuxer::EndSegment() {
  const int error = av_write_frame(context_, nullptr);
  const Status closed = output_->CloseFile();
  WS_RETURN_IF_ERROR(closed);
  return error < 0 ? AvStatus(error, path_) : OkStatus();
}

}  // namespace waveshift::media

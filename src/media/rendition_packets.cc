// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/rendition_packets.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "media/av_internal.h"
#include "media/joined_files.h"
#include "media/segmenter.h"

extern "C" {
#include <libavutil/mathematics.h>
#include <libavutil/mem.h>
}

namespace waveshift::media {
namespace {

// AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) of what AudioSegmenter encodes: AAC-LC, 48 kHz, two
// channels.
constexpr std::array<uint8_t, 2> kAudioSpecificConfig = {0x11, 0x90};
constexpr int kAdtsHeader = 7;
constexpr int kAdtsHeaderWithChecksum = 9;

class RenditionPackets : public PacketSource {
 public:
  explicit RenditionPackets(const RenditionFiles& files)
      : name_(files.paths.empty() ? "a rendition" : files.paths[0]) {}

  Status Init(const RenditionFiles& files) {
    WS_ASSIGN_OR_RETURN(joined_, JoinedFiles::Open(files.paths));
    AVFormatContext* raw = avformat_alloc_context();
    if (raw == nullptr) return Internal("out of memory");
    raw->pb = joined_->avio();
    raw->flags |= AVFMT_FLAG_CUSTOM_IO;
    int error = avformat_open_input(&raw, "", av_find_input_format("mpegts"), nullptr);
    WS_RETURN_IF_ERROR(joined_->status());
    if (error < 0) return DataLoss(name_ + ": " + AvErrorText(error));
    input_.reset(raw);
    error = avformat_find_stream_info(raw, nullptr);
    WS_RETURN_IF_ERROR(joined_->status());
    if (error < 0 || raw->nb_streams != 1) return DataLoss(name_ + ": is no rendition of one stream");
    const AVStream* stream = raw->streams[0];
    parameters_.reset(avcodec_parameters_alloc());
    if (!parameters_ || avcodec_parameters_copy(parameters_.get(), stream->codecpar) < 0) {
      return Internal("out of memory");
    }
    stream_.parameters = parameters_.get();
    if (parameters_->codec_id == AV_CODEC_ID_AAC) return InitAudio();
    if (parameters_->codec_type != AVMEDIA_TYPE_VIDEO)
      return DataLoss(name_ + ": holds neither AAC nor video");
    stream_.time_base = stream->time_base;
    stream_.sample_aspect_ratio = parameters_->sample_aspect_ratio;
    stream_.frame_rate = stream->avg_frame_rate;
    return OkStatus();
  }

  const MuxStream& stream() const override { return stream_; }
  const std::string& hls_codec() const override { return none_; }
  int width() const override { return parameters_->width; }
  int height() const override { return parameters_->height; }
  bool Belongs(size_t /*segment*/, int64_t /*count*/, const AVPacket& /*next*/) const override {
    return true;
  }

  StatusOr<bool> Next(AVPacket* packet, const std::stop_token& stop) override {
    if (stop.stop_requested()) return Cancelled("stopped");
    const int error = av_read_frame(input_.get(), packet);
    WS_RETURN_IF_ERROR(joined_->status());
    if (error == AVERROR_EOF) return false;
    if (error < 0) return DataLoss(name_ + ": " + AvErrorText(error));
    if (parameters_->codec_id == AV_CODEC_ID_AAC) {
      WS_RETURN_IF_ERROR(TakeAacFrame(packet));
      return true;
    }
    if (packet->pts == AV_NOPTS_VALUE || packet->dts == AV_NOPTS_VALUE) {
      return DataLoss(name_ + ": a picture without a time");
    }
    const AVRational from = input_->streams[0]->time_base;
    const int64_t offset = int64_t{kProgrammeOffsetSeconds} * stream_.time_base.den;
    packet->pts = av_rescale_q(packet->pts, from, stream_.time_base) - offset;
    packet->dts = av_rescale_q(packet->dts, from, stream_.time_base) - offset;
    packet->duration = 0;
    return true;
  }

 private:
  Status InitAudio() {
    stream_.time_base = {1, kTimelineRateHz};
    av_freep(&parameters_->extradata);
    parameters_->extradata_size = 0;
    parameters_->extradata =
        static_cast<uint8_t*>(av_mallocz(kAudioSpecificConfig.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    if (parameters_->extradata == nullptr) return Internal("out of memory");
    std::memcpy(parameters_->extradata, kAudioSpecificConfig.data(), kAudioSpecificConfig.size());
    parameters_->extradata_size = static_cast<int>(kAudioSpecificConfig.size());
    parameters_->frame_size = kAacFrame;
    return OkStatus();
  }

  // Only the first frame of a PES packet has a time of its own; counting gives each its exact one.
  Status TakeAacFrame(AVPacket* packet) {
    const uint8_t* data = packet->data;
    if (packet->size < kAdtsHeader || data[0] != 0xFF || (data[1] & 0xF6) != 0xF0) {
      return DataLoss(name_ + ": an audio frame without a header");
    }
    const int header = (data[1] & 1) != 0 ? kAdtsHeader : kAdtsHeaderWithChecksum;
    if (packet->size <= header) return DataLoss(name_ + ": an audio frame is cut off");
    packet->data += header;
    packet->size -= header;
    constexpr int64_t kOffset = int64_t{kProgrammeOffsetSeconds} * kTimelineRateHz;
    const int64_t said =
        packet->pts == AV_NOPTS_VALUE
            ? next_pts_
            : av_rescale_q(packet->pts, input_->streams[0]->time_base, stream_.time_base) - kOffset;
    if (std::llabs(said - next_pts_) > kAacFrame / 2) {
      return DataLoss(name_ + ": audio frames are missing at " + std::to_string(next_pts_) + " samples");
    }
    packet->pts = packet->dts = next_pts_;
    packet->duration = kAacFrame;
    packet->flags |= AV_PKT_FLAG_KEY;
    next_pts_ += kAacFrame;
    return OkStatus();
  }

  const std::string name_;
  const std::string none_;
  std::unique_ptr<JoinedFiles> joined_;
  InputPtr input_;  // goes before joined_
  CodecParametersPtr parameters_;
  MuxStream stream_;
  int64_t next_pts_ = -kAacFrame;
};

}  // namespace

StatusOr<std::unique_ptr<PacketSource>> OpenRenditionPackets(const RenditionFiles& files) {
  CaptureAvLog();
  auto source = std::make_unique<RenditionPackets>(files);
  WS_RETURN_IF_ERROR(source->Init(files));
  return source;
}

}  // namespace waveshift::media

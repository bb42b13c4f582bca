// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <utility>

#include "media/audio_grid.h"
#include "media/av_internal.h"
#include "media/segment_muxer.h"
#include "media/segmenter.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
}

namespace waveshift::media {
namespace {

// What the encoder hears before the first segment of a resumed run: enough for its psychoacoustic model and
// its rate control to be where they were, so that the windows of the frames at the seam fit together.
constexpr int64_t kWarmUpFrames = 94;
constexpr int64_t kOffsetTicks = int64_t{kProgrammeOffsetSeconds} * kTimelineRateHz;

class AacSegmenter : public AudioSegmenter {
 public:
  AacSegmenter(const Options& options, Sink sink)
      : options_(options),
        sink_(std::move(sink)),
        first_(AudioSegmentFrames(options.starts, options.length)) {}

  Status Init() {
    if (options_.starts.empty() || options_.starts[0] != 0 || options_.length <= 0) {
      return Internal("an audio rendition needs segments that begin at zero, and a length");
    }
    if (options_.first_segment >= options_.starts.size())
      return Internal("the first segment is not in the plan");
    segment_ = options_.first_segment;
    const int64_t begin = std::max<int64_t>(0, first_[segment_] - kWarmUpFrames);
    first_input_ = begin * kAacFrame;
    // The encoder is one frame late: its first packet is the frame before its input.
    next_frame_ = begin - 1;
    next_input_ = begin;
    WS_RETURN_IF_ERROR(OpenEncoder());
    const CodecParametersPtr parameters(avcodec_parameters_alloc());
    if (!parameters || avcodec_parameters_from_context(parameters.get(), encoder_.get()) < 0) {
      return Internal("out of memory");
    }
    const MuxStream stream{
        .parameters = parameters.get(), .time_base = {1, kTimelineRateHz}, .language = options_.language};
    WS_ASSIGN_OR_RETURN(muxer_, SegmentMuxer::Make(options_.container, stream, segment_ > 0));
    return OkStatus();
  }

  const std::string& init_segment() const override { return muxer_->init_segment(); }
  Samples first_input() const override { return first_input_; }

  Status Push(std::span<const float> interleaved) override {
    WS_RETURN_IF_ERROR(failed_);
    if (finished_) return Internal("sound is pushed behind the end");
    pushed_ += static_cast<int64_t>(interleaved.size() / 2);
    if (pushed_ > options_.length - first_input_) return Internal("more sound than the programme is long");
    return failed_ = Take(interleaved);
  }

  Status Finish() override {
    WS_RETURN_IF_ERROR(failed_);
    if (finished_) return Internal("the sound is finished twice");
    finished_ = true;
    return failed_ = FinishAll();
  }

 private:
  Status OpenEncoder() {
    const AVCodec* codec = avcodec_find_encoder_by_name("aac");
    if (codec == nullptr) return FailedPrecondition("this FFmpeg has no AAC encoder");
    encoder_.reset(avcodec_alloc_context3(codec));
    frame_.reset(av_frame_alloc());
    packet_.reset(av_packet_alloc());
    if (!encoder_ || !frame_ || !packet_) return Internal("out of memory");
    encoder_->sample_rate = kTimelineRateHz;
    encoder_->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder_->ch_layout = AV_CHANNEL_LAYOUT_STEREO;
    encoder_->bit_rate = options_.bit_rate;
    encoder_->time_base = {1, kTimelineRateHz};
    encoder_->thread_count = 1;
    encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    const int error = avcodec_open2(encoder_.get(), codec, nullptr);
    if (error < 0) return AvStatus(error, "the AAC encoder");
    if (encoder_->frame_size != kAacFrame) return Internal("the AAC encoder has a strange frame size");
    return NewFrame();
  }

  // The encoder may hold on to the last frame's buffers: each gets new ones (from FFmpeg's pool when they are
  // free again).
  Status NewFrame() {
    av_frame_unref(frame_.get());
    frame_->format = AV_SAMPLE_FMT_FLTP;
    frame_->nb_samples = kAacFrame;
    frame_->sample_rate = kTimelineRateHz;
    frame_->ch_layout = AV_CHANNEL_LAYOUT_STEREO;
    const int error = av_frame_get_buffer(frame_.get(), 0);
    filled_ = 0;
    return error < 0 ? AvStatus(error, "the AAC encoder") : OkStatus();
  }

  Status Take(std::span<const float> interleaved) {
    while (interleaved.size() >= 2) {
      const auto n = std::min<size_t>(interleaved.size() / 2, static_cast<size_t>(kAacFrame - filled_));
      float* left = reinterpret_cast<float*>(frame_->data[0]) + filled_;
      float* right = reinterpret_cast<float*>(frame_->data[1]) + filled_;
      for (size_t i = 0; i < n; ++i) {
        left[i] = interleaved[2 * i];
        right[i] = interleaved[2 * i + 1];
      }
      filled_ += static_cast<int>(n);
      interleaved = interleaved.subspan(2 * n);
      if (filled_ == kAacFrame) WS_RETURN_IF_ERROR(EncodeFrame());
    }
    return OkStatus();
  }

  Status EncodeFrame() {
    frame_->pts = next_input_ * kAacFrame;
    ++next_input_;
    WS_RETURN_IF_ERROR(Send(frame_.get()));
    return NewFrame();
  }

  Status Send(const AVFrame* frame) {
    int error = avcodec_send_frame(encoder_.get(), frame);
    if (error < 0) return AvStatus(error, "the AAC encoder");
    while ((error = avcodec_receive_packet(encoder_.get(), packet_.get())) >= 0) {
      WS_RETURN_IF_ERROR(WritePacket());
    }
    return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? OkStatus() : AvStatus(error, "the AAC encoder");
  }

  // The packet of frame next_frame_.
  Status WritePacket() {
    const int64_t n = next_frame_++;
    if (n < first_[options_.first_segment] || n >= first_.back()) {
      av_packet_unref(packet_.get());
      return OkStatus();
    }
    if (n == first_[segment_]) {
      written_ = AudioSegment{.index = segment_, .path = SegmentPath(segment_)};
      WS_RETURN_IF_ERROR(muxer_->BeginSegment(written_.path));
    }
    packet_->pts = packet_->dts = kOffsetTicks + n * kAacFrame;
    packet_->duration = kAacFrame;
    packet_->flags |= AV_PKT_FLAG_KEY;
    // The priming is the clock's business; a player must not skip samples because of it.
    av_packet_free_side_data(packet_.get());
    WS_RETURN_IF_ERROR(muxer_->Write(packet_.get()));
    ++written_.frames;
    return n + 1 == first_[segment_ + 1] ? EndSegment() : OkStatus();
  }

  Status EndSegment() {
    WS_RETURN_IF_ERROR(muxer_->EndSegment());
    written_.seconds = SecondsFromSamples(written_.frames * kAacFrame);
    written_.bytes = muxer_->segment_bytes();
    ++segment_;
    return sink_(written_);
  }

  Status FinishAll() {
    if (pushed_ != options_.length - first_input_) return Internal("the sound is shorter than the programme");
    // The last frame is filled up with silence; a programme shorter than its segments' number of frames gets
    // more of it.
    while (filled_ > 0 || next_input_ < first_.back()) {
      for (int channel = 0; channel < 2; ++channel) {
        float* samples = reinterpret_cast<float*>(frame_->data[channel]);
        std::fill(samples + filled_, samples + kAacFrame, 0.0F);
      }
      WS_RETURN_IF_ERROR(EncodeFrame());
    }
    WS_RETURN_IF_ERROR(Send(nullptr));
    if (segment_ != options_.starts.size()) return Internal("the AAC encoder gave too few frames");
    return OkStatus();
  }

  std::string SegmentPath(size_t index) const {
    char name[40];
    std::snprintf(name, sizeof name, "/segment_%05zu.", index);
    return options_.directory + name + SegmentExtension(options_.container);
  }

  const Options options_;
  const Sink sink_;
  const std::vector<int64_t> first_;  // frame of every segment, and the end
  std::unique_ptr<SegmentMuxer> muxer_;
  CodecContextPtr encoder_;
  FramePtr frame_;
  PacketPtr packet_;
  int filled_ = 0;          // samples of frame_
  int64_t next_input_ = 0;  // frame number of frame_
  int64_t next_frame_ = 0;  // of the encoder's next packet
  Samples first_input_ = 0;
  int64_t pushed_ = 0;
  size_t segment_ = 0;  // being written
  AudioSegment written_;
  bool finished_ = false;
  Status failed_;
};

}  // namespace

StatusOr<std::unique_ptr<AudioSegmenter>> AudioSegmenter::Open(const Options& options, Sink sink) {
  CaptureAvLog();
  auto segmenter = std::make_unique<AacSegmenter>(options, std::move(sink));
  WS_RETURN_IF_ERROR(segmenter->Init());
  return segmenter;
}

}  // namespace waveshift::media

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: a video made anew as H.264, for codecs that cannot live in HLS and for burned
// subtitles. Pictures keep their times; none is dropped or doubled (but for a segment of which no picture can
// be decoded: it shows the one before). A rotation in the file's display matrix is carried out, so that
// subtitles stand upright and no matrix is needed. Sizes become even.
#ifndef WAVESHIFT_MEDIA_VIDEO_ENCODER_H_
#define WAVESHIFT_MEDIA_VIDEO_ENCODER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "media/av_internal.h"
#include "media/media_info.h"
#include "media/video_packets.h"
#include "media/video_plan.h"

namespace waveshift::media {

// One thread at a time.
class VideoEncoder {
 public:
  struct Options {
    size_t first_segment = 0;
    std::string burn_ass_path;
    int threads = 0;
  };
  // FailedPrecondition when libx264, libass or a decoder is missing.
  static StatusOr<std::unique_ptr<VideoEncoder>> Open(const MediaInfo& info, const VideoPlan& plan,
                                                      const Options& options);

  // The next packet in decoding order, Annex B; false at the end. Times in time_base(), zero = the timeline's
  // zero (the first dts lie before it). The first picture at or after every planned start is an IDR picture.
  StatusOr<bool> Next(AVPacket* packet, const std::stop_token& stop);

  AVRational time_base() const { return time_base_; }
  const AVCodecContext* encoder() const { return encoder_.get(); }
  // True when a picture of this time is at or behind the start of segment `index`.
  bool Reaches(int64_t pts, size_t index) const;

 private:
  VideoEncoder(const MediaInfo& info, const VideoPlan& plan, const Options& options);
  Status Init();
  Status SkipToFirstSegment(const std::stop_token& stop);
  Status OpenDecoder();
  Status OpenGraph();
  Status AddFilter(const char* name, const std::string& key, const std::string& value);
  Status OpenEncoder();
  Status Feed(const std::stop_token& stop);
  Status DrainDecoder();
  Status DrainGraph();
  Status TakePicture(FramePtr picture);
  Status Encode(const AVFrame* picture, int64_t pts, bool key);
  Status FinishEncoder();
  Status Send(const AVFrame* picture);

  const MediaInfo& info_;
  const VideoPlan& plan_;
  const Options options_;
  std::unique_ptr<VideoPacketReader> reader_;
  CodecContextPtr decoder_;
  FilterGraphPtr graph_;
  AVFilterContext* source_ = nullptr;  // of graph_
  AVFilterContext* last_ = nullptr;
  AVFilterContext* sink_ = nullptr;
  CodecContextPtr encoder_;
  AVRational time_base_{1, 90000};
  PacketPtr input_;
  FramePtr shown_;  // the latest picture that was encoded
  int64_t last_pts_ = INT64_MIN;
  size_t next_segment_ = 0;      // whose first picture has not come yet
  std::deque<PacketPtr> ready_;  // encoded, not asked for yet
  std::deque<int64_t> times_;    // of pictures given to the encoder: the decoding times of later packets
  bool skipped_ = false;
  bool input_ended_ = false;
  bool encoder_ended_ = false;
  int64_t picture_ticks_ = 1;  // a usual picture's length
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_VIDEO_ENCODER_H_

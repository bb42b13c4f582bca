// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: one elementary stream cut into HLS segments by one muxer that lives as long as the
// rendition, so that counters, clocks and parameter sets go on across the borders.
#ifndef WAVESHIFT_MEDIA_SEGMENT_MUXER_H_
#define WAVESHIFT_MEDIA_SEGMENT_MUXER_H_

#include <cstdint>
#include <memory>
#include <string>

extern "C" {
#include <libavformat/avformat.h>
}

#include "base/status.h"
#include "media/media_info.h"
#include "media/mux_output.h"

namespace waveshift::media {

struct MuxStream {
  const AVCodecParameters* parameters = nullptr;  // copied
  AVRational time_base{1, 90000};                 // of the packets
  AVRational sample_aspect_ratio{0, 1};
  AVRational frame_rate{0, 1};
  const uint8_t* display_matrix = nullptr;  // 9 * int32, copied; nullptr for none. fMP4 only
  std::string language;                     // ISO 639-2, "" for none
};

// Adds a stream to `context` with the side data, tags and hints of `from`. HEVC in MP4 becomes hvc1 when
// `mp4`.
StatusOr<AVStream*> AddMuxStream(AVFormatContext* context, const MuxStream& from, bool mp4);

// One thread at a time.
class SegmentMuxer {
 public:
  // `resumed`: the rendition's earlier segments were written by another muxer.
  static StatusOr<std::unique_ptr<SegmentMuxer>> Make(SegmentContainer container, const MuxStream& stream,
                                                      bool resumed);
  ~SegmentMuxer();
  SegmentMuxer(const SegmentMuxer&) = delete;
  SegmentMuxer& operator=(const SegmentMuxer&) = delete;

  // Of fMP4; empty for TS.
  const std::string& init_segment() const { return init_; }

  Status BeginSegment(const std::string& path);
  // In the stream's time base, on the presentation clock. The duration must be the time to the next packet's
  // dts exactly: the next fragment begins where this one ends. The packet is consumed.
  Status Write(AVPacket* packet);
  // Everything that was written lies in the file when this returns.
  Status EndSegment();
  // Instead of Begin and EndSegment: what was written since the last call, as bytes.
  StatusOr<std::string> TakeSegment();
  int64_t segment_bytes() const { return output_->bytes(); }

 private:
  SegmentMuxer() = default;
  Status WriteHeader(bool resumed);

  SegmentContainer container_ = SegmentContainer::kMpegTs;
  std::unique_ptr<MuxOutput> output_;
  AVFormatContext* context_ = nullptr;
  AVRational time_base_{1, 90000};
  std::string init_;
  std::string path_;
  int64_t last_dts_ = INT64_MIN;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_SEGMENT_MUXER_H_

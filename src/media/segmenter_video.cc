// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "media/av_internal.h"
#include "media/packet_source.h"
#include "media/segment_muxer.h"
#include "media/segmenter.h"

namespace waveshift::media {
namespace {

class PacketSegmenter : public VideoSegmenter {
 public:
  PacketSegmenter(MediaInfo info, VideoPlan plan) : info_(std::move(info)), plan_(std::move(plan)) {}

  Status Init(const Options& options) {
    segment_ = options.first_segment;
    if (segment_ >= plan_.segments.size()) return Internal("the first segment is not in the plan");
    packet_.reset(av_packet_alloc());
    if (!packet_) return Internal("out of memory");
    std::unique_ptr<PacketSource> source;
    if (plan_.copy) {
      WS_ASSIGN_OR_RETURN(
          source, OpenCopySource(info_, plan_, info_.video->container, segment_, HiddenTimes::kPacked));
    } else {
      WS_ASSIGN_OR_RETURN(source, OpenEncodedSource(info_, plan_,
                                                    {.first_segment = segment_,
                                                     .burn_ass_path = options.burn_ass_path,
                                                     .threads = options.threads}));
    }
    WS_ASSIGN_OR_RETURN(packets_, TimedPackets::Make(std::move(source), plan_.length));
    WS_ASSIGN_OR_RETURN(
        muxer_, SegmentMuxer::Make(info_.video->container, packets_->source().stream(), segment_ > 0));
    return OkStatus();
  }

  const std::string& init_segment() const override { return muxer_->init_segment(); }
  const std::string& hls_codec() const override { return packets_->source().hls_codec(); }
  int width() const override { return packets_->source().width(); }
  int height() const override { return packets_->source().height(); }

  Status WriteNext(const std::string& path, const std::stop_token& stop) override {
    if (segment_ >= plan_.segments.size()) return Internal("no segment is left to write");
    WS_RETURN_IF_ERROR(muxer_->BeginSegment(path));
    int64_t count = 0;
    while (true) {
      WS_ASSIGN_OR_RETURN(const AVPacket* next, packets_->Peek(stop));
      if (next == nullptr || !packets_->source().Belongs(segment_, count, *next)) break;
      if (count == 0 && (next->flags & AV_PKT_FLAG_KEY) == 0) return Changed();
      WS_RETURN_IF_ERROR(packets_->Pop(packet_.get(), stop));
      WS_RETURN_IF_ERROR(muxer_->Write(packet_.get()));
      ++count;
    }
    WS_RETURN_IF_ERROR(muxer_->EndSegment());
    if (count == 0 || (plan_.copy && count != plan_.segments[segment_].packets)) return Changed();
    ++segment_;
    return OkStatus();
  }

 private:
  Status Changed() const {
    return InvalidArgument(info_.path + ": the video has other pictures than when it was planned");
  }

  const MediaInfo info_;
  const VideoPlan plan_;
  std::unique_ptr<TimedPackets> packets_;
  std::unique_ptr<SegmentMuxer> muxer_;
  PacketPtr packet_;
  size_t segment_ = 0;
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

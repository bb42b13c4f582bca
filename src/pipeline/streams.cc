// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/streams.h"

#include <cmath>
#include <utility>

#include "base/files.h"
#include "text/language.h"

namespace waveshift::pipeline {
namespace {

constexpr int kSpeechBitRate = 160000;
// Shares of the whole job that the tracker shows: before, during and after the streams.
constexpr double kPercentBefore = 5;
constexpr double kPercentStreams = 87;

Status NextSegment(SegmentQueue* queue, size_t index, std::string& path, const std::stop_token& stop) {
  if (queue == nullptr) return OkStatus();
  auto segment = queue->Pop(stop);
  if (!segment)
    return stop.stop_requested() ? Cancelled("stopped") : Internal("a stream ended before its last segment");
  if (segment->index != index) return Internal("a stream skipped a segment");
  path = std::move(segment->path);
  return OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<SoundStream>> SoundStream::Open(Track track, const PreparedJob& job,
                                                         size_t first_segment, const std::string& language,
                                                         const std::string& directory) {
  std::unique_ptr<SoundStream> stream(new SoundStream(track));
  media::AudioSegmenter::Options options;
  options.container = job.info.video->container;
  for (const auto& segment : job.plan.segments) options.starts.push_back(segment.start);
  options.length = job.plan.length;
  options.bit_rate = kSpeechBitRate;
  options.language = text::Iso639Part2(language);
  options.first_segment = first_segment;
  options.directory = directory + (track == Track::kDubbed ? "/dubbed" : "/original");
  WS_RETURN_IF_ERROR(MakeDirectories(options.directory));
  SoundStream* self = stream.get();
  WS_ASSIGN_OR_RETURN(stream->segmenter_,
                      media::AudioSegmenter::Open(options, [self](const media::AudioSegment& segment) {
                        if (self->segments_.Push({segment.index, segment.path}, self->stop_))
                          return OkStatus();
                        return Cancelled("stopped");
                      }));
  return stream;
}

Status SoundStream::Run(const std::stop_token& stop) {
  stop_ = stop;
  while (auto chunk = chunks_.Pop(stop)) {
    const MixChunk& mix = **chunk;
    WS_RETURN_IF_ERROR(segmenter_->Push(track_ == Track::kDubbed ? mix.dubbed : mix.original));
  }
  if (stop.stop_requested()) return Cancelled("stopped");
  WS_RETURN_IF_ERROR(segmenter_->Finish());
  segments_.Close();
  return OkStatus();
}

Status RunVideo(media::VideoSegmenter& segmenter, size_t first_segment, size_t segments,
                const std::string& directory, const std::string& ending, SegmentQueue& out,
                const std::stop_token& stop) {
  for (size_t i = first_segment; i < segments; ++i) {
    const std::string path = directory + "/video_" + std::to_string(i) + "." + ending;
    WS_RETURN_IF_ERROR(segmenter.WriteNext(path, stop));
    if (!out.Push({i, path}, stop)) return Cancelled("stopped");
  }
  out.Close();
  return OkStatus();
}

Status PublishStage::Run(const std::stop_token& stop) const {
  const auto& segments = job->plan.segments;
  std::vector<int64_t> borders_ms;
  borders_ms.reserve(segments.size());
  for (const auto& segment : segments) borders_ms.push_back(std::llround(MsFromSamples(segment.end)));
  for (size_t i = first_segment; i < segments.size(); ++i) {
    SegmentParts parts;
    WS_RETURN_IF_ERROR(NextSegment(video, i, parts.video_path, stop));
    WS_RETURN_IF_ERROR(NextSegment(dubbed, i, parts.dubbed_path, stop));
    WS_RETURN_IF_ERROR(NextSegment(original, i, parts.original_path, stop));
    if (has_subtitles) {
      const int64_t start_ms = std::llround(MsFromSamples(segments[i].start));
      const auto touching = cues->CuesIn(start_ms, borders_ms[i], borders_ms);
      parts.subtitles =
          text::FormatVttSegment(touching, start_ms, borders_ms[i], media::kProgrammeOffset90kHz);
    }
    WS_RETURN_IF_ERROR(publisher->PublishSegment(i, parts));
    if (stays) tracker->NewWork();
    tracker->MediaDone(SecondsFromSamples(segments[i].end - segments[i].start));
    tracker->SetPercent(kPercentBefore +
                        kPercentStreams * static_cast<double>(i + 1) / static_cast<double>(segments.size()));
  }
  return OkStatus();
}

}  // namespace waveshift::pipeline

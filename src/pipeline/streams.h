// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Third to last stages: the two sound tracks through their encoders, the video's packets, and the publisher
// that joins their segments. Every queue is bounded, so no stage runs far ahead of the slowest one and the
// scratch folder holds a few segments only.
#ifndef WAVESHIFT_PIPELINE_STREAMS_H_
#define WAVESHIFT_PIPELINE_STREAMS_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/bounded_queue.h"
#include "base/status.h"
#include "media/segmenter.h"
#include "pipeline/director.h"
#include "pipeline/prepare.h"
#include "pipeline/progress.h"
#include "pipeline/publisher.h"

namespace waveshift::pipeline {

// A finished segment's local file.
struct SegmentFile {
  size_t index = 0;
  std::string path;
};
using SegmentQueue = BoundedQueue<SegmentFile>;

// One sound track: chunks in, segments out.
class SoundStream {
 public:
  enum class Track { kDubbed, kOriginal };
  static StatusOr<std::unique_ptr<SoundStream>> Open(Track track, const PreparedJob& job,
                                                     size_t first_segment, const std::string& language,
                                                     const std::string& directory);
  Status Run(const std::stop_token& stop);
  ChunkQueue& chunks() { return chunks_; }
  SegmentQueue& segments() { return segments_; }
  const std::string& init_segment() const { return segmenter_->init_segment(); }
  Samples first_input() const { return segmenter_->first_input(); }

 private:
  explicit SoundStream(Track track) : track_(track) {}
  Track track_;
  ChunkQueue chunks_{8};
  SegmentQueue segments_{4};
  std::stop_token stop_;
  std::unique_ptr<media::AudioSegmenter> segmenter_;
};

// The video: planned segments in order.
Status RunVideo(media::VideoSegmenter& segmenter, size_t first_segment, size_t segments,
                const std::string& directory, const std::string& ending, SegmentQueue& out,
                const std::stop_token& stop);

// Joins the renditions' segments and publishes them in order.
struct PublishStage {
  const PreparedJob* job = nullptr;
  Publisher* publisher = nullptr;
  const CueBook* cues = nullptr;
  ProgressTracker* tracker = nullptr;
  bool has_subtitles = false;
  size_t first_segment = 0;
  bool stays = false;  // every line was spoken before: no later run makes these segments again
  SegmentQueue* video = nullptr;
  SegmentQueue* dubbed = nullptr;
  SegmentQueue* original = nullptr;  // may be null
  Status Run(const std::stop_token& stop) const;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_STREAMS_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// HLS segments: video copied packet by packet, sound as one continuous AAC stream cut at frame borders. Both
// sit on one clock: presentation time = kProgrammeOffset + timeline, so that the encoder's priming frame
// before zero stays positive; no edit lists.
#ifndef WAVESHIFT_MEDIA_SEGMENTER_H_
#define WAVESHIFT_MEDIA_SEGMENTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "media/media_info.h"
#include "media/video_plan.h"

namespace waveshift::media {

// Seconds of presentation time at the timeline's zero, in every rendition.
inline constexpr int kProgrammeOffsetSeconds = 10;
inline constexpr int64_t kProgrammeOffset90kHz = int64_t{kProgrammeOffsetSeconds} * 90000;
inline constexpr int kAacFrame = 1024;
inline constexpr char kAacHlsCodec[] = "mp4a.40.2";

// File name ending of media segments: "ts" or "m4s".
std::string SegmentExtension(SegmentContainer container);

// Writes the video's segments one after another.
class VideoSegmenter {
 public:
  struct Options {
    size_t first_segment = 0;  // resume: earlier ones are there already
    std::string
        burn_ass_path;  // non-empty: re-encode and draw these subtitles (libass); plan.copy must be false
    int threads = 0;    // of the encoder; 0 = all
  };
  static StatusOr<std::unique_ptr<VideoSegmenter>> Open(const MediaInfo& info, const VideoPlan& plan,
                                                        const Options& options);
  virtual ~VideoSegmenter() = default;
  // The fMP4 initialisation segment; empty for TS.
  virtual const std::string& init_segment() const = 0;
  // RFC 6381 string of what is written.
  virtual const std::string& hls_codec() const = 0;
  // Of the pictures as written, before a display matrix that is kept (copied video). A re-encode has even
  // sizes, turned upright.
  virtual int width() const = 0;
  virtual int height() const = 0;
  // Writes the next planned segment to `path` (a plain file of the caller's, may be left half-written on
  // error). To be called plan.segments.size() - first_segment times. Memory: a few packets.
  virtual Status WriteNext(const std::string& path, const std::stop_token& stop) = 0;
};

struct AudioSegment {
  size_t index = 0;    // of plan.segments
  int64_t frames = 0;  // AAC frames
  double seconds = 0;  // frames * 1024 / 48000
  int64_t bytes = 0;
  std::string path;
};

// Encodes 48 kHz stereo to AAC-LC once over the whole programme and cuts the packets into segments that match
// the video's.
class AudioSegmenter {
 public:
  struct Options {
    SegmentContainer container = SegmentContainer::kMpegTs;
    std::vector<Samples> starts;  // start of every segment on the timeline; starts[0] == 0
    Samples length = 0;           // of the programme
    int bit_rate = 160000;
    std::string language;      // ISO 639-2, for the container
    size_t first_segment = 0;  // resume from this one on: input begins at first_input() (a little earlier, to
                               // warm the encoder up)
    std::string directory;     // where segment files are written, names are the implementation's
  };
  // Called from Push/Finish when a segment's file is complete; an error stops the segmenter.
  using Sink = std::function<Status(const AudioSegment&)>;
  static StatusOr<std::unique_ptr<AudioSegmenter>> Open(const Options& options, Sink sink);
  virtual ~AudioSegmenter() = default;
  virtual const std::string& init_segment() const = 0;
  // Timeline position of the first sample to be pushed.
  virtual Samples first_input() const = 0;
  // The next interleaved stereo samples. In all, length - first_input() frames are pushed.
  virtual Status Push(std::span<const float> interleaved) = 0;
  // Flushes the encoder and writes the last segment.
  virtual Status Finish() = 0;
};

// Seconds of every segment of the sound, as AudioSegmenter cuts it, for playlists.
std::vector<double> AudioSegmentSeconds(const std::vector<Samples>& starts, Samples length);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_SEGMENTER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Publishes the HLS stream while it is being made: segments first, then the playlists that name them (each at
// most once a second), the multivariant playlist once all media playlists are there, ENDLIST when everything
// is stored.
//
// A segment that was written is never written again and not deleted before the new stream is complete:
// whatever a player or a cache has of it stays true, also when an earlier run left other segments, or a run
// that has lost the task still writes some. Where a name is taken the segment gets the next one
// ("segment_00007_2.ts").
#ifndef WAVESHIFT_PIPELINE_PUBLISHER_H_
#define WAVESHIFT_PIPELINE_PUBLISHER_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "media/hls/playlists.h"
#include "media/media_info.h"
#include "media/rendition.h"
#include "media/video_plan.h"
#include "pipeline/journal.h"
#include "stores/object_store.h"
#include "text/subtitles.h"

namespace waveshift::pipeline {

struct PublisherOptions {
  std::string hls_prefix;
  media::SegmentContainer container = media::SegmentContainer::kMpegTs;
  std::string video_codec;        // RFC 6381, see SetVideo
  int width = 0, height = 0;      // as shown
  std::string dubbed_language;    // BCP-47
  std::string original_language;  // BCP-47 or ""
  bool has_original = true;
  bool has_subtitles = true;
  std::string fingerprint;  // of the job, for the journal
};

// The local files of one finished segment; they are moved into the store.
struct SegmentParts {
  std::string video_path;
  std::string dubbed_path;
  std::string original_path;  // "" when there is no original sound
  std::string subtitles;      // WebVTT text
};

// One thread at a time.
class Publisher {
 public:
  Publisher(stores::ObjectStore& store, Journal& journal, const media::VideoPlan& plan,
            PublisherOptions options);

  // How many segments of an earlier run with the same fingerprint are all there, at most `limit`; the job
  // goes on behind them. With none the multivariant playlist is removed: nobody may begin to play what is
  // about to change.
  StatusOr<size_t> Resume(const std::optional<JournalState>& state, size_t limit);

  // The video as it is written: RFC 6381 string and size as shown; before the first segment.
  void SetVideo(const std::string& codec, int width, int height) {
    options_.video_codec = codec;
    options_.width = width;
    options_.height = height;
  }

  // Initialisation segments of fMP4 renditions; before the first segment. No-op for TS.
  Status PublishInit(const std::string& video, const std::string& dubbed, const std::string& original);

  // Segment `index`, in order.
  Status PublishSegment(size_t index, const SegmentParts& parts);

  // Everything is stored: playlists with ENDLIST, and the multivariant playlist with the true bit rates. Then
  // what earlier runs left below the HLS prefix's folders is removed.
  Status Finish();

  // For the journal.
  JournalState State(bool complete) const;

  // Keys of a rendition's objects in order of playing ("video", "audio/dubbed", "audio/original"), the init
  // segment first.
  std::vector<std::string> RenditionKeys(const std::string& rendition) const;

 private:
  struct Rendition {
    std::string folder;  // "video", "audio/dubbed", "audio/original", "subtitles"
    std::string ending;
    std::vector<double> seconds;  // of every planned segment
    std::vector<int64_t> bytes;   // of the published ones
    RenditionCopies copies;       // of the published ones
  };
  static std::string SegmentName(const Rendition& rendition, size_t index, int copy);
  static std::string SegmentName(const Rendition& rendition, size_t index) {
    return SegmentName(rendition, index, rendition.copies.segments[index]);
  }
  std::string Key(const Rendition& rendition, const std::string& name) const;
  bool HasInit() const { return options_.container == media::SegmentContainer::kFragmentedMp4; }
  bool HasInitOf(const Rendition& rendition) const { return HasInit() && rendition.ending != "vtt"; }
  size_t CountWhole(const JournalState& state, const std::map<std::string, int64_t>& present,
                    size_t limit) const;
  StatusOr<std::map<std::string, int64_t>> Present() const;
  Status PublishInitOf(Rendition& rendition, const std::string& bytes);
  Status PutSegment(Rendition& rendition, size_t index, const SegmentParts& parts);
  bool PlaylistsAreDue() const;
  Status WritePlaylists(bool ended);
  Status RemoveLeftovers();
  Status WriteMultivariant(bool exact);

  stores::ObjectStore& store_;
  Journal& journal_;
  const media::VideoPlan& plan_;
  PublisherOptions options_;
  std::vector<Rendition> renditions_;
  int target_duration_s_ = 0;
  size_t published_ = 0;
  bool multivariant_published_ = false;
  std::chrono::steady_clock::time_point last_playlists_;
  int64_t playlist_bytes_ = 0;  // of all versions written so far
  int64_t segment_bytes_ = 0;   // written by this run
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_PUBLISHER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reading back what was published: a rendition's segments as one stream, decoded (for measuring), or copied
// into the MP4.
#ifndef WAVESHIFT_MEDIA_RENDITION_H_
#define WAVESHIFT_MEDIA_RENDITION_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "media/audio_reader.h"
#include "media/media_info.h"
#include "media/video_plan.h"
#include "text/subtitles.h"

namespace waveshift::media {

// Files of one rendition in order of playing: the initialisation segment first when there is one.
struct RenditionFiles {
  std::vector<std::string> paths;
};

// Decodes an audio rendition: sample 0 is the timeline's zero (priming is cut).
StatusOr<std::unique_ptr<AudioReader>> OpenAudioRendition(const RenditionFiles& files);

struct Mp4Request {
  const MediaInfo* source = nullptr;  // its video is copied when plan->copy
  const VideoPlan* plan = nullptr;
  std::optional<RenditionFiles> encoded_video;  // the video rendition, when it was re-encoded
  RenditionFiles dubbed;                        // first audio track, default
  std::string dubbed_language;                  // BCP-47
  std::optional<RenditionFiles> original;       // second audio track
  std::string original_language;                // BCP-47 or ""
  std::vector<text::Cue> subtitles;  // soft (mov_text) track; none when empty. Overlapping cues are merged,
                                     // MP4 text cannot overlap
  std::string output_path;  // written whole or not at all is the caller's business: it gives a temporary name
};

// The final MP4 (index in front), all tracks starting together, the AAC priming hidden by the usual edit
// list. Memory: flat.
Status WriteMp4(const Mp4Request& request, const std::stop_token& stop);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_RENDITION_H_

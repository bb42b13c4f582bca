// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: subtitles as a timed text track (3GPP TS 26.245, "tx3g"), whose samples follow each
// other without overlap.
#ifndef WAVESHIFT_MEDIA_MP4_TEXT_H_
#define WAVESHIFT_MEDIA_MP4_TEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"
#include "media/mp4_fragments.h"
#include "text/subtitles.h"

namespace waveshift::media {

struct TextPiece {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  std::string text;  // "" where nothing is shown
};

// Pieces that cover [0, length_ms) without gap or overlap; cues that are shown at once stand in rows, the
// earlier one first.
std::vector<TextPiece> TextPieces(const std::vector<text::Cue>& cues, int64_t length_ms);

// `width`, `height`: of the picture as shown.
StatusOr<std::unique_ptr<SampleSource>> OpenTextSamples(const std::vector<text::Cue>& cues, Samples length,
                                                        int width, int height);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MP4_TEXT_H_

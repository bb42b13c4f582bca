// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The pass over the video's packets before the job: how long it really is, and where its HLS segments are
// cut.
#ifndef WAVESHIFT_MEDIA_VIDEO_PLAN_H_
#define WAVESHIFT_MEDIA_VIDEO_PLAN_H_

#include <cstdint>
#include <stop_token>
#include <vector>

#include "base/media_time.h"
#include "media/media_info.h"

namespace waveshift::media {

// One video segment: from a key packet to the packet before the next chosen key packet, in decoding order.
struct PlannedSegment {
  Samples start = 0;  // earliest picture of the segment on the timeline (open GOPs: before its key picture)
  Samples end = 0;    // = start of the next one; of the last: the programme's end
  int64_t first_dts = 0;  // of its key packet, in the stream's own ticks (after repair of missing time
                          // stamps); copied video only
  int64_t packets = 0;
  int64_t bytes = 0;  // of the packets' payload; 0 when the video is going to be re-encoded
};

// Pictures that an edit list hides in front of the first one that is shown; others are decoded from them.
struct HiddenPictures {
  std::vector<int64_t> pts;     // stream ticks, ascending, all before VideoPlan::zero_pts
  int64_t leading_packets = 0;  // hidden ones before the first shown one in decoding order
  int64_t first_shown_dts = 0;  // of that one
};

struct VideoPlan {
  bool copy = true;         // false: segments are what a re-encode with forced key pictures will make
  int64_t zero_pts = 0;     // stream ticks of the first picture: the timeline's zero
  double zero_seconds = 0;  // the same on the file's clock
  Samples length = 0;       // of the programme: end of the last picture
  double frame_rate = 0;    // pictures over length
  std::vector<PlannedSegment> segments;  // at least one; O(length / segment length) memory
  HiddenPictures hidden;                 // copied video only
  int64_t peak_bits_per_second = 0;      // over one segment, with container overhead; an estimate when !copy
  int64_t average_bits_per_second = 0;
};

// Demuxes the whole video once (no decoding). Segments begin at the first key packet at or after each
// multiple of `segment_seconds`. `copy` false plans a re-encode. InvalidArgument when there is no picture,
// time stamps cannot be repaired, or the file is cut off (an error of the demuxer before its end). Cancelled
// on stop.
StatusOr<VideoPlan> PlanVideo(const MediaInfo& info, double segment_seconds, bool copy,
                              const std::stop_token& stop);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_VIDEO_PLAN_H_

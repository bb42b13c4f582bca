// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: is a file shorter than its own structure says? Durations alone are no proof, many
// good files claim wrong ones.
#ifndef WAVESHIFT_MEDIA_CUT_OFF_H_
#define WAVESHIFT_MEDIA_CUT_OFF_H_

#include <string>

#include "media/av_internal.h"

namespace waveshift::media {

// True when the file ends before bytes that its index (MP4, MOV, AVI, Matroska with cues) or its outermost
// element (RIFF, Matroska's Segment) promise. False when it does not say.
bool IsShorterThanPromised(const std::string& path, const AVStream& stream);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_CUT_OFF_H_

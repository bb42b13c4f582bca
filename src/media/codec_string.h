// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: what a playlist's CODECS attribute says of a video (RFC 6381 and the codecs' own
// ISO/WebM bindings).
#ifndef WAVESHIFT_MEDIA_CODEC_STRING_H_
#define WAVESHIFT_MEDIA_CODEC_STRING_H_

#include <string>

#include "media/av_internal.h"

namespace waveshift::media {

// "avc1.64001F", "hvc1.1.6.L93.90", "vp09.00.31.08", "av01.0.04M.08"; "" when the codec cannot live in HLS or
// its parameters are unknown. From the parameter sets in the extradata where the codec has them. `frame_rate`
// is for the level of VP9 when the file does not say it.
std::string HlsVideoCodec(const AVCodecParameters& parameters, double frame_rate);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_CODEC_STRING_H_

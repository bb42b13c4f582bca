// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: H.264 parameter sets in byte streams (ITU-T H.264 Annex B).
#ifndef WAVESHIFT_MEDIA_PARAMETER_SETS_H_
#define WAVESHIFT_MEDIA_PARAMETER_SETS_H_

#include <cstdint>
#include <span>
#include <string>

extern "C" {
#include <libavcodec/packet.h>
}

#include "base/status.h"

namespace waveshift::media {

// True when a sequence and a picture parameter set stand before the packet's first slice.
bool HasParameterSets(std::span<const uint8_t> annex_b);

// Puts `parameter_sets` (Annex B) into the packet: behind an access unit delimiter, else in front.
Status InsertParameterSets(AVPacket* packet, std::span<const uint8_t> parameter_sets);

// "avc1.64001F" from the first sequence parameter set; "" when there is none.
std::string AvcCodecString(std::span<const uint8_t> annex_b);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_PARAMETER_SETS_H_

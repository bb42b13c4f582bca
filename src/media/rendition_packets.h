// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the packets of a published MPEG-TS rendition, on the timeline again.
#ifndef WAVESHIFT_MEDIA_RENDITION_PACKETS_H_
#define WAVESHIFT_MEDIA_RENDITION_PACKETS_H_

#include <memory>

#include "base/status.h"
#include "media/packet_source.h"
#include "media/rendition.h"

namespace waveshift::media {

// AAC frames without their ADTS headers, in samples at 48 kHz; or H.264 pictures in 90 kHz ticks. DataLoss
// when the files hold neither.
StatusOr<std::unique_ptr<PacketSource>> OpenRenditionPackets(const RenditionFiles& files);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_RENDITION_PACKETS_H_

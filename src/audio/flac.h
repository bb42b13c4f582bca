// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_FLAC_H_
#define WAVESHIFT_AUDIO_FLAC_H_

#include <string>

#include "audio/buffer.h"
#include "base/status.h"

namespace waveshift::audio {

// A FLAC file of 16 bits at 48 kHz: what every browser plays, without a loss that a listener could mistake
// for the mix. Samples are rounded to the nearest step and clipped. InvalidArgument for an empty sound or a
// sample that is not a number. Any thread.
StatusOr<std::string> EncodeFlac(const StereoBuffer& sound);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_FLAC_H_

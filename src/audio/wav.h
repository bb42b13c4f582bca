// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whole sound files as mono speech: reference clips, takes in the journal, lines kept for the user.
// Programmes are never read this way. Every function may be called from any thread.
#ifndef WAVESHIFT_AUDIO_WAV_H_
#define WAVESHIFT_AUDIO_WAV_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "audio/buffer.h"
#include "base/status.h"

namespace waveshift::audio {

enum class WavFormat { kPcm16, kFloat32 };

struct WavLimits {
  int64_t max_frames = int64_t{48000} * 60 * 30;
  int max_channels = 32;
};

// Reads any sound file that libsndfile knows (WAV, FLAC, Ogg, ...); channels are averaged. Errors name the
// file: NotFound, InvalidArgument (not a sound file, no or damaged samples, an unusable rate), OutOfRange
// (over the limits).
StatusOr<MonoBuffer> ReadWav(const std::string& path, const WavLimits& limits = {});

// The same for a file that lies in memory; `name` is what errors call it.
StatusOr<MonoBuffer> DecodeWav(std::string_view bytes, std::string_view name, const WavLimits& limits = {});

// A RIFF/WAVE file. kPcm16 rounds to the nearest step and clips; the same samples always give the same bytes.
// InvalidArgument for a buffer without a rate or with a sample that is not a number, OutOfRange when a WAV
// file cannot be that long.
StatusOr<std::string> EncodeWav(const MonoBuffer& buffer, WavFormat format);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_WAV_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/flac.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "audio/sound_file_internal.h"
#include "base/media_time.h"

namespace waveshift::audio {

StatusOr<std::string> EncodeFlac(const StereoBuffer& sound) {
  if (sound.frames() == 0) return InvalidArgument("a FLAC file needs at least one sample");
  const auto& values = sound.interleaved;
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    return InvalidArgument("the sound holds samples that are not numbers");
  }
  std::string bytes;
  internal::MemoryFile memory{.in = {}, .out = &bytes};
  SF_VIRTUAL_IO io = internal::MemoryFile::Io();
  SF_INFO info = {};
  info.samplerate = kTimelineRateHz;
  info.channels = 2;
  info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  internal::SoundFile file(sf_open_virtual(&io, SFM_WRITE, &info, &memory));
  if (!file) return Internal(std::string("cannot write a FLAC file: ") + sf_strerror(nullptr));
  std::vector<int16_t> steps(values.size());
  std::transform(values.begin(), values.end(), steps.begin(), internal::ToPcm16);
  if (sf_writef_short(file.get(), steps.data(), sound.frames()) != sound.frames()) {
    return Internal(std::string("cannot write a FLAC file: ") + sf_strerror(file.get()));
  }
  file.reset();  // completes the header
  return bytes;
}

}  // namespace waveshift::audio

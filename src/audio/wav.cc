// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/wav.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "audio/sound_file_internal.h"

namespace waveshift::audio {
namespace {

using internal::MemoryFile;
using internal::SoundFile;

constexpr int kMinRateHz = 1000;
constexpr int kMaxRateHz = 768000;
constexpr int64_t kFramesAtOnce = 4096;
// A RIFF file's sizes are 32 bits wide; the header takes some of them.
constexpr size_t kMaxWavBytes = (size_t{1} << 32) - 4096;

Status CheckHeader(const SF_INFO& info, const std::string& name, const WavLimits& limits) {
  if (info.samplerate < kMinRateHz || info.samplerate > kMaxRateHz) {
    return InvalidArgument(name + ": a sample rate of " + std::to_string(info.samplerate) +
                           " Hz is not usable");
  }
  if (info.channels < 1) return InvalidArgument(name + ": has no channels");
  if (info.channels > limits.max_channels) {
    return OutOfRange(name + ": has " + std::to_string(info.channels) + " channels, at most " +
                      std::to_string(limits.max_channels) + " are read");
  }
  return OkStatus();
}

// Reads to the end of the data, whatever length the header claims.
StatusOr<MonoBuffer> ReadAll(SNDFILE* file, const SF_INFO& info, const std::string& name,
                             const WavLimits& limits) {
  WS_RETURN_IF_ERROR(CheckHeader(info, name, limits));
  const auto channels = static_cast<size_t>(info.channels);
  MonoBuffer buffer{info.samplerate, {}};
  std::vector<float> frames(static_cast<size_t>(kFramesAtOnce) * channels);
  while (true) {
    const sf_count_t n = sf_readf_float(file, frames.data(), kFramesAtOnce);
    if (n <= 0) break;
    if (static_cast<int64_t>(buffer.samples.size()) + n > limits.max_frames) {
      return OutOfRange(name + ": is longer than " + std::to_string(limits.max_frames / info.samplerate) +
                        " s");
    }
    for (size_t i = 0; i < static_cast<size_t>(n); ++i) {
      double sum = 0;
      for (size_t c = 0; c < channels; ++c) sum += frames[i * channels + c];
      if (!std::isfinite(sum)) return InvalidArgument(name + ": holds samples that are not numbers");
      buffer.samples.push_back(static_cast<float>(sum / static_cast<double>(channels)));
    }
  }
  if (sf_error(file) != SF_ERR_NO_ERROR) return InvalidArgument(name + ": " + sf_strerror(file));
  if (buffer.samples.empty()) return InvalidArgument(name + ": holds no samples");
  return buffer;
}

std::string OpenError() { return sf_strerror(nullptr); }

}  // namespace

StatusOr<MonoBuffer> ReadWav(const std::string& path, const WavLimits& limits) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found) return NotFound(path + ": no such file");
  // A pipe or a device could keep the reader waiting for ever.
  if (type != std::filesystem::file_type::regular) return InvalidArgument(path + ": is not a readable file");
  SF_INFO info = {};
  const SoundFile file(sf_open(path.c_str(), SFM_READ, &info));
  if (!file) return InvalidArgument(path + ": not a sound file that can be read (" + OpenError() + ")");
  return ReadAll(file.get(), info, path, limits);
}

StatusOr<MonoBuffer> DecodeWav(std::string_view bytes, std::string_view name, const WavLimits& limits) {
  MemoryFile memory{.in = bytes};
  SF_VIRTUAL_IO io = MemoryFile::Io();
  SF_INFO info = {};
  const std::string label(name);
  const SoundFile file(sf_open_virtual(&io, SFM_READ, &info, &memory));
  if (!file) return InvalidArgument(label + ": not a sound file that can be read (" + OpenError() + ")");
  return ReadAll(file.get(), info, label, limits);
}

StatusOr<std::string> EncodeWav(const MonoBuffer& buffer, WavFormat format) {
  if (buffer.sample_rate_hz < kMinRateHz || buffer.sample_rate_hz > kMaxRateHz) {
    return InvalidArgument("a WAV file cannot have a sample rate of " +
                           std::to_string(buffer.sample_rate_hz) + " Hz");
  }
  const bool pcm = format == WavFormat::kPcm16;
  if (buffer.samples.size() > kMaxWavBytes / (pcm ? 2 : 4))
    return OutOfRange("too many samples for a WAV file");
  if (!std::all_of(buffer.samples.begin(), buffer.samples.end(), [](float s) { return std::isfinite(s); })) {
    return InvalidArgument("the sound holds samples that are not numbers");
  }
  std::string bytes;
  MemoryFile memory{.in = {}, .out = &bytes};
  SF_VIRTUAL_IO io = MemoryFile::Io();
  SF_INFO info = {};
  info.samplerate = buffer.sample_rate_hz;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | (pcm ? SF_FORMAT_PCM_16 : SF_FORMAT_FLOAT);
  SoundFile file(sf_open_virtual(&io, SFM_WRITE, &info, &memory));
  if (!file) return Internal("cannot write a WAV file: " + OpenError());
  // The PEAK chunk carries the time of day: the same samples would not give the same bytes.
  sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
  const auto count = static_cast<sf_count_t>(buffer.samples.size());
  sf_count_t written = 0;
  if (pcm) {
    std::vector<int16_t> steps(buffer.samples.size());
    std::transform(buffer.samples.begin(), buffer.samples.end(), steps.begin(), internal::ToPcm16);
    written = sf_writef_short(file.get(), steps.data(), count);
  } else {
    written = sf_writef_float(file.get(), buffer.samples.data(), count);
  }
  if (written != count) return Internal(std::string("cannot write a WAV file: ") + sf_strerror(file.get()));
  file.reset();  // completes the header
  return bytes;
}

}  // namespace waveshift::audio

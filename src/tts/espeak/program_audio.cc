// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/program_audio.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace waveshift::tts {
namespace {

uint32_t LittleEndian(std::string_view bytes, size_t at, size_t width) {
  uint32_t value = 0;
  for (size_t i = 0; i < width; ++i)
    value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

// Content of the first chunk with this name, cut at the end of the bytes; empty when there is none.
std::string_view FindChunk(std::string_view bytes, std::string_view name) {
  size_t at = 12;
  while (bytes.size() - at >= 8) {
    const uint64_t stated = LittleEndian(bytes, at + 4, 4);
    const uint64_t there = bytes.size() - at - 8;
    const std::string_view content = bytes.substr(at + 8, static_cast<size_t>(std::min(stated, there)));
    if (bytes.substr(at, 4) == name) return content;
    const uint64_t step = 8 + stated + stated % 2;
    if (step >= bytes.size() - at) break;
    at += static_cast<size_t>(step);
  }
  return {};
}

}  // namespace

StatusOr<audio::MonoBuffer> ParseProgramWav(std::string_view bytes) {
  if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE") {
    return DataLoss("the output is no WAV file");
  }
  const std::string_view format = FindChunk(bytes, "fmt ");
  if (format.size() < 16) return DataLoss("the output has no format chunk");
  const uint32_t coding = LittleEndian(format, 0, 2);
  const uint32_t channels = LittleEndian(format, 2, 2);
  const uint32_t rate = LittleEndian(format, 4, 4);
  const uint32_t bits = LittleEndian(format, 14, 2);
  if (coding != 1 || channels != 1 || bits != 16) return DataLoss("the output is not mono 16-bit PCM");
  if (rate < 8000 || rate > 96000)
    return DataLoss("the output states " + std::to_string(rate) + " samples a second");
  const std::string_view data = FindChunk(bytes, "data");
  audio::MonoBuffer buffer;
  buffer.sample_rate_hz = static_cast<int>(rate);
  buffer.samples.resize(data.size() / 2);
  for (size_t i = 0; i < buffer.samples.size(); ++i) {
    buffer.samples[i] = static_cast<float>(static_cast<int16_t>(LittleEndian(data, 2 * i, 2))) / 32768.0F;
  }
  return buffer;
}

}  // namespace waveshift::tts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/voice.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "base/hash.h"

namespace waveshift::tts::indextts {
namespace {

constexpr std::string_view kMagic = "WaveShift voice\n";
constexpr size_t kHexDigits = 64;

// The file: magic, key, conditioning, speaker (32-bit numbers, little-endian), SHA-256 of all before it.
size_t FileBytes(size_t numbers) { return kMagic.size() + 2 * kHexDigits + numbers * sizeof(float); }

void AppendNumbers(const std::vector<float>& numbers, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
}

bool TakeNumbers(std::string_view* bytes, std::vector<float>* numbers) {
  std::memcpy(numbers->data(), bytes->data(), numbers->size() * sizeof(float));
  bytes->remove_prefix(numbers->size() * sizeof(float));
  return std::all_of(numbers->begin(), numbers->end(), [](float each) { return std::isfinite(each); });
}

}  // namespace

std::string EncodeVoiceFile(const Voice& voice) {
  std::string bytes(kMagic);
  bytes += voice.key;
  AppendNumbers(voice.conditioning, &bytes);
  AppendNumbers(voice.speaker, &bytes);
  return bytes + Sha256Hex(bytes);
}

StatusOr<Voice> DecodeVoiceFile(std::string_view bytes, std::string_view key,
                                const Architecture& architecture) {
  Voice voice{.key = std::string(key), .conditioning = {}, .speaker = {}};
  voice.conditioning.resize(static_cast<size_t>(architecture.perceiver.latents * architecture.gpt.width));
  voice.speaker.resize(static_cast<size_t>(architecture.speaker.width));
  if (key.size() != kHexDigits ||
      bytes.size() != FileBytes(voice.conditioning.size() + voice.speaker.size()) ||
      bytes.substr(bytes.size() - kHexDigits) != Sha256Hex(bytes.substr(0, bytes.size() - kHexDigits))) {
    return InvalidArgument("is not the file of a voice, or damaged");
  }
  if (!bytes.starts_with(kMagic) || bytes.substr(kMagic.size(), kHexDigits) != key) {
    return InvalidArgument("is the file of another voice");
  }
  bytes.remove_prefix(kMagic.size() + kHexDigits);
  if (!TakeNumbers(&bytes, &voice.conditioning) || !TakeNumbers(&bytes, &voice.speaker)) {
    return InvalidArgument("holds what is no number");
  }
  return voice;
}

}  // namespace waveshift::tts::indextts

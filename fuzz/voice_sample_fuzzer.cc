// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A voice sample from a user, up to the spectrogram; and the file of a voice.
#include <cmath>
#include <vector>

#include "fuzzing.h"
#include "tts/indextts/voice/log_mel.h"
#include "tts/indextts/voice/prompt_audio.h"
#include "tts/indextts/voice/voice.h"

namespace {

using waveshift::fuzz::Require;
namespace indextts = waveshift::tts::indextts;

// What a damaged header can claim a second of, in samples: more takes too long for thousands of inputs.
constexpr size_t kMostSamples = 48000;

void Hear(const std::vector<float>& samples, const indextts::MelSizes& sizes) {
  const auto mel = indextts::ComputeLogMel(samples, sizes);
  Require(mel.ok(), "a sample that is long enough has a spectrogram");
  Require(mel->frames >= 5, "and as many frames as the networks need");
  for (const float each : mel->values) Require(std::isfinite(each), "of numbers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<char> copy(data, data + size);
  const std::string_view bytes(copy.data(), copy.size());
  indextts::Architecture sizes;
  sizes.conformer.positions = 5000;
  const auto samples = indextts::DecodePrompt(bytes, "file", sizes);
  if (samples.ok()) {
    if (samples->size() <= kMostSamples) Hear(*samples, sizes.mel);
  } else {
    const auto code = samples.status().code();
    Require(code == waveshift::StatusCode::kInvalidArgument || code == waveshift::StatusCode::kOutOfRange,
            "bad input, nothing else");
  }
  sizes.perceiver.latents = 2;
  sizes.gpt.width = 3;
  sizes.speaker.width = 2;
  const auto voice = indextts::DecodeVoiceFile(bytes, std::string(64, 'a'), sizes);
  Require(!voice.ok() || indextts::EncodeVoiceFile(*voice) == bytes, "a voice is its file");
  return 0;
}

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: engines whose speech is known, one of which clones, and recordings of voices.
#ifndef WAVESHIFT_SERVICE_WORKER_TESTING_H_
#define WAVESHIFT_SERVICE_WORKER_TESTING_H_

#include <cmath>
#include <string>

#include "audio/wav.h"
#include "service/speech_testing.h"

namespace waveshift::service::testing {

// Speaks with whatever recording it is given.
class CloningTone : public ToneKokoro {
 public:
  std::string version() const override { return "cloning tone"; }
  bool Clones(const tts::VoiceSpec&) const override { return true; }
};

// Two seconds of a voice: a hum of this pitch with overtones.
inline std::string Recording(double pitch_hz, double seconds = 2) {
  audio::MonoBuffer sound{.sample_rate_hz = 16000};
  for (int i = 0; i < static_cast<int>(seconds * 16000); ++i) {
    double value = 0;
    for (int overtone = 1; overtone <= 8; ++overtone)
      value += 0.1 / overtone * std::sin(2 * 3.14159265358979 * pitch_hz * overtone * i / 16000);
    sound.samples.push_back(static_cast<float>(value));
  }
  return audio::EncodeWav(sound, audio::WavFormat::kPcm16).value();
}

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_WORKER_TESTING_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: an engine whose speech is known to the sample, so that its place in a finished track can be
// checked. Not linked into the program.
#ifndef WAVESHIFT_PIPELINE_TONE_SYNTHESIZER_H_
#define WAVESHIFT_PIPELINE_TONE_SYNTHESIZER_H_

#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "tts/synthesizer.h"

namespace waveshift::pipeline {

// Noise bursts at a syllable's pace, different for each text: 60 ms of sound a character. A text that begins
// with "FAIL" fails.
class ToneSynthesizer : public tts::Synthesizer {
 public:
  std::string_view name() const override { return "espeak"; }
  std::string version() const override { return "tone-1"; }
  Status CheckReady() const override { return OkStatus(); }
  bool Speaks(std::string_view language) const override { return language != "xx"; }
  Status Synthesize(std::span<const tts::SpeakRequest> requests, const tts::SpokenSink& sink,
                    const std::stop_token& stop) override {
    for (size_t i = 0; i < requests.size(); ++i) {
      if (stop.stop_requested()) return Cancelled("stopped");
      ++spoken;
      if (on_line) on_line();
      if (requests[i].text.starts_with("FAIL")) {
        sink(i, Internal("told to fail"));
      } else {
        sink(i, Speak(requests[i].text));
      }
    }
    return OkStatus();
  }

  std::atomic<int> spoken{0};
  std::function<void()> on_line;  // called before each line

 private:
  static tts::SpokenLine Speak(const std::string& text) {
    constexpr int kRate = 24000;
    tts::SpokenLine line;
    line.voice = "tone";
    line.audio.sample_rate_hz = kRate;
    const size_t n = text.size() * kRate * 6 / 100;
    uint32_t state = 2166136261U;
    for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 16777619U;
    for (size_t i = 0; i < n; ++i) {
      state = state * 1664525U + 1013904223U;
      const double noise = static_cast<double>(state >> 8) / 8388608.0 - 1.0;
      const double syllable = 0.55 + 0.45 * std::cos(2 * 3.14159265 * 5.0 * static_cast<double>(i) / kRate);
      line.audio.samples.push_back(static_cast<float>(0.3 * noise * syllable));
    }
    return line;
  }
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_TONE_SYNTHESIZER_H_

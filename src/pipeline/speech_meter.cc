// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/speech_meter.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "pipeline/slot_listener.h"

namespace waveshift::pipeline {

using nlohmann::json;

std::string FormatSlotSound(const SlotSound& sound, const std::string& fingerprint) {
  const json value = {{"fingerprint", fingerprint},
                      {"lufs", std::isfinite(sound.lufs) ? json(sound.lufs) : json()},
                      {"seconds", sound.colour.seconds},
                      {"powers", sound.colour.powers}};
  return value.dump(1, ' ', false, json::error_handler_t::replace);
}

std::optional<SlotSound> ParseSlotSound(std::string_view note, const std::string& fingerprint) {
  const json value = json::parse(note, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object() || value.value("fingerprint", json()) != fingerprint) return std::nullopt;
  const json lufs = value.value("lufs", json());
  const json seconds = value.value("seconds", json());
  const json powers = value.value("powers", json());
  SlotSound sound{.evidence = SpeechEvidence::kSpeechTrack};
  if (!(lufs.is_number() || lufs.is_null()) || !seconds.is_number() || !powers.is_array())
    return std::nullopt;
  if (powers.size() != sound.colour.powers.size()) return std::nullopt;
  for (size_t i = 0; i < powers.size(); ++i) {
    if (!powers[i].is_number()) return std::nullopt;
    sound.colour.powers[i] = powers[i].get<double>();
  }
  if (lufs.is_number()) sound.lufs = lufs.get<double>();
  sound.colour.seconds = seconds.get<double>();
  return sound;
}

StatusOr<SlotSound> SpeechMeter::Measure(Samples start, Samples frames, const std::stop_token& stop) {
  const std::string name = "speech-" + std::to_string(start) + "-" + std::to_string(frames);
  if (const auto note = journal_.LoadNote(name)) {
    if (const auto sound = ParseSlotSound(*note, fingerprint_)) return *sound;
  }
  std::vector<float> speech;
  WS_RETURN_IF_ERROR(removal_.ReadSpeech(start, frames, speech, stop));
  const SlotSound sound = MeasureSpeech(speech);
  journal_.SaveNote(name, FormatSlotSound(sound, fingerprint_)).IgnoreError();
  return sound;
}

}  // namespace waveshift::pipeline

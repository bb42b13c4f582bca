// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_SPEECH_METER_H_
#define WAVESHIFT_PIPELINE_SPEECH_METER_H_

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/background.h"
#include "pipeline/journal.h"
#include "pipeline/voice_match.h"

namespace waveshift::pipeline {

// What the original's speech alone sounds like, slot by slot. The journal remembers it, so that a run that
// goes on separates nothing again for it and brings the lines to the same levels. One thread at a time.
class SpeechMeter {
 public:
  // Both outlive the meter. `fingerprint`: of the job; another job's notes say nothing.
  SpeechMeter(Journal& journal, std::string fingerprint, SpeechRemoval& removal)
      : journal_(journal), fingerprint_(std::move(fingerprint)), removal_(removal) {}

  // Of [start, start + frames) on the timeline. Errors are SpeechRemoval::ReadSpeech's. A note that cannot be
  // written is no error: a later run measures again.
  StatusOr<SlotSound> Measure(Samples start, Samples frames, const std::stop_token& stop);

 private:
  Journal& journal_;
  const std::string fingerprint_;
  SpeechRemoval& removal_;
};

// A note's text, and back: nullopt for a damaged one or another job's.
std::string FormatSlotSound(const SlotSound& sound, const std::string& fingerprint);
std::optional<SlotSound> ParseSlotSound(std::string_view note, const std::string& fingerprint);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_SPEECH_METER_H_

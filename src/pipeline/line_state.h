// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of each line of the transcript. Memory: a few hundred bytes a line; sound is never held here.
#ifndef WAVESHIFT_PIPELINE_LINE_STATE_H_
#define WAVESHIFT_PIPELINE_LINE_STATE_H_

#include <limits>
#include <string>
#include <vector>

#include "alignment/planner.h"
#include "base/media_time.h"
#include "text/transcript.h"
#include "tts/synthesizer.h"

namespace waveshift::pipeline {

enum class LineStatus { kKept, kToSpeak, kDubbed, kFailed };

// How a line came to be spoken in other words than the transcript's.
enum class Shortening { kNone, kRules, kLlm };

struct LineState {
  text::TranscriptLine line;
  LineStatus status = LineStatus::kKept;
  Samples slot_start = 0;
  Samples slot_end = 0;
  // Of the original, as measured: how much of the slot is spoken in, from its start on (-1: not known), and
  // where the silence behind the slot ends.
  Samples spoken_length = -1;
  Samples quiet_until = alignment::kNever;

  // Of lines to speak.
  tts::SpeakRequest request;
  std::string take_key;  // hash over text, voice, engine and settings: names the take in the journal
  bool reused = false;
  // Of lines whose words were changed to fit their time: `request.text` is what is spoken, `line.translation`
  // what was to be spoken. Lengths at the engine's natural rate; 0 when not known.
  Shortening shortening = Shortening::kNone;
  Samples natural_before = 0;
  Samples natural_after = 0;

  // Of dubbed lines.
  Samples start = 0;  // first sample on the timeline
  Samples length = 0;
  double speed = 1.0;  // against the engine's natural rate, everything included
  double gain = 1.0;   // linear, brings the take to speech_lufs; the job's voice gain on top
  double tone_db = 0;  // of the shelf that matches the voice's treble to the original speech's
  // Loudness of the original speech in the slot (-infinity: not known), and what the line is brought to.
  double original_lufs = -std::numeric_limits<double>::infinity();
  double speech_lufs = 0;
  std::string engine;  // that spoke it; "" = the job's own
  std::string voice;
  double measured_start_ms = 0;
  double measured_duration_ms = 0;

  std::vector<std::string> warnings;
  std::string error;

  Samples end() const { return start + length; }
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_LINE_STATE_H_

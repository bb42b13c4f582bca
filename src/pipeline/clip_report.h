// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Which recordings voices are cloned from, and why those: for the job and for its report.
#ifndef WAVESHIFT_PIPELINE_CLIP_REPORT_H_
#define WAVESHIFT_PIPELINE_CLIP_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "voices/clip_selection.h"

namespace waveshift::pipeline {

// Where a recording comes from, in the order in which they are tried.
enum class ClipSource {
  kWorker,        // cut by somebody else before the job (audio_key)
  kOwnLines,      // of the lines that were listened to first
  kOtherLines,    // of more of the speaker's lines
  kPadded,        // what little there is, said again until it is long enough
  kOtherSpeaker,  // of the speaker whose pitch is nearest
  kDefaultVoice,  // none: the engine speaks with a voice of its own, or another engine does
};

struct ClipAttempt {
  ClipSource source = ClipSource::kOwnLines;
  std::string reason;  // why it gave nothing, for people
};

struct ReferenceClip {
  std::string speaker;
  ClipSource source = ClipSource::kDefaultVoice;
  std::string of;         // the speaker who is heard in it; "" with kDefaultVoice or when nameless
  std::string audio_key;  // of kWorker, without what follows a '?'
  // On the timeline; of kWorker in its own file.
  std::vector<voices::ClipPiece> pieces;
  voices::ClipScore score;
  Samples length = 0;              // of the recording
  std::vector<ClipAttempt> tried;  // before
  // WAV, 48 kHz mono, in the job's scratch folder, and the hash of its content; "" without a recording.
  std::string path;
  std::string id;
  // Its name among the lines with keep_lines; "" = none.
  std::string kept_as;
};

struct ClipReport {
  std::string track;                       // what they are cut from: "original", or the separator's name
  std::string voice_activity;              // how speech was found: "silero", "level"
  std::vector<ReferenceClip> speakers;     // whose voices are cloned, by name
  std::map<int64_t, ReferenceClip> lines;  // that have one of their own, by sequence
  std::vector<std::string> notices;        // for people
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_CLIP_REPORT_H_

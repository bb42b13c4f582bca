// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Voices kept on disk between runs, as many as have room.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_FOLDER_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_FOLDER_H_

#include <cstdint>
#include <string>

#include "base/status.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/voice/voice.h"

namespace waveshift::tts::indextts {

// KEY.voice each, a few hundred kilobytes. Processes may share one: a file is seen whole or not at all, and
// one that another has removed is a voice that is computed again. Any thread.
class VoiceFolder {
 public:
  // Made when something is kept; "" keeps nothing. Its voices take up at most `most_bytes`, or what the last
  // one takes.
  VoiceFolder(std::string path, int64_t most_bytes);

  // NotFound; errors of DecodeVoiceFile. What is read counts as used now.
  StatusOr<Voice> Read(const std::string& key, const Architecture& architecture) const;

  // Errors are those of writing; the voices that were not used for longest give way. O(voices).
  Status Keep(const Voice& voice) const;

 private:
  std::string PathOf(const std::string& key) const;
  void MakeRoom(const std::string& kept) const;

  const std::string path_;
  const int64_t most_bytes_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_FOLDER_H_

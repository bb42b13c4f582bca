// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The body of POST /v1/audio/speech, with the names and bounds of OpenAI's API.
#ifndef WAVESHIFT_SERVICE_SPEECH_REQUEST_H_
#define WAVESHIFT_SERVICE_SPEECH_REQUEST_H_

#include <string>
#include <string_view>

#include "media/sound_encoder.h"

namespace waveshift::service {

// Why a request to /v1/... is refused.
struct SpeechError {
  int status = 0;           // of HTTP; 0: it is not
  std::string code;         // the contract's word, "invalid_field"
  std::string message;      // one line that names the field
  std::string param;        // the field at fault, "" for none
  std::string openai_code;  // "" where OpenAI's API has no code

  bool is_error() const { return status != 0; }
};

// 400 for a field: "FIELD: WHY".
SpeechError WrongField(std::string_view field, std::string_view why, std::string_view openai_code);

struct SpeechRequest {
  std::string model;
  std::string input;
  std::string voice;
  media::SoundFormat format = media::SoundFormat::kMp3;
  double speed = 1;
  std::string language;           // ours: canonical BCP-47; "" = to be found out
  bool as_events = false;         // stream_format "sse"
  bool has_instructions = false;  // taken and not followed: no engine here can
};

// The most bytes that a body with so many characters of input may have.
int64_t LongestSpeechBody(int max_characters);

// Checks everything that needs no engine. Fields that are not known are passed over. Pure; any thread.
SpeechError ParseSpeechRequest(std::string_view body, int max_characters, SpeechRequest& request);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_SPEECH_REQUEST_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_SPEECH_STREAM_H_
#define WAVESHIFT_SERVICE_SPEECH_STREAM_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "media/sound_encoder.h"
#include "service/speech_voices.h"

namespace waveshift::service {

// A text in the pieces that are spoken one after the other: its first sentence, so that the first sound comes
// soon, then sentences together up to about 15 s of speech. What has no letter and no digit is left out.
// Pure.
std::vector<std::string> CutForSpeech(std::string_view text, std::string_view language);

// A text as the bytes of a sound file, made while they are fetched: nothing is spoken ahead, and nothing more
// once nobody asks. One thread at a time.
class SpeechStream {
 public:
  struct Options {
    Speaker speaker;
    std::string text;
    double speed = 1;
    media::SoundFormat format = media::SoundFormat::kMp3;
  };

  // Speaks the first piece in which there is something to say, so that what is wrong with a request shows
  // here: the errors of the engine and of SoundEncoder; Cancelled when `stop` is requested.
  static StatusOr<std::unique_ptr<SpeechStream>> Begin(Options options, std::stop_token stop);

  // The next bytes, never empty; nullopt at the end. Pieces in which the engine finds nothing to say are
  // passed over. After an error the sound ends here.
  StatusOr<std::optional<std::string>> Next();

  const std::string& voice() const { return voice_; }  // that speaks
  // What the engine says about the first piece.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  SpeechStream(Options options, std::stop_token stop);
  StatusOr<std::string> SpeakPiece(const std::string& text);

  const Options options_;
  const std::stop_token stop_;
  const std::vector<std::string> pieces_;
  size_t next_ = 0;  // of pieces_
  std::unique_ptr<media::SoundEncoder> encoder_;
  std::string first_;  // bytes of Begin() that nobody has fetched yet
  double pause_ = 0;   // s, before the next piece
  std::string voice_;
  std::vector<std::string> warnings_;
  bool ended_ = false;
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_SPEECH_STREAM_H_

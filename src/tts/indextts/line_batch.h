// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The lines of one call of Synthesize on their way through the model: text, voice, codes, sound.
#ifndef WAVESHIFT_TTS_INDEXTTS_LINE_BATCH_H_
#define WAVESHIFT_TTS_INDEXTTS_LINE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "tts/indextts/shared_generator.h"
#include "tts/indextts/speaking_model.h"
#include "tts/indextts/vocoder/vocoder_model.h"
#include "tts/synthesizer.h"
#include "tts/takes.h"

namespace waveshift::tts::indextts {

struct LineBatchOptions {
  int threads = 0;  // of the vocoder
  bool accept_faults = false;
};

// One thread. Model and requests outlive it.
class LineBatch {
 public:
  LineBatch(SpeakingModel* model, std::span<const SpeakRequest> requests, const SpokenSink& sink,
            const LineBatchOptions& options);

  // Answers every request. An error (Cancelled, the model's own) leaves some unanswered.
  Status Run(const std::stop_token& stop);

 private:
  struct Line {
    Tempo tempo;
    SpeakingModel::Speaker speaker;
    std::vector<std::vector<int32_t>> sentences;  // token ids
    std::vector<audio::MonoBuffer> sounds;        // of each sentence, once it is spoken
    size_t missing = 0;                           // of them
    std::vector<std::string> warnings;
    bool is_answered = false;
  };
  // Where a generated sequence belongs.
  struct Place {
    size_t line = 0;
    size_t sentence = 0;
    int attempt = 0;
  };

  Status Prepare(size_t index, const std::stop_token& stop);
  StatusOr<std::vector<std::vector<int32_t>>> SentencesOf(const SpeakRequest& request,
                                                          std::vector<std::string>& warnings) const;
  StatusOr<SpeakingModel::Speaker> SpeakerOf(const VoiceSpec& voice, const std::stop_token& stop);
  Status Generate(const Place& place);
  Status Take(const Place& place, const LineResult& result, const std::stop_token& stop);
  StatusOr<audio::MonoBuffer> Vocode(const Line& line, const LineResult& result, const std::stop_token& stop);
  void Answer(size_t index);
  void Fail(size_t index, const Status& status);

  SpeakingModel& model_;
  const std::span<const SpeakRequest> requests_;
  const SpokenSink& sink_;
  const LineBatchOptions options_;
  std::unique_ptr<VocoderSession> vocoder_;  // made with the first sentence
  SharedGenerator::Call call_;
  std::vector<Line> lines_;
  std::map<int64_t, Place> places_;                                   // by the generator's number
  std::map<std::string, StatusOr<SpeakingModel::Speaker>> speakers_;  // by recording
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_LINE_BATCH_H_

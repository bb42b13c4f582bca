// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whose voice speaks the sentences of a worker's request: a clone of the speaker's recording where the engine
// clones, else a voice of the engine that is like the recording and stays the speaker's for the whole task.
#ifndef WAVESHIFT_SERVICE_WORKER_VOICES_H_
#define WAVESHIFT_SERVICE_WORKER_VOICES_H_

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/buffer.h"
#include "base/files.h"
#include "service/media_inputs.h"
#include "service/task_manager.h"
#include "service/worker_request.h"
#include "service/worker_tasks.h"
#include "stores/task_store.h"

namespace waveshift::service {

struct SentenceVoice {
  Status status;  // why the sentence cannot be spoken
  tts::VoiceSpec voice;
  std::vector<std::string> warnings;
};

// Of one request; one thread.
class WorkerVoices {
 public:
  struct Deps {
    const MediaInputs* inputs = nullptr;
    WorkerTasks* tasks = nullptr;
    stores::TaskStore* transcripts = nullptr;        // whose lines may bring recordings; null: none
    std::string task_id;                             // "" = the request has no task: nothing is remembered
    std::shared_ptr<const ScratchDirectory> folder;  // for recordings
  };

  // All outlive it. `language` is canonical.
  WorkerVoices(Deps deps, const Engine& engine, std::string language);

  // For each sentence in order. A recording: the sentence's own; else one of the same speaker in the request;
  // the first that the task had of them; one of the task's transcript; else none, with a warning. One that is
  // not allowed (MediaInputs::Check) is the sentence's error; one that is not there or no sound is passed
  // over with a warning. An error of the whole means that a store cannot be reached now.
  StatusOr<std::vector<SentenceVoice>> Choose(const std::vector<WorkerSentence>& sentences,
                                              const std::stop_token& stop);

 private:
  struct Sample {
    Status status;
    std::string path;  // WAV
    std::string id;    // of its content
    audio::MonoBuffer sound;
  };
  using Samples = std::vector<std::string>;

  StatusOr<const Sample*> Load(const std::string& place, const std::stop_token& stop);
  StatusOr<const Sample*> FindSample(const WorkerSentence& sentence, SentenceVoice& choice,
                                     const std::stop_token& stop);
  StatusOr<Samples> OtherSamples(const std::string& speaker);
  Status LookIntoTranscript();
  Status ChooseClone(const WorkerSentence& sentence, SentenceVoice& choice, const std::stop_token& stop);
  Status ListenForOwn(const WorkerSentence& sentence, SentenceVoice& choice, const std::stop_token& stop);
  void Note(const std::string& speaker, const Sample* sample);
  Status Remember();

  const Deps deps_;
  const Engine& engine_;
  const std::string language_;
  const std::string where_;  // engine and language, for KnownSpeaker::voices
  const bool clones_;
  KnownSpeakers known_;
  KnownSpeakers updates_;                         // what this request found out
  std::map<std::string, Samples> in_request_;     // by speaker
  std::map<std::string, Samples> in_transcript_;  // by speaker
  bool has_transcript_ = false;                   // it was looked up
  std::map<std::string, Sample> loaded_;          // by place
  std::string used_;                              // place of the sample that FindSample gave last
};

// The voice of an engine for a speaker beside those who are known: like the speaker's own and not one that
// somebody has, if there is another.
tts::VoiceSpec AssignVoice(const KnownSpeakers& known, const std::string& speaker,
                           const voices::VoiceNamer& namer, const std::string& language,
                           const std::string& where);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_WORKER_VOICES_H_

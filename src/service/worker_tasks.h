// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the worker routes know of a task, kept in the object store below journal/ID/worker/, so that every
// instance knows it: task.json, who registered what; voices.json, who speaks with which voice.
#ifndef WAVESHIFT_SERVICE_WORKER_TASKS_H_
#define WAVESHIFT_SERVICE_WORKER_TASKS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/status.h"
#include "stores/object_store.h"
#include "tts/synthesizer.h"
#include "voices/speaker_profile.h"

namespace waveshift::service {

struct WorkerTask {
  std::string id;
  std::string user_id;
  std::string audio_url;  // "" = none
  std::string video_url;
  int64_t created_ms = 0;  // Unix time of the first registration
};

// A speaker whose voice was asked for.
struct KnownSpeaker {
  std::string sample;  // the first recording of them that could be read; "" = none yet
  bool is_heard = false;
  voices::SpeakerProfile profile;  // median pitch and spread of that recording, once is_heard
  // By engine and language: voices that are not cloned stay what they were.
  std::map<std::string, tts::VoiceSpec> voices;
};
using KnownSpeakers = std::map<std::string, KnownSpeaker>;

// Any thread, any number of processes. Errors are the store's; DataLoss for what is there and is rubbish.
class WorkerTasks {
 public:
  static constexpr size_t kMostSpeakers = 1000;  // of a task; later ones are not remembered

  explicit WorkerTasks(stores::ObjectStore* objects) : objects_(*objects) {}

  // Registers, or changes what is registered; the same again writes nothing. Gives what is registered now.
  StatusOr<WorkerTask> Register(const WorkerTask& task);
  StatusOr<WorkerTask> Find(const std::string& id);  // NotFound: not registered
  // OK when it is registered, else NotFound. For whoever waits: of all the store's calls Head gives up
  // soonest.
  Status CheckRegistered(const std::string& id);
  // Takes the registration away; what was spoken stays, and so do its voices. NotFound.
  Status Forget(const std::string& id);

  StatusOr<KnownSpeakers> Speakers(const std::string& id);
  // Calls `change` with what is known now until it could be written as nobody else changed it meanwhile;
  // `change` says whether there is something to write. Gives what is known then.
  StatusOr<KnownSpeakers> ChangeSpeakers(const std::string& id,
                                         const std::function<bool(KnownSpeakers&)>& change);

  // Where notes about a task's finished lines lie; with a slash behind.
  static std::string LinesPrefix(const std::string& id);

 private:
  stores::ObjectStore& objects_;
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_WORKER_TASKS_H_

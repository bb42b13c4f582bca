// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Spoken lines by their content: who asks for a line that was made once, here or by another process, gets it
// as it is; who asks for one that is being made waits for it with the others. What was begun is finished,
// whether or not somebody still waits. When two processes make the same line at once, the sound that is
// stored first is everybody's, so what is said of a sound is true of the one that is there.
#ifndef WAVESHIFT_SERVICE_WORKER_LINES_H_
#define WAVESHIFT_SERVICE_WORKER_LINES_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/status.h"
#include "stores/object_store.h"
#include "tts/synthesizer.h"

namespace waveshift::service {

// Speeds of the job's time stretch (alignment/planner.h): what a listener does not notice.
inline constexpr double kSlowestFit = 0.85;
inline constexpr double kFastestFit = 1.2;

struct LineOrder {
  std::shared_ptr<tts::Synthesizer> engine;
  tts::SpeakRequest request;                       // its speed may be any of tts/wide_speed.h
  double pitch = 1;                                // factor of the voice's own, 0.5 to 2
  int64_t slot_ms = 0;                             // to be fitted into by kSlowestFit..kFastestFit; 0 = not
  std::string sound_prefix;                        // of the object with the sound; with a slash behind
  std::string notes_prefix;                        // of the note that says that it is finished
  std::shared_ptr<const ScratchDirectory> folder;  // where a recording lies that the voice needs
};

struct MadeLine {
  std::string sound_key;  // 16-bit WAV at the engine's rate
  int64_t duration_ms = 0;
  double speed = 1;  // of fitting into the slot
  std::string engine;
  std::string voice;
  std::vector<std::string> warnings;
};

struct LineOutcome {
  bool is_pending = false;  // not finished when the time was over; it goes on
  StatusOr<MadeLine> line = Status(StatusCode::kUnknown, "not made");
};

// 64 hex digits of everything that shapes the sound.
std::string LineKey(const LineOrder& order);

class LineMaker {
 public:
  struct Options {
    int threads = 2;        // that speak
    size_t batch_size = 3;  // lines that an engine is given at once
    // What waits goes on waiting when its requests are over; so there must be an end to it.
    size_t most_waiting = 2000;
  };

  // `objects` outlives it. Threads start with the first line.
  LineMaker(Options options, stores::ObjectStore* objects);
  ~LineMaker();  // stops
  LineMaker(const LineMaker&) = delete;
  LineMaker& operator=(const LineMaker&) = delete;

  // Of each order, in order. Waits until all are finished or `deadline`; a line's error is ResourceExhausted
  // when too many wait already. Any thread.
  std::vector<LineOutcome> Make(const std::vector<LineOrder>& orders,
                                std::chrono::steady_clock::time_point deadline);
  // Ends what is being made, soon: Cancelled. From now on nothing is spoken. Repeatable.
  void Stop();

 private:
  struct Line {
    std::string key;
    LineOrder order;
    std::optional<StatusOr<MadeLine>> result;  // guarded by mutex_
  };
  using LinePtr = std::shared_ptr<Line>;

  std::vector<LinePtr> FindFinished(const std::vector<LineOrder>& orders,
                                    std::chrono::steady_clock::time_point deadline);
  LinePtr Take(const LinePtr& line);  // mutex_ is held; null: too many wait
  void StartThreads();                // mutex_ is held
  void Work();
  std::vector<LinePtr> NextBatch();  // mutex_ is held; waiting_ is not empty
  void Speak(const std::vector<LinePtr>& batch);
  static StatusOr<std::optional<MadeLine>> LookUp(stores::ObjectStore& objects, const Line& line);
  StatusOr<MadeLine> Store(const Line& line, StatusOr<tts::SpokenLine> spoken);
  StatusOr<MadeLine> UsePresent(const Line& line, MadeLine made, const std::string& own_wav);
  StatusOr<MadeLine> Note(const Line& line, MadeLine made, int64_t sound_bytes);
  void Finish(const LinePtr& line, StatusOr<MadeLine> result);

  const Options options_;
  stores::ObjectStore& objects_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, LinePtr> running_;  // by place and key: waiting or being spoken
  std::deque<LinePtr> waiting_;
  std::vector<std::jthread> threads_;
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_WORKER_LINES_H_

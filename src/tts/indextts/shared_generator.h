// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One generator for all threads that want lines of it, so that the weights are read once per code for the
// lines of all of them. Who waits for a line makes the next step for everybody when no other thread does.
#ifndef WAVESHIFT_TTS_INDEXTTS_SHARED_GENERATOR_H_
#define WAVESHIFT_TTS_INDEXTTS_SHARED_GENERATOR_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "tts/indextts/gpt/generator.h"

namespace waveshift::tts::indextts {

// Any thread.
class SharedGenerator {
 public:
  explicit SharedGenerator(std::unique_ptr<Generator> generator) : generator_(std::move(generator)) {}
  SharedGenerator(const SharedGenerator&) = delete;
  SharedGenerator& operator=(const SharedGenerator&) = delete;

  // The lines of one caller. One thread; the generator outlives it. Lines that have not ended are taken back
  // when it goes.
  class Call {
   public:
    explicit Call(SharedGenerator* shared) : shared_(*shared) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

    // As Generator::Add.
    StatusOr<int64_t> Add(LineRequest request);
    // Whether Next has something to wait for.
    bool idle() const { return open_.empty() && finished_.empty(); }
    // The next of this call's lines that ends. Pre: !idle(). Cancelled when `stop` is requested; an error of
    // Generator::Step otherwise.
    StatusOr<Generator::Finished> Next(const std::stop_token& stop);

   private:
    friend class SharedGenerator;
    SharedGenerator& shared_;
    std::set<int64_t> open_;  // guarded by shared_.mutex_, as finished_
    std::deque<Generator::Finished> finished_;
  };

  // Why the generator computes elsewhere than it was told to; "" when it does not.
  std::string fallback_reason();

 private:
  using Lock = std::unique_lock<std::mutex>;
  void WaitForStep(Lock& lock);
  Status StepFor(const Call& call, Lock& lock, const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  const std::unique_ptr<Generator>
      generator_;  // used by the thread that set is_stepping_, or under mutex_ while nobody has
  bool is_stepping_ = false;
  std::map<int64_t, Call*> owners_;  // of lines that have not ended
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_SHARED_GENERATOR_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Ends a job at a line's end: no new line is begun, those being spoken are finished and kept, then all else
// stops too. What is left is a later run's.
#ifndef WAVESHIFT_PIPELINE_WIND_DOWN_H_
#define WAVESHIFT_PIPELINE_WIND_DOWN_H_

#include <functional>
#include <mutex>
#include <stop_token>

namespace waveshift::pipeline {

class WindDown {
 public:
  // `stop` ends everything at once; `soon` when no line is being spoken.
  WindDown(const std::stop_token& stop, const std::stop_token& soon)
      : on_stop_(stop, [this] { out_.request_stop(); }), on_soon_(soon, [this] { Ask(); }) {}
  WindDown(const WindDown&) = delete;
  WindDown& operator=(const WindDown&) = delete;

  // What the job's stages are to stop at. Any thread.
  std::stop_token token() const { return out_.get_token(); }

  // Lines are being spoken while it lives; `soon` waits for its end. Begin none when token() is stopped.
  class Speaking {
   public:
    explicit Speaking(WindDown& owner) : owner_(owner) { owner_.Begin(); }
    ~Speaking() { owner_.End(); }
    Speaking(const Speaking&) = delete;
    Speaking& operator=(const Speaking&) = delete;

   private:
    WindDown& owner_;
  };

 private:
  void Ask() {
    {
      const std::lock_guard lock(mutex_);
      is_asked_ = true;
      if (speaking_ > 0) return;
    }
    out_.request_stop();
  }
  void Begin() {
    const std::lock_guard lock(mutex_);
    ++speaking_;
  }
  void End() {
    {
      const std::lock_guard lock(mutex_);
      if (--speaking_ > 0 || !is_asked_) return;
    }
    out_.request_stop();
  }

  std::stop_source out_;
  std::mutex mutex_;
  int speaking_ = 0;       // guarded by mutex_
  bool is_asked_ = false;  // guarded by mutex_
  // Last: they call the above as soon as they are made.
  std::stop_callback<std::function<void()>> on_stop_;
  std::stop_callback<std::function<void()>> on_soon_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_WIND_DOWN_H_

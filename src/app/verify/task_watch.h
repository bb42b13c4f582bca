// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a task's status answers say one after the other, and whether they keep the contract. No I/O.
#ifndef WAVESHIFT_APP_VERIFY_TASK_WATCH_H_
#define WAVESHIFT_APP_VERIFY_TASK_WATCH_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace waveshift::app {

class TaskWatch {
 public:
  explicit TaskWatch(std::string task_id);

  // The body of one answer of /api/task/{id}/status, in the order in which they were asked for.
  void See(std::string_view body);

  // Completed, or failed or cancelled after it was seen at work. A task that failed before may be started
  // again: its old end is none as long as nothing of the new run was seen.
  bool has_ended() const { return has_ended_; }
  bool is_completed() const { return status_ == "completed"; }
  // From now on an old end counts: the start was answered.
  void StartAnswered() { start_answered_ = true; }

  const std::string& status() const { return status_; }
  const std::string& error_message() const { return error_message_; }
  const std::string& playlist_url() const { return playlist_url_; }  // "" when there is none yet
  double percent() const { return percent_; }
  int seen() const { return seen_; }
  // The first thing that broke the contract: a field that is missing, progress that went back, another task's
  // id; "" when nothing did.
  const std::string& problem() const { return problem_; }

 private:
  void Problem(const std::string& what);
  void SeeProgress(double percent, bool is_completed);

  const std::string task_id_;
  std::string status_, error_message_, playlist_url_, problem_;
  double percent_ = 0;
  int seen_ = 0;
  int64_t started_ms_ = 0;
  bool has_worked_ = false;
  bool has_ended_ = false;
  bool start_answered_ = false;
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_TASK_WATCH_H_

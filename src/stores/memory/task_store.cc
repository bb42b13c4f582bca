// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tasks in memory, for tests.
#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "stores/task_rules_internal.h"
#include "stores/task_store.h"

namespace waveshift::stores {
namespace {

class MemoryTaskStore : public TaskStore {
 public:
  Status Create(const NewTask& task) override {
    WS_RETURN_IF_ERROR(internal::CheckNewTask(task));
    const std::lock_guard lock(mutex_);
    if (rows_.contains(task.id)) return internal::TaskExists(task.id);
    Row& row = rows_[task.id];
    row.number = ++last_number_;
    row.task.id = task.id;
    row.task.status = kStatusCreated;
    row.task.target_language = task.target_language;
    row.task.video_path = task.video_path;
    row.task.audio_path = task.audio_path;
    row.task.created_at_ms = internal::NowMs();
    row.lines = internal::LinesToStore(task);
    for (text::TranscriptLine& line : row.lines) {
      line.where = "task " + task.id + ": sequence " + std::to_string(line.sequence);
    }
    return OkStatus();
  }

  StatusOr<Task> Get(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto it = rows_.find(id);
    if (it == rows_.end()) return internal::NoSuchTask(id);
    return it->second.task;
  }

  StatusOr<std::vector<Task>> List(int limit, int offset) override {
    WS_RETURN_IF_ERROR(internal::CheckPage(limit, offset));
    const std::lock_guard lock(mutex_);
    std::vector<const Row*> rows;
    for (const auto& [id, row] : rows_) rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) { return a->number > b->number; });
    std::vector<Task> page;
    for (size_t i = static_cast<size_t>(offset); i < rows.size() && page.size() < static_cast<size_t>(limit);
         ++i) {
      page.push_back(rows[i]->task);
    }
    return page;
  }

  StatusOr<std::vector<Task>> ListProcessing(int limit) override {
    WS_RETURN_IF_ERROR(internal::CheckPage(limit, 0));
    WS_ASSIGN_OR_RETURN(std::vector<Task> tasks, List(std::numeric_limits<int>::max(), 0));
    std::erase_if(tasks, [](const Task& task) { return task.status != kStatusProcessing; });
    if (tasks.size() > static_cast<size_t>(limit)) tasks.resize(static_cast<size_t>(limit));
    return tasks;
  }

  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto it = rows_.find(id);
    if (it == rows_.end()) return internal::NoSuchTask(id);
    return it->second.lines;
  }

  StatusOr<bool> Claim(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto it = rows_.find(id);
    if (it == rows_.end()) return internal::NoSuchTask(id);
    Task& task = it->second.task;
    if (task.status == kStatusProcessing) return false;
    task.status = kStatusProcessing;
    task.progress = 0;
    task.error_message.clear();
    task.started_at_ms = internal::NowMs();
    task.completed_at_ms = 0;
    return true;
  }

  Status SetProgress(const std::string& id, int percent) override {
    const std::lock_guard lock(mutex_);
    const auto it = rows_.find(id);
    if (it == rows_.end()) return internal::NoSuchTask(id);
    Task& task = it->second.task;
    if (task.status == kStatusProcessing)
      task.progress = std::max(task.progress, std::clamp(percent, 0, 100));
    return OkStatus();
  }

  Status Finish(const std::string& id, const std::string& status, const std::string& error_message) override {
    WS_RETURN_IF_ERROR(internal::CheckFinalStatus(status));
    const std::lock_guard lock(mutex_);
    const auto it = rows_.find(id);
    if (it == rows_.end()) return internal::NoSuchTask(id);
    Task& task = it->second.task;
    if (task.status != status || task.completed_at_ms == 0) task.completed_at_ms = internal::NowMs();
    task.status = status;
    task.error_message = error_message;
    if (status == kStatusCompleted) task.progress = 100;
    return OkStatus();
  }

  Status Delete(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    return rows_.erase(id) > 0 ? OkStatus() : internal::NoSuchTask(id);
  }

  std::string Describe() const override { return "tasks in memory"; }

 private:
  struct Row {
    uint64_t number = 0;
    Task task;
    std::vector<text::TranscriptLine> lines;
  };
  std::mutex mutex_;
  std::map<std::string, Row> rows_;
  uint64_t last_number_ = 0;
};

}  // namespace

std::unique_ptr<TaskStore> MakeMemoryTaskStore() { return std::make_unique<MemoryTaskStore>(); }

}  // namespace waveshift::stores

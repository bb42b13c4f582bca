// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A task store whose writes are asked for first. For stores that answer at once: there is nothing to stop,
// and an attempt is a call.
#include <utility>

#include "stores/task_store.h"

namespace waveshift::stores {
namespace {

class GuardedTaskStore : public TaskStore {
 public:
  GuardedTaskStore(TaskStore& store, CallGuard guard) : store_(store), guard_(std::move(guard)) {}

  Status Create(const NewTask& task) override {
    WS_RETURN_IF_ERROR(MayWrite());
    return store_.Create(task);
  }
  StatusOr<Task> Get(const std::string& id) override { return store_.Get(id); }
  StatusOr<std::vector<Task>> List(int limit, int offset) override { return store_.List(limit, offset); }
  StatusOr<std::vector<Task>> ListProcessing(int limit) override { return store_.ListProcessing(limit); }
  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) override {
    return store_.ReadTranscript(id);
  }
  StatusOr<bool> Claim(const std::string& id) override {
    WS_RETURN_IF_ERROR(MayWrite());
    return store_.Claim(id);
  }
  Status SetProgress(const std::string& id, int percent) override {
    WS_RETURN_IF_ERROR(MayWrite());
    return store_.SetProgress(id, percent);
  }
  Status Finish(const std::string& id, const std::string& status, const std::string& error_message) override {
    WS_RETURN_IF_ERROR(MayWrite());
    return store_.Finish(id, status, error_message);
  }
  Status Delete(const std::string& id) override {
    WS_RETURN_IF_ERROR(MayWrite());
    return store_.Delete(id);
  }
  std::unique_ptr<TaskStore> With(CallGuard guard) override { return store_.With(std::move(guard)); }
  std::string Describe() const override { return store_.Describe(); }

 private:
  Status MayWrite() const { return guard_.before_write ? guard_.before_write() : OkStatus(); }

  TaskStore& store_;
  const CallGuard guard_;
};

}  // namespace

std::unique_ptr<TaskStore> TaskStore::With(CallGuard guard) {
  return std::make_unique<GuardedTaskStore>(*this, std::move(guard));
}

}  // namespace waveshift::stores

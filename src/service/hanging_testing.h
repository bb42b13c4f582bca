// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: real stores with calls that find no answer until they are stopped or let go, as over a network.
#ifndef WAVESHIFT_SERVICE_HANGING_TESTING_H_
#define WAVESHIFT_SERVICE_HANGING_TESTING_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/hangs_testing.h"
#include "service/testing.h"
#include "stores/object_store_view.h"

namespace waveshift::service::testing {

// Each attempt of a call passes `hangs`, and then finds no answer as often as `silent` says for its name;
// what is tried again within the call, is asked for again.
class HangingTasks : public stores::TaskStore {
 public:
  explicit HangingTasks(stores::TaskStore& real) : state_(std::make_shared<State>(real)) {}

  Hangs& hangs() { return state_->hangs; }
  void SetSilent(const std::string& name, int attempts) {
    const std::lock_guard lock(state_->mutex);
    state_->silent[name] = attempts;
  }
  // Called before each attempt, one at a time.
  void OnAttempt(std::function<void(const std::string& name)> call) {
    const std::lock_guard lock(state_->mutex);
    state_->on_attempt = std::move(call);
  }

  Status Create(const stores::NewTask& task) override {
    return Do("Create", true, [&] { return state_->real.Create(task); });
  }
  StatusOr<stores::Task> Get(const std::string& id) override {
    return Do("Get", false, [&] { return state_->real.Get(id); });
  }
  StatusOr<std::vector<stores::Task>> List(int limit, int offset) override {
    return Do("List", false, [&] { return state_->real.List(limit, offset); });
  }
  StatusOr<std::vector<stores::Task>> ListProcessing(int limit) override {
    return Do("ListProcessing", false, [&] { return state_->real.ListProcessing(limit); });
  }
  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) override {
    return Do("ReadTranscript", false, [&] { return state_->real.ReadTranscript(id); });
  }
  StatusOr<bool> Claim(const std::string& id) override {
    return Do("Claim", true, [&] { return state_->real.Claim(id); });
  }
  Status SetProgress(const std::string& id, int percent) override {
    return Do("SetProgress", true, [&] { return state_->real.SetProgress(id, percent); });
  }
  Status Finish(const std::string& id, const std::string& status, const std::string& error) override {
    return Do("Finish", true, [&] { return state_->real.Finish(id, status, error); });
  }
  Status Delete(const std::string& id) override {
    return Do("Delete", true, [&] { return state_->real.Delete(id); });
  }
  std::unique_ptr<stores::TaskStore> With(stores::CallGuard guard) override {
    auto view = std::make_unique<HangingTasks>(state_->real);
    view->state_ = state_;
    view->guard_ = std::move(guard);
    return view;
  }
  std::string Describe() const override { return state_->real.Describe(); }

 private:
  struct State {
    explicit State(stores::TaskStore& r) : real(r) {}
    // Whether this attempt finds no answer.
    bool IsSilent(const std::string& name) {
      const std::lock_guard lock(mutex);
      return silent[name]-- > 0;
    }
    void NoteAttempt(const std::string& name) {
      const std::lock_guard lock(mutex);
      if (on_attempt) on_attempt(name);
    }
    stores::TaskStore& real;
    Hangs hangs;
    std::mutex mutex;
    std::map<std::string, int> silent;
    std::function<void(const std::string&)> on_attempt;
  };

  template <typename Call>
  auto Do(const std::string& name, bool writes, const Call& call) -> decltype(call()) {
    while (true) {
      state_->NoteAttempt(name);
      if (writes && guard_.before_write) WS_RETURN_IF_ERROR(guard_.before_write());
      WS_RETURN_IF_ERROR(state_->hangs.Pass(name, guard_.stop));
      if (!state_->IsSilent(name)) return call();
      if (!writes) return Unavailable("no answer");
    }
  }

  std::shared_ptr<State> state_;
  stores::CallGuard guard_;
};

// Calls pass `hangs` by their names.
class HangingObjects : public stores::ObjectStoreView {
 public:
  HangingObjects(stores::ObjectStore& real, Hangs& hangs, std::stop_token stop = {})
      : ObjectStoreView(real), hangs_(hangs), stop_(std::move(stop)) {}

  StatusOr<stores::ObjectInfo> Put(const std::string& key, std::string_view bytes,
                                   const stores::PutOptions& options) override {
    WS_RETURN_IF_ERROR(hangs_.Pass("Put", stop_));
    return store_.Put(key, bytes, options);
  }
  StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) override {
    WS_RETURN_IF_ERROR(hangs_.Pass("Get", stop_));
    return store_.Get(key, max_bytes);
  }
  StatusOr<stores::ObjectInfo> Head(const std::string& key) override {
    WS_RETURN_IF_ERROR(hangs_.Pass("Head", stop_));
    return store_.Head(key);
  }
  Status Delete(const std::string& key) override {
    WS_RETURN_IF_ERROR(hangs_.Pass("Delete", stop_));
    return store_.Delete(key);
  }
  std::unique_ptr<stores::ObjectStore> WithStop(const std::stop_token& stop) override {
    return std::make_unique<HangingObjects>(store_, hangs_, stop);
  }

 private:
  Hangs& hangs_;
  const std::stop_token stop_;
};

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_HANGING_TESTING_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: real stores of which a part gives no answer, or hangs, while the test says so.
#ifndef WAVESHIFT_SERVICE_LEASE_TESTING_H_
#define WAVESHIFT_SERVICE_LEASE_TESTING_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/hangs_testing.h"
#include "service/testing.h"
#include "stores/object_store_view.h"

namespace waveshift::service::testing {

// Every renewal passes `hangs` as its key. While it is silent, leases and what jobs write find no answer.
class UnreliableObjects : public stores::ObjectStoreView {
 public:
  using ObjectStoreView::ObjectStoreView;
  Hangs hangs;

  void SetSilent(bool silent) {
    const std::lock_guard lock(mutex_);
    silent_ = silent;
  }
  // Somebody else has this lease from now on, as after a freeze that was longer than it lasts.
  void TakeOver(const std::string& key) {
    const std::lock_guard lock(mutex_);
    taken_over_.insert(key);
  }
  StatusOr<stores::ObjectInfo> Put(const std::string& key, std::string_view bytes,
                                   const stores::PutOptions& options) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.Put(key, bytes, options);
  }
  StatusOr<std::unique_ptr<stores::Lease>> AcquireLease(const std::string& key, const std::string& holder,
                                                        std::chrono::seconds lifetime) override {
    WS_ASSIGN_OR_RETURN(auto real, store_.AcquireLease(key, holder, lifetime));
    return std::make_unique<UnreliableLease>(*this, key, std::move(real));
  }
  std::unique_ptr<stores::ObjectStore> WithStop(const std::stop_token&) override {
    stores::ObjectStore& self = *this;  // not a copy of this view
    return std::make_unique<stores::ObjectStoreView>(self);
  }

 private:
  class UnreliableLease : public stores::Lease {
   public:
    UnreliableLease(UnreliableObjects& store, std::string key, std::unique_ptr<stores::Lease> real)
        : store_(store), key_(std::move(key)), real_(std::move(real)) {}
    Status Renew() override {
      store_.hangs.Pass(key_);
      WS_RETURN_IF_ERROR(store_.Answer());
      return store_.IsTakenOver(key_) ? AlreadyExists("held by another") : real_->Renew();
    }

   private:
    UnreliableObjects& store_;
    const std::string key_;
    const std::unique_ptr<stores::Lease> real_;
  };

  Status Answer() {
    const std::lock_guard lock(mutex_);
    return silent_ ? Unavailable("no answer") : OkStatus();
  }
  bool IsTakenOver(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return taken_over_.contains(key);
  }

  std::mutex mutex_;
  bool silent_ = false;
  std::set<std::string> taken_over_;
};

// A real store; some calls pass `hangs` by their names.
class UnreliableTasks : public stores::TaskStore {
 public:
  explicit UnreliableTasks(stores::TaskStore& real) : real_(real) {}
  Hangs hangs;
  std::function<Status()> on_finish;  // an error is given instead of writing

  StatusOr<stores::Task> Get(const std::string& id) override { return real_.Get(id); }
  Status Create(const stores::NewTask& task) override { return real_.Create(task); }
  StatusOr<std::vector<stores::Task>> List(int limit, int offset) override {
    return real_.List(limit, offset);
  }
  StatusOr<std::vector<stores::Task>> ListProcessing(int limit) override {
    hangs.Pass("ListProcessing");
    return real_.ListProcessing(limit);
  }
  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) override {
    return real_.ReadTranscript(id);
  }
  StatusOr<bool> Claim(const std::string& id) override { return real_.Claim(id); }
  Status SetProgress(const std::string& id, int percent) override {
    hangs.Pass("SetProgress");
    return real_.SetProgress(id, percent);
  }
  Status Finish(const std::string& id, const std::string& status, const std::string& error) override {
    hangs.Pass("Finish");
    if (on_finish) WS_RETURN_IF_ERROR(on_finish());
    return real_.Finish(id, status, error);
  }
  Status Delete(const std::string& id) override { return real_.Delete(id); }
  std::string Describe() const override { return real_.Describe(); }

 private:
  stores::TaskStore& real_;
};

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_LEASE_TESTING_H_

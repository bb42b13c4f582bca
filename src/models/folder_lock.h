// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_MODELS_FOLDER_LOCK_H_
#define WAVESHIFT_MODELS_FOLDER_LOCK_H_

#include <functional>
#include <stop_token>
#include <string>

#include "base/status.h"

namespace waveshift::models {

// One process at a time changes a model folder (tools/fetch_models.py takes the same lock). The system
// releases it when the process dies.
class FolderLock {
 public:
  // Makes the folder and waits for whoever holds it; `on_wait` is called once before waiting. Cancelled.
  static StatusOr<FolderLock> Take(const std::string& folder, const std::function<void()>& on_wait,
                                   const std::stop_token& stop);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_FOLDER_LOCK_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/model_sessions.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/files.h"
#include "base/hash.h"

namespace waveshift::tts {
namespace {

constexpr size_t kSha256Digits = 64;

int ThreadsOf(const onnx::SessionOptions& options) {
  if (options.threads > 0) return options.threads;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

ModelSessions::ModelSessions(std::string path, onnx::SessionOptions options)
    : path_(std::move(path)), options_(std::move(options)), threads_(ThreadsOf(options_)) {}

size_t ModelSessions::workers() const { return static_cast<size_t>(threads_); }

StatusOr<const onnx::Session*> ModelSessions::Load(std::unique_ptr<onnx::Session>& session,
                                                   int threads) const {
  if (session == nullptr) {
    onnx::SessionOptions options = options_;
    options.threads = threads;
    WS_ASSIGN_OR_RETURN(session, onnx::LoadSession(path_, options));
  }
  return session.get();
}

StatusOr<const onnx::Session*> ModelSessions::Get(bool alone) const {
  const std::lock_guard lock(mutex_);
  if (alone && threads_ > 1) return Load(alone_, threads_);
  return Load(pooled_, 1);
}

StatusOr<std::string> ModelSessions::Fingerprint() const {
  const std::lock_guard lock(mutex_);
  if (!fingerprint_.empty()) return fingerprint_;
  const auto beside = ReadFile(path_ + ".sha256", 4096);
  if (beside.ok() && beside->size() >= kSha256Digits) {
    fingerprint_ = beside->substr(0, kSha256Digits);
  } else {
    WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path_, options_.max_bytes));
    fingerprint_ = Sha256Hex(bytes);
  }
  return fingerprint_;
}

}  // namespace waveshift::tts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_MODEL_SESSIONS_H_
#define WAVESHIFT_TTS_MODEL_SESSIONS_H_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/status.h"
#include "runtime/onnx/session.h"

namespace waveshift::tts {

// One model for two kinds of work: a line alone wants all processors inside one run, so that it is heard
// soon; many lines want one processor each, because threads inside a run wait for one another. Both kinds
// give the same samples. Each is loaded when it is first asked for, and shared from then on. Any thread.
class ModelSessions {
 public:
  // `options.threads`: processors there are to use, 0 = all of the machine.
  ModelSessions(std::string path, onnx::SessionOptions options);

  // For a single line (`alone`), or for one of several.
  StatusOr<const onnx::Session*> Get(bool alone) const;

  // How many lines should be in work at once.
  size_t workers() const;
  const std::string& path() const { return path_; }
  // SHA-256 of the model's file: from FILE.sha256 when it is there, else computed once.
  StatusOr<std::string> Fingerprint() const;

 private:
  StatusOr<const onnx::Session*> Load(std::unique_ptr<onnx::Session>& session, int threads) const;

  const std::string path_;
  const onnx::SessionOptions options_;
  const int threads_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<onnx::Session> alone_;   // guarded by mutex_; set once
  mutable std::unique_ptr<onnx::Session> pooled_;  // guarded by mutex_; set once
  mutable std::string fingerprint_;                // guarded by mutex_
};

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_MODEL_SESSIONS_H_

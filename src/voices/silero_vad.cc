// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/silero_vad.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "runtime/onnx/session.h"

namespace waveshift::voices {
namespace {

constexpr size_t kContext = 64;                   // samples before a window that it is judged with
constexpr size_t kStateValues = size_t{2} * 128;  // what the two layers remember
constexpr int64_t kMaxModelBytes = 64 << 20;
constexpr int64_t kMaxOutputValues = 1024;

using SessionPtr = std::shared_ptr<const onnx::Session>;

class SileroStream : public VadStream {
 public:
  explicit SileroStream(SessionPtr session) : session_(std::move(session)) {}

  Status Add(std::span<const float> mono, std::vector<float>& probabilities,
             const std::stop_token& stop) override {
    for (const float sample : mono) {
      input_[kContext + filled_++] = std::isfinite(sample) ? std::clamp(sample, -1.0F, 1.0F) : 0.0F;
      if (filled_ == kVadWindow) WS_RETURN_IF_ERROR(Judge(probabilities, stop));
    }
    return OkStatus();
  }

  Status Finish(std::vector<float>& probabilities, const std::stop_token& stop) override {
    if (filled_ == 0) return OkStatus();
    std::fill(input_.begin() + static_cast<ptrdiff_t>(kContext + filled_), input_.end(), 0.0F);
    return Judge(probabilities, stop);
  }

 private:
  Status Judge(std::vector<float>& probabilities, const std::stop_token& stop) {
    constexpr std::array<int64_t, 1> kRate = {kVadRateHz};
    const std::array<onnx::TensorView, 3> inputs = {
        onnx::TensorView{"input", {1, static_cast<int64_t>(input_.size())}, std::span<const float>(input_)},
        onnx::TensorView{"state", {2, 1, 128}, std::span<const float>(state_)},
        onnx::TensorView{"sr", {}, std::span<const int64_t>(kRate)}};
    WS_ASSIGN_OR_RETURN(const std::vector<onnx::Tensor> outputs,
                        session_->Run(inputs, {.max_output_values = kMaxOutputValues, .stop = stop}));
    const std::vector<float>& state = outputs[1].values;
    if (outputs[0].values.size() != 1 || !std::isfinite(outputs[0].values[0]) ||
        state.size() != kStateValues) {
      return Internal("the voice activity model gave no probability");
    }
    probabilities.push_back(std::clamp(outputs[0].values[0], 0.0F, 1.0F));
    std::copy(state.begin(), state.end(), state_.begin());
    std::copy(input_.end() - kContext, input_.end(), input_.begin());
    filled_ = 0;
    return OkStatus();
  }

  const SessionPtr session_;
  std::array<float, kContext + kVadWindow> input_{};
  std::array<float, kStateValues> state_{};
  size_t filled_ = 0;  // of the window
};

class SileroVad : public Vad {
 public:
  explicit SileroVad(std::string path) : path_(std::move(path)) {}

  std::string_view name() const override { return "silero"; }
  std::string version() const override {
    const std::lock_guard lock(mutex_);
    const bool there = Load().ok();
    return "ONNX Runtime " + onnx::RuntimeVersion() + ", model " +
           (there ? fingerprint_.substr(0, 12) : "missing");
  }
  Status CheckReady() const override {
    const std::lock_guard lock(mutex_);
    return Load();
  }
  StatusOr<std::unique_ptr<VadStream>> Start() const override {
    const std::lock_guard lock(mutex_);
    WS_RETURN_IF_ERROR(Load());
    return std::unique_ptr<VadStream>(std::make_unique<SileroStream>(session_));
  }

 private:
  // mutex_ is held.
  Status Load() const {
    if (session_ != nullptr) return OkStatus();
    const auto bytes = ReadFile(path_, kMaxModelBytes);
    if (bytes.status().code() == StatusCode::kNotFound) {
      return FailedPrecondition(path_ + " is missing: waveshift models pull silero-vad");
    }
    WS_RETURN_IF_ERROR(bytes.status());
    const onnx::SessionOptions options{
        .threads = 1,
        .max_bytes = kMaxModelBytes,
        .inputs = {{.name = "input", .rank = 2},
                   {.name = "state", .rank = 3},
                   {.name = "sr", .element = onnx::Element::kInt64, .rank = 0}},
        .outputs = {{.name = "output", .rank = 2}, {.name = "stateN"}}};
    WS_ASSIGN_OR_RETURN(session_, onnx::LoadSession(path_, options));
    fingerprint_ = Sha256Hex(*bytes);
    return OkStatus();
  }

  const std::string path_;
  mutable std::mutex mutex_;
  mutable SessionPtr session_;  // guarded by mutex_; set once
  mutable std::string fingerprint_;
};

}  // namespace

std::unique_ptr<Vad> MakeSileroVad(const std::string& model_path) {
  return std::make_unique<SileroVad>(model_path);
}

}  // namespace waveshift::voices

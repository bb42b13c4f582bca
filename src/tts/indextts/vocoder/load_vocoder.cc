// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where a vocoder is computed, and what happens when there is no room for it there.
#include <mutex>
#include <utility>

#include "tts/indextts/model_file.h"
#include "tts/indextts/vocoder/vocoder.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

// A vocoder on a device, and the one on the processor as soon as it is needed.
class WithFallback final : public VocoderModel, public std::enable_shared_from_this<WithFallback> {
 public:
  WithFallback(std::shared_ptr<const ggml::GgufFile> file, const Architecture& architecture,
               VoiceLayers voices, std::shared_ptr<const VocoderModel> device, std::string reason,
               int threads)
      : VocoderModel(architecture),
        file_(std::move(file)),
        threads_(threads),
        device_(std::move(device)),
        reason_(std::move(reason)) {
    voices_ = std::move(voices);
  }

  int64_t bytes() const override {
    const std::lock_guard lock(mutex_);
    return (device_ == nullptr ? 0 : device_->bytes()) + (processor_ == nullptr ? 0 : processor_->bytes());
  }
  std::string fallback_reason() const override {
    const std::lock_guard lock(mutex_);
    return reason_;
  }
  StatusOr<std::unique_ptr<VocoderSession>> Open(const VocoderStreamOptions& options) const override;

  // nullptr once it had no room.
  std::shared_ptr<const VocoderModel> device() const {
    const std::lock_guard lock(mutex_);
    return reason_.empty() ? device_ : nullptr;
  }
  StatusOr<std::shared_ptr<const VocoderModel>> Processor(const std::string& reason) const {
    const std::lock_guard lock(mutex_);
    if (reason_.empty()) reason_ = reason;
    if (processor_ == nullptr) {
      WS_ASSIGN_OR_RETURN(processor_, Vocoder::Load(*file_, {.threads = threads_}));
    }
    return processor_;
  }

 private:
  const std::shared_ptr<const ggml::GgufFile> file_;
  const int threads_;
  const std::shared_ptr<const VocoderModel> device_;
  mutable std::mutex mutex_;
  mutable std::string reason_;
  mutable std::shared_ptr<const VocoderModel> processor_;
};

class FallbackSession final : public VocoderSession {
 public:
  FallbackSession(std::shared_ptr<const WithFallback> model, VocoderStreamOptions options)
      : model_(std::move(model)), options_(std::move(options)) {}

  Status Speak(std::shared_ptr<const VocoderVoice> voice, std::span<const float> latents,
               const SampleSink& sink, const std::stop_token& stop) override {
    bool has_spoken = false;
    const auto notice = [&](std::span<const float> samples) {
      has_spoken = true;
      sink(samples);
    };
    Status status = model_->device() == nullptr ? ResourceExhausted(model_->fallback_reason()) : OkStatus();
    if (status.ok()) status = OnDevice(voice, latents, notice, stop);
    if (status.code() != StatusCode::kResourceExhausted || has_spoken) return status;
    device_ = nullptr;
    if (processor_ == nullptr) {
      WS_ASSIGN_OR_RETURN(const auto processor, model_->Processor(Message(status)));
      WS_ASSIGN_OR_RETURN(processor_, processor->Open(options_));
    }
    return processor_->Speak(std::move(voice), latents, sink, stop);
  }

 private:
  Status OnDevice(std::shared_ptr<const VocoderVoice> voice, std::span<const float> latents,
                  const SampleSink& sink, const std::stop_token& stop) {
    if (device_ == nullptr) {
      WS_ASSIGN_OR_RETURN(device_, model_->device()->Open(options_));
    }
    return device_->Speak(std::move(voice), latents, sink, stop);
  }

  const std::shared_ptr<const WithFallback> model_;
  const VocoderStreamOptions options_;
  std::unique_ptr<VocoderSession> device_;
  std::unique_ptr<VocoderSession> processor_;
};

StatusOr<std::unique_ptr<VocoderSession>> WithFallback::Open(const VocoderStreamOptions& options) const {
  return std::unique_ptr<VocoderSession>(std::make_unique<FallbackSession>(shared_from_this(), options));
}

}  // namespace

StatusOr<std::shared_ptr<const VocoderModel>> LoadVocoder(std::shared_ptr<const ggml::GgufFile> file,
                                                          ggml::DeviceKind device, int threads) {
  if (device != ggml::DeviceKind::kCuda) return Vocoder::Load(*file, {.threads = threads});
  auto on_device = LoadCudaVocoder(*file);
  if (on_device.status().code() == StatusCode::kInvalidArgument) return on_device.status();
  WS_ASSIGN_OR_RETURN(const Architecture architecture, CheckModelFile(*file));
  WS_ASSIGN_OR_RETURN(VoiceLayers voices, VoiceLayers::Load(*file, architecture));
  std::string reason = Message(on_device.status());
  auto model = std::make_shared<WithFallback>(std::move(file), architecture, std::move(voices),
                                              on_device.ok() ? *on_device : nullptr, reason, threads);
  if (!on_device.ok()) WS_RETURN_IF_ERROR(model->Processor(reason).status());
  return std::shared_ptr<const VocoderModel>(std::move(model));
}

}  // namespace waveshift::tts::indextts

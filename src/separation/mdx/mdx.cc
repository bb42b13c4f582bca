// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/mdx/mdx.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "audio/stream_resampler.h"
#include "separation/mdx/demixer.h"

namespace waveshift::separation {
namespace {

// Raised whenever this code would split the same programme otherwise.
constexpr int kAlgorithm = 1;
constexpr int kTimelineRateHz = 48000;
constexpr float kLoudest = 100;
// Long inputs are taken in parts, so that memory is bounded by what a stretch needs.
constexpr size_t kMostValues = size_t{2} * kTimelineRateHz;

class Stream : public SeparationStream {
 public:
  static StatusOr<std::unique_ptr<SeparationStream>> Make(const std::shared_ptr<const mdx::Model>& model) {
    auto down = audio::StreamResampler::Make(kTimelineRateHz, mdx::kSampleRateHz);
    auto up = audio::StreamResampler::Make(mdx::kSampleRateHz, kTimelineRateHz);
    WS_RETURN_IF_ERROR(down.status());
    WS_RETURN_IF_ERROR(up.status());
    return std::unique_ptr<SeparationStream>(new Stream(model, *std::move(down), *std::move(up)));
  }

  StatusOr<Separated> Add(std::span<const float> interleaved, const std::stop_token& stop) override;
  StatusOr<Separated> Finish(const std::stop_token& stop) override;

 private:
  using ResamplerPtr = std::unique_ptr<audio::StreamResampler>;
  Stream(const std::shared_ptr<const mdx::Model>& model, ResamplerPtr down, ResamplerPtr up)
      : instrumental_(model->parameters.instrumental),
        down_(std::move(down)),
        up_(std::move(up)),
        demixer_(model) {}
  void Give(Separated& result);

  const bool instrumental_;
  ResamplerPtr down_;
  ResamplerPtr up_;
  mdx::Demixer demixer_;
  std::vector<float> mixture_;  // interleaved, not given yet
  std::vector<float> stem_;     // as mixture_, as far as it is finished
};

void Stream::Give(Separated& result) {
  const size_t count = std::min(stem_.size(), mixture_.size());
  const auto end = static_cast<ptrdiff_t>(count);
  auto& of_stem = instrumental_ ? result.background.interleaved : result.speech.interleaved;
  auto& of_rest = instrumental_ ? result.speech.interleaved : result.background.interleaved;
  of_stem.insert(of_stem.end(), stem_.begin(), stem_.begin() + end);
  for (size_t i = 0; i < count; ++i) of_rest.push_back(mixture_[i] - stem_[i]);
  stem_.erase(stem_.begin(), stem_.begin() + end);
  mixture_.erase(mixture_.begin(), mixture_.begin() + end);
}

StatusOr<Separated> Stream::Add(std::span<const float> interleaved, const std::stop_token& stop) {
  Separated result;
  while (!interleaved.empty()) {
    const auto part = interleaved.first(std::min(interleaved.size(), kMostValues));
    interleaved = interleaved.subspan(part.size());
    const size_t before = mixture_.size();
    for (const float value : part)
      mixture_.push_back(std::isnan(value) ? 0 : std::clamp(value, -kLoudest, kLoudest));
    std::vector<float> slower;
    std::vector<float> stem;
    WS_RETURN_IF_ERROR(down_->Add(std::span(mixture_).subspan(before), slower));
    WS_RETURN_IF_ERROR(demixer_.Add(slower, stem, stop));
    WS_RETURN_IF_ERROR(up_->Add(stem, stem_));
    Give(result);
  }
  return result;
}

StatusOr<Separated> Stream::Finish(const std::stop_token& stop) {
  Separated result;
  std::vector<float> slower;
  std::vector<float> stem;
  WS_RETURN_IF_ERROR(down_->Finish(slower));
  WS_RETURN_IF_ERROR(demixer_.Add(slower, stem, stop));
  WS_RETURN_IF_ERROR(demixer_.Finish(stem, stop));
  WS_RETURN_IF_ERROR(up_->Add(stem, stem_));
  WS_RETURN_IF_ERROR(up_->Finish(stem_));
  stem_.resize(mixture_.size());  // there and back, a length may differ by a sample
  Give(result);
  return result;
}

class Mdx : public Separator {
 public:
  explicit Mdx(MdxOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "mdx"; }
  std::string version() const override {
    const auto model = Get();
    return "algorithm " + std::to_string(kAlgorithm) + ", ONNX Runtime " + onnx::RuntimeVersion() +
           ", model " + (model.ok() ? (*model)->fingerprint.substr(0, 12) : "missing");
  }
  Status CheckReady() const override { return Get().status(); }
  StatusOr<std::unique_ptr<SeparationStream>> Start() const override {
    WS_ASSIGN_OR_RETURN(const std::shared_ptr<const mdx::Model> model, Get());
    return Stream::Make(model);
  }

 private:
  StatusOr<std::shared_ptr<const mdx::Model>> Get() const {
    const std::lock_guard lock(mutex_);
    if (model_ == nullptr) {
      WS_ASSIGN_OR_RETURN(model_, mdx::Model::Load(options_.model_path, options_.threads, options_.device));
    }
    return model_;
  }

  const MdxOptions options_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const mdx::Model> model_;  // guarded by mutex_; set once
};

}  // namespace

std::unique_ptr<Separator> MakeMdx(const MdxOptions& options) { return std::make_unique<Mdx>(options); }

}  // namespace waveshift::separation

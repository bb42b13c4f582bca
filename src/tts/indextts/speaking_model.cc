// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/speaking_model.h"

#include <algorithm>
#include <utility>

#include "tts/indextts/gpt/batch_plan.h"
#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {
namespace {

// More lines at once read the weights no less often per code once arithmetic is what takes the time.
constexpr int kLinesOnProcessor = 4;
constexpr int kLinesOnDevice = 16;
constexpr int64_t kMostText = 120;

BatchWishes WishesOf(const Architecture& architecture, ggml::DeviceKind kind, int most_lines) {
  BatchWishes wishes;
  const int usual = kind == ggml::DeviceKind::kCuda ? kLinesOnDevice : kLinesOnProcessor;
  wishes.lines = most_lines > 0 ? most_lines : usual;
  wishes.max_codes = std::min(wishes.max_codes, static_cast<int>(architecture.gpt.max_codes));
  wishes.max_text = std::min(kMostText, architecture.gpt.max_text_tokens);
  return wishes;
}

// The network of as many lines as the device has room for; `plan` becomes what it has.
StatusOr<std::unique_ptr<GptNetwork>> MakeFor(const std::shared_ptr<const LoadedModel>& model,
                                              const ComputeDevice& device, int most_lines, BatchPlan* plan) {
  const Architecture& sizes = model->architecture();
  WS_ASSIGN_OR_RETURN(*plan,
                      PlanBatch(sizes, WishesOf(sizes, device.kind(), most_lines), device.free_bytes()));
  const std::shared_ptr<const ggml::GgufFile> file(model, &model->file());
  const auto make = [&](const BatchPlan& wanted) {
    return MakeNetwork(file, model->weights(), device, sizes.gpt, {.cells = wanted.cells});
  };
  return MakePlanned(make, plan);
}

// A network with the weights and the device that it needs.
class OwnedNetwork : public GptNetwork {
 public:
  static StatusOr<std::unique_ptr<GptNetwork>> OnProcessor(const std::string& path, int threads,
                                                           BatchPlan* plan) {
    auto owned = std::make_unique<OwnedNetwork>();
    WS_ASSIGN_OR_RETURN(owned->device_,
                        ComputeDevice::Open({.kind = ggml::DeviceKind::kCpu, .threads = threads}));
    WS_ASSIGN_OR_RETURN(owned->model_, LoadedModel::Load(path, owned->device_->graphs()));
    WS_ASSIGN_OR_RETURN(owned->network_, MakeFor(owned->model_, *owned->device_, 0, plan));
    return owned;
  }
  int64_t cells() const override { return network_->cells(); }
  Status Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) override {
    return network_->Compute(step, result, stop);
  }

 private:
  std::unique_ptr<ComputeDevice> device_;
  std::shared_ptr<const LoadedModel> model_;
  std::unique_ptr<GptNetwork> network_;
};

}  // namespace

Status SpeakingModel::MakeGenerator(const std::string& path, const SpeakingModelOptions& options) {
  BatchPlan plan;
  auto network = MakeFor(model_, *device_, options.most_lines, &plan);
  NetworkMaker fallback;
  if (device_->kind() == ggml::DeviceKind::kCuda) {
    fallback = [path, threads = options.threads] {
      BatchPlan ignored;
      return OwnedNetwork::OnProcessor(path, threads, &ignored);
    };
    if (network.status().code() == StatusCode::kResourceExhausted) {
      load_fallback_ = Message(network.status());
      network = OwnedNetwork::OnProcessor(path, options.threads, &plan);
      fallback = nullptr;
    }
  }
  WS_RETURN_IF_ERROR(network.status());
  generator_ = std::make_unique<SharedGenerator>(std::make_unique<Generator>(
      *std::move(network), embedder_.get(), architecture(),
      GeneratorOptions{.most_lines = plan.lines, .threads = options.threads}, std::move(fallback)));
  return OkStatus();
}

StatusOr<std::unique_ptr<SpeakingModel>> SpeakingModel::Load(const std::string& path,
                                                             const SpeakingModelOptions& options) {
  std::unique_ptr<SpeakingModel> speaking(new SpeakingModel());
  WS_ASSIGN_OR_RETURN(speaking->device_,
                      ComputeDevice::Open({.kind = options.device, .threads = options.threads}));
  WS_ASSIGN_OR_RETURN(speaking->model_,
                      LoadedModel::Load(path, speaking->device_->graphs(), LoadedModel::Parts::kForGraphs));
  const std::shared_ptr<const LoadedModel> model = speaking->model_;
  WS_ASSIGN_OR_RETURN(const std::string pieces, model->file().Bytes(kTokenizerKey));
  WS_ASSIGN_OR_RETURN(speaking->tokenizer_, Tokenizer::Load(pieces, path, 0));
  const std::shared_ptr<const ggml::GgufFile> file(model, &model->file());
  speaking->embedder_ = std::make_unique<Embedder>(file, model->architecture().gpt);
  WS_RETURN_IF_ERROR(speaking->MakeGenerator(path, options));
  WS_ASSIGN_OR_RETURN(speaking->vocoder_, LoadVocoder(file, speaking->device_->kind(), options.threads));
  WS_ASSIGN_OR_RETURN(auto ears, ggml::Device::Open({.kind = speaking->device_->graphs().kind(),
                                                     .threads = options.threads}));
  speaking->encoder_ = std::make_unique<VoiceEncoder>(
      model, std::move(ears), VoiceEncoder::Options{.cache_folder = options.voice_folder});
  return speaking;
}

StatusOr<SpeakingModel::Speaker> SpeakingModel::Hear(const std::string& recording,
                                                     const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const std::shared_ptr<const Voice> voice, encoder_->EncodeFile(recording, stop));
  Speaker speaker;
  speaker.key = voice->key;
  speaker.rows = std::shared_ptr<const VoiceRows>(voice, &voice->conditioning);
  WS_ASSIGN_OR_RETURN(speaker.vocoder_voice, vocoder_->MakeVoice(voice->speaker));
  return speaker;
}

std::string SpeakingModel::fallback_reason() {
  if (!device_->fallback_reason().empty()) return device_->fallback_reason();
  if (!load_fallback_.empty()) return load_fallback_;
  const std::string reason = generator_->fallback_reason();
  return reason.empty() ? vocoder_->fallback_reason() : reason;
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/speaking_model.h"

#include <algorithm>
#include <utility>

#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {
namespace {

// Cells of a line: what the longest sentence can take when every beam goes its own way the whole time, and
// what lines take as a rule (voice and text, and codes of which most are common to all beams).
constexpr int64_t kBeams = 3;
constexpr int64_t kUsualCells = 500;
constexpr int kLinesOnProcessor = 4;
constexpr int kMostLines = 16;
// Left free on a device for what the graphs need.
constexpr int64_t kReservedBytes = int64_t{1} << 30;

int64_t LargestLine(const Architecture& architecture) {
  return architecture.perceiver.latents + architecture.gpt.max_text_tokens + 3 +
         kBeams * architecture.gpt.max_codes;
}

struct Room {
  int lines = 1;
  int64_t cells = 0;
};

// How many lines at once, and cells for them.
Room RoomOn(const ggml::Device& device, const Architecture& architecture, int most_lines) {
  const int64_t largest = LargestLine(architecture);
  int lines = most_lines > 0 ? most_lines : kLinesOnProcessor;
  if (most_lines <= 0 && device.kind() == ggml::DeviceKind::kCuda) {
    const int64_t free_bytes = device.memory().free_bytes - kReservedBytes;
    const int64_t cells = free_bytes / CellBytes(architecture.gpt, ggml::TensorType::kF16);
    lines = static_cast<int>(std::clamp<int64_t>((cells - largest) / kUsualCells + 1, 1, kMostLines));
  }
  return {lines, largest + (lines - 1) * kUsualCells};
}

// A network with the weights and the device that it needs.
class OwnedNetwork : public GptNetwork {
 public:
  static StatusOr<std::unique_ptr<GptNetwork>> OnProcessor(const std::string& path, int threads,
                                                           int64_t cells) {
    auto owned = std::make_unique<OwnedNetwork>();
    WS_ASSIGN_OR_RETURN(owned->device_,
                        ggml::Device::Open({.kind = ggml::DeviceKind::kCpu, .threads = threads}));
    WS_ASSIGN_OR_RETURN(owned->model_, LoadedModel::Load(path, *owned->device_));
    WS_ASSIGN_OR_RETURN(owned->network_,
                        MakeGgmlNetwork(owned->model_->weights(), *owned->device_,
                                        owned->model_->architecture().gpt, {.cells = cells}));
    return owned;
  }
  int64_t cells() const override { return network_->cells(); }
  Status Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) override {
    return network_->Compute(step, result, stop);
  }

 private:
  std::unique_ptr<ggml::Device> device_;
  std::shared_ptr<const LoadedModel> model_;
  std::unique_ptr<GptNetwork> network_;
};

}  // namespace

Status SpeakingModel::MakeGenerator(const std::string& path, const SpeakingModelOptions& options) {
  const Architecture& sizes = architecture();
  const Room room = RoomOn(*device_, sizes, options.most_lines);
  WS_ASSIGN_OR_RETURN(auto network,
                      MakeGgmlNetwork(model_->weights(), *device_, sizes.gpt, {.cells = room.cells}));
  NetworkMaker fallback;
  if (device_->kind() == ggml::DeviceKind::kCuda) {
    const int64_t cells = LargestLine(sizes) + (kLinesOnProcessor - 1) * kUsualCells;
    fallback = [path, threads = options.threads, cells] {
      return OwnedNetwork::OnProcessor(path, threads, cells);
    };
  }
  generator_ = std::make_unique<SharedGenerator>(
      std::make_unique<Generator>(std::move(network), embedder_.get(), sizes,
                                  GeneratorOptions{.most_lines = room.lines}, std::move(fallback)));
  return OkStatus();
}

StatusOr<std::unique_ptr<SpeakingModel>> SpeakingModel::Load(const std::string& path,
                                                             const SpeakingModelOptions& options) {
  std::unique_ptr<SpeakingModel> speaking(new SpeakingModel());
  WS_ASSIGN_OR_RETURN(speaking->device_,
                      ggml::Device::Open({.kind = options.device, .threads = options.threads}));
  WS_ASSIGN_OR_RETURN(speaking->model_, LoadedModel::Load(path, *speaking->device_));
  const std::shared_ptr<const LoadedModel> model = speaking->model_;
  WS_ASSIGN_OR_RETURN(const std::string pieces, model->file().Bytes(kTokenizerKey));
  WS_ASSIGN_OR_RETURN(speaking->tokenizer_, Tokenizer::Load(pieces, path, 0));
  const std::shared_ptr<const ggml::GgufFile> file(model, &model->file());
  speaking->embedder_ = std::make_unique<Embedder>(file, model->architecture().gpt);
  WS_RETURN_IF_ERROR(speaking->MakeGenerator(path, options));
  WS_ASSIGN_OR_RETURN(speaking->vocoder_, Vocoder::Load(*file, {.threads = options.threads}));
  WS_ASSIGN_OR_RETURN(auto ears,
                      ggml::Device::Open({.kind = speaking->device_->kind(), .threads = options.threads}));
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
  const std::string of_memory = generator_->fallback_reason();
  return of_memory.empty() ? device_->fallback_reason() : of_memory;
}

}  // namespace waveshift::tts::indextts

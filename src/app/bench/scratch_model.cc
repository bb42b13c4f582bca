// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/scratch_model.h"

#include <filesystem>
#include <system_error>

#include "tts/indextts/random_model.h"

namespace waveshift::app {
namespace {

constexpr int64_t kSpareBytes = int64_t{256} << 20;

}  // namespace

Status CheckRoom(const std::string& folder, int64_t bytes, int64_t free_bytes) {
  const int64_t needed = bytes + kSpareBytes;
  if (free_bytes >= needed) return OkStatus();
  return FailedPrecondition(folder + ": a model to measure needs " + std::to_string(needed >> 20) +
                            " MiB, there are " + std::to_string(free_bytes >> 20) +
                            " (WAVESHIFT_MODEL_DIR names another folder, --model a file that is there)");
}

StatusOr<ScratchModel> ScratchModel::Make(const std::string& parent, const std::string& size,
                                          ggml::TensorType type, const std::function<void(double)>& progress,
                                          const std::stop_token& stop) {
  namespace indextts = tts::indextts;
  const indextts::Architecture architecture = size == "1.0"   ? indextts::ArchitectureOf10()
                                              : size == "1.5" ? indextts::ArchitectureOf15()
                                                              : indextts::TinyArchitecture();
  const indextts::RandomModelOptions options = {
      .gpt_type = type,
      .other_type = type == ggml::TensorType::kF32 ? type : ggml::TensorType::kF16,
      .progress = progress,
      .stop = stop};
  WS_ASSIGN_OR_RETURN(ScratchDirectory folder, ScratchDirectory::Make(parent));
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder.path(), error);
  if (!error) {
    WS_RETURN_IF_ERROR(
        CheckRoom(parent, RandomModelBytes(architecture, options), static_cast<int64_t>(space.available)));
  }
  ScratchModel model(std::move(folder));
  WS_RETURN_IF_ERROR(WriteRandomModel(model.path(), architecture, options));
  return model;
}

}  // namespace waveshift::app

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/release.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "runtime/ggml/gguf_file.h"
#include "text/language.h"
#include "tts/indextts/convert/release_config.h"
#include "tts/indextts/text/tokenizer.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::ShapeText;

constexpr int64_t kMaxTokenizerBytes = 16 << 20;
constexpr int64_t kMaxLicenseBytes = 256 << 10;

// Extent number `dimension` of a tensor that must be there.
Status TakeExtent(const TorchCheckpoint& file, const std::string& name, size_t dimension, int64_t* into) {
  const auto it = file.tensors().find(name);
  if (it == file.tensors().end()) return InvalidArgument(file.path() + ": tensor " + name + " is missing");
  if (dimension >= it->second.shape.size()) {
    return InvalidArgument(file.path() + ": tensor " + name + " has the shape " +
                           ShapeText(it->second.shape));
  }
  *into = it->second.shape[dimension];
  return OkStatus();
}

// What config.yaml does not say.
Status TakeSizesFromTensors(const TorchCheckpoint& gpt, const TorchCheckpoint& vocoder, Architecture* a) {
  WS_RETURN_IF_ERROR(TakeExtent(gpt, "conditioning_encoder.embed.pos_enc.pe", 1, &a->conformer.positions));
  WS_RETURN_IF_ERROR(TakeExtent(gpt, "conditioning_encoder.encoders.0.conv_module.depthwise_conv.weight", 2,
                                &a->conformer.kernel));
  WS_RETURN_IF_ERROR(TakeExtent(gpt, "perceiver_encoder.latents", 0, &a->perceiver.latents));
  const std::string speaker = "speaker_encoder.";
  WS_RETURN_IF_ERROR(TakeExtent(vocoder, speaker + "blocks.0.conv.conv.weight", 0, &a->speaker.channels));
  WS_RETURN_IF_ERROR(TakeExtent(vocoder, speaker + "mfa.conv.conv.weight", 0, &a->speaker.mixed_channels));
  WS_RETURN_IF_ERROR(TakeExtent(vocoder, speaker + "asp.tdnn.conv.conv.weight", 0, &a->speaker.attention));
  return TakeExtent(vocoder, speaker + "blocks.1.se_block.conv1.conv.weight", 0, &a->speaker.squeeze);
}

struct Wanted {
  std::string name;
  std::vector<int64_t> shape;
};

std::vector<Wanted> WantedOf(const TensorSpec& spec) {
  if (spec.treatment != Treatment::kFoldWeightNorm) return {{spec.source, spec.source_shape}};
  std::vector<int64_t> gains(spec.source_shape.size(), 1);
  gains[0] = spec.source_shape[0];
  return {{spec.source + "_g", gains}, {spec.source + "_v", spec.source_shape}};
}

Status CheckOne(const TorchCheckpoint& file, const Wanted& wanted, bool used) {
  const auto it = file.tensors().find(wanted.name);
  if (it == file.tensors().end())
    return InvalidArgument(file.path() + ": tensor " + wanted.name + " is missing");
  if (it->second.shape != wanted.shape) {
    return InvalidArgument(file.path() + ": tensor " + wanted.name + " has the shape " +
                           ShapeText(it->second.shape) + ", the configuration wants " +
                           ShapeText(wanted.shape));
  }
  const ElementType element = it->second.element;
  const bool real = element == ElementType::kFloat64 || element == ElementType::kFloat32 ||
                    element == ElementType::kFloat16 || element == ElementType::kBfloat16;
  if (used && !real) {
    return InvalidArgument(file.path() + ": tensor " + wanted.name + " holds " +
                           std::string(ElementName(element)) + " values, not floats");
  }
  return OkStatus();
}

// Every wanted tensor is there, and nothing else.
Status CheckTensors(const TorchCheckpoint& file, Part part, const std::vector<TensorSpec>& specs) {
  std::set<std::string> known;
  for (const TensorSpec& spec : specs) {
    if (spec.part != part) continue;
    for (const Wanted& wanted : WantedOf(spec)) {
      WS_RETURN_IF_ERROR(CheckOne(file, wanted, spec.treatment != Treatment::kDrop));
      known.insert(wanted.name);
    }
  }
  for (const auto& [name, tensor] : file.tensors()) {
    if (!known.contains(name)) {
      return InvalidArgument(file.path() + ": tensor " + name + " is not expected by the configuration");
    }
  }
  return OkStatus();
}

bool IsLicenseName(const std::string& name) {
  std::string lower;
  for (const char c : name) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  return lower.find("license") != std::string::npos || lower.find("licence") != std::string::npos;
}

Status TakeLicense(const std::string& path, Release* release) {
  WS_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxLicenseBytes));
  if (!text::IsValidUtf8(text)) return InvalidArgument(path + ": is not UTF-8");
  if (!release->license.empty()) release->license += "\n\n";
  release->license += text;
  release->license_files.push_back(std::filesystem::path(path).filename().string());
  return OkStatus();
}

Status TakeLicenses(const std::string& folder, const std::string& license_path, Release* release) {
  if (!license_path.empty()) return TakeLicense(license_path, release);
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && IsLicenseName(it->path().filename().string())) {
      paths.push_back(it->path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) WS_RETURN_IF_ERROR(TakeLicense(path, release));
  return OkStatus();
}

// It loads, and the GPT has an embedding for each of its pieces.
Status CheckTokenizer(const Release& release) {
  WS_ASSIGN_OR_RETURN(const auto tokenizer, Tokenizer::Load(release.tokenizer, release.tokenizer_path));
  if (tokenizer->vocabulary_size() <= release.architecture.gpt.text_tokens) return OkStatus();
  return InvalidArgument(release.tokenizer_path + ": has " + std::to_string(tokenizer->vocabulary_size()) +
                         " pieces, more than gpt.number_text_tokens (" +
                         std::to_string(release.architecture.gpt.text_tokens) + ")");
}

}  // namespace

StatusOr<Release> OpenRelease(const std::string& folder, const std::string& license_path) {
  const std::filesystem::path base(folder);
  std::error_code error;
  if (!std::filesystem::is_directory(base, error)) return NotFound(folder + ": is no folder");
  const std::string config_path = (base / "config.yaml").string();
  WS_ASSIGN_OR_RETURN(ReleaseConfig config, ReadReleaseConfig(config_path));
  WS_ASSIGN_OR_RETURN(TorchCheckpoint gpt, TorchCheckpoint::Open((base / config.gpt_file).string()));
  WS_ASSIGN_OR_RETURN(TorchCheckpoint vocoder, TorchCheckpoint::Open((base / config.vocoder_file).string()));
  WS_RETURN_IF_ERROR(TakeSizesFromTensors(gpt, vocoder, &config.architecture));
  WS_RETURN_IF_ERROR(Annotate(CheckArchitecture(config.architecture), config_path));
  Release release{.config_path = config_path,
                  .architecture = config.architecture,
                  .tensors = TensorList(config.architecture),
                  .gpt = std::move(gpt),
                  .vocoder = std::move(vocoder),
                  .tokenizer_path = (base / config.tokenizer_file).string()};
  WS_RETURN_IF_ERROR(CheckTensors(release.gpt, Part::kGpt, release.tensors));
  WS_RETURN_IF_ERROR(CheckTensors(release.vocoder, Part::kVocoder, release.tensors));
  WS_ASSIGN_OR_RETURN(release.tokenizer, ReadFile(release.tokenizer_path, kMaxTokenizerBytes));
  WS_RETURN_IF_ERROR(CheckTokenizer(release));
  WS_RETURN_IF_ERROR(TakeLicenses(folder, license_path, &release));
  return release;
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/model_file.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "runtime/ggml/gguf_writer.h"

namespace waveshift::tts::indextts {
namespace {

constexpr size_t kHashChunkBytes = 4 << 20;

Status Wrong(const ggml::GgufFile& file, const std::string& what) {
  return InvalidArgument(file.name() + ": " + what);
}

Status CheckTensor(const ggml::GgufFile& file, const TensorSpec& spec) {
  const ggml::StoredTensor* tensor = file.FindTensor(spec.name);
  if (tensor == nullptr) return Wrong(file, "tensor " + spec.name + " is missing");
  if (tensor->shape != spec.shape) {
    return Wrong(file, "tensor " + spec.name + " has the shape " + ggml::ShapeText(tensor->shape) + ", not " +
                           ggml::ShapeText(spec.shape));
  }
  if (!MayBeStoredAs(spec.role, tensor->type)) {
    return Wrong(file,
                 "tensor " + spec.name + " must not be stored as " + std::string(TypeName(tensor->type)));
  }
  return OkStatus();
}

// The type, or the next larger one whose blocks fit into rows of that length.
ggml::TensorType FittingType(ggml::TensorType type, int64_t row_values) {
  using ggml::TensorType;
  if (type == TensorType::kQ4_K && row_values % BlockValues(type) != 0) type = TensorType::kQ8_0;
  if (type == TensorType::kQ8_0 && row_values % BlockValues(type) != 0) type = TensorType::kF16;
  return type;
}

}  // namespace

ggml::TensorType StoredType(const TensorSpec& spec, ggml::TensorType gpt_type, ggml::TensorType other_type,
                            bool from_f16) {
  using ggml::TensorType;
  const int64_t row = spec.shape.back();
  switch (spec.role) {
    case Role::kGptMatrix:
      return FittingType(gpt_type, row);
    case Role::kEmbedding:
      return FittingType(gpt_type == TensorType::kQ4_K ? TensorType::kQ8_0 : gpt_type, row);
    case Role::kMatrix:
      return other_type;
    case Role::kTable:
      return gpt_type != TensorType::kF32 && from_f16 ? TensorType::kF16 : TensorType::kF32;
    default:
      return TensorType::kF32;
  }
}

bool MayBeStoredAs(Role role, ggml::TensorType type) {
  using ggml::TensorType;
  switch (role) {
    case Role::kGptMatrix:
      return type != TensorType::kBf16;
    case Role::kEmbedding:
      return type != TensorType::kBf16 && type != TensorType::kQ4_K;
    case Role::kMatrix:
    case Role::kTable:
      return type == TensorType::kF32 || type == TensorType::kF16;
    default:
      return type == TensorType::kF32;
  }
}

StatusOr<Architecture> CheckModelFile(const ggml::GgufFile& file) {
  WS_ASSIGN_OR_RETURN(const Architecture architecture, ReadArchitecture(file));
  WS_ASSIGN_OR_RETURN(const int64_t format, file.Integer(kFormatKey, 0, 1 << 20));
  if (format != kModelFormat) {
    return Wrong(file, "has the format " + std::to_string(format) + ", this program knows " +
                           std::to_string(kModelFormat) + " (convert the release again)");
  }
  WS_ASSIGN_OR_RETURN(const std::string tokenizer, file.Bytes(kTokenizerKey));
  if (tokenizer.empty()) return Wrong(file, "key " + std::string(kTokenizerKey) + " is empty");
  std::set<std::string_view> known;
  const std::vector<TensorSpec> specs = TensorList(architecture);
  for (const TensorSpec& spec : specs) {
    if (spec.treatment == Treatment::kDrop) continue;
    WS_RETURN_IF_ERROR(CheckTensor(file, spec));
    known.insert(spec.name);
  }
  for (const ggml::StoredTensor& tensor : file.tensors()) {
    if (!known.contains(tensor.name))
      return Wrong(file, "tensor " + tensor.name + " belongs to no such model");
  }
  return architecture;
}

Status CheckHashes(const ggml::GgufFile& file, const std::function<void(double)>& progress,
                   const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const std::string header, file.String(ggml::kHeaderHashKey));
  WS_ASSIGN_OR_RETURN(const std::string found, file.HeaderSha256(ggml::kHeaderHashKey));
  if (header != found) return Wrong(file, "its header was changed after the conversion (SHA-256)");
  WS_ASSIGN_OR_RETURN(const std::vector<std::string> hashes, file.Strings(ggml::kTensorHashesKey));
  if (hashes.size() != file.tensors().size()) {
    return Wrong(file, "key " + std::string(ggml::kTensorHashesKey) + " has " +
                           std::to_string(hashes.size()) + " hashes for " +
                           std::to_string(file.tensors().size()) + " tensors");
  }
  int64_t done = 0;
  for (size_t i = 0; i < hashes.size(); ++i) {
    Sha256 hash;
    for (std::string_view rest = file.tensors()[i].bytes; !rest.empty();) {
      if (stop.stop_requested()) return Cancelled("stopped");
      const std::string_view chunk = rest.substr(0, kHashChunkBytes);
      hash.Add(chunk);
      rest.remove_prefix(chunk.size());
      done += static_cast<int64_t>(chunk.size());
      if (progress) progress(static_cast<double>(done) / static_cast<double>(file.size()));
    }
    if (hash.Hex() != hashes[i]) {
      return Wrong(file, "tensor " + file.tensors()[i].name + " was changed after the conversion (SHA-256)");
    }
  }
  return file.CheckPadding();
}

}  // namespace waveshift::tts::indextts

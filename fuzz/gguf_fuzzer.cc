// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/gguf_file.h"

#include <numeric>
#include <string>
#include <vector>

#include "fuzzing.h"
#include "tts/indextts/model_file.h"

namespace {

using waveshift::fuzz::Require;
namespace ggml = waveshift::ggml;
namespace indextts = waveshift::tts::indextts;

void CheckTensor(const ggml::StoredTensor& tensor, std::string_view bytes, const ggml::GgufFile& file) {
  Require(tensor.values() > 0 && !tensor.shape.empty() && tensor.shape.size() <= ggml::kMaxDimensions,
          "a tensor has a shape");
  Require(tensor.bytes.data() == bytes.data() + tensor.offset && tensor.offset >= file.data_offset() &&
              tensor.offset + static_cast<int64_t>(tensor.bytes.size()) <= file.size(),
          "a tensor lies in its file");
  Require(tensor.values() / BlockValues(tensor.type) * BlockBytes(tensor.type) ==
              static_cast<int64_t>(tensor.bytes.size()),
          "a tensor has as many bytes as its type wants");
  Require(std::accumulate(tensor.bytes.begin(), tensor.bytes.end(), 0) != -1, "its bytes can be read");
  Require(file.FindTensor(tensor.name) == &tensor, "a tensor is found by its name");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of its own, so that a sanitizer sees the first byte behind it.
  const std::vector<char> copy(data, data + size);
  const std::string_view bytes(copy.data(), copy.size());
  const auto file = ggml::GgufFile::Parse(bytes, "file");
  if (!file.ok()) {
    Require(file.status().code() == waveshift::StatusCode::kInvalidArgument, "bad input, nothing else");
    return 0;
  }
  for (const ggml::MetadataEntry& entry : (*file)->metadata()) {
    Require((*file)->Find(entry.key) == &entry.value, "a value is found by its key");
    Require(ValueText(entry.value).size() < 400 && !TypeText(entry.value).empty(),
            "a value has a short text");
    (*file)->HeaderSha256(entry.key).IgnoreError();
  }
  for (const ggml::StoredTensor& tensor : (*file)->tensors()) CheckTensor(tensor, bytes, **file);
  (*file)->CheckPadding().IgnoreError();
  indextts::CheckModelFile(**file).IgnoreError();
  indextts::CheckHashes(**file, nullptr, {}).IgnoreError();
  return 0;
}

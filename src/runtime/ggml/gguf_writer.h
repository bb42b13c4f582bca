// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_GGML_GGUF_WRITER_H_
#define WAVESHIFT_RUNTIME_GGML_GGUF_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/large_file.h"
#include "base/status.h"
#include "runtime/ggml/gguf_file.h"

namespace waveshift::ggml {

// A tensor that will be written.
struct PlannedTensor {
  std::string name;  // unique, 1 to kMaxTensorName visible ASCII characters
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;  // outermost first, 1 to kMaxDimensions extents, rows of whole blocks

  // Bytes of the whole tensor.
  int64_t bytes() const;
};

// Metadata keys that the writer adds: the SHA-256 (64 hex digits) of each tensor's bytes, in the order of the
// tensors, and of the header (GgufFile::HeaderSha256).
inline constexpr std::string_view kTensorHashesKey = "waveshift.tensor_sha256";
inline constexpr std::string_view kHeaderHashKey = "waveshift.header_sha256";
inline constexpr int kWrittenAlignment = 64;

// Writes a GGUF file tensor by tensor, holding no tensor in memory. The same calls write the same bytes. The
// file appears whole under its name with Finish, or not at all. One thread.
class GgufWriter {
 public:
  // Writes the header. Internal when a tensor cannot be planned so (its name is said).
  static StatusOr<GgufWriter> Create(const std::string& path, std::vector<MetadataEntry> metadata,
                                     std::vector<PlannedTensor> tensors);
  // The next bytes of tensors(), which follow one another in the order of the plan. One call's bytes belong
  // to one tensor.
  Status Append(std::string_view bytes);
  // Internal when bytes are missing. Syncs, then renames.
  Status Finish();

 private:
  GgufWriter(AtomicFile file, std::vector<PlannedTensor> tensors)
      : file_(std::move(file)), tensors_(std::move(tensors)) {}
  Status WriteHeader(std::vector<MetadataEntry> metadata);
  Status EndTensor();

  AtomicFile file_;
  std::vector<PlannedTensor> tensors_;
  std::string header_;
  int64_t tensor_hashes_offset_ = 0;  // of the first string of the array
  int64_t header_hash_offset_ = 0;    // of the string's content
  size_t current_ = 0;
  int64_t written_ = 0;  // bytes of the current tensor
  Sha256 hash_;
};

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_GGUF_WRITER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Model files in GGUF, version 3 (format: ggml's docs/gguf.md). Everything that the header says is checked
// before anything is used: counts, names, types, shapes, and that every tensor lies inside the file, aligned
// and apart from the others. A file that passes can be read without a further check of sizes or offsets.
#ifndef WAVESHIFT_RUNTIME_GGML_GGUF_FILE_H_
#define WAVESHIFT_RUNTIME_GGML_GGUF_FILE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/large_file.h"
#include "base/status.h"
#include "runtime/ggml/gguf_value.h"
#include "runtime/ggml/tensor_type.h"

namespace waveshift::ggml {

inline constexpr size_t kMaxDimensions = 4;
inline constexpr size_t kMaxTensorName = 63;  // what ggml can hold
// "[1280, 512]", also of shapes from elsewhere.
std::string ShapeText(const std::vector<int64_t>& shape);

// A tensor in a file that is open.
struct StoredTensor {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;  // outermost first, last index fastest: GGUF itself lists them the other way
  int64_t offset = 0;          // of its bytes in the file
  std::string_view bytes;

  int64_t values() const;
};

// Immutable; any thread.
class GgufFile {
 public:
  // Maps the file; see MappedFile about files that shrink. InvalidArgument names the file and what is wrong
  // with it.
  static StatusOr<std::shared_ptr<const GgufFile>> Open(const std::string& path);
  // The same of bytes in memory, which must outlive it. `name` stands for the file in messages.
  static StatusOr<std::shared_ptr<const GgufFile>> Parse(std::string_view bytes, const std::string& name);

  const std::string& name() const { return name_; }
  int64_t size() const { return static_cast<int64_t>(bytes_.size()); }
  int64_t alignment() const { return alignment_; }
  // Where the tensors' bytes begin.
  int64_t data_offset() const { return data_offset_; }

  // In the order of the file.
  const std::vector<MetadataEntry>& metadata() const { return metadata_; }
  // nullptr when there is none of that name.
  const Value* Find(std::string_view key) const;
  // InvalidArgument names file and key when it is missing or of another type (Integer: any integer type in
  // the range, bool not).
  StatusOr<int64_t> Integer(std::string_view key, int64_t lowest, int64_t highest) const;
  StatusOr<double> Real(std::string_view key) const;
  StatusOr<bool> Bool(std::string_view key) const;
  StatusOr<std::string> String(std::string_view key) const;
  StatusOr<std::string> Bytes(std::string_view key) const;
  StatusOr<std::vector<int64_t>> Integers(std::string_view key) const;
  StatusOr<std::vector<std::string>> Strings(std::string_view key) const;

  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  const StoredTensor* FindTensor(std::string_view name) const;
  // The tensor's bytes will not be wanted soon: a mapped file's pages no longer count as the process' memory
  // until they are read again.
  void GiveUp(const StoredTensor& tensor) const;

  // SHA-256 of all bytes before data_offset(), with the string under `key` replaced by as many '0'; NotFound
  // when the key has no string. See GgufWriter.
  StatusOr<std::string> HeaderSha256(std::string_view key) const;
  // Bytes between and behind tensors are zero, as the format wants it; InvalidArgument names the first that
  // is not, or bytes behind the last tensor.
  Status CheckPadding() const;

 private:
  friend class GgufParser;
  GgufFile() = default;
  const Value* FindAs(std::string_view key, ValueType type, std::optional<ValueType> element) const;
  Status Missing(std::string_view key, std::string_view wanted) const;

  std::optional<MappedFile> mapping_;
  std::string_view bytes_;
  std::string name_;
  int64_t alignment_ = 0;
  int64_t data_offset_ = 0;
  std::vector<MetadataEntry> metadata_;
  std::vector<int64_t> value_offsets_;  // where each metadata value's content begins
  std::map<std::string, size_t, std::less<>> keys_;
  std::vector<StoredTensor> tensors_;
  std::map<std::string, size_t, std::less<>> tensor_names_;
};

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_GGUF_FILE_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_GGML_GGUF_PARSER_INTERNAL_H_
#define WAVESHIFT_RUNTIME_GGML_GGUF_PARSER_INTERNAL_H_

#include <memory>
#include <string>
#include <string_view>

#include "runtime/ggml/gguf_file.h"

namespace waveshift::ggml {

// Reads a GGUF header from bytes that nobody has looked at yet.
class GgufParser {
 public:
  // Fills a file whose bytes and name are set.
  static Status Parse(GgufFile* file);

 private:
  explicit GgufParser(GgufFile* file) : file_(*file), bytes_(file->bytes_) {}
  Status ParseAll();
  Status ParseCounts(uint64_t* tensors, uint64_t* entries);
  Status ParseEntry();
  Status ParseArray(Value* value);
  Status ParseNumbers(uint64_t count, Value* value);
  Status ParseTensor();
  Status ParseShape(StoredTensor* tensor);
  Status PlaceTensors();
  Status TakeAlignment();

  Status Error(const std::string& what) const;
  Status Need(uint64_t bytes, std::string_view what) const;
  template <typename T>
  StatusOr<T> Number(std::string_view what);
  StatusOr<std::string> String(size_t max_bytes, std::string_view what);
  StatusOr<ValueType> Type(std::string_view key);
  Status Scalar(ValueType type, const std::string& key, int64_t* integer, double* real);

  GgufFile& file_;
  const std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_GGUF_PARSER_INTERNAL_H_

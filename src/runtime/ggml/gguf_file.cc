// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/gguf_file.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "runtime/ggml/gguf_parser_internal.h"

namespace waveshift::ggml {
namespace {

bool IsInteger(ValueType type) {
  return type != ValueType::kFloat32 && type != ValueType::kFloat64 && type != ValueType::kBool &&
         type != ValueType::kString && type != ValueType::kArray;
}

}  // namespace

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (const int64_t extent : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

int64_t StoredTensor::values() const {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

StatusOr<std::shared_ptr<const GgufFile>> GgufFile::Open(const std::string& path) {
  WS_ASSIGN_OR_RETURN(MappedFile mapping, MappedFile::Open(path));
  std::shared_ptr<GgufFile> file(new GgufFile);
  file->name_ = path;
  file->bytes_ = mapping.bytes();
  file->mapping_ = std::move(mapping);
  WS_RETURN_IF_ERROR(GgufParser::Parse(file.get()));
  return file;
}

StatusOr<std::shared_ptr<const GgufFile>> GgufFile::Parse(std::string_view bytes, const std::string& name) {
  std::shared_ptr<GgufFile> file(new GgufFile);
  file->name_ = name;
  file->bytes_ = bytes;
  WS_RETURN_IF_ERROR(GgufParser::Parse(file.get()));
  return file;
}

const Value* GgufFile::Find(std::string_view key) const {
  const auto it = keys_.find(key);
  return it == keys_.end() ? nullptr : &metadata_[it->second].value;
}

const StoredTensor* GgufFile::FindTensor(std::string_view name) const {
  const auto it = tensor_names_.find(name);
  return it == tensor_names_.end() ? nullptr : &tensors_[it->second];
}

void GgufFile::GiveUp(const StoredTensor& tensor) const {
  if (mapping_) mapping_->GiveUp(tensor.bytes);
}

Status GgufFile::Missing(std::string_view key, std::string_view wanted) const {
  const Value* value = Find(key);
  if (value == nullptr) return InvalidArgument(name_ + ": has no key " + std::string(key));
  return InvalidArgument(name_ + ": key " + std::string(key) + " is " + TypeText(*value) + ", not " +
                         std::string(wanted));
}

const Value* GgufFile::FindAs(std::string_view key, ValueType type, std::optional<ValueType> element) const {
  const Value* value = Find(key);
  if (value == nullptr || value->type != type || (element && value->element != *element)) return nullptr;
  return value;
}

StatusOr<int64_t> GgufFile::Integer(std::string_view key, int64_t lowest, int64_t highest) const {
  const Value* value = Find(key);
  if (value == nullptr || !IsInteger(value->type)) return Missing(key, "an integer");
  if (value->integer < lowest || value->integer > highest) {
    return InvalidArgument(name_ + ": key " + std::string(key) + " is " + std::to_string(value->integer) +
                           ", not from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return value->integer;
}

StatusOr<double> GgufFile::Real(std::string_view key) const {
  const Value* value = Find(key);
  if (value == nullptr || (value->type != ValueType::kFloat32 && value->type != ValueType::kFloat64)) {
    return Missing(key, "a float");
  }
  return value->real;
}

StatusOr<bool> GgufFile::Bool(std::string_view key) const {
  const Value* value = FindAs(key, ValueType::kBool, std::nullopt);
  if (value == nullptr) return Missing(key, "a bool");
  return value->integer != 0;
}

StatusOr<std::string> GgufFile::String(std::string_view key) const {
  const Value* value = FindAs(key, ValueType::kString, std::nullopt);
  if (value == nullptr) return Missing(key, "a string");
  return value->text;
}

StatusOr<std::string> GgufFile::Bytes(std::string_view key) const {
  const Value* value = FindAs(key, ValueType::kArray, ValueType::kUint8);
  if (value == nullptr) return Missing(key, "an array of uint8");
  return value->text;
}

StatusOr<std::vector<int64_t>> GgufFile::Integers(std::string_view key) const {
  const Value* value = FindAs(key, ValueType::kArray, std::nullopt);
  if (value == nullptr || !IsInteger(value->element) || value->element == ValueType::kUint8) {
    return Missing(key, "an array of integers");
  }
  return value->integers;
}

StatusOr<std::vector<std::string>> GgufFile::Strings(std::string_view key) const {
  const Value* value = FindAs(key, ValueType::kArray, ValueType::kString);
  if (value == nullptr) return Missing(key, "an array of strings");
  return value->texts;
}

StatusOr<std::string> GgufFile::HeaderSha256(std::string_view key) const {
  const auto it = keys_.find(key);
  if (it == keys_.end() || metadata_[it->second].value.type != ValueType::kString) {
    return NotFound(name_ + ": has no string under the key " + std::string(key));
  }
  const auto begin = static_cast<size_t>(value_offsets_[it->second]);
  const size_t length = metadata_[it->second].value.text.size();
  Sha256 hash;
  hash.Add(bytes_.substr(0, begin)).Add(std::string(length, '0'));
  hash.Add(bytes_.substr(begin + length, static_cast<size_t>(data_offset_) - begin - length));
  return hash.Hex();
}

Status GgufFile::CheckPadding() const {
  std::vector<const StoredTensor*> in_order;
  for (const StoredTensor& tensor : tensors_) in_order.push_back(&tensor);
  std::sort(in_order.begin(), in_order.end(),
            [](const StoredTensor* a, const StoredTensor* b) { return a->offset < b->offset; });
  int64_t at = data_offset_;
  const auto check = [&](int64_t end) {
    for (; at < end; ++at) {
      if (bytes_[static_cast<size_t>(at)] == 0) continue;
      return InvalidArgument(name_ + ": offset " + std::to_string(at) + ": a byte that belongs to nothing");
    }
    return OkStatus();
  };
  for (const StoredTensor* tensor : in_order) {
    WS_RETURN_IF_ERROR(check(tensor->offset));
    at = tensor->offset + static_cast<int64_t>(tensor->bytes.size());
  }
  if (size() - at >= alignment_) {
    return InvalidArgument(name_ + ": offset " + std::to_string(at) + ": bytes behind the last tensor");
  }
  return check(size());
}

}  // namespace waveshift::ggml

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/gguf_writer.h"

#include <cstring>
#include <set>
#include <utility>

namespace waveshift::ggml {
namespace {

constexpr size_t kHashDigits = 64;

template <typename T>
void PutNumber(T value, std::string* out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

void PutString(std::string_view text, std::string* out) {
  PutNumber<uint64_t>(text.size(), out);
  out->append(text);
}

void PutInteger(ValueType type, int64_t value, std::string* out) {
  // Two's complement, little-endian: the first bytes are the shorter number.
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out->append(bytes, static_cast<size_t>(NumberBytes(type)));
}

void PutReal(ValueType type, double value, std::string* out) {
  if (type == ValueType::kFloat32) {
    PutNumber(static_cast<float>(value), out);
  } else {
    PutNumber(value, out);
  }
}

void PutArray(const Value& value, std::string* out) {
  PutNumber(static_cast<uint32_t>(value.element), out);
  switch (value.element) {
    case ValueType::kUint8:
      PutString(value.text, out);
      return;
    case ValueType::kString:
      PutNumber<uint64_t>(value.texts.size(), out);
      for (const std::string& text : value.texts) PutString(text, out);
      return;
    case ValueType::kFloat32:
    case ValueType::kFloat64:
      PutNumber<uint64_t>(value.reals.size(), out);
      for (const double real : value.reals) PutReal(value.element, real, out);
      return;
    default:
      PutNumber<uint64_t>(value.integers.size(), out);
      for (const int64_t integer : value.integers) PutInteger(value.element, integer, out);
  }
}

void PutValue(const Value& value, std::string* out) {
  switch (value.type) {
    case ValueType::kArray:
      PutArray(value, out);
      return;
    case ValueType::kString:
      PutString(value.text, out);
      return;
    case ValueType::kFloat32:
    case ValueType::kFloat64:
      PutReal(value.type, value.real, out);
      return;
    default:
      PutInteger(value.type, value.integer, out);
  }
}

int64_t Aligned(int64_t offset) {
  return (offset + kWrittenAlignment - 1) / kWrittenAlignment * kWrittenAlignment;
}

Status CheckPlan(const PlannedTensor& tensor, std::set<std::string>* names) {
  bool fits = !tensor.name.empty() && tensor.name.size() <= kMaxTensorName && !tensor.shape.empty() &&
              tensor.shape.size() <= kMaxDimensions;
  for (const char c : tensor.name) fits = fits && c > 0x20 && c < 0x7F;
  for (const int64_t extent : tensor.shape) fits = fits && extent > 0;
  if (!fits || tensor.shape.back() % BlockValues(tensor.type) != 0) {
    return Internal("tensor \"" + tensor.name + "\" of shape " + ShapeText(tensor.shape) +
                    " cannot be stored as " + std::string(TypeName(tensor.type)));
  }
  if (!names->insert(tensor.name).second) return Internal("two tensors are named " + tensor.name);
  return OkStatus();
}

}  // namespace

int64_t PlannedTensor::bytes() const {
  int64_t values = 1;
  for (const int64_t extent : shape) values *= extent;
  return values / BlockValues(type) * BlockBytes(type);
}

StatusOr<GgufWriter> GgufWriter::Create(const std::string& path, std::vector<MetadataEntry> metadata,
                                        std::vector<PlannedTensor> tensors) {
  std::set<std::string> names;
  for (const PlannedTensor& tensor : tensors) WS_RETURN_IF_ERROR(CheckPlan(tensor, &names));
  WS_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  GgufWriter writer(std::move(file), std::move(tensors));
  WS_RETURN_IF_ERROR(writer.WriteHeader(std::move(metadata)));
  return writer;
}

Status GgufWriter::WriteHeader(std::vector<MetadataEntry> metadata) {
  const std::string zeros(kHashDigits, '0');
  metadata.push_back({"general.alignment", Value::Uint32(kWrittenAlignment)});
  metadata.push_back(
      {std::string(kTensorHashesKey), Value::Strings(std::vector<std::string>(tensors_.size(), zeros))});
  metadata.push_back({std::string(kHeaderHashKey), Value::String(zeros)});
  std::string& out = header_;
  out = "GGUF";
  PutNumber<uint32_t>(3, &out);
  PutNumber<uint64_t>(tensors_.size(), &out);
  PutNumber<uint64_t>(metadata.size(), &out);
  for (const MetadataEntry& entry : metadata) {
    PutString(entry.key, &out);
    PutNumber(static_cast<uint32_t>(entry.value.type), &out);
    // Behind an array's type and length, and behind a string's length.
    if (entry.key == kTensorHashesKey) tensor_hashes_offset_ = static_cast<int64_t>(out.size()) + 12;
    if (entry.key == kHeaderHashKey) header_hash_offset_ = static_cast<int64_t>(out.size()) + 8;
    PutValue(entry.value, &out);
  }
  int64_t offset = 0;
  for (const PlannedTensor& tensor : tensors_) {
    PutString(tensor.name, &out);
    PutNumber(static_cast<uint32_t>(tensor.shape.size()), &out);
    for (size_t i = tensor.shape.size(); i > 0; --i) PutNumber<uint64_t>(tensor.shape[i - 1], &out);
    PutNumber(FileNumber(tensor.type), &out);
    PutNumber<uint64_t>(offset, &out);
    offset = Aligned(offset + tensor.bytes());
  }
  out.resize(static_cast<size_t>(Aligned(static_cast<int64_t>(out.size()))), '\0');
  return file_.Append(out);
}

Status GgufWriter::Append(std::string_view bytes) {
  if (current_ == tensors_.size()) return Internal(file_.path() + ": more bytes than its tensors have");
  const PlannedTensor& tensor = tensors_[current_];
  if (static_cast<int64_t>(bytes.size()) > tensor.bytes() - written_) {
    return Internal(file_.path() + ": more bytes than tensor " + tensor.name + " has");
  }
  WS_RETURN_IF_ERROR(file_.Append(bytes));
  hash_.Add(bytes);
  written_ += static_cast<int64_t>(bytes.size());
  return written_ == tensor.bytes() ? EndTensor() : OkStatus();
}

Status GgufWriter::EndTensor() {
  const size_t at = static_cast<size_t>(tensor_hashes_offset_) + current_ * (8 + kHashDigits) + 8;
  header_.replace(at, kHashDigits, hash_.Hex());
  ++current_;
  written_ = 0;
  return file_.Append(std::string(static_cast<size_t>(Aligned(file_.size()) - file_.size()), '\0'));
}

Status GgufWriter::Finish() {
  if (current_ != tensors_.size()) {
    return Internal(file_.path() + ": tensor " + tensors_[current_].name + " is not whole");
  }
  header_.replace(static_cast<size_t>(header_hash_offset_), kHashDigits, Sha256Hex(header_));
  WS_RETURN_IF_ERROR(file_.Overwrite(0, header_));
  return file_.Commit();
}

}  // namespace waveshift::ggml

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "runtime/ggml/gguf_parser_internal.h"

namespace waveshift::ggml {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF files and weights are little-endian");

constexpr std::string_view kMagic = "GGUF";
constexpr uint32_t kVersion = 3;
constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr int64_t kDefaultAlignment = 32;
constexpr int64_t kSmallestAlignment = 8;  // the format's own rule; numbers can be read where they lie
constexpr int64_t kLargestAlignment = 1 << 20;
// Far above what a model has; they bound the work and the memory that a hostile header can ask for.
constexpr uint64_t kMaxEntries = 1 << 16;
constexpr uint64_t kMaxTensors = 1 << 16;
constexpr size_t kMaxKey = 256;
constexpr size_t kMaxString = 64 << 20;
constexpr uint64_t kMaxItems = 1 << 22;

std::string Printable(const std::string& name) {
  std::string out;
  for (const char c : name) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c);
  return "\"" + out + "\"";
}

// Names and keys: visible ASCII, so that they can be printed and compared.
bool IsPlainName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

Status GgufParser::Parse(GgufFile* file) { return GgufParser(file).ParseAll(); }

Status GgufParser::Error(const std::string& what) const {
  return InvalidArgument(file_.name_ + ": offset " + std::to_string(at_) + ": " + what);
}

Status GgufParser::Need(uint64_t bytes, std::string_view what) const {
  if (bytes <= bytes_.size() - at_) return OkStatus();
  return Error("the file ends within " + std::string(what));
}

template <typename T>
StatusOr<T> GgufParser::Number(std::string_view what) {
  WS_RETURN_IF_ERROR(Need(sizeof(T), what));
  T value;
  std::memcpy(&value, bytes_.data() + at_, sizeof(T));
  at_ += sizeof(T);
  return value;
}

StatusOr<std::string> GgufParser::String(size_t max_bytes, std::string_view what) {
  WS_ASSIGN_OR_RETURN(const auto size, Number<uint64_t>(what));
  if (size > max_bytes) return Error(std::string(what) + " has " + std::to_string(size) + " bytes");
  WS_RETURN_IF_ERROR(Need(size, what));
  std::string text(bytes_.substr(at_, size));
  at_ += size;
  return text;
}

StatusOr<ValueType> GgufParser::Type(std::string_view key) {
  WS_ASSIGN_OR_RETURN(const auto number, Number<uint32_t>("a value's type"));
  if (number > static_cast<uint32_t>(ValueType::kFloat64)) {
    return Error("key " + std::string(key) + " has the unknown type " + std::to_string(number));
  }
  return static_cast<ValueType>(number);
}

Status GgufParser::Scalar(ValueType type, const std::string& key, int64_t* integer, double* real) {
  const auto take = [&](auto zero, auto* into) -> Status {
    WS_ASSIGN_OR_RETURN(const auto value, Number<decltype(zero)>("a value"));
    if (std::cmp_greater(value, std::numeric_limits<int64_t>::max())) {
      return Error("the value of key " + key + " is too large");
    }
    *into = static_cast<int64_t>(value);
    return OkStatus();
  };
  switch (type) {
    case ValueType::kUint8:
    case ValueType::kBool:
      return take(uint8_t{}, integer);
    case ValueType::kInt8: {
      WS_RETURN_IF_ERROR(take(uint8_t{}, integer));
      if (*integer > 127) *integer -= 256;  // two's complement
      return OkStatus();
    }
    case ValueType::kUint16:
      return take(uint16_t{}, integer);
    case ValueType::kInt16:
      return take(int16_t{}, integer);
    case ValueType::kUint32:
      return take(uint32_t{}, integer);
    case ValueType::kInt32:
      return take(int32_t{}, integer);
    case ValueType::kUint64:
      return take(uint64_t{}, integer);
    case ValueType::kInt64:
      return take(int64_t{}, integer);
    case ValueType::kFloat32: {
      WS_ASSIGN_OR_RETURN(*real, Number<float>("a value"));
      return OkStatus();
    }
    default: {
      WS_ASSIGN_OR_RETURN(*real, Number<double>("a value"));
      return OkStatus();
    }
  }
}

Status GgufParser::ParseNumbers(uint64_t count, Value* value) {
  const bool real = value->element == ValueType::kFloat32 || value->element == ValueType::kFloat64;
  for (uint64_t i = 0; i < count; ++i) {
    int64_t integer = 0;
    double number = 0;
    WS_RETURN_IF_ERROR(Scalar(value->element, "an array", &integer, &number));
    if (real) {
      value->reals.push_back(number);
    } else {
      value->integers.push_back(integer);
    }
  }
  return OkStatus();
}

Status GgufParser::ParseArray(Value* value) {
  WS_ASSIGN_OR_RETURN(value->element, Type("an array"));
  if (value->element == ValueType::kArray) return Error("an array of arrays, which no model needs");
  WS_ASSIGN_OR_RETURN(const auto count, Number<uint64_t>("an array's length"));
  if (value->element == ValueType::kUint8) {
    if (count > kMaxString) return Error("an array has " + std::to_string(count) + " bytes");
    WS_RETURN_IF_ERROR(Need(count, "an array"));
    value->text = std::string(bytes_.substr(at_, count));
    at_ += count;
    return OkStatus();
  }
  // A string takes at least its length's eight bytes.
  const uint64_t smallest =
      value->element == ValueType::kString ? 8 : static_cast<uint64_t>(NumberBytes(value->element));
  if (count > kMaxItems) return Error("an array has " + std::to_string(count) + " items");
  WS_RETURN_IF_ERROR(Need(count * smallest, "an array"));
  if (value->element != ValueType::kString) return ParseNumbers(count, value);
  for (uint64_t i = 0; i < count; ++i) {
    WS_ASSIGN_OR_RETURN(std::string text, String(kMaxString, "a string"));
    value->texts.push_back(std::move(text));
  }
  return OkStatus();
}

Status GgufParser::ParseEntry() {
  WS_ASSIGN_OR_RETURN(std::string key, String(kMaxKey, "a key"));
  if (!IsPlainName(key)) return Error("the key " + Printable(key) + " has odd characters");
  if (!file_.keys_.emplace(key, file_.metadata_.size()).second)
    return Error("the key " + key + " stands twice");
  Value value;
  WS_ASSIGN_OR_RETURN(value.type, Type(key));
  size_t content = at_;
  if (value.type == ValueType::kArray) {
    WS_RETURN_IF_ERROR(ParseArray(&value));
  } else if (value.type == ValueType::kString) {
    content += sizeof(uint64_t);
    WS_ASSIGN_OR_RETURN(value.text, String(kMaxString, "a string"));
  } else {
    WS_RETURN_IF_ERROR(Scalar(value.type, key, &value.integer, &value.real));
    if (value.type == ValueType::kBool && value.integer > 1)
      return Error("key " + key + " is no true or false");
  }
  file_.value_offsets_.push_back(static_cast<int64_t>(content));
  file_.metadata_.push_back({std::move(key), std::move(value)});
  return OkStatus();
}

Status GgufParser::ParseShape(StoredTensor* tensor) {
  WS_ASSIGN_OR_RETURN(const auto dimensions, Number<uint32_t>("a tensor's shape"));
  if (dimensions < 1 || dimensions > kMaxDimensions) {
    return Error("tensor " + tensor->name + " has " + std::to_string(dimensions) + " dimensions, not 1 to 4");
  }
  int64_t values = 1;
  for (uint32_t i = 0; i < dimensions; ++i) {
    WS_ASSIGN_OR_RETURN(const auto extent, Number<uint64_t>("a tensor's shape"));
    // No tensor has more values than the file has bits: quantised types take at least one bit a value.
    const auto most = static_cast<uint64_t>(8 * file_.size() / values);
    if (extent == 0 || extent > most) {
      return Error("tensor " + tensor->name + " has an impossible shape");
    }
    values *= static_cast<int64_t>(extent);
    tensor->shape.insert(tensor->shape.begin(), static_cast<int64_t>(extent));
  }
  return OkStatus();
}

Status GgufParser::ParseTensor() {
  StoredTensor tensor;
  WS_ASSIGN_OR_RETURN(tensor.name, String(kMaxTensorName, "a tensor's name"));
  if (!IsPlainName(tensor.name))
    return Error("the tensor name " + Printable(tensor.name) + " has odd characters");
  if (!file_.tensor_names_.emplace(tensor.name, file_.tensors_.size()).second) {
    return Error("the tensor " + tensor.name + " stands twice");
  }
  WS_RETURN_IF_ERROR(ParseShape(&tensor));
  WS_ASSIGN_OR_RETURN(const auto number, Number<uint32_t>("a tensor's type"));
  const std::optional<TensorType> type = TypeOfFileNumber(number);
  if (!type)
    return Error("tensor " + tensor.name + " has the type " + std::to_string(number) +
                 ", which is not f32, f16, bf16, q8_0 or q4_k");
  tensor.type = *type;
  if (tensor.shape.back() % BlockValues(tensor.type) != 0) {
    return Error("tensor " + tensor.name + ": rows of " + std::to_string(tensor.shape.back()) +
                 " values are no whole blocks of " + std::string(TypeName(tensor.type)));
  }
  WS_ASSIGN_OR_RETURN(const auto offset, Number<uint64_t>("a tensor's offset"));
  if (offset > bytes_.size()) return Error("tensor " + tensor.name + " begins behind the end of the file");
  tensor.offset = static_cast<int64_t>(offset);
  file_.tensors_.push_back(std::move(tensor));
  return OkStatus();
}

Status GgufParser::TakeAlignment() {
  file_.alignment_ = kDefaultAlignment;
  if (file_.Find(kAlignmentKey) == nullptr) return OkStatus();
  WS_ASSIGN_OR_RETURN(file_.alignment_, file_.Integer(kAlignmentKey, kSmallestAlignment, kLargestAlignment));
  if (!std::has_single_bit(static_cast<uint64_t>(file_.alignment_))) {
    return Error("general.alignment is no power of two");
  }
  return OkStatus();
}

Status GgufParser::PlaceTensors() {
  const int64_t size = file_.size();
  const int64_t begin =
      (static_cast<int64_t>(at_) + file_.alignment_ - 1) / file_.alignment_ * file_.alignment_;
  if (!file_.tensors_.empty() && begin > size) return Error("the file ends before its tensors");
  file_.data_offset_ = std::min(begin, size);
  std::vector<StoredTensor*> in_order;
  for (StoredTensor& tensor : file_.tensors_) {
    if (tensor.offset % file_.alignment_ != 0) return Error("tensor " + tensor.name + " is not aligned");
    tensor.offset += begin;
    const int64_t bytes = tensor.values() / BlockValues(tensor.type) * BlockBytes(tensor.type);
    if (tensor.offset > size || bytes > size - tensor.offset) {
      return Error("tensor " + tensor.name + " ends behind the end of the file");
    }
    tensor.bytes = bytes_.substr(static_cast<size_t>(tensor.offset), static_cast<size_t>(bytes));
    in_order.push_back(&tensor);
  }
  std::sort(in_order.begin(), in_order.end(),
            [](const StoredTensor* a, const StoredTensor* b) { return a->offset < b->offset; });
  for (size_t i = 1; i < in_order.size(); ++i) {
    const StoredTensor& before = *in_order[i - 1];
    if (before.offset + static_cast<int64_t>(before.bytes.size()) > in_order[i]->offset) {
      return Error("the tensors " + before.name + " and " + in_order[i]->name + " overlap");
    }
  }
  return OkStatus();
}

Status GgufParser::ParseCounts(uint64_t* tensors, uint64_t* entries) {
  if (bytes_.substr(0, kMagic.size()) != kMagic) return InvalidArgument(file_.name_ + ": is no GGUF file");
  at_ = kMagic.size();
  WS_ASSIGN_OR_RETURN(const auto version, Number<uint32_t>("the header"));
  if (version != kVersion) {
    return Error("GGUF version " + std::to_string(version) + ", only version 3 is known");
  }
  WS_ASSIGN_OR_RETURN(*tensors, Number<uint64_t>("the header"));
  WS_ASSIGN_OR_RETURN(*entries, Number<uint64_t>("the header"));
  if (*tensors > kMaxTensors) return Error("it claims " + std::to_string(*tensors) + " tensors");
  if (*entries > kMaxEntries) return Error("it claims " + std::to_string(*entries) + " metadata entries");
  return OkStatus();
}

Status GgufParser::ParseAll() {
  uint64_t tensors = 0;
  uint64_t entries = 0;
  WS_RETURN_IF_ERROR(ParseCounts(&tensors, &entries));
  for (uint64_t i = 0; i < entries; ++i) WS_RETURN_IF_ERROR(ParseEntry());
  WS_RETURN_IF_ERROR(TakeAlignment());
  for (uint64_t i = 0; i < tensors; ++i) WS_RETURN_IF_ERROR(ParseTensor());
  return PlaceTensors();
}

}  // namespace waveshift::ggml

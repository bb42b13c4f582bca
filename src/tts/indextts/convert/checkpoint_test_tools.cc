// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/checkpoint_test_tools.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "runtime/ggml/tensor_type.h"

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kChunkValues = 1 << 18;

template <typename T>
std::string Little(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

// CRC-32 as in ZIP files (polynomial 0xEDB88320), continued.
uint32_t Crc(uint32_t crc, std::string_view bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> t = {};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0);
      t[i] = value;
    }
    return t;
  }();
  crc = ~crc;
  for (const char c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<uint8_t>(c)) & 0xFF];
  return ~crc;
}

std::string Unicode(std::string_view text) {
  return "X" + Little(static_cast<uint32_t>(text.size())) + std::string(text);
}

std::string Integer(int64_t value) {
  if (value >= 0 && value < 256) return "K" + Little(static_cast<uint8_t>(value));
  if (value >= 0 && value < 65536) return "M" + Little(static_cast<uint16_t>(value));
  if (value >= INT32_MIN && value <= INT32_MAX) return "J" + Little(static_cast<int32_t>(value));
  return std::string("\x8a\x08") + Little(value);
}

std::string Tuple(const std::vector<int64_t>& values) {
  std::string out = "(";
  for (const int64_t value : values) out += Integer(value);
  return out + "t";
}

std::string StorageClass(ElementType element) {
  switch (element) {
    case ElementType::kFloat64:
      return "ctorch\nDoubleStorage\n";
    case ElementType::kFloat16:
      return "ctorch\nHalfStorage\n";
    case ElementType::kBfloat16:
      return "ctorch\nBFloat16Storage\n";
    case ElementType::kInt64:
      return "ctorch\nLongStorage\n";
    default:
      return "ctorch\nFloatStorage\n";
  }
}

int64_t Count(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

std::vector<int64_t> Strides(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i > 1; --i) strides[i - 2] = strides[i - 1] * shape[i - 1];
  return strides;
}

template <typename T>
std::string Converted(std::span<const float> values) {
  std::string bytes;
  for (const float value : values) bytes += Little(static_cast<T>(value));
  return bytes;
}

Status Encode(ElementType element, std::span<const float> values, std::string* bytes) {
  const auto row = static_cast<int64_t>(values.size());
  switch (element) {
    case ElementType::kFloat16:
      return ggml::AppendRows(ggml::TensorType::kF16, values, row, bytes);
    case ElementType::kBfloat16:
      return ggml::AppendRows(ggml::TensorType::kBf16, values, row, bytes);
    case ElementType::kFloat64:
      *bytes = Converted<double>(values);
      return OkStatus();
    case ElementType::kInt64:
      *bytes = Converted<int64_t>(values);
      return OkStatus();
    default:
      bytes->assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
      return OkStatus();
  }
}

}  // namespace

StatusOr<ZipWriter> ZipWriter::Create(const std::string& path) {
  WS_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  return ZipWriter(std::move(file));
}

Status ZipWriter::BeginFile(const std::string& name) {
  entries_.push_back({name, file_.size()});
  // An extra field fills up, so that the data begins at a multiple of 64, as torch does it.
  const int64_t unfilled = file_.size() + 30 + static_cast<int64_t>(name.size()) + 4;
  const std::string filler(static_cast<size_t>((64 - unfilled % 64) % 64), 'Z');
  return file_.Append("PK\x03\x04" + std::string("\x00\x00\x08\x08", 4) + std::string(18, '\0') +
                      Little(static_cast<uint16_t>(name.size())) +
                      Little(static_cast<uint16_t>(4 + filler.size())) + name + "FB" +
                      Little(static_cast<uint16_t>(filler.size())) + filler);
}

Status ZipWriter::Append(std::string_view bytes) {
  entries_.back().crc = Crc(entries_.back().crc, bytes);
  entries_.back().size += static_cast<int64_t>(bytes.size());
  return file_.Append(bytes);
}

Status ZipWriter::EndFile() {
  const Entry& entry = entries_.back();
  return file_.Append("PK\x07\x08" + Little(entry.crc) + Little(entry.size) + Little(entry.size));
}

Status ZipWriter::AddFile(const std::string& name, std::string_view bytes) {
  WS_RETURN_IF_ERROR(BeginFile(name));
  WS_RETURN_IF_ERROR(Append(bytes));
  return EndFile();
}

Status ZipWriter::Finish() {
  const int64_t directory = file_.size();
  for (const Entry& entry : entries_) {
    const std::string extra =
        std::string("\x01\x00\x18\x00", 4) + Little(entry.size) + Little(entry.size) + Little(entry.header);
    WS_RETURN_IF_ERROR(file_.Append("PK\x01\x02" + std::string("\x00\x00\x00\x00\x08\x08", 6) +
                                    std::string(6, '\0') + Little(entry.crc) + std::string(8, '\xff') +
                                    Little(static_cast<uint16_t>(entry.name.size())) +
                                    Little(static_cast<uint16_t>(extra.size())) + std::string(10, '\0') +
                                    std::string(4, '\xff') + entry.name + extra));
  }
  const int64_t end = file_.size();
  const auto count = static_cast<int64_t>(entries_.size());
  WS_RETURN_IF_ERROR(file_.Append("PK\x06\x06" + Little<int64_t>(44) + std::string(12, '\0') + Little(count) +
                                  Little(count) + Little(end - directory) + Little(directory) + "PK\x06\x07" +
                                  std::string(4, '\0') + Little(end) + Little<uint32_t>(1) + "PK\x05\x06" +
                                  std::string(4, '\0') + std::string(4, '\xff') + std::string(8, '\xff') +
                                  std::string(2, '\0')));
  return file_.Commit();
}

std::string StateDictPickle(const std::vector<TestTensor>& tensors, const std::string& wrapper) {
  std::string out = "\x80\x02";
  if (!wrapper.empty()) out += "}q" + std::string(1, '\0') + Unicode(wrapper);
  out += "ccollections\nOrderedDict\n)R(";
  for (size_t i = 0; i < tensors.size(); ++i) {
    const TestTensor& tensor = tensors[i];
    out += Unicode(tensor.name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + Unicode("storage") +
           StorageClass(tensor.element) + Unicode(std::to_string(i)) + Unicode("cpu") +
           Integer(Count(tensor.shape)) + "tQK" + std::string(1, '\0') + Tuple(tensor.shape) +
           Tuple(Strides(tensor.shape)) + "\x89" + "ccollections\nOrderedDict\n)RtR";
  }
  out += "u";
  out += "}" + Unicode("_metadata") + "}sb";
  if (!wrapper.empty()) out += "s";
  return out + ".";
}

void FillByName(const TestTensor& tensor, int64_t first, std::span<float> values) {
  // FNV-1a of the name seeds a counter-based generator (splitmix64).
  uint64_t seed = 0xCBF29CE484222325;
  for (const char c : tensor.name) seed = (seed ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t z = seed + (static_cast<uint64_t>(first) + i + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    values[i] = static_cast<float>(static_cast<double>(z >> 11) * 0x1p-52 - 1.0);
  }
}

Status WriteCheckpoint(const std::string& path, const std::vector<TestTensor>& tensors,
                       const std::string& wrapper, const Fill& fill) {
  WS_ASSIGN_OR_RETURN(ZipWriter zip, ZipWriter::Create(path));
  WS_RETURN_IF_ERROR(zip.AddFile("archive/data.pkl", StateDictPickle(tensors, wrapper)));
  WS_RETURN_IF_ERROR(zip.AddFile("archive/byteorder", "little"));
  for (size_t i = 0; i < tensors.size(); ++i) {
    const int64_t count = Count(tensors[i].shape);
    WS_RETURN_IF_ERROR(zip.BeginFile("archive/data/" + std::to_string(i)));
    for (int64_t first = 0; first < count; first += kChunkValues) {
      std::vector<float> values(static_cast<size_t>(std::min(kChunkValues, count - first)));
      fill(tensors[i], first, values);
      std::string bytes;
      WS_RETURN_IF_ERROR(Annotate(Encode(tensors[i].element, values, &bytes), tensors[i].name));
      WS_RETURN_IF_ERROR(zip.Append(bytes));
    }
    WS_RETURN_IF_ERROR(zip.EndFile());
  }
  WS_RETURN_IF_ERROR(zip.AddFile("archive/version", "3\n"));
  return zip.Finish();
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/torch_checkpoint.h"

#include <cstring>
#include <optional>
#include <utility>

#include "runtime/ggml/gguf_file.h"
#include "runtime/ggml/tensor_type.h"
#include "tts/indextts/convert/zip_archive.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::ShapeText;
using Entries = std::map<std::string, ZipEntry>;

constexpr std::string_view kPickle = "/data.pkl";
constexpr int64_t kMaxPickleBytes = 16 << 20;
constexpr int64_t kMaxTextBytes = 256;
constexpr std::string_view kWrappers[] = {"model", "generator"};

// Goes from a document and the archive's files to the tensors.
class StateDict {
 public:
  StateDict(const std::string& path, const Entries& entries, const std::string& folder,
            PickleDocument document)
      : path_(path), entries_(entries), folder_(folder), document_(std::move(document)) {}

  StatusOr<std::map<std::string, CheckpointTensor>> Tensors() const {
    const PickleValue* dict = &document_.at(document_.root);
    for (const std::string_view wrapper : kWrappers) {
      const PickleValue* inner = document_.Find(*dict, wrapper);
      if (inner == nullptr || inner->kind != PickleKind::kDict) continue;
      dict = inner;
      break;
    }
    if (dict->kind != PickleKind::kDict) return InvalidArgument(path_ + ": is no state dict");
    std::map<std::string, CheckpointTensor> tensors;
    for (size_t i = 0; i + 1 < dict->items.size(); i += 2) {
      const PickleValue& key = document_.at(dict->items[i]);
      if (key.kind != PickleKind::kText) return InvalidArgument(path_ + ": has a key that is no text");
      const PickleValue& value = document_.at(dict->items[i + 1]);
      if (value.kind != PickleKind::kTensor) {
        return InvalidArgument(path_ + ": \"" + key.text.substr(0, 200) + "\" is no tensor");
      }
      WS_ASSIGN_OR_RETURN(CheckpointTensor tensor, Place(key.text, value));
      if (!tensors.emplace(key.text, std::move(tensor)).second) {
        return InvalidArgument(path_ + ": tensor " + key.text + " stands twice");
      }
    }
    if (tensors.empty()) return InvalidArgument(path_ + ": has no tensors");
    return tensors;
  }

 private:
  // Checks a tensor against its storage's bytes.
  StatusOr<CheckpointTensor> Place(const std::string& name, const PickleValue& value) const {
    const std::string where = path_ + ": tensor " + name + ": ";
    const PickleValue& storage = document_.at(value.storage);
    const auto entry = entries_.find(folder_ + "/data/" + storage.text);
    if (entry == entries_.end()) return InvalidArgument(where + "the archive has no data for it");
    const int64_t element_bytes = ElementBytes(storage.element);
    if (entry->second.size != storage.integer * element_bytes) {
      return InvalidArgument(where + std::to_string(entry->second.size) + " bytes at offset " +
                             std::to_string(entry->second.offset) + " instead of " +
                             std::to_string(storage.integer * element_bytes));
    }
    const std::optional<int64_t> count = DenseValues(value);
    if (!count) return InvalidArgument(where + "its values do not lie one after the other");
    if (value.offset > storage.integer || *count > storage.integer - value.offset) {
      return InvalidArgument(where + "shape " + ShapeText(value.shape) + " is larger than its data");
    }
    return CheckpointTensor{storage.element, value.shape,
                            entry->second.offset + value.offset * element_bytes};
  }

  // The number of values of a row-major tensor; nullopt when its strides are others. Extents are at most
  // 2^40.
  static std::optional<int64_t> DenseValues(const PickleValue& tensor) {
    int64_t expected = 1;
    for (size_t i = tensor.shape.size(); i > 0; --i) {
      const int64_t extent = tensor.shape[i - 1];
      if (extent == 0) return std::nullopt;
      if (extent > 1 && tensor.strides[i - 1] != expected) return std::nullopt;
      if (expected > (int64_t{1} << 40) / extent) return std::nullopt;
      expected *= extent;
    }
    return expected;
  }

  const std::string& path_;
  const Entries& entries_;
  const std::string& folder_;
  const PickleDocument document_;
};

// The folder of the archive that has data.pkl.
StatusOr<std::string> FindFolder(const std::string& path, const Entries& entries) {
  std::string folder;
  for (const auto& [name, entry] : entries) {
    if (!name.ends_with(kPickle) || name.find('/') != name.size() - kPickle.size()) continue;
    if (!folder.empty()) return InvalidArgument(path + ": has two files data.pkl");
    folder = name.substr(0, name.size() - kPickle.size());
  }
  if (folder.empty())
    return InvalidArgument(path + ": is a ZIP file without data.pkl, so no torch checkpoint");
  return folder;
}

// torch says the byte order since version 2.1.
Status CheckByteOrder(const InputFile& file, const Entries& entries, const std::string& folder) {
  const auto entry = entries.find(folder + "/byteorder");
  if (entry == entries.end()) return OkStatus();
  if (entry->second.size > kMaxTextBytes) return InvalidArgument(file.path() + ": byteorder is too long");
  WS_ASSIGN_OR_RETURN(const std::string order, file.ReadAt(entry->second.offset, entry->second.size));
  if (order != "little") return InvalidArgument(file.path() + ": its numbers are not little-endian");
  return OkStatus();
}

template <typename T>
void Convert(const std::string& bytes, std::span<float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<float>(value);
  }
}

}  // namespace

int64_t CheckpointTensor::values() const {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

StatusOr<TorchCheckpoint> TorchCheckpoint::Open(const std::string& path) {
  WS_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  WS_ASSIGN_OR_RETURN(const Entries entries, ReadZipEntries(file));
  WS_ASSIGN_OR_RETURN(const std::string folder, FindFolder(path, entries));
  WS_RETURN_IF_ERROR(CheckByteOrder(file, entries, folder));
  const ZipEntry& pickle = entries.at(folder + std::string(kPickle));
  if (pickle.size > kMaxPickleBytes) {
    return InvalidArgument(path + ": data.pkl has " + std::to_string(pickle.size) + " bytes, at most " +
                           std::to_string(kMaxPickleBytes) + " are read");
  }
  WS_ASSIGN_OR_RETURN(const std::string bytes, file.ReadAt(pickle.offset, pickle.size));
  WS_ASSIGN_OR_RETURN(PickleDocument document, ReadPickle(bytes, path + ": data.pkl"));
  TorchCheckpoint checkpoint(std::move(file));
  WS_ASSIGN_OR_RETURN(checkpoint.tensors_, StateDict(path, entries, folder, std::move(document)).Tensors());
  return checkpoint;
}

Status TorchCheckpoint::Read(const CheckpointTensor& tensor, int64_t first, std::span<float> values) const {
  const auto count = static_cast<int64_t>(values.size());
  const int64_t width = ElementBytes(tensor.element);
  if (tensor.element == ElementType::kFloat32) {
    return file_.ReadAt(tensor.offset + first * width, values.data(), count * width);
  }
  WS_ASSIGN_OR_RETURN(const std::string bytes, file_.ReadAt(tensor.offset + first * width, count * width));
  switch (tensor.element) {
    case ElementType::kFloat16:
      ggml::ReadRows(ggml::TensorType::kF16, bytes, values);
      return OkStatus();
    case ElementType::kBfloat16:
      ggml::ReadRows(ggml::TensorType::kBf16, bytes, values);
      return OkStatus();
    case ElementType::kFloat64:
      Convert<double>(bytes, values);
      return OkStatus();
    default:
      return InvalidArgument("holds " + std::string(ElementName(tensor.element)) + " values, not floats");
  }
}

}  // namespace waveshift::tts::indextts

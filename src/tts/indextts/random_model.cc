// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/random_model.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/ggml/gguf_writer.h"
#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {
namespace {

// Values of a tensor that are made one by one, and how many are copied from among them at once: both whole
// blocks of every type.
constexpr int64_t kOwnValues = 1 << 17;
constexpr int64_t kPieceValues = 256;
constexpr size_t kWriteBytes = 1 << 20;

Architecture Published(int64_t width, int64_t layers, int64_t max_codes, int64_t max_text) {
  Architecture a;
  a.conformer = {.width = 512, .heads = 8, .blocks = 6, .feed_forward = 2048};
  a.perceiver = {.heads = 8, .feed_forward = width * 4 / 3};
  a.gpt = {.width = width,
           .heads = width / 64,
           .layers = layers,
           .max_codes = max_codes,
           .max_text_tokens = max_text,
           .text_tokens = 12000,
           .codes = 8194,
           .start_code = 8192,
           .stop_code = 8193};
  a.speaker = {.channels = 512, .mixed_channels = 1536, .attention = 128, .squeeze = 128, .width = 512};
  a.vocoder = {.channels = 1536,
               .rates = {4, 4, 4, 4, 2, 2},
               .kernels = {8, 8, 4, 4, 4, 4},
               .block_kernels = {3, 7, 11},
               .block_dilations = {1, 3, 5}};
  return a;
}

// SplitMix64's output for a counter.
uint64_t Mixed(uint64_t counter) {
  counter *= 0x9E3779B97F4A7C15;
  counter = (counter ^ (counter >> 30)) * 0xBF58476D1CE4E5B9;
  counter = (counter ^ (counter >> 27)) * 0x94D049BB133111EB;
  return counter ^ (counter >> 31);
}

// Where the counters of a tensor begin: FNV-1a of its name, and the seed.
uint64_t FirstCounter(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return Mixed(hash ^ Mixed(seed + 1));
}

int64_t ValuesOf(const TensorSpec& spec) {
  int64_t values = 1;
  for (const int64_t extent : spec.shape) values *= extent;
  return values;
}

std::vector<float> OwnValues(const TensorSpec& spec, uint64_t first, int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  if (spec.name == kFilterName) {
    std::copy_n(kRandomFilter.begin(), kFilterTaps, values.begin());
    return values;
  }
  const ValueRange range = RandomRange(spec);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto bits = static_cast<int32_t>(Mixed(first + i) >> 40) - (1 << 23);
    values[i] = range.center + range.spread * static_cast<float>(bits) / (1 << 23);
  }
  return values;
}

std::vector<ggml::MetadataEntry> MetadataOf(const Architecture& architecture,
                                            const RandomModelOptions& options) {
  using ggml::Value;
  const auto type = [](ggml::TensorType t) { return Value::String(std::string(TypeName(t))); };
  std::vector<ggml::MetadataEntry> entries = {
      {"general.architecture", Value::String(std::string(kArchitectureName))},
      {"general.name", Value::String("IndexTTS " + architecture.version + " with random weights")},
      {std::string(kFormatKey), Value::Uint32(kModelFormat)}};
  for (ggml::MetadataEntry& entry : ArchitectureMetadata(architecture)) entries.push_back(std::move(entry));
  entries.push_back({"indextts.type.gpt", type(options.gpt_type)});
  entries.push_back({"indextts.type.other", type(options.other_type)});
  entries.push_back({std::string(kTokenizerKey), Value::Bytes(SmallestTokenizer())});
  return entries;
}

class RandomModel {
 public:
  RandomModel(const Architecture& architecture, const RandomModelOptions& options)
      : architecture_(architecture), options_(options) {
    for (TensorSpec& spec : TensorList(architecture)) {
      if (spec.treatment == Treatment::kDrop) continue;
      // The release has the GPT in 16 bits.
      const ggml::TensorType type =
          StoredType(spec, options.gpt_type, options.other_type, spec.part == Part::kGpt);
      planned_.push_back({spec.name, type, spec.shape});
      bytes_ += planned_.back().bytes();
      specs_.push_back(std::move(spec));
    }
  }

  int64_t bytes() const { return bytes_; }

  Status Write(const std::string& path) {
    WS_ASSIGN_OR_RETURN(ggml::GgufWriter writer,
                        ggml::GgufWriter::Create(path, MetadataOf(architecture_, options_), planned_));
    for (size_t i = 0; i < specs_.size(); ++i) {
      WS_RETURN_IF_ERROR(WriteTensor(specs_[i], planned_[i], &writer));
    }
    return writer.Finish();
  }

 private:
  Status WriteTensor(const TensorSpec& spec, const ggml::PlannedTensor& planned, ggml::GgufWriter* writer) {
    const uint64_t first = FirstCounter(options_.seed, spec.name);
    const int64_t count = ValuesOf(spec);
    const int64_t own = std::min(count, kOwnValues);
    std::string bytes;
    // How a tensor is cut into rows does not change its bytes.
    WS_RETURN_IF_ERROR(AppendRows(planned.type, OwnValues(spec, first, own), own, &bytes));
    WS_RETURN_IF_ERROR(Append(bytes, writer));
    return AppendPieces(bytes, planned, first + static_cast<uint64_t>(own), writer);
  }

  // What follows the tensor's own values, as pieces of these.
  Status AppendPieces(std::string_view own, const ggml::PlannedTensor& planned, uint64_t counter,
                      ggml::GgufWriter* writer) {
    const auto block = static_cast<size_t>(BlockBytes(planned.type));
    const size_t piece = block * static_cast<size_t>(kPieceValues / BlockValues(planned.type));
    auto rest = static_cast<size_t>(planned.bytes()) - own.size();
    std::string bytes;
    while (rest > 0) {
      const size_t size = std::min(piece, rest);
      bytes += own.substr(Mixed(counter++) % ((own.size() - piece) / block + 1) * block, size);
      rest -= size;
      if (bytes.size() < kWriteBytes && rest > 0) continue;
      WS_RETURN_IF_ERROR(Append(bytes, writer));
      bytes.clear();
    }
    return OkStatus();
  }

  Status Append(std::string_view bytes, ggml::GgufWriter* writer) {
    if (options_.stop.stop_requested()) return Cancelled("stopped; nothing was written");
    WS_RETURN_IF_ERROR(writer->Append(bytes));
    done_ += static_cast<int64_t>(bytes.size());
    if (options_.progress) options_.progress(static_cast<double>(done_) / static_cast<double>(bytes_));
    return OkStatus();
  }

  const Architecture& architecture_;
  const RandomModelOptions& options_;
  std::vector<TensorSpec> specs_;
  std::vector<ggml::PlannedTensor> planned_;
  int64_t bytes_ = 0;
  int64_t done_ = 0;
};

}  // namespace

Architecture ArchitectureOf10() {
  Architecture a = Published(1024, 20, 605, 402);
  a.version = "1.0";
  return a;
}

Architecture ArchitectureOf15() {
  Architecture a = Published(1280, 24, 800, 600);
  a.version = "1.5";
  return a;
}

Architecture TinyArchitecture() {
  Architecture a = Published(64, 2, 64, 60);
  a.version = "1.5";
  a.conformer = {.width = 32, .heads = 2, .blocks = 2, .feed_forward = 48, .positions = 50};
  a.perceiver = {.heads = 2, .feed_forward = 85};
  a.gpt.heads = 4;
  a.gpt.text_tokens = 200;
  a.gpt.codes = 66;
  a.gpt.start_code = 64;
  a.gpt.stop_code = 65;
  a.speaker = {.channels = 32, .mixed_channels = 48, .attention = 8, .squeeze = 8, .width = 16};
  a.vocoder.channels = 64;
  return a;
}

// A protocol buffer: field 1 is a message for each piece, with its text in field 1 and its type (1 normal,
// 2 unknown, 3 control) in field 3.
std::string SmallestTokenizer() {
  std::string bytes;
  for (const auto& [piece, type] :
       {std::pair<std::string, char>{"<s>", 3}, {"</s>", 3}, {"<unk>", 2}, {"\u2581", 1}}) {
    const std::string message =
        "\x0a" + std::string(1, static_cast<char>(piece.size())) + piece + "\x18" + type;
    bytes += "\x0a" + std::string(1, static_cast<char>(message.size())) + message;
  }
  return bytes;
}

ValueRange RandomRange(const TensorSpec& spec) {
  const std::string_view name = spec.name;
  if (name == "conformer.positions") return {0, 1};  // sines and cosines
  if (name.ends_with(".variance")) return {1, 0.5F};
  if (name.ends_with(".alpha") || name.ends_with(".beta")) return {0, 0.5F};
  // Of the vectors only norms have weights.
  if (spec.role == Role::kVector) return {name.ends_with(".weight") ? 1.0F : 0.0F, 0.05F};
  int64_t flows_in = 1;
  for (size_t i = 1; i < spec.shape.size(); ++i) flows_in *= spec.shape[i];
  // What is added to the vocoder's rows again and again, and what becomes sound, stays small.
  const bool is_quiet = name.starts_with("vocoder.blocks.") || name.starts_with("vocoder.conv_out.");
  return {0, (is_quiet ? 0.3F : 1.0F) * std::sqrt(3.0F / static_cast<float>(flows_in))};
}

int64_t RandomModelBytes(const Architecture& architecture, const RandomModelOptions& options) {
  return RandomModel(architecture, options).bytes();
}

Status WriteRandomModel(const std::string& path, const Architecture& architecture,
                        const RandomModelOptions& options) {
  return RandomModel(architecture, options).Write(path);
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/converter.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/hash.h"
#include "runtime/ggml/gguf_writer.h"
#include "tts/indextts/convert/release.h"
#include "tts/indextts/convert/tensor_stream.h"
#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::PlannedTensor;
using ggml::TensorType;
using ggml::Value;

Status CheckOptions(const ConvertOptions& options) {
  if (options.gpt_type == TensorType::kBf16) return InvalidArgument("type: f32, f16, q8_0 or q4_k");
  if (options.other_type != TensorType::kF32 && options.other_type != TensorType::kF16) {
    return InvalidArgument("type of the other tensors: f32 or f16");
  }
  return OkStatus();
}

// The output must not take the place of what it is made of.
Status CheckOutput(const Release& release, const std::string& output) {
  for (const std::string& input :
       {release.config_path, release.gpt.path(), release.vocoder.path(), release.tokenizer_path}) {
    std::error_code error;
    if (std::filesystem::equivalent(input, output, error)) {
      return InvalidArgument(output + ": is a file of the release; choose another name");
    }
  }
  return OkStatus();
}

class Conversion {
 public:
  Conversion(const Release& release, const ConvertOptions& options) : release_(release), options_(options) {}

  StatusOr<ConvertReport> Run(const std::string& output) {
    Plan();
    WS_ASSIGN_OR_RETURN(std::vector<ggml::MetadataEntry> metadata, Metadata());
    WS_ASSIGN_OR_RETURN(ggml::GgufWriter writer,
                        ggml::GgufWriter::Create(output, std::move(metadata), planned_));
    for (size_t i = 0; i < specs_.size(); ++i) {
      const TensorSpec& spec = *specs_[i];
      const TensorSource source{release_.FileOf(spec), spec};
      WS_RETURN_IF_ERROR(WriteTensor(source, planned_[i].type, options_.threads, options_.stop, &writer));
      WS_RETURN_IF_ERROR(Advance(planned_[i].bytes()));
    }
    WS_RETURN_IF_ERROR(CheckFilters());
    WS_RETURN_IF_ERROR(writer.Finish());
    return Report();
  }

 private:
  void Plan() {
    for (const TensorSpec& spec : release_.tensors) {
      if (spec.treatment == Treatment::kDrop) continue;
      const auto& tensors = release_.FileOf(spec).tensors();
      const bool folded = spec.treatment == Treatment::kFoldWeightNorm;
      const ElementType source = tensors.at(spec.source + (folded ? "_v" : "")).element;
      specs_.push_back(&spec);
      const TensorType type =
          StoredType(spec, options_.gpt_type, options_.other_type, source == ElementType::kFloat16);
      planned_.push_back({spec.name, type, spec.shape});
      total_ += planned_.back().bytes();
    }
    total_ += release_.gpt.size() + release_.vocoder.size();
  }

  Status Advance(int64_t bytes) {
    if (options_.stop.stop_requested()) return Cancelled("stopped; nothing was written");
    done_ += bytes;
    if (options_.progress) options_.progress(static_cast<double>(done_) / static_cast<double>(total_));
    return OkStatus();
  }

  StatusOr<std::vector<ggml::MetadataEntry>> Metadata() {
    std::vector<ggml::MetadataEntry> entries;
    entries.push_back({"general.architecture", Value::String(std::string(kArchitectureName))});
    entries.push_back({"general.name", Value::String("IndexTTS " + release_.architecture.version)});
    if (!release_.license.empty())
      entries.push_back({std::string(kLicenseKey), Value::String(release_.license)});
    entries.push_back({std::string(kFormatKey), Value::Uint32(kModelFormat)});
    for (ggml::MetadataEntry& entry : ArchitectureMetadata(release_.architecture)) {
      entries.push_back(std::move(entry));
    }
    const auto type = [](TensorType t) { return Value::String(std::string(TypeName(t))); };
    entries.push_back({"indextts.type.gpt", type(options_.gpt_type)});
    entries.push_back({"indextts.type.other", type(options_.other_type)});
    WS_ASSIGN_OR_RETURN(std::string gpt, release_.gpt.Sha256Hex());
    WS_RETURN_IF_ERROR(Advance(release_.gpt.size()));
    WS_ASSIGN_OR_RETURN(std::string vocoder, release_.vocoder.Sha256Hex());
    WS_RETURN_IF_ERROR(Advance(release_.vocoder.size()));
    entries.push_back({"indextts.source.gpt_sha256", Value::String(std::move(gpt))});
    entries.push_back({"indextts.source.vocoder_sha256", Value::String(std::move(vocoder))});
    entries.push_back({"indextts.source.tokenizer_sha256", Value::String(Sha256Hex(release_.tokenizer))});
    entries.push_back({std::string(kTokenizerKey), Value::Bytes(release_.tokenizer)});
    return entries;
  }

  // All filters are the one that was kept.
  Status CheckFilters() const {
    std::vector<float> kept;
    for (const TensorSpec& spec : release_.tensors) {
      if (!IsFilter(spec)) continue;
      std::vector<float> taps(kFilterTaps);
      const TorchCheckpoint& file = release_.FileOf(spec);
      WS_RETURN_IF_ERROR(Annotate(file.Read(file.tensors().at(spec.source), 0, taps),
                                  file.path() + ": tensor " + spec.source));
      if (kept.empty()) kept = taps;
      if (taps != kept) {
        return InvalidArgument(file.path() + ": tensor " + spec.source + " differs from the other filters");
      }
    }
    return OkStatus();
  }

  ConvertReport Report() const {
    ConvertReport report{.architecture = release_.architecture,
                         .tensors = static_cast<int64_t>(planned_.size()),
                         .license_files = release_.license_files};
    for (const PlannedTensor& tensor : planned_) report.bytes += tensor.bytes();
    for (const TensorSpec& spec : release_.tensors) {
      if (spec.treatment != Treatment::kDrop) continue;
      report.dropped.push_back({release_.FileOf(spec).path(), spec.source, spec.source_shape});
    }
    return report;
  }

  const Release& release_;
  const ConvertOptions& options_;
  std::vector<const TensorSpec*> specs_;  // those that are written, as planned_
  std::vector<PlannedTensor> planned_;
  int64_t done_ = 0;
  int64_t total_ = 0;
};

}  // namespace

StatusOr<ConvertReport> Convert(const std::string& folder, const std::string& output,
                                const ConvertOptions& options) {
  WS_RETURN_IF_ERROR(CheckOptions(options));
  WS_ASSIGN_OR_RETURN(const Release release, OpenRelease(folder, options.license_path));
  WS_RETURN_IF_ERROR(CheckOutput(release, output));
  return Conversion(release, options).Run(output);
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/architecture.h"

#include <utility>

namespace waveshift::tts::indextts {
namespace {

constexpr std::string_view kPrefix = "indextts.";
constexpr size_t kMostListItems = 16;

// Every size with its key and what it may be; one list for writing, reading and checking.
template <typename ArchitectureType, typename Visitor>
void VisitSizes(ArchitectureType& a, Visitor& visit) {
  visit.Size("mel.sample_rate_hz", a.mel.sample_rate_hz, 8000, 192000);
  visit.Size("mel.fft", a.mel.fft, 16, 1 << 16);
  visit.Size("mel.hop", a.mel.hop, 1, 1 << 16);
  visit.Size("mel.window", a.mel.window, 1, 1 << 16);
  visit.Size("mel.bands", a.mel.bands, 3, 1024);
  visit.Size("conformer.width", a.conformer.width, 2, 8192);
  visit.Size("conformer.heads", a.conformer.heads, 1, 256);
  visit.Size("conformer.blocks", a.conformer.blocks, 1, 128);
  visit.Size("conformer.feed_forward", a.conformer.feed_forward, 1, 1 << 16);
  visit.Size("conformer.kernel", a.conformer.kernel, 1, 255);
  visit.Size("conformer.positions", a.conformer.positions, 1, 1 << 20);
  visit.Size("perceiver.latents", a.perceiver.latents, 1, 4096);
  visit.Size("perceiver.layers", a.perceiver.layers, 1, 64);
  visit.Size("perceiver.heads", a.perceiver.heads, 1, 256);
  visit.Size("perceiver.head_width", a.perceiver.head_width, 1, 1024);
  visit.Size("perceiver.feed_forward", a.perceiver.feed_forward, 1, 1 << 16);
  visit.Size("gpt.width", a.gpt.width, 2, 16384);
  visit.Size("gpt.heads", a.gpt.heads, 1, 256);
  visit.Size("gpt.layers", a.gpt.layers, 1, 256);
  visit.Size("gpt.max_codes", a.gpt.max_codes, 1, 1 << 16);
  visit.Size("gpt.max_text_tokens", a.gpt.max_text_tokens, 1, 1 << 16);
  visit.Size("gpt.text_tokens", a.gpt.text_tokens, 2, 1 << 20);
  visit.Size("gpt.codes", a.gpt.codes, 3, 1 << 20);
  visit.Size("gpt.start_code", a.gpt.start_code, 0, 1 << 20);
  visit.Size("gpt.stop_code", a.gpt.stop_code, 0, 1 << 20);
  visit.Size("gpt.start_text", a.gpt.start_text, 0, 1 << 20);
  visit.Size("gpt.stop_text", a.gpt.stop_text, 0, 1 << 20);
  visit.Size("gpt.samples_per_code", a.gpt.samples_per_code, 1, 1 << 16);
  visit.Size("speaker.channels", a.speaker.channels, 1, 1 << 16);
  visit.Size("speaker.mixed_channels", a.speaker.mixed_channels, 1, 1 << 16);
  visit.Size("speaker.attention", a.speaker.attention, 1, 1 << 16);
  visit.Size("speaker.squeeze", a.speaker.squeeze, 1, 1 << 16);
  visit.Size("speaker.scale", a.speaker.scale, 2, 64);
  visit.Size("speaker.width", a.speaker.width, 1, 1 << 16);
  visit.Size("vocoder.channels", a.vocoder.channels, 1, 1 << 16);
  visit.List("vocoder.rates", a.vocoder.rates, 1, 64);
  visit.List("vocoder.kernels", a.vocoder.kernels, 1, 256);
  visit.List("vocoder.block_kernels", a.vocoder.block_kernels, 1, 255);
  visit.List("vocoder.block_dilations", a.vocoder.block_dilations, 1, 255);
}

struct Writer {
  std::vector<ggml::MetadataEntry>& entries;
  void Size(std::string_view key, int64_t value, int64_t /*low*/, int64_t /*high*/) {
    entries.push_back(
        {std::string(kPrefix) + std::string(key), ggml::Value::Uint32(static_cast<uint32_t>(value))});
  }
  void List(std::string_view key, const std::vector<int64_t>& values, int64_t /*low*/, int64_t /*high*/) {
    entries.push_back({std::string(kPrefix) + std::string(key), ggml::Value::Int32s(values)});
  }
};

struct Reader {
  const ggml::GgufFile& file;
  Status status;
  void Size(std::string_view key, int64_t& value, int64_t low, int64_t high) {
    if (!status.ok()) return;
    const StatusOr<int64_t> read = file.Integer(std::string(kPrefix) + std::string(key), low, high);
    status = read.status();
    if (read.ok()) value = *read;
  }
  void List(std::string_view key, std::vector<int64_t>& values, int64_t /*low*/, int64_t /*high*/) {
    if (!status.ok()) return;
    StatusOr<std::vector<int64_t>> read = file.Integers(std::string(kPrefix) + std::string(key));
    status = read.status();
    if (read.ok()) values = *std::move(read);
  }
};

struct RangeChecker {
  Status status;
  void Size(std::string_view key, int64_t value, int64_t low, int64_t high) {
    if (!status.ok() || (value >= low && value <= high)) return;
    status = InvalidArgument(std::string(key) + ": " + std::to_string(value) + " is not from " +
                             std::to_string(low) + " to " + std::to_string(high));
  }
  void List(std::string_view key, const std::vector<int64_t>& values, int64_t low, int64_t high) {
    if (status.ok() && (values.empty() || values.size() > kMostListItems)) {
      status =
          InvalidArgument(std::string(key) + ": wants 1 to " + std::to_string(kMostListItems) + " numbers");
    }
    for (const int64_t value : values) Size(key, value, low, high);
  }
};

Status Require(bool holds, std::string_view what) { return holds ? OkStatus() : InvalidArgument(what); }

Status CheckGpt(const GptSizes& gpt) {
  WS_RETURN_IF_ERROR(Require(gpt.width % gpt.heads == 0, "gpt.width: is no multiple of gpt.heads"));
  WS_RETURN_IF_ERROR(Require(gpt.start_code < gpt.codes && gpt.stop_code < gpt.codes,
                             "gpt.start_code, gpt.stop_code: must be smaller than gpt.codes"));
  WS_RETURN_IF_ERROR(
      Require(gpt.start_code != gpt.stop_code, "gpt.start_code: must differ from gpt.stop_code"));
  return Require(gpt.start_text < gpt.text_tokens && gpt.stop_text < gpt.text_tokens,
                 "gpt.start_text, gpt.stop_text: must be smaller than gpt.text_tokens");
}

Status CheckVocoder(const Architecture& a) {
  const VocoderSizes& v = a.vocoder;
  WS_RETURN_IF_ERROR(
      Require(v.kernels.size() == v.rates.size(), "vocoder.kernels: wants as many numbers as vocoder.rates"));
  int64_t product = 1;
  for (size_t i = 0; i < v.rates.size(); ++i) {
    product *= v.rates[i];
    if (product > 1 << 16) break;
    WS_RETURN_IF_ERROR(Require(v.kernels[i] >= v.rates[i] && (v.kernels[i] - v.rates[i]) % 2 == 0,
                               "vocoder.kernels: must exceed vocoder.rates by even numbers"));
  }
  WS_RETURN_IF_ERROR(Require(product == a.gpt.samples_per_code,
                             "vocoder.rates: their product must be gpt.samples_per_code"));
  WS_RETURN_IF_ERROR(Require(v.channels % (int64_t{1} << v.rates.size()) == 0,
                             "vocoder.channels: cannot be halved by every stage"));
  for (const int64_t kernel : v.block_kernels) {
    WS_RETURN_IF_ERROR(Require(kernel % 2 == 1, "vocoder.block_kernels: must be odd"));
  }
  return OkStatus();
}

}  // namespace

Status CheckArchitecture(const Architecture& a) {
  RangeChecker ranges{OkStatus()};
  VisitSizes(a, ranges);
  WS_RETURN_IF_ERROR(ranges.status);
  WS_RETURN_IF_ERROR(Require(a.mel.window <= a.mel.fft, "mel.window: must not exceed mel.fft"));
  WS_RETURN_IF_ERROR(Require((a.mel.fft & (a.mel.fft - 1)) == 0, "mel.fft: must be a power of two"));
  WS_RETURN_IF_ERROR(Require(a.conformer.width % a.conformer.heads == 0,
                             "conformer.width: is no multiple of conformer.heads"));
  WS_RETURN_IF_ERROR(Require(a.conformer.width % 2 == 0, "conformer.width: must be even"));
  WS_RETURN_IF_ERROR(Require(a.conformer.kernel % 2 == 1, "conformer.kernel: must be odd"));
  WS_RETURN_IF_ERROR(CheckGpt(a.gpt));
  WS_RETURN_IF_ERROR(Require(a.speaker.channels % a.speaker.scale == 0,
                             "speaker.channels: is no multiple of speaker.scale"));
  return CheckVocoder(a);
}

std::vector<ggml::MetadataEntry> ArchitectureMetadata(const Architecture& architecture) {
  std::vector<ggml::MetadataEntry> entries;
  entries.push_back({std::string(kPrefix) + "version", ggml::Value::String(architecture.version)});
  Writer writer{entries};
  VisitSizes(architecture, writer);
  return entries;
}

StatusOr<Architecture> ReadArchitecture(const ggml::GgufFile& file) {
  WS_ASSIGN_OR_RETURN(const std::string name, file.String("general.architecture"));
  if (name != kArchitectureName) {
    return InvalidArgument(file.name() + ": is a model of architecture " + name.substr(0, 64) + ", not of " +
                           std::string(kArchitectureName));
  }
  Architecture architecture;
  WS_ASSIGN_OR_RETURN(architecture.version, file.String(std::string(kPrefix) + "version"));
  Reader reader{file, OkStatus()};
  VisitSizes(architecture, reader);
  WS_RETURN_IF_ERROR(reader.status);
  WS_RETURN_IF_ERROR(Annotate(CheckArchitecture(architecture), file.name()));
  return architecture;
}

}  // namespace waveshift::tts::indextts

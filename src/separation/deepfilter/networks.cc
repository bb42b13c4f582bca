// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/networks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "separation/deepfilter/filter.h"

namespace waveshift::separation::deepfilter {
namespace {

constexpr int64_t kMostModelBytes = int64_t{64} << 20;
constexpr int64_t kMostConfigBytes = int64_t{64} << 10;

enum EncoderOutput : size_t { kE0, kE1, kE2, kE3, kEmbedding, kC0, kEncoderHidden };
constexpr std::array<const char*, 6> kEncoderOutputs = {"e0", "e1", "e2", "e3", "emb", "c0"};

// Inside the graphs: what the causal convolutions read (padded with zeros in the file), and what the
// recurrent layers begin with and end with.
constexpr const char* kPaddedLevels = "/erb_conv0/0/Pad_output_0";
constexpr const char* kPaddedSpectra = "/df_conv0/0/Pad_output_0";
constexpr const char* kPaddedEncoded = "/df_convp/df_convp.0/Pad_output_0";
constexpr std::array<const char*, 5> kBegins = {"/emb_gru/ConstantOfShape_output_0",
                                                "/emb_gru/Slice_output_0", "/emb_gru/Slice_1_output_0",
                                                "/df_gru/gru/Slice_output_0", "/df_gru/gru/Slice_1_output_0"};
constexpr std::array<const char*, 5> kEnds = {"/emb_gru/GRU_output_1", "/emb_gru/GRU_output_1",
                                              "/emb_gru/GRU_1_output_1", "/df_gru/gru/GRU_output_1",
                                              "/df_gru/gru/GRU_1_output_1"};

struct Expected {
  std::string_view section;
  std::string_view key;
  std::string_view value;
};

// What layout.h has, and what kind of network it is.
constexpr std::array<Expected, 11> kExpected = {{{"train", "model", "deepfilternet3"},
                                                 {"df", "sr", "48000"},
                                                 {"df", "fft_size", "960"},
                                                 {"df", "hop_size", "480"},
                                                 {"df", "nb_erb", "32"},
                                                 {"df", "nb_df", "96"},
                                                 {"df", "norm_tau", "1"},
                                                 {"df", "min_nb_erb_freqs", "2"},
                                                 {"df", "df_order", "5"},
                                                 {"df", "df_lookahead", "2"},
                                                 {"deepfilternet", "conv_lookahead", "2"}}};

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// The value of a key, "" when it is not there.
std::string_view ValueOf(std::string_view text, const Expected& wanted) {
  std::string_view section;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > 2 && line.front() == '[' && line.back() == ']')
      section = line.substr(1, line.size() - 2);
    const size_t equals = line.find('=');
    if (section != wanted.section || equals == std::string_view::npos) continue;
    if (Trimmed(line.substr(0, equals)) == wanted.key) return Trimmed(line.substr(equals + 1));
  }
  return {};
}

StatusOr<std::string> ReadPart(const std::string& path, int64_t max_bytes) {
  auto bytes = ReadFile(path, max_bytes);
  if (bytes.status().code() == StatusCode::kNotFound) {
    return FailedPrecondition("deepfilter: " + path + " is missing; waveshift models pull deepfilternet3");
  }
  return bytes;
}

onnx::Port FloatPort(const char* name, int rank) {
  return {.name = name, .element = onnx::Element::kFloat32, .rank = rank};
}

onnx::Port InnerPort(const char* name) {
  onnx::Port port = FloatPort(name, -1);
  port.inner = true;
  return port;
}

onnx::TensorView HiddenView(size_t layer, const Memory& memory) {
  return {kBegins[layer], {1, 1, kHidden}, std::span<const float>(memory.hidden[layer])};
}

onnx::TensorView ViewOf(const char* name, const onnx::Tensor& tensor) {
  return {.name = name, .shape = tensor.shape, .values = std::span<const float>(tensor.values)};
}

Status CheckOutput(const onnx::Tensor& tensor, size_t values, const char* name) {
  const auto finite = [](float value) { return std::isfinite(value); };
  if (tensor.values.size() == values && std::all_of(tensor.values.begin(), tensor.values.end(), finite)) {
    return OkStatus();
  }
  return Internal(std::string("deepfilter: the network's output ") + name + " is not what it should be");
}

// What a recurrent layer ended with is what it begins with next.
Status Remember(const onnx::Tensor& ended, size_t layer, Memory& memory) {
  WS_RETURN_IF_ERROR(CheckOutput(ended, kHidden, kEnds[layer]));
  std::copy(ended.values.begin(), ended.values.end(), memory.hidden[layer].begin());
  return OkStatus();
}

}  // namespace

Status CheckConfig(std::string_view text, const std::string& name) {
  for (const Expected& wanted : kExpected) {
    const std::string_view value = ValueOf(text, wanted);
    if (value == wanted.value) continue;
    return InvalidArgument(name + ": [" + std::string(wanted.section) + "] " + std::string(wanted.key) +
                           " must be " + std::string(wanted.value) + " (DeepFilterNet3)");
  }
  return OkStatus();
}

StatusOr<std::shared_ptr<const Networks>> Networks::Load(const std::string& folder, onnx::Device device) {
  const std::string config_path = folder + "/config.ini";
  WS_ASSIGN_OR_RETURN(const std::string config, ReadPart(config_path, kMostConfigBytes));
  WS_RETURN_IF_ERROR(CheckConfig(config, config_path));
  std::shared_ptr<Networks> made(new Networks);
  FieldHasher fingerprint;
  const auto load = [&](const char* file, std::vector<onnx::Port> inputs,
                        std::vector<onnx::Port> outputs) -> StatusOr<std::unique_ptr<onnx::Session>> {
    const std::string path = folder + "/" + file;
    WS_ASSIGN_OR_RETURN(const std::string bytes, ReadPart(path, kMostModelBytes));
    fingerprint.Add(bytes);
    onnx::SessionOptions options{.threads = 1, .device = device, .max_bytes = kMostModelBytes};
    options.inputs = std::move(inputs);
    options.outputs = std::move(outputs);
    return onnx::LoadSession(path, options);
  };
  std::vector<onnx::Port> encoded;
  encoded.reserve(kEncoderOutputs.size() + 1);
  for (const char* name : kEncoderOutputs) encoded.push_back(FloatPort(name, -1));
  encoded.push_back(InnerPort(kEnds[0]));
  WS_ASSIGN_OR_RETURN(made->encoder_,
                      load("enc.onnx",
                           {FloatPort("feat_erb", 4), FloatPort("feat_spec", 4), InnerPort(kPaddedLevels),
                            InnerPort(kPaddedSpectra), InnerPort(kBegins[0])},
                           encoded));
  WS_ASSIGN_OR_RETURN(made->mask_decoder_,
                      load("erb_dec.onnx",
                           {FloatPort("emb", 3), FloatPort("e3", 4), FloatPort("e2", 4), FloatPort("e1", 4),
                            FloatPort("e0", 4), InnerPort(kBegins[1]), InnerPort(kBegins[2])},
                           {FloatPort("m", -1), InnerPort(kEnds[1]), InnerPort(kEnds[2])}));
  WS_ASSIGN_OR_RETURN(made->filter_decoder_,
                      load("df_dec.onnx",
                           {FloatPort("emb", 3), FloatPort("c0", 4), InnerPort(kPaddedEncoded),
                            InnerPort(kBegins[3]), InnerPort(kBegins[4])},
                           {FloatPort("coefs", -1), InnerPort(kEnds[3]), InnerPort(kEnds[4])}));
  made->fingerprint_ = fingerprint.Hex();
  return std::shared_ptr<const Networks>(std::move(made));
}

StatusOr<std::vector<onnx::Tensor>> Networks::Encode(std::span<const Features> features, Memory& memory,
                                                     const onnx::RunOptions& options) const {
  std::vector<Features> padded(memory.features.begin(), memory.features.end());
  padded.insert(padded.end(), features.begin(), features.end());
  const size_t steps = padded.size();
  std::vector<float> levels;
  levels.reserve(steps * kBands);
  std::vector<float> spectra(2 * steps * kFilteredBins);
  for (size_t t = 0; t < steps; ++t) {
    levels.insert(levels.end(), padded[t].level.begin(), padded[t].level.end());
    const auto* const parts = padded[t].spectrum.data();
    std::copy_n(parts, kFilteredBins, spectra.data() + t * kFilteredBins);
    std::copy_n(parts + kFilteredBins, kFilteredBins, spectra.data() + (steps + t) * kFilteredBins);
  }
  std::copy(padded.end() - kFeaturesBefore, padded.end(), memory.features.begin());
  const auto count = static_cast<int64_t>(steps);
  // The graph's own inputs are read by nothing but the padding that is cut off.
  const std::array<float, 2 * kFilteredBins> unread{};
  const std::array<onnx::TensorView, 5> inputs = {
      onnx::TensorView{"feat_erb", {1, 1, 1, kBands}, std::span<const float>(unread).first(kBands)},
      onnx::TensorView{"feat_spec", {1, 2, 1, kFilteredBins}, std::span<const float>(unread)},
      onnx::TensorView{kPaddedLevels, {1, 1, count, kBands}, std::span<const float>(levels)},
      onnx::TensorView{kPaddedSpectra, {1, 2, count, kFilteredBins}, std::span<const float>(spectra)},
      HiddenView(0, memory)};
  WS_ASSIGN_OR_RETURN(std::vector<onnx::Tensor> encoded, encoder_->Run(inputs, options));
  WS_RETURN_IF_ERROR(CheckOutput(encoded[kC0], kEncodedChannels * features.size() * kFilteredBins, "c0"));
  WS_RETURN_IF_ERROR(Remember(encoded[kEncoderHidden], 0, memory));
  return encoded;
}

StatusOr<std::vector<float>> Networks::DecodeMasks(const std::vector<onnx::Tensor>& encoded, size_t steps,
                                                   Memory& memory, const onnx::RunOptions& options) const {
  const std::array<onnx::TensorView, 7> inputs = {ViewOf("emb", encoded[kEmbedding]),
                                                  ViewOf("e3", encoded[kE3]),
                                                  ViewOf("e2", encoded[kE2]),
                                                  ViewOf("e1", encoded[kE1]),
                                                  ViewOf("e0", encoded[kE0]),
                                                  HiddenView(1, memory),
                                                  HiddenView(2, memory)};
  WS_ASSIGN_OR_RETURN(std::vector<onnx::Tensor> decoded, mask_decoder_->Run(inputs, options));
  WS_RETURN_IF_ERROR(CheckOutput(decoded[0], steps * kBands, "m"));
  WS_RETURN_IF_ERROR(Remember(decoded[1], 1, memory));
  WS_RETURN_IF_ERROR(Remember(decoded[2], 2, memory));
  return std::move(decoded[0].values);
}

StatusOr<std::vector<float>> Networks::DecodeFilters(const std::vector<onnx::Tensor>& encoded, size_t steps,
                                                     Memory& memory, const onnx::RunOptions& options) const {
  // Each channel: what is remembered, then what is new.
  constexpr size_t kBefore = kEncodedBefore * kFilteredBins;
  const size_t now = steps * kFilteredBins;
  std::vector<float> padded;
  padded.reserve(kEncodedChannels * (kBefore + now));
  for (size_t channel = 0; channel < kEncodedChannels; ++channel) {
    float* const before = memory.encoded.data() + channel * kBefore;
    const float* const fresh = encoded[kC0].values.data() + channel * now;
    padded.insert(padded.end(), before, before + kBefore);
    padded.insert(padded.end(), fresh, fresh + now);
    std::copy(padded.end() - kBefore, padded.end(), before);
  }
  const auto count = static_cast<int64_t>(steps + kEncodedBefore);
  const std::array<onnx::TensorView, 5> inputs = {
      ViewOf("emb", encoded[kEmbedding]), ViewOf("c0", encoded[kC0]),
      onnx::TensorView{
          kPaddedEncoded, {1, kEncodedChannels, count, kFilteredBins}, std::span<const float>(padded)},
      HiddenView(3, memory), HiddenView(4, memory)};
  WS_ASSIGN_OR_RETURN(std::vector<onnx::Tensor> decoded, filter_decoder_->Run(inputs, options));
  WS_RETURN_IF_ERROR(CheckOutput(decoded[0], steps * kCoefficients, "coefs"));
  WS_RETURN_IF_ERROR(Remember(decoded[1], 3, memory));
  WS_RETURN_IF_ERROR(Remember(decoded[2], 4, memory));
  return std::move(decoded[0].values);
}

StatusOr<Steps> Networks::Run(std::span<const Features> features, Memory& memory,
                              const std::stop_token& stop) const {
  const onnx::RunOptions options{.stop = stop};
  Steps steps;
  WS_ASSIGN_OR_RETURN(const std::vector<onnx::Tensor> encoded, Encode(features, memory, options));
  WS_ASSIGN_OR_RETURN(steps.masks, DecodeMasks(encoded, features.size(), memory, options));
  WS_ASSIGN_OR_RETURN(steps.coefficients, DecodeFilters(encoded, features.size(), memory, options));
  return steps;
}

}  // namespace waveshift::separation::deepfilter

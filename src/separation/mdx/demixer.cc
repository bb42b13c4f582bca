// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/mdx/demixer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "base/files.h"
#include "base/hash.h"

namespace waveshift::separation::mdx {
namespace {

constexpr int64_t kMostModelBytes = int64_t{1} << 30;
constexpr size_t kHiddenBins = 3;
constexpr int64_t kPlanes = 4;  // two sides, real and imaginary

onnx::Port SpectrogramPort(const char* name) {
  return {.name = name, .element = onnx::Element::kFloat32, .rank = 4};
}

// Extents that the file leaves open (below 0) fit.
Status CheckShape(const std::string& path, const std::vector<int64_t>& shape, const Parameters& p) {
  const std::vector<int64_t> wanted = {1, kPlanes, static_cast<int64_t>(p.dim_f),
                                       static_cast<int64_t>(p.dim_t)};
  const auto fits = [](int64_t is, int64_t should) { return is < 0 || is == should; };
  if (std::equal(shape.begin(), shape.end(), wanted.begin(), wanted.end(), fits)) return OkStatus();
  std::string is;
  for (const int64_t extent : shape) is += (is.empty() ? "" : ", ") + std::to_string(extent);
  return InvalidArgument(path + ": its input is [" + is + "], not [1, 4, " + std::to_string(p.dim_f) + ", " +
                         std::to_string(p.dim_t) + "]: its parameters are those of another model");
}

std::string FingerprintOf(const std::string& bytes, const Parameters& p) {
  FieldHasher hasher;
  hasher.Add(bytes).Add(static_cast<long long>(p.n_fft)).Add(static_cast<long long>(p.hop));
  hasher.Add(static_cast<long long>(p.dim_f)).Add(static_cast<long long>(p.dim_t)).Add(p.compensation);
  hasher.Add(p.instrumental ? 1LL : 0LL).Add(p.denoise ? 1LL : 0LL).Add(p.overlap);
  return hasher.Hex();
}

}  // namespace

StatusOr<std::shared_ptr<const Model>> Model::Load(const std::string& path, int threads,
                                                   onnx::Device device) {
  auto model = std::make_shared<Model>();
  const auto bytes = ReadFile(path, kMostModelBytes);
  if (bytes.status().code() == StatusCode::kNotFound) {
    return FailedPrecondition("mdx: " + path + " is missing; waveshift models pull kim-vocal-2");
  }
  WS_RETURN_IF_ERROR(bytes.status());
  WS_ASSIGN_OR_RETURN(model->parameters, LoadParameters(path));
  model->fingerprint = FingerprintOf(*bytes, model->parameters);
  onnx::SessionOptions options{.threads = threads, .device = device, .max_bytes = kMostModelBytes};
  options.inputs = {SpectrogramPort("input")};
  options.outputs = {SpectrogramPort("output")};
  WS_ASSIGN_OR_RETURN(model->network, onnx::LoadSession(path, options));
  WS_RETURN_IF_ERROR(CheckShape(path, model->network->InputShape("input"), model->parameters));
  return std::shared_ptr<const Model>(std::move(model));
}

// The first stretch begins where its valid part is the stream's start: before it is silence.
Demixer::Demixer(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      p_(model_->parameters),
      spectrogram_(p_),
      heard_(2 * p_.trim()),
      fading_(2 * p_.fade()) {}

Status Demixer::Add(std::span<const float> interleaved, std::vector<float>& stem,
                    const std::stop_token& stop) {
  added_ += static_cast<int64_t>(interleaved.size() / 2);
  while (!interleaved.empty()) {
    const size_t part = std::min(interleaved.size(), 2 * p_.chunk() - heard_.size());
    heard_.insert(heard_.end(), interleaved.begin(), interleaved.begin() + static_cast<ptrdiff_t>(part));
    interleaved = interleaved.subspan(part);
    if (heard_.size() == 2 * p_.chunk()) WS_RETURN_IF_ERROR(RunStretch(stem, stop));
  }
  return OkStatus();
}

Status Demixer::Finish(std::vector<float>& stem, const std::stop_token& stop) {
  while (emitted_ < added_) {
    heard_.resize(2 * p_.chunk());
    WS_RETURN_IF_ERROR(RunStretch(stem, stop));
  }
  stem.resize(stem.size() - static_cast<size_t>(2 * (emitted_ - added_)));
  return OkStatus();
}

// Pre: heard_ holds a whole stretch.
Status Demixer::RunStretch(std::vector<float>& stem, const std::stop_token& stop) {
  std::vector<float> out(heard_.size());
  WS_RETURN_IF_ERROR(Separate(heard_, out, stop));
  float* const valid = out.data() + 2 * p_.trim();
  const size_t fade = p_.fade();
  for (size_t i = 0; i < fade && !first_; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(fade);
    const auto now = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * share));
    for (const size_t at : {2 * i, 2 * i + 1}) valid[at] = fading_[at] + now * (valid[at] - fading_[at]);
  }
  first_ = false;
  stem.insert(stem.end(), valid, valid + 2 * p_.step());
  emitted_ += static_cast<int64_t>(p_.step());
  std::copy(valid + 2 * p_.step(), valid + 2 * p_.valid(), fading_.begin());
  heard_.erase(heard_.begin(), heard_.begin() + static_cast<ptrdiff_t>(2 * p_.step()));
  return OkStatus();
}

// Nothing comes of silence, whatever a network says.
Status Demixer::Separate(std::span<const float> stretch, std::span<float> out, const std::stop_token& stop) {
  if (std::all_of(stretch.begin(), stretch.end(), [](float value) { return value == 0; })) return OkStatus();
  std::vector<float> values(spectrogram_.values());
  spectrogram_.Analyse(stretch, values);
  const size_t plane = p_.dim_f * p_.dim_t;
  for (size_t side = 0; side < kPlanes; ++side) {
    std::fill_n(values.begin() + static_cast<ptrdiff_t>(side * plane), kHiddenBins * p_.dim_t, 0.0F);
  }
  WS_ASSIGN_OR_RETURN(std::vector<float> stem, RunNetwork(values, stop));
  if (p_.denoise) {
    for (float& value : values) value = -value;
    WS_ASSIGN_OR_RETURN(const std::vector<float> inverted, RunNetwork(values, stop));
    for (size_t i = 0; i < stem.size(); ++i) stem[i] = (stem[i] - inverted[i]) / 2;
  }
  spectrogram_.Synthesise(stem, out);
  for (float& value : out) value *= static_cast<float>(p_.compensation);
  return OkStatus();
}

StatusOr<std::vector<float>> Demixer::RunNetwork(std::span<const float> values, const std::stop_token& stop) {
  const std::vector<int64_t> shape = {1, kPlanes, static_cast<int64_t>(p_.dim_f),
                                      static_cast<int64_t>(p_.dim_t)};
  const onnx::TensorView input{.name = "input", .shape = shape, .values = values};
  WS_ASSIGN_OR_RETURN(std::vector<onnx::Tensor> outputs,
                      model_->network->Run(std::span(&input, 1), {.stop = stop}));
  std::vector<float>& out = outputs.at(0).values;
  const auto finite = [](float value) { return std::isfinite(value); };
  if (out.size() != values.size() || !std::all_of(out.begin(), out.end(), finite)) {
    return Internal("mdx: the network's output is not what it should be");
  }
  return std::move(out);
}

}  // namespace waveshift::separation::mdx

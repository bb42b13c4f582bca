// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_NETWORKS_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_NETWORKS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runtime/onnx/session.h"
#include "separation/deepfilter/features.h"

namespace waveshift::separation::deepfilter {

// What the networks say of a row of spectra. Step t is about spectrum t - kLookahead.
struct Steps {
  std::vector<float> masks;         // kBands a step
  std::vector<float> coefficients;  // kCoefficients a step (filter.h)
};

inline constexpr size_t kHidden = 256;        // values that a recurrent layer remembers
inline constexpr size_t kFeaturesBefore = 2;  // steps before its own that the encoder's convolutions read
inline constexpr size_t kEncodedBefore = 4;   // and that of the filter's decoder
inline constexpr size_t kEncodedChannels = 64;

// What the networks remember of one signal; at the start all is 0.
struct Memory {
  std::array<std::array<float, kHidden>, 5> hidden{};  // encoder; two layers of each decoder
  std::array<Features, kFeaturesBefore> features{};    // of the last steps
  std::vector<float> encoded =
      std::vector<float>(kEncodedChannels * kEncodedBefore * kFilteredBins);  // c0 of the last steps
};

// The three graphs: encoder, decoder of the mask, decoder of the filter. In the files they begin anew in each
// call; here their recurrent layers and causal convolutions are fed what came before (Port::inner), so that a
// signal in parts gives what it gives in one. Immutable; any thread.
class Networks {
 public:
  // FailedPrecondition when a file is missing; DataLoss, InvalidArgument (also for a config.ini with other
  // sizes than layout.h).
  static StatusOr<std::shared_ptr<const Networks>> Load(const std::string& folder, onnx::Device device);

  // The next steps of the signal whose `memory` it is. Pre: features is not empty. Internal,
  // ResourceExhausted, Cancelled: then the memory is of no more use.
  StatusOr<Steps> Run(std::span<const Features> features, Memory& memory, const std::stop_token& stop) const;
  // "cpu" or "cuda".
  std::string_view device() const { return encoder_->device(); }
  // Of the three files.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  Networks() = default;
  StatusOr<std::vector<onnx::Tensor>> Encode(std::span<const Features> features, Memory& memory,
                                             const onnx::RunOptions& options) const;
  StatusOr<std::vector<float>> DecodeMasks(const std::vector<onnx::Tensor>& encoded, size_t steps,
                                           Memory& memory, const onnx::RunOptions& options) const;
  StatusOr<std::vector<float>> DecodeFilters(const std::vector<onnx::Tensor>& encoded, size_t steps,
                                             Memory& memory, const onnx::RunOptions& options) const;

  std::unique_ptr<onnx::Session> encoder_;
  std::unique_ptr<onnx::Session> mask_decoder_;
  std::unique_ptr<onnx::Session> filter_decoder_;
  std::string fingerprint_;
};

// Compares the sizes that a config.ini says with those of layout.h; `name` is what errors call it.
// InvalidArgument names the key. Pure.
Status CheckConfig(std::string_view text, const std::string& name);

}  // namespace waveshift::separation::deepfilter

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_NETWORKS_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_MDX_DEMIXER_H_
#define WAVESHIFT_SEPARATION_MDX_DEMIXER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/onnx/session.h"
#include "separation/mdx/parameters.h"
#include "separation/mdx/spectrogram.h"

namespace waveshift::separation::mdx {

// A network and what it wants. Immutable; any thread.
struct Model {
  Parameters parameters;
  std::unique_ptr<onnx::Session> network;  // "input" [1, 4, dim_f, dim_t] -> "output", the same
  std::string fingerprint;                 // of the file and the parameters

  // FailedPrecondition when a file is missing; DataLoss; InvalidArgument, also when its sizes are others.
  static StatusOr<std::shared_ptr<const Model>> Load(const std::string& path, int threads,
                                                     onnx::Device device);
};

// The network's stem of a 44.1 kHz stereo stream. Stretches lie at fixed places from the stream's start on,
// so how it is cut does not matter. Stretch k is valid from k * step() on; where it overlaps with the next
// one the two flow into each other along a raised cosine. The three lowest bins are not shown to the network,
// as when it was trained. Memory: two stretches. One thread at a time.
class Demixer {
 public:
  explicit Demixer(std::shared_ptr<const Model> model);
  // Appends to `stem` what is finished. Pre: finite values, an even number.
  Status Add(std::span<const float> interleaved, std::vector<float>& stem, const std::stop_token& stop);
  // Appends the rest: as many frames as were added, altogether. Pre: called once, last.
  Status Finish(std::vector<float>& stem, const std::stop_token& stop);

 private:
  Status RunStretch(std::vector<float>& stem, const std::stop_token& stop);
  Status Separate(std::span<const float> stretch, std::span<float> out, const std::stop_token& stop);
  StatusOr<std::vector<float>> RunNetwork(std::span<const float> values, const std::stop_token& stop);

  const std::shared_ptr<const Model> model_;
  const Parameters& p_;
  Spectrogram spectrogram_;
  std::vector<float> heard_;   // interleaved, from the beginning of the next stretch on
  std::vector<float> fading_;  // the end of the last stretch's valid part, which the next one replaces
  bool first_ = true;
  int64_t added_ = 0;    // frames
  int64_t emitted_ = 0;  // frames
};

}  // namespace waveshift::separation::mdx

#endif  // WAVESHIFT_SEPARATION_MDX_DEMIXER_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The GPT of IndexTTS ("UnifiedVoice"): a GPT-2 whose rows are voice, text and codes (reference, section 5).
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_NETWORK_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_NETWORK_H_

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "runtime/ggml/weights.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/compute_device.h"

namespace waveshift::tts::indextts {

// Rows to compute. All groups have the same number of rows; a group is a line, its rows follow each other in
// time or are its beams.
struct NetworkStep {
  struct Group {
    // Of the positions that its rows may see, in the order of time, those of its own rows at the end.
    std::span<const int32_t> cells;
    // Bit i of each: row i sees it. Empty: the rows follow each other, row i sees all but the last rows-1-i.
    std::span<const uint32_t> sees;
  };
  enum class Want {
    kCells,       // nothing but keys and values in the cells
    kLastLogits,  // [groups, codes] of the last row of each group
    kAllLogits,   // [groups, rows, codes]
    kHidden,      // [groups, rows, width], behind both final norms
  };
  int64_t rows = 1;               // of each group
  std::span<const float> inputs;  // [groups, rows, width]
  std::span<const Group> groups;
  Want want = Want::kAllLogits;
};

// A network with its cells. One thread at a time.
class GptNetwork {
 public:
  virtual ~GptNetwork() = default;
  virtual int64_t cells() const = 0;
  // Puts each row's keys and values into its cell, then lets it attend to what it sees. What comes out of a
  // row does not depend on the other groups. `result` has the size that `want` says. Cancelled when stopped;
  // ResourceExhausted when the device has no memory left.
  virtual Status Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) = 0;
};

struct NetworkOptions {
  int64_t cells = 2000;
  // Type of keys and values: f16, or f32 for comparing.
  ggml::TensorType cell_type = ggml::TensorType::kF16;
};

// Bytes of one cell.
int64_t CellBytes(const GptSizes& sizes, ggml::TensorType cell_type);

// Computed by ggml on any device. Weights (a file that CheckModelFile has passed, loaded for this device) and
// device must outlive it. ResourceExhausted when there is no room for the cells.
StatusOr<std::unique_ptr<GptNetwork>> MakeGgmlNetwork(const ggml::Weights& weights,
                                                      const ggml::Device& device, const GptSizes& sizes,
                                                      const NetworkOptions& options);

// Computed by kernels of our own (runtime/cpu) on the processor: faster, and beams with the same codes get
// the same bits wherever their cells lie. Reads matrices of floats where the file is mapped; quantised ones
// are laid out in as much memory of their own, and the file's pages given up. Unimplemented when the kernels
// do not fit the model's sizes or types, ResourceExhausted when there is no room; `threads` as in
// ggml::DeviceOptions.
StatusOr<std::unique_ptr<GptNetwork>> MakeCpuNetwork(std::shared_ptr<const ggml::GgufFile> file,
                                                     const GptSizes& sizes, int threads,
                                                     const NetworkOptions& options);

// Computed by kernels of our own (runtime/cuda) on the first CUDA device: weights are read as fast as its
// memory gives them, and the kernels of a step start together. Rows have 16 bits between layers unless the
// file's matrices have 32; matrices in 4 bits become 16. Results do not depend on the batch, to the last bit.
// Unimplemented in a build without CUDA and when the kernels do not fit the model's sizes; FailedPrecondition
// without a device; ResourceExhausted when it has no room.
StatusOr<std::unique_ptr<GptNetwork>> MakeCudaNetwork(const std::shared_ptr<const ggml::GgufFile>& file,
                                                      const GptSizes& sizes, const NetworkOptions& options);
// Whether it can, without loading anything.
Status CheckCudaNetwork(const ggml::GgufFile& file, const GptSizes& sizes);

// The best for a device: kernels of our own where they can, else MakeGgmlNetwork. `weights` (for the graphs'
// device) must outlive it.
StatusOr<std::unique_ptr<GptNetwork>> MakeNetwork(const std::shared_ptr<const ggml::GgufFile>& file,
                                                  const ggml::Weights& weights, const ComputeDevice& device,
                                                  const GptSizes& sizes, const NetworkOptions& options);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_NETWORK_H_

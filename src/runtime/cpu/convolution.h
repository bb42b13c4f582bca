// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Convolutions over rows of channels with weights packed for the processor.
#ifndef WAVESHIFT_RUNTIME_CPU_CONVOLUTION_H_
#define WAVESHIFT_RUNTIME_CPU_CONVOLUTION_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/isa.h"
#include "runtime/cpu/matrix.h"
#include "runtime/cpu/stored_weights.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

struct FastAlgorithm;

struct ConvolutionShape {
  int64_t in = 0;   // channels
  int64_t out = 0;  // channels
  int64_t kernel = 1;
  int64_t dilation = 1;
};

// How a convolution is computed. All give the same up to rounding; multiplications per output of kernel 3, 7,
// 11 and floats of memory per weight:
enum class ConvolutionMethod {
  kAuto,       // the fastest, with an eye on the memory of wide layers
  kDirect,     // 3, 7, 11; 1 (any kernel). Also for few rows
  kToom,       // 1.5, 3.25, 5; 2, 1.9, 1.8. Toom-Cook in tiles of four outputs (kernel 3 or more)
  kFourier16,  // 1.6, 2.3, 3.8; 7.7, 3.3, 2.1. Tiles of 17 - kernel outputs (kernel 2 to 12)
  kFourier32,  // 1.6, 1.8, 2.1; 15.7, 6.7, 4.3. Tiles of 33 - kernel outputs (kernel 2 to 24)
};

// y[n] = bias + sum over j of W[j] x[n + dilation j - reach], zero outside: a Conv1d of PyTorch with stride 1
// and as many rows out as in. Odd kernels. Immutable once packed; any thread.
class Convolution {
 public:
  Convolution();
  Convolution(Convolution&&) noexcept;
  Convolution& operator=(Convolution&&) noexcept;
  ~Convolution();
  // `weights` are [out, in, kernel]. A method that cannot do the kernel is replaced by kDirect. `type` is how
  // what the method makes of the weights is kept; kDirect always keeps 32 bits. What is kept is the same, bit
  // for bit, with every Isa and any number of workers, but for the widths of the panels.
  static Convolution Pack(Isa isa, const ConvolutionShape& shape, const StoredWeights& weights,
                          ConvolutionMethod method, Workers* workers, WeightType type = WeightType::kF32);

  // Rows on either side that a row depends on.
  int64_t reach() const { return (shape_.kernel - 1) * shape_.dilation / 2; }
  const ConvolutionShape& shape() const { return shape_; }
  ConvolutionMethod method() const { return method_; }
  int64_t bytes() const;
  // What is kept: of kDirect one matrix, whose segments are the taps; else one of each point of the
  // algorithm, whose rows are the input's channels. All are multiplied by weight_scale(), a power of two.
  const std::vector<PackedMatrix>& matrices() const { return matrices_; }
  double weight_scale() const { return 1 / static_cast<double>(scale_); }

  // Rows are padded to PaddedChannels. The caller supplies the zero rows before and behind the sequence.
  struct Call {
    const float* in = nullptr;  // rows + 2 * reach() rows; the first is `reach()` before the first to make
    int64_t in_row = 0;         // step between rows in floats
    int64_t rows = 0;           // to make
    float* out = nullptr;       // not the same memory as `in`
    int64_t out_row = 0;
    const float* bias = nullptr;      // of each padded channel
    const float* residual = nullptr;  // rows to add, as many as are made; or nullptr
    int64_t residual_row = 0;
  };
  // Uses the workers' scratch memory: of the fast methods at most about 20 MiB together.
  void Apply(const Call& call, Workers* workers) const;

 private:
  struct Pass;
  void ApplyDirect(const Call& call, Workers* workers) const;
  void PackDirect(Isa isa, const StoredWeights& weights, Workers* workers);
  void PackFast(Isa isa, const StoredWeights& weights, Workers* workers);
  int64_t Tiles(int64_t rows) const;
  int64_t FirstRow(int64_t tile) const;
  int64_t ExtraTiles() const;
  void Layout(Pass* pass) const;
  void TransformTile(const Pass& pass, int64_t tile) const;
  void MultiplyPoint(const Pass& pass, int64_t point, int64_t begin, int64_t end) const;
  void FinishTile(const Pass& pass, int64_t tile) const;
  void ApplyByTiles(const Call& call, Workers* workers) const;
  void ApplyByPoints(const Call& call, Workers* workers) const;

  ConvolutionShape shape_;
  ConvolutionMethod method_ = ConvolutionMethod::kDirect;
  std::vector<PackedMatrix> matrices_;  // one, or one of each point of the fast algorithm
  std::unique_ptr<const FastAlgorithm> fast_;
  AlignedFloats zeros_;  // a row
  float scale_ = 1;      // of what the points' products make
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_CONVOLUTION_H_

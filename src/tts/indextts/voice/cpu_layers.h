// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the voice encoder's networks are made of where kernels of our own compute them on the processor. The
// tensors are read where the file is mapped; a layer's matrix is laid out for the kernels while it is used.
//
// All results are the same, bit for bit, on any number of threads.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_CPU_LAYERS_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_CPU_LAYERS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/isa.h"
#include "runtime/cpu/row_operations.h"
#include "runtime/cpu/wide_product.h"
#include "runtime/cpu/workers.h"
#include "runtime/ggml/gguf_file.h"

namespace waveshift::tts::indextts {

// Who computes: the workers are used by one network at a time.
struct Processor {
  cpu::Workers* workers = nullptr;
  cpu::Isa isa = cpu::BestIsa();
};

class CpuLayers {
 public:
  // A file that CheckModelFile has passed; it must outlive this object.
  CpuLayers(const ggml::GgufFile& file, const Processor& processor)
      : file_(file), processor_(processor), operations_(processor.isa) {}

  cpu::Isa isa() const { return processor_.isa; }
  cpu::Workers& workers() const { return *processor_.workers; }
  const cpu::RowOperations& operations() const { return operations_; }

  // A layer with weights [columns, depth] or [columns, depth, taps], and its bias (nullptr if it has none).
  struct Layer {
    cpu::WideMatrix matrix;
    const float* bias = nullptr;
  };
  Layer Find(const std::string& name) const;
  // A tensor of the role kVector.
  const float* Vector(const std::string& name) const;
  // The first `count` values of any tensor in 32 bits.
  std::vector<float> Values(const std::string& name, int64_t count) const;
  // factor x + offset is the batch norm NAME; as many values as padded channels, the padding 0.
  struct Affine {
    std::vector<float> factor;
    std::vector<float> offset;
  };
  Affine BatchNorm(const std::string& name) const;

  // Rows [begin, end) to whoever is free.
  void ForRows(int64_t rows, const std::function<void(int64_t begin, int64_t end)>& task) const;
  // Each head to whoever is free, with workers that are that one thread.
  void ForHeads(int64_t heads, const std::function<void(int64_t head, cpu::Workers* alone)>& task) const;
  // Each row's `width` values, with NAME.weight and NAME.bias; y may be x.
  void LayerNorm(const std::string& name, const float* x, int64_t x_row, int64_t rows, int64_t width,
                 float* y, int64_t y_row) const;
  // The product's bias is the layer's.
  void Multiply(const Layer& layer, cpu::WideProduct product) const;
  // Statistics of `channels` columns, shared out.
  void Measure(const cpu::RowOperations::Statistics& statistics) const;

 private:
  const ggml::StoredTensor& Tensor(const std::string& name) const { return *file_.FindTensor(name); }

  const ggml::GgufFile& file_;
  const Processor processor_;
  const cpu::RowOperations operations_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_CPU_LAYERS_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/integer_matrix.h"
#include "runtime/cpu/language.h"
#include "runtime/cpu/workers.h"
#include "tts/indextts/gpt/network.h"

namespace waveshift::tts::indextts {
namespace {

using cpu::Activations;
using cpu::Matrix;
using cpu::Storage;

constexpr float kNormEps = 1e-5F;
// So few rows are prepared faster by one thread than handed out.
constexpr int64_t kRowsForOne = 6;

struct Norm {
  const float* weight = nullptr;
  const float* bias = nullptr;
};

// A matrix as the file has it, and laid out for integers if it is quantised.
struct Weights {
  const ggml::StoredTensor* tensor = nullptr;
  Matrix matrix;
  cpu::IntegerMatrix integers;
};

struct Layer {
  Norm norm_attn;
  Weights qkv;
  Weights out;
  Norm norm_ff;
  Weights up;
  Weights down;
};

Status Unfit(const std::string& what) {
  return Unimplemented("gpt: the processor's own kernels have no " + what);
}

class CpuNetwork final : public GptNetwork {
 public:
  CpuNetwork(std::shared_ptr<const ggml::GgufFile> file, const GptSizes& sizes, int threads)
      : file_(std::move(file)), sizes_(sizes), head_width_(sizes.width / sizes.heads), workers_(threads) {}
  Status Open(const NetworkOptions& options);
  int64_t cells() const override { return cells_; }
  Status Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) override;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  StatusOr<Weights> FindWeights(const std::string& name, int64_t rows, int64_t depth) const;
  const float* FindVector(const std::string& name) const;
  Norm FindNorm(const std::string& name) const {
    return {FindVector(name + ".weight"), FindVector(name + ".bias")};
  }
  char* CellsOf(size_t layer, bool values, int64_t cell) const;
  Status LayOutIntegers();

  void ListCells(const NetworkStep& step);
  void ForRows(int64_t rows, const std::function<void(int64_t row)>& task);
  void ForChunks(const Matrix& matrix, const std::function<void(int64_t begin, int64_t end)>& task);
  void NormRows(const Norm& norm, bool quantize);
  void Attention(size_t layer);
  void StoreCells(size_t layer);
  // y (+)= matrix * x, all of it; `finish` gets final columns [begin, end) of all rows.
  struct Result {
    float* y = nullptr;
    int64_t y_row = 0;
    bool add = false;
    std::function<void(int64_t begin, int64_t end)> finish;
  };
  void Multiply(const Weights& weights, const Activations& x, const Result& result);
  void MultiplyFloats(const Matrix& matrix, const Activations& x, const Result& result);
  void FeedForward(const Layer& layer);
  void Finish(const NetworkStep& step, std::span<float> result);

  const std::shared_ptr<const ggml::GgufFile> file_;
  const GptSizes sizes_;
  const int64_t head_width_;
  cpu::Language language_;
  cpu::Workers workers_;
  std::vector<Layer> layers_;
  Norm norm_;
  Norm final_norm_;
  Weights head_;
  cpu::AlignedFloats integers_;  // what all quantised matrices lie in
  int64_t cells_ = 0;
  Storage cell_storage_ = Storage::kF16;
  // [layers, keys then values, cells, width]. Untouched pages take no memory.
  std::unique_ptr<char, Free> memory_;

  // Of the step that is being computed.
  int64_t rows_ = 0;
  std::vector<float> x_;                        // [rows, width], what blocks add to
  Activations normed_;                          // [rows, width]
  std::vector<float> qkv_;                      // [rows, 3 width]
  Activations attended_;                        // [rows, width]
  Activations wide_;                            // [rows, 4 width]
  std::vector<float> product_;                  // [rows, width]
  std::vector<int32_t> own_cell_;               // of each row
  std::vector<std::span<const int32_t>> seen_;  // of each row
  std::vector<int32_t> lists_;                  // what seen_ points to where a list of its own is needed
};

Status CpuNetwork::Open(const NetworkOptions& options) {
  const int64_t width = sizes_.width;
  if (!cpu::Language::CanAttend(head_width_) || width % sizes_.heads != 0) {
    return Unfit("heads of width " + std::to_string(head_width_));
  }
  for (int64_t i = 0; i < sizes_.layers; ++i) {
    const std::string name = "gpt.blocks." + std::to_string(i) + ".";
    Layer layer = {.norm_attn = FindNorm(name + "norm_attn"), .norm_ff = FindNorm(name + "norm_ff")};
    WS_ASSIGN_OR_RETURN(layer.qkv, FindWeights(name + "attn.qkv", 3 * width, width));
    WS_ASSIGN_OR_RETURN(layer.out, FindWeights(name + "attn.out", width, width));
    WS_ASSIGN_OR_RETURN(layer.up, FindWeights(name + "ff.up", 4 * width, width));
    WS_ASSIGN_OR_RETURN(layer.down, FindWeights(name + "ff.down", width, 4 * width));
    layers_.push_back(layer);
  }
  norm_ = FindNorm("gpt.norm");
  final_norm_ = FindNorm("gpt.final_norm");
  WS_ASSIGN_OR_RETURN(head_, FindWeights("gpt.code_head", sizes_.codes, width));
  WS_RETURN_IF_ERROR(LayOutIntegers());
  cells_ = options.cells;
  cell_storage_ = options.cell_type == ggml::TensorType::kF16 ? Storage::kF16 : Storage::kF32;
  const auto bytes = static_cast<size_t>(cells_ * CellBytes(sizes_, options.cell_type));
  memory_.reset(static_cast<char*>(std::calloc(1, bytes)));
  if (memory_ == nullptr) {
    return ResourceExhausted("gpt: no memory for " + std::to_string(bytes >> 20) + " MiB of cells");
  }
  return OkStatus();
}

StatusOr<Weights> CpuNetwork::FindWeights(const std::string& name, int64_t rows, int64_t depth) const {
  const ggml::StoredTensor* tensor = file_->FindTensor(name + ".weight");
  Weights weights = {
      .tensor = tensor,
      .matrix = {
          .bytes = tensor->bytes.data(), .bias = FindVector(name + ".bias"), .rows = rows, .depth = depth}};
  Matrix& matrix = weights.matrix;
  switch (tensor->type) {
    case ggml::TensorType::kF32:
      matrix.storage = Storage::kF32;
      break;
    case ggml::TensorType::kF16:
      matrix.storage = Storage::kF16;
      break;
    case ggml::TensorType::kQ8_0:
      matrix.storage = Storage::kQ8_0;
      break;
    case ggml::TensorType::kQ4_K:
      matrix.storage = Storage::kQ4_K;
      break;
    default:
      return Unfit("products with " + std::string(ggml::TypeName(tensor->type)));
  }
  if (depth % 32 != 0) return Unfit("products of depth " + std::to_string(depth));
  return weights;
}

// What is quantised is read in another order; its place in the file is given up.
Status CpuNetwork::LayOutIntegers() {
  std::vector<Weights*> quantized;
  for (Layer& layer : layers_)
    quantized.insert(quantized.end(), {&layer.qkv, &layer.out, &layer.up, &layer.down});
  quantized.push_back(&head_);
  std::erase_if(quantized, [](const Weights* weights) { return !weights->matrix.quantized(); });
  int64_t bytes = 0;
  for (const Weights* weights : quantized) bytes += cpu::IntegerMatrix::Bytes(weights->matrix);
  try {
    integers_.GrowTo(bytes / static_cast<int64_t>(sizeof(float)));
  } catch (const std::bad_alloc&) {
    return ResourceExhausted("gpt: no memory for " + std::to_string(bytes >> 20) + " MiB of matrices");
  }
  char* memory = reinterpret_cast<char*>(integers_.data());
  for (Weights* weights : quantized) {
    weights->integers = cpu::IntegerMatrix(weights->matrix, memory, &workers_);
    memory += cpu::IntegerMatrix::Bytes(weights->matrix);
    file_->GiveUp(*weights->tensor);
  }
  return OkStatus();
}

const float* CpuNetwork::FindVector(const std::string& name) const {
  return reinterpret_cast<const float*>(file_->FindTensor(name)->bytes.data());
}

char* CpuNetwork::CellsOf(size_t layer, bool values, int64_t cell) const {
  const int64_t value_bytes = cell_storage_ == Storage::kF16 ? 2 : 4;
  const int64_t place = (static_cast<int64_t>(2 * layer) + (values ? 1 : 0)) * cells_ + cell;
  return memory_.get() + place * sizes_.width * value_bytes;
}

void CpuNetwork::ForRows(int64_t rows, const std::function<void(int64_t row)>& task) {
  if (rows <= kRowsForOne) {
    for (int64_t row = 0; row < rows; ++row) task(row);
    return;
  }
  workers_.Run(rows, [&](int64_t row, int /*worker*/) { task(row); });
}

// Rows of the matrix in pieces that stay in a core's cache while all rows of activations pass.
void CpuNetwork::ForChunks(const Matrix& matrix,
                           const std::function<void(int64_t begin, int64_t end)>& task) {
  constexpr int64_t kStep = 12;  // whole tiles of all kernels
  const int64_t cached = std::max<int64_t>(1, (256 << 10) / (matrix.row_bytes() * kStep));
  const int64_t fair = std::max<int64_t>(1, matrix.rows / (kStep * 4 * workers_.count()));
  const int64_t chunk = kStep * std::min(cached, fair);
  workers_.Run((matrix.rows + chunk - 1) / chunk, [&](int64_t item, int /*worker*/) {
    task(item * chunk, std::min(matrix.rows, (item + 1) * chunk));
  });
}

// Each row's own cell and the list of those that it sees.
void CpuNetwork::ListCells(const NetworkStep& step) {
  const auto rows = static_cast<size_t>(step.rows);
  size_t total = 0;
  for (const NetworkStep::Group& group : step.groups) {
    if (!group.sees.empty()) total += rows * group.cells.size();
  }
  own_cell_.clear();
  seen_.clear();
  lists_.clear();
  lists_.reserve(total);  // so that nothing moves
  for (const NetworkStep::Group& group : step.groups) {
    const auto own = group.cells.last(rows);
    own_cell_.insert(own_cell_.end(), own.begin(), own.end());
    for (size_t row = 0; row < rows; ++row) {
      if (group.sees.empty()) {
        seen_.push_back(group.cells.first(group.cells.size() - (rows - 1 - row)));
        continue;
      }
      const size_t begin = lists_.size();
      for (size_t i = 0; i < group.cells.size(); ++i) {
        if (((group.sees[i] >> row) & 1u) != 0) lists_.push_back(group.cells[i]);
      }
      seen_.emplace_back(lists_.data() + begin, lists_.size() - begin);
    }
  }
}

void CpuNetwork::NormRows(const Norm& norm, bool quantize) {
  normed_.Resize(rows_, sizes_.width, quantize);
  const auto width = static_cast<size_t>(sizes_.width);
  ForRows(rows_, [&](int64_t row) {
    const std::span<const float> from = std::span(x_).subspan(static_cast<size_t>(row) * width, width);
    language_.LayerNorm(from, norm.weight, norm.bias, kNormEps, normed_.row(row));
    language_.Finish(&normed_, row);
  });
}

void CpuNetwork::StoreCells(size_t layer) {
  const auto width = static_cast<size_t>(sizes_.width);
  ForRows(rows_, [&](int64_t row) {
    const auto place = static_cast<size_t>(row);
    const std::span<const float> qkv = std::span(qkv_).subspan(place * 3 * width, 3 * width);
    language_.Store(qkv.subspan(width, width), cell_storage_, CellsOf(layer, false, own_cell_[place]));
    language_.Store(qkv.subspan(2 * width, width), cell_storage_, CellsOf(layer, true, own_cell_[place]));
  });
}

void CpuNetwork::Attention(size_t layer) {
  attended_.Resize(rows_, sizes_.width, layers_[layer].out.matrix.quantized());
  const int64_t value_bytes = cell_storage_ == Storage::kF16 ? 2 : 4;
  const float scale = 1 / std::sqrt(static_cast<float>(head_width_));
  // Head by head, so that the beams of a line find its cells in the cache.
  workers_.Run(sizes_.heads, [&](int64_t head, int worker) {
    const int64_t begin = head * head_width_;
    for (int64_t row = 0; row < rows_; ++row) {
      const std::span<const int32_t> seen = seen_[static_cast<size_t>(row)];
      language_.Attend({.q = qkv_.data() + row * 3 * sizes_.width + begin,
                        .keys = CellsOf(layer, false, 0) + begin * value_bytes,
                        .values = CellsOf(layer, true, 0) + begin * value_bytes,
                        .storage = cell_storage_,
                        .cell_step = sizes_.width,
                        .cells = seen,
                        .width = head_width_,
                        .scale = scale,
                        .scratch = workers_.Scratch(worker, static_cast<int64_t>(seen.size()) + 16),
                        .out = attended_.row(row) + begin});
    }
  });
  ForRows(rows_, [&](int64_t row) { language_.Finish(&attended_, row); });
}

void CpuNetwork::Multiply(const Weights& weights, const Activations& x, const Result& result) {
  if (weights.matrix.quantized()) {
    weights.integers.Multiply(
        x, {.y = result.y, .y_row = result.y_row, .accumulate = result.add, .finish = result.finish},
        &workers_);
  } else {
    MultiplyFloats(weights.matrix, x, result);
  }
}

void CpuNetwork::MultiplyFloats(const Matrix& matrix, const Activations& x, const Result& result) {
  ForChunks(matrix, [&](int64_t begin, int64_t end) {
    float* y = result.add ? product_.data() : result.y;
    const int64_t y_row = result.add ? matrix.rows : result.y_row;
    language_.Multiply(matrix, x, begin, end, y, y_row);
    for (int64_t row = 0; result.add && row < rows_; ++row) {
      for (int64_t i = begin; i < end; ++i) result.y[row * result.y_row + i] += y[row * y_row + i];
    }
    if (result.finish) result.finish(begin, end);
  });
}

void CpuNetwork::FeedForward(const Layer& layer) {
  NormRows(layer.norm_ff, layer.up.matrix.quantized());
  wide_.Resize(rows_, layer.up.matrix.rows, layer.down.matrix.quantized());
  const auto activate = [&](int64_t begin, int64_t end) {
    for (int64_t row = 0; row < rows_; ++row) {
      language_.Gelu({wide_.row(row) + begin, static_cast<size_t>(end - begin)});
    }
  };
  Multiply(layer.up, normed_, {.y = wide_.row(0), .y_row = layer.up.matrix.rows, .finish = activate});
  ForRows(rows_, [&](int64_t row) { language_.Finish(&wide_, row); });
  Multiply(layer.down, wide_, {.y = x_.data(), .y_row = sizes_.width, .add = true});
}

Status CpuNetwork::Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) {
  rows_ = static_cast<int64_t>(step.groups.size()) * step.rows;
  const auto values = static_cast<size_t>(rows_ * sizes_.width);
  x_.assign(step.inputs.begin(), step.inputs.end());
  qkv_.resize(3 * values);
  product_.resize(values);
  ListCells(step);
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (stop.stop_requested()) return Cancelled("stopped");
    const Layer& layer = layers_[i];
    NormRows(layer.norm_attn, layer.qkv.matrix.quantized());
    Multiply(layer.qkv, normed_, {.y = qkv_.data(), .y_row = 3 * sizes_.width});
    StoreCells(i);
    if (step.want == NetworkStep::Want::kCells && i + 1 == layers_.size()) return OkStatus();
    Attention(i);
    Multiply(layer.out, attended_, {.y = x_.data(), .y_row = sizes_.width, .add = true});
    FeedForward(layer);
  }
  Finish(step, result);
  return OkStatus();
}

// Both final norms, and the head where logits are wanted.
void CpuNetwork::Finish(const NetworkStep& step, std::span<float> result) {
  const auto width = static_cast<size_t>(sizes_.width);
  if (step.want == NetworkStep::Want::kLastLogits) {
    for (size_t g = 0; g < step.groups.size(); ++g) {
      const size_t last = (g + 1) * static_cast<size_t>(step.rows) - 1;
      std::copy_n(x_.begin() + static_cast<std::ptrdiff_t>(last * width), width,
                  x_.begin() + static_cast<std::ptrdiff_t>(g * width));
    }
    rows_ = static_cast<int64_t>(step.groups.size());
  }
  const bool logits = step.want != NetworkStep::Want::kHidden;
  NormRows(norm_, false);
  std::copy_n(normed_.row(0), static_cast<size_t>(rows_) * width, x_.begin());
  NormRows(final_norm_, logits && head_.matrix.quantized());
  if (!logits) {
    std::copy_n(normed_.row(0), result.size(), result.begin());
    return;
  }
  Multiply(head_, normed_, {.y = result.data(), .y_row = head_.matrix.rows});
}

}  // namespace

StatusOr<std::unique_ptr<GptNetwork>> MakeCpuNetwork(std::shared_ptr<const ggml::GgufFile> file,
                                                     const GptSizes& sizes, int threads,
                                                     const NetworkOptions& options) {
  auto network = std::make_unique<CpuNetwork>(std::move(file), sizes, threads);
  WS_RETURN_IF_ERROR(network->Open(options));
  return network;
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "runtime/ggml/graph.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::Cache;
using ggml::Graph;
using ggml::Tensor;

constexpr float kNormEps = 1e-5F;
// Lengths of attention are rounded up to whole blocks, so that few graphs serve all of them, and so that a
// longer neighbour adds whole vectors of zeros to a line's sums and changes no bit of them.
constexpr int64_t kCellBlock = 64;
// ggml computes a product with one column another way than one with several.
constexpr int64_t kFewestRows = 2;
// Kept graphs; a generator with lines coming and going uses about as many.
constexpr size_t kMostGraphs = 8;

int64_t RoundUp(int64_t value, int64_t block) { return (value + block - 1) / block * block; }

struct Layer {
  Tensor norm_attn_weight, norm_attn_bias, qkv_weight, qkv_bias, out_weight, out_bias;
  Tensor norm_ff_weight, norm_ff_bias, up_weight, up_bias, down_weight, down_bias;
};

// What decides a graph.
struct Shape {
  int64_t groups = 0;
  int64_t rows = 0;   // of each group
  int64_t cells = 0;  // of each group, rounded up
  NetworkStep::Want want = NetworkStep::Want::kCells;
  bool operator==(const Shape&) const = default;
};

class GgmlNetwork final : public GptNetwork {
 public:
  GgmlNetwork(const ggml::Weights& weights, const ggml::Device& device, const GptSizes& sizes);
  Status MakeCells(const NetworkOptions& options);
  int64_t cells() const override { return cells_; }
  Status Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) override;

 private:
  // A graph with its inputs and its result.
  struct Plan {
    explicit Plan(const ggml::Device& device) : graph(device) {}
    Shape shape;
    Graph graph;
    Tensor inputs = nullptr;     // {width, groups rows}
    Tensor new_cells = nullptr;  // {groups rows}
    Tensor cells = nullptr;      // {cells groups}
    Tensor mask = nullptr;       // {cells, rows, 1, groups}
    Tensor result = nullptr;
  };

  StatusOr<Plan*> PlanFor(const Shape& shape);
  Status Describe(Plan* plan);
  Tensor Block(Plan* plan, size_t layer, Tensor x);
  Tensor Attention(Plan* plan, size_t layer, Tensor qkv);
  Tensor Heads(Plan* plan, Tensor rows, int64_t count);
  void FillInputs(const NetworkStep& step, Plan* plan);

  const ggml::Weights& weights_;
  const ggml::Device& device_;
  const GptSizes sizes_;
  std::vector<Layer> layers_;
  int64_t cells_ = 0;                         // the cache has one more, for rows that nobody wants
  std::unique_ptr<Cache> cache_;              // keys and values of each layer: {width, cells + 1}
  std::vector<std::unique_ptr<Plan>> plans_;  // the last used at the end
  std::vector<int32_t> ints_;
  std::vector<float> floats_;
};

GgmlNetwork::GgmlNetwork(const ggml::Weights& weights, const ggml::Device& device, const GptSizes& sizes)
    : weights_(weights), device_(device), sizes_(sizes) {
  for (int64_t i = 0; i < sizes.layers; ++i) {
    const std::string name = "gpt.blocks." + std::to_string(i) + ".";
    const auto find = [&](const char* rest) { return weights.Find(name + rest); };
    layers_.push_back({find("norm_attn.weight"), find("norm_attn.bias"), find("attn.qkv.weight"),
                       find("attn.qkv.bias"), find("attn.out.weight"), find("attn.out.bias"),
                       find("norm_ff.weight"), find("norm_ff.bias"), find("ff.up.weight"), find("ff.up.bias"),
                       find("ff.down.weight"), find("ff.down.bias")});
  }
}

Status GgmlNetwork::MakeCells(const NetworkOptions& options) {
  cells_ = options.cells;
  const Cache::Spec spec = {options.cell_type, {sizes_.width, cells_ + 1}};
  WS_ASSIGN_OR_RETURN(cache_, Cache::Make(device_, std::vector(2 * layers_.size(), spec)));
  return OkStatus();
}

StatusOr<GgmlNetwork::Plan*> GgmlNetwork::PlanFor(const Shape& shape) {
  const auto same = [&](const std::unique_ptr<Plan>& plan) { return plan->shape == shape; };
  const auto found = std::find_if(plans_.begin(), plans_.end(), same);
  if (found != plans_.end()) {
    std::rotate(found, found + 1, plans_.end());
    return plans_.back().get();
  }
  if (plans_.size() < kMostGraphs) {
    plans_.push_back(std::make_unique<Plan>(device_));
  } else {
    std::rotate(plans_.begin(), plans_.begin() + 1, plans_.end());
  }
  Plan* plan = plans_.back().get();
  plan->shape = shape;
  const Status status = Describe(plan);
  if (status.ok()) return plan;
  plans_.pop_back();
  return status;
}

Status GgmlNetwork::Describe(Plan* plan) {
  const auto [groups, rows, cells, want] = plan->shape;
  Graph& graph = plan->graph;
  graph.Clear();
  plan->inputs = graph.Floats({sizes_.width, groups * rows});
  plan->new_cells = graph.Ints({groups * rows});
  plan->cells = graph.Ints({groups * cells});
  plan->mask = graph.Floats({cells, rows, 1, groups});
  Tensor x = plan->inputs;
  for (size_t layer = 0; layer < layers_.size(); ++layer) x = Block(plan, layer, x);
  if (want == NetworkStep::Want::kLastLogits && rows > 1) {
    x = graph.Slice(graph.Reshape(x, {sizes_.width, rows, groups}), 1, rows - 1, 1);
    x = graph.Reshape(graph.Contiguous(x), {sizes_.width, groups});
  }
  const auto norm = [&](const std::string& name) {
    return graph.LayerNorm(x, weights_.Find(name + ".weight"), weights_.Find(name + ".bias"), kNormEps);
  };
  x = norm("gpt.norm");
  x = norm("gpt.final_norm");
  if (want == NetworkStep::Want::kLastLogits || want == NetworkStep::Want::kAllLogits) {
    x = graph.Linear(weights_.Find("gpt.code_head.weight"), weights_.Find("gpt.code_head.bias"), x);
  }
  if (want != NetworkStep::Want::kCells) plan->result = graph.Output(x);
  return graph.Prepare();
}

Tensor GgmlNetwork::Block(Plan* plan, size_t layer, Tensor x) {
  Graph& graph = plan->graph;
  const Layer& w = layers_[layer];
  Tensor y = graph.LayerNorm(x, w.norm_attn_weight, w.norm_attn_bias, kNormEps);
  y = Attention(plan, layer, graph.Linear(w.qkv_weight, w.qkv_bias, y));
  x = graph.Add(x, graph.Linear(w.out_weight, w.out_bias, y));
  y = graph.LayerNorm(x, w.norm_ff_weight, w.norm_ff_bias, kNormEps);
  y = graph.GeluTanh(graph.Linear(w.up_weight, w.up_bias, y));
  return graph.Add(x, graph.Linear(w.down_weight, w.down_bias, y));
}

// {width, count groups} -> {head, heads, count, groups}.
Tensor GgmlNetwork::Heads(Plan* plan, Tensor rows, int64_t count) {
  return plan->graph.Reshape(rows, {sizes_.width / sizes_.heads, sizes_.heads, count, plan->shape.groups});
}

// Of q, k and v {3 width, rows groups}: k and v go into the cells, and each group's cells are gathered once
// for all of its rows.
Tensor GgmlNetwork::Attention(Plan* plan, size_t layer, Tensor qkv) {
  Graph& graph = plan->graph;
  const int64_t width = sizes_.width;
  const auto third = [&](int64_t i) { return graph.Contiguous(graph.Slice(qkv, 0, i * width, width)); };
  graph.WriteRows(third(1), plan->new_cells, cache_->at(2 * layer));
  graph.WriteRows(third(2), plan->new_cells, cache_->at(2 * layer + 1));
  const auto gathered = [&](size_t which) {
    return Heads(plan, graph.GetRows(cache_->at(2 * layer + which), plan->cells), plan->shape.cells);
  };
  Tensor q = graph.Permute(Heads(plan, third(0), plan->shape.rows), {0, 2, 1, 3});
  Tensor k = graph.Permute(gathered(0), {0, 2, 1, 3});
  Tensor v = graph.Contiguous(graph.Permute(gathered(1), {1, 2, 0, 3}));
  const int64_t head_width = width / sizes_.heads;
  const float scale = 1 / std::sqrt(static_cast<float>(head_width));
  Tensor weights = graph.Softmax(graph.MatMul(k, q), plan->mask, scale);
  Tensor sum = graph.Permute(graph.MatMul(v, weights), {0, 2, 1, 3});
  return graph.Reshape(graph.Contiguous(sum), {width, plan->shape.rows * plan->shape.groups});
}

void GgmlNetwork::FillInputs(const NetworkStep& step, Plan* plan) {
  const Shape& shape = plan->shape;
  const auto rows = static_cast<size_t>(shape.rows);
  const auto length = static_cast<size_t>(shape.cells);
  const auto spare = static_cast<int32_t>(cells_);
  ggml::SetValues(plan->inputs, step.inputs);
  const auto given = static_cast<int64_t>(step.groups.size());
  if (given < shape.groups) {
    floats_.assign(static_cast<size_t>((shape.groups - given) * shape.rows * sizes_.width), 0.0F);
    ggml::SetValues(plan->inputs, floats_, static_cast<int64_t>(step.inputs.size()));
  }
  ints_.assign(static_cast<size_t>(shape.groups) * rows, spare);
  for (size_t g = 0; g < step.groups.size(); ++g) {
    const auto own = step.groups[g].cells.last(rows);
    std::copy(own.begin(), own.end(), ints_.begin() + static_cast<std::ptrdiff_t>(g * rows));
  }
  ggml::SetValues(plan->new_cells, ints_);
  ints_.assign(static_cast<size_t>(shape.groups) * length, spare);
  floats_.assign(static_cast<size_t>(shape.groups) * rows * length, -std::numeric_limits<float>::infinity());
  // A group that nobody wants sees one cell, so that its sums are numbers.
  for (size_t i = step.groups.size() * rows; i < static_cast<size_t>(shape.groups) * rows; ++i) {
    floats_[i * length] = 0;
  }
  for (size_t g = 0; g < step.groups.size(); ++g) {
    const NetworkStep::Group& group = step.groups[g];
    std::copy(group.cells.begin(), group.cells.end(),
              ints_.begin() + static_cast<std::ptrdiff_t>(g * length));
    for (size_t row = 0; row < rows; ++row) {
      float* mask = floats_.data() + (g * rows + row) * length;
      const size_t count = group.cells.size() - (group.sees.empty() ? rows - 1 - row : 0);
      for (size_t i = 0; i < count; ++i) {
        if (group.sees.empty() || ((group.sees[i] >> row) & 1u) != 0) mask[i] = 0;
      }
    }
  }
  ggml::SetValues(plan->cells, ints_);
  ggml::SetValues(plan->mask, floats_);
}

Status GgmlNetwork::Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) {
  size_t longest = 1;
  for (const NetworkStep::Group& group : step.groups) longest = std::max(longest, group.cells.size());
  Shape shape = {static_cast<int64_t>(step.groups.size()), step.rows,
                 RoundUp(static_cast<int64_t>(longest), kCellBlock), step.want};
  if (shape.groups * shape.rows < kFewestRows) shape.groups = kFewestRows;
  WS_ASSIGN_OR_RETURN(Plan * plan, PlanFor(shape));
  FillInputs(step, plan);
  WS_RETURN_IF_ERROR(plan->graph.Compute(stop));
  if (step.want != NetworkStep::Want::kCells) ggml::GetValues(plan->result, result);
  return OkStatus();
}

}  // namespace

int64_t CellBytes(const GptSizes& sizes, ggml::TensorType cell_type) {
  return 2 * sizes.layers * sizes.width / ggml::BlockValues(cell_type) * ggml::BlockBytes(cell_type);
}

StatusOr<std::unique_ptr<GptNetwork>> MakeGgmlNetwork(const ggml::Weights& weights,
                                                      const ggml::Device& device, const GptSizes& sizes,
                                                      const NetworkOptions& options) {
  auto network = std::make_unique<GgmlNetwork>(weights, device, sizes);
  WS_RETURN_IF_ERROR(network->MakeCells(options));
  return network;
}

}  // namespace waveshift::tts::indextts

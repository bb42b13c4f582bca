// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/graph.h"

#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml.h>

#include <algorithm>
#include <new>

namespace waveshift::ggml {
namespace {

// Tensors in one context of a description.
constexpr size_t kContextTensors = 512;
// The most that one operation of Graph makes.
constexpr size_t kMostPerOperation = 16;

size_t BytesOf(Tensor tensor, int64_t values) {
  return static_cast<size_t>(values) * ggml_type_size(tensor->type);
}

// Tells the processor's code when to stop.
bool StopRequested(void* stop) { return static_cast<const std::stop_token*>(stop)->stop_requested(); }

// Sets what interrupts the processor for the time of one computation.
class StopHook {
 public:
  StopHook(ggml_backend_t backend, const std::stop_token& stop) : backend_(backend) {
    if (!stop.stop_possible()) return;
    ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(ggml_backend_get_device(backend));
    set_ = reinterpret_cast<ggml_backend_set_abort_callback_t>(
        ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_abort_callback"));
    if (set_ != nullptr) set_(backend_, &StopRequested, const_cast<std::stop_token*>(&stop));
  }
  StopHook(const StopHook&) = delete;
  StopHook& operator=(const StopHook&) = delete;
  ~StopHook() {
    if (set_ != nullptr) set_(backend_, nullptr, nullptr);
  }

 private:
  ggml_backend_t backend_;
  ggml_backend_set_abort_callback_t set_ = nullptr;
};

}  // namespace

Extents ExtentsOf(Tensor tensor) { return {tensor->ne[0], tensor->ne[1], tensor->ne[2], tensor->ne[3]}; }

int64_t ValuesIn(Tensor tensor) { return ggml_nelements(tensor); }

void SetValues(Tensor tensor, std::span<const float> values, int64_t offset) {
  if (values.empty()) return;
  if (tensor->type == GGML_TYPE_F16) {
    std::vector<ggml_fp16_t> halves(values.size());
    ggml_fp32_to_fp16_row(values.data(), halves.data(), static_cast<int64_t>(values.size()));
    ggml_backend_tensor_set(tensor, halves.data(), BytesOf(tensor, offset), halves.size() * sizeof halves[0]);
    return;
  }
  ggml_backend_tensor_set(tensor, values.data(), BytesOf(tensor, offset), values.size_bytes());
}

void SetValues(Tensor tensor, std::span<const int32_t> values, int64_t offset) {
  if (values.empty()) return;
  ggml_backend_tensor_set(tensor, values.data(), BytesOf(tensor, offset), values.size_bytes());
}

void GetValues(Tensor tensor, std::span<float> values, int64_t offset) {
  if (values.empty()) return;
  if (tensor->type == GGML_TYPE_F16) {
    std::vector<ggml_fp16_t> halves(values.size());
    ggml_backend_tensor_get(tensor, halves.data(), BytesOf(tensor, offset), halves.size() * sizeof halves[0]);
    ggml_fp16_to_fp32_row(halves.data(), values.data(), static_cast<int64_t>(values.size()));
    return;
  }
  ggml_backend_tensor_get(tensor, values.data(), BytesOf(tensor, offset), values.size_bytes());
}

std::vector<float> FloatsOf(Tensor tensor) {
  std::vector<float> values(static_cast<size_t>(ValuesIn(tensor)));
  GetValues(tensor, values);
  return values;
}

StatusOr<std::unique_ptr<Cache>> Cache::Make(const Device& device, const std::vector<Spec>& specs) {
  std::unique_ptr<Cache> cache(new Cache());
  cache->context_ = ggml_init(
      {.mem_size = (specs.size() + 1) * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true});
  if (cache->context_ == nullptr) return ResourceExhausted("no memory for tensors of a model");
  size_t bytes = 0;
  for (const Spec& spec : specs) {
    const Extents& e = spec.extents;
    Tensor tensor = ggml_new_tensor_4d(cache->context_, static_cast<ggml_type>(FileNumber(spec.type)), e.n0,
                                       e.n1, e.n2, e.n3);
    // A name keeps graphs from writing one, so that several threads may read the tensor.
    ggml_format_name(tensor, "cache_%zu", cache->tensors_.size());
    bytes += ggml_nbytes(tensor);
    cache->tensors_.push_back(tensor);
  }
  if (specs.empty()) return cache;
  cache->buffer_ = ggml_backend_alloc_ctx_tensors(cache->context_, device.backend());
  if (cache->buffer_ == nullptr) {
    return ResourceExhausted(device.name() + " has no room for " + std::to_string(bytes >> 20) +
                             " MiB of a model's state");
  }
  cache->Clear();
  return cache;
}

Cache::~Cache() {
  if (buffer_ != nullptr) ggml_backend_buffer_free(buffer_);
  if (context_ != nullptr) ggml_free(context_);
}

int64_t Cache::bytes() const {
  return buffer_ == nullptr ? 0 : static_cast<int64_t>(ggml_backend_buffer_get_size(buffer_));
}

void Cache::Clear() {
  if (buffer_ != nullptr) ggml_backend_buffer_clear(buffer_, 0);
}

Graph::Graph(const Device& device) : device_(device) {}

Graph::~Graph() {
  if (graph_context_ != nullptr) ggml_free(graph_context_);
  if (allocator_ != nullptr) ggml_gallocr_free(allocator_);
  for (ggml_context* context : contexts_) ggml_free(context);
}

void Graph::Clear() {
  for (ggml_context* context : contexts_) ggml_reset(context);
  current_ = 0;
  graph_ = nullptr;
  roots_.clear();
  inputs_.clear();
  nodes_ = 0;
}

ggml_context* Graph::Context() {
  const size_t room = kMostPerOperation * ggml_tensor_overhead();
  if (current_ < contexts_.size() &&
      ggml_used_mem(contexts_[current_]) + room > ggml_get_mem_size(contexts_[current_])) {
    ++current_;
  }
  if (current_ == contexts_.size()) {
    ggml_context* context = ggml_init(
        {.mem_size = kContextTensors * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true});
    contexts_.push_back(context);
  }
  return contexts_[current_];
}

Tensor Graph::Made(Tensor tensor) {
  ++nodes_;
  return tensor;
}

Tensor Graph::Require(Tensor tensor) {
  roots_.push_back(tensor);
  return tensor;
}

int64_t Graph::compute_bytes() const {
  return allocator_ == nullptr ? 0 : static_cast<int64_t>(ggml_gallocr_get_buffer_size(allocator_, 0));
}

Status Graph::Prepare() {
  graph_ = nullptr;
  // Weights count too: no operation has more than four operands that are not nodes.
  size_t tensors = 1;
  for (ggml_context* context : contexts_) {
    for (Tensor t = ggml_get_first_tensor(context); t != nullptr; t = ggml_get_next_tensor(context, t)) {
      tensors += 5;
    }
  }
  const size_t bytes = ggml_graph_overhead_custom(tensors, false) + ggml_tensor_overhead();
  if (graph_context_ != nullptr) ggml_free(graph_context_);
  graph_memory_.resize(std::max(graph_memory_.size(), bytes));
  graph_context_ =
      ggml_init({.mem_size = graph_memory_.size(), .mem_buffer = graph_memory_.data(), .no_alloc = true});
  if (graph_context_ == nullptr) return ResourceExhausted("no memory for the graph of a model");
  ggml_cgraph* graph = ggml_new_graph_custom(graph_context_, tensors, false);
  for (Tensor input : inputs_) ggml_build_forward_expand(graph, input);
  for (Tensor root : roots_) ggml_build_forward_expand(graph, root);
  WS_RETURN_IF_ERROR(Allocate(graph));
  graph_ = graph;
  return OkStatus();
}

Status Graph::Allocate(ggml_cgraph* graph) {
  for (int i = 0; i < ggml_graph_n_nodes(graph); ++i) {
    const ggml_tensor* node = ggml_graph_node(graph, i);
    if (!ggml_backend_supports_op(device_.backend(), node)) {
      return Unimplemented(device_.name() + " cannot compute " + ggml_op_desc(node) + " of " +
                           ggml_type_name(node->type));
    }
  }
  if (allocator_ == nullptr) {
    allocator_ = ggml_gallocr_new(ggml_backend_get_default_buffer_type(device_.backend()));
  }
  if (allocator_ == nullptr || !ggml_gallocr_alloc_graph(allocator_, graph)) {
    // What is left is not to be used again.
    if (allocator_ != nullptr) ggml_gallocr_free(allocator_);
    allocator_ = nullptr;
    return ResourceExhausted(device_.name() + " has no room for the values of a model");
  }
  return OkStatus();
}

Status Graph::Compute(const std::stop_token& stop) {
  if (graph_ == nullptr) return Internal("a graph was computed before it was prepared");
  if (stop.stop_requested()) return Cancelled("stopped");
  ggml_status status = GGML_STATUS_FAILED;
  try {
    const StopHook hook(device_.backend(), stop);
    status = ggml_backend_graph_compute(device_.backend(), graph_);
  } catch (const std::bad_alloc&) {
    status = GGML_STATUS_ALLOC_FAILED;
  }
  switch (status) {
    case GGML_STATUS_SUCCESS:
      return OkStatus();
    case GGML_STATUS_ABORTED:
      return Cancelled("stopped");
    case GGML_STATUS_ALLOC_FAILED:
      return ResourceExhausted(device_.name() + " has no memory to compute in");
    default:
      return Internal(device_.name() + " failed to compute");
  }
}

}  // namespace waveshift::ggml

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Networks as graphs of operations, computed by a Device: the same description runs on the processor and on
// CUDA. No type of ggml is seen outside this room; a Tensor is a handle.
//
// Extents are counted fastest first, as ggml counts them: a sequence of T rows of D values is {D, T}, and the
// weight that a model file lists as [out, in] is {in, out}. Axis 0 is the fastest. Extents that are left out
// are 1. Operands of two operations are repeated along axes where they are 1 and the first one is not.
//
// Shapes that do not fit each other are mistakes of the program, not of its input: ggml ends the process.
// What comes from outside (sizes in a model file, lengths of sound and text) is checked before a graph is
// built.
#ifndef WAVESHIFT_RUNTIME_GGML_GRAPH_H_
#define WAVESHIFT_RUNTIME_GGML_GRAPH_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "runtime/ggml/tensor_type.h"
#include "runtime/ggml/weights.h"

struct ggml_backend_buffer;
struct ggml_cgraph;
struct ggml_context;
struct ggml_gallocr;
struct ggml_tensor;

namespace waveshift::ggml {

// Valid as long as the Graph that made it is neither cleared nor gone; that of a weight or of a Cache as long
// as these live.
using Tensor = ::ggml_tensor*;

struct Extents {
  int64_t n0 = 1;
  int64_t n1 = 1;
  int64_t n2 = 1;
  int64_t n3 = 1;
};
Extents ExtentsOf(Tensor tensor);
int64_t ValuesIn(Tensor tensor);

// Copies values to and from a tensor that has memory: inputs and outputs of a graph that is prepared, tensors
// of a Cache. Pre: contiguous, of f32 or f16 (converted) for float and of int32 for int32_t, and
// offset + span.size() values fit in it.
void SetValues(Tensor tensor, std::span<const float> values, int64_t offset = 0);
void SetValues(Tensor tensor, std::span<const int32_t> values, int64_t offset = 0);
void GetValues(Tensor tensor, std::span<float> values, int64_t offset = 0);
std::vector<float> FloatsOf(Tensor tensor);

// Tensors on a device that outlive graphs, such as keys and values of attention. Graphs read views of them
// and write into views of them. One thread at a time.
class Cache {
 public:
  struct Spec {
    TensorType type = TensorType::kF32;  // kF32, kF16
    Extents extents;
  };
  // Zero at first. ResourceExhausted when the device has no room. The device must outlive it.
  static StatusOr<std::unique_ptr<Cache>> Make(const Device& device, const std::vector<Spec>& specs);
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  ~Cache();

  size_t size() const { return tensors_.size(); }
  Tensor at(size_t index) const { return tensors_.at(index); }
  int64_t bytes() const;
  void Clear();  // all values become zero

 private:
  Cache() = default;
  ggml_context* context_ = nullptr;
  ggml_backend_buffer* buffer_ = nullptr;
  std::vector<Tensor> tensors_;
};

// A graph is described once (operations below, then Output or Write), prepared, and computed as often as
// wanted:
//
//   Graph graph(device);
//   Tensor x = graph.Floats({width, rows});
//   Tensor y = graph.Output(graph.Linear(weights.Find("w"), weights.Find("b"), x));
//   WS_RETURN_IF_ERROR(graph.Prepare());
//   SetValues(x, input);
//   WS_RETURN_IF_ERROR(graph.Compute(stop));
//   GetValues(y, output);
//
// Inputs and outputs keep their values from one Compute to the next; everything between shares memory.
// Clear() begins a new description in the memory of the old one, which only grows. One thread at a time, and
// only one graph of a Device computes at a time; weights may be shared between devices of one kind and their
// threads.
class Graph {
 public:
  // The device must outlive the graph.
  explicit Graph(const Device& device);
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  void Clear();
  const Device& device() const { return device_; }
  // Operations and views so far.
  int64_t nodes() const { return nodes_; }
  // Memory that values take on the device, after Prepare.
  int64_t compute_bytes() const;

  // Inputs. Their values must be set between Prepare and the first Compute.
  Tensor Floats(const Extents& extents);
  Tensor Ints(const Extents& extents);  // int32

  // The result will be read after Compute. A view (Reshape, Slice, Permute, ...) is made contiguous first.
  Tensor Output(Tensor a);
  // Copies `values` into `place`, a view of a Cache's tensor of the same number of values, converting between
  // f32 and f16. Happens before everything that a later Output or Write needs, and after what earlier ones
  // needed; so a view that reads `place` belongs behind this call. Returns the written view.
  Tensor Write(Tensor values, Tensor place);
  // Row i of `rows` {n, count} goes to row index[i] of `place` {n, all}; `index` are `count` different Ints.
  // {n, count, slices} into {n, all, slices} with one index list for all slices. The same order as Write.
  Tensor WriteRows(Tensor rows, Tensor index, Tensor place);

  // Finds memory for all values. ResourceExhausted when the device has none, Unimplemented when it cannot
  // compute an operation.
  Status Prepare();
  // Computes all outputs and writes. Cancelled soon after `stop` is requested on the processor; on CUDA only
  // before it begins. ResourceExhausted and Internal when the device fails. Pre: prepared.
  Status Compute(const std::stop_token& stop = {});

  // Arithmetic, value by value; b is repeated to a's extents.
  Tensor Add(Tensor a, Tensor b);
  Tensor Sub(Tensor a, Tensor b);
  Tensor Mul(Tensor a, Tensor b);
  Tensor Div(Tensor a, Tensor b);
  Tensor Scale(Tensor a, float factor);
  Tensor ScaleBias(Tensor a, float factor, float bias);  // factor a + bias
  Tensor Clamp(Tensor a, float low, float high);
  Tensor Square(Tensor a);
  Tensor Sqrt(Tensor a);
  Tensor Exp(Tensor a);
  Tensor Log(Tensor a);
  Tensor Sin(Tensor a);
  Tensor Cos(Tensor a);
  Tensor Relu(Tensor a);
  Tensor Silu(Tensor a);
  Tensor Sigmoid(Tensor a);
  Tensor Tanh(Tensor a);
  // x Phi(x), Phi by the error function.
  Tensor GeluErf(Tensor a);
  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), in 32 bits: ggml's own goes through a table of 16
  // bits.
  Tensor GeluTanh(Tensor a);

  // Over axis 0.
  Tensor Softmax(Tensor a);
  // softmax(scale a + mask); mask {n0, at least n1}, f32, or nullptr.
  Tensor Softmax(Tensor a, Tensor mask, float scale);
  Tensor Normalized(Tensor a, float eps);  // (a - mean) / sqrt(variance + eps)
  Tensor LayerNorm(Tensor a, Tensor weight, Tensor bias, float eps);
  Tensor RmsNorm(Tensor a, float eps);  // a / sqrt(mean of squares + eps)
  Tensor L2Norm(Tensor a, float eps);   // a / max(sqrt(sum of squares), eps)
  Tensor Mean(Tensor a);                // {n0, ...} -> {1, ...}
  Tensor Sum(Tensor a);

  // w {in, out, ...}, x {in, columns, ...} -> {out, columns, ...}; axes 2 and 3 of w are repeated to x's.
  // Sums in 32 bits. On the processor, x is rounded to w's precision when w is f16 or quantised.
  Tensor MatMul(Tensor w, Tensor x);
  Tensor Linear(Tensor w, Tensor bias, Tensor x);  // bias may be nullptr
  // Rows of table {n, all} by `index`, Ints {count}: {n, count}, f32.
  Tensor GetRows(Tensor table, Tensor index);

  // Extents and order. All but Contiguous, Concat, Repeat and Cast are views.
  Tensor Reshape(Tensor a, const Extents& extents);  // a is contiguous
  // Axis i of a becomes axis to[i].
  Tensor Permute(Tensor a, const std::array<int, 4>& to);
  Tensor Transpose(Tensor a);  // axes 0 and 1 change places
  Tensor Contiguous(Tensor a);
  // `length` indices of an axis from `begin` on.
  Tensor Slice(Tensor a, int axis, int64_t begin, int64_t length);
  // Any view: `strides` of axes 1 to 3 and `offset` in values. a is not quantised.
  Tensor View(Tensor a, const Extents& extents, const std::array<int64_t, 3>& strides, int64_t offset);
  Tensor Concat(Tensor a, Tensor b, int axis);
  Tensor Repeat(Tensor a, const Extents& extents);
  Tensor Cast(Tensor a, TensorType type);  // f32, f16; also makes it contiguous

  // Convolutions; x has the time on axis 0: {T, in}. What they unfold stays in 32 bits.
  struct Stride {
    int stride = 1;
    int padding = 0;  // zeros on each side
    int dilation = 1;
  };
  // kernel {k, in, out} -> {out, T'}: the channel becomes the fastest axis.
  Tensor Conv1d(Tensor kernel, Tensor x, const Stride& how);
  // kernel {k, channels}, one a channel -> {T', channels}.
  Tensor DepthwiseConv1d(Tensor kernel, Tensor x, const Stride& how);
  // kernel {kw, kh, in, out}, x {w, h, in} -> {out, w', h'}; the same stride, padding, dilation on both axes.
  Tensor Conv2d(Tensor kernel, Tensor x, const Stride& how);
  // More values on both sides of axis 0: zeros, or the neighbours mirrored without the edge itself. a is
  // contiguous; reflected ones are fewer than a has.
  Tensor PadZeros(Tensor a, int before, int after);
  Tensor PadReflect(Tensor a, int before, int after);

 private:
  ggml_context* Context();     // with room for a few more tensors
  Tensor Made(Tensor tensor);  // counts it
  Tensor Require(Tensor tensor);
  Status Allocate(ggml_cgraph* graph);

  const Device& device_;
  std::vector<ggml_context*> contexts_;  // of descriptions, filled one after the other
  size_t current_ = 0;
  std::vector<char> graph_memory_;
  ggml_context* graph_context_ = nullptr;
  ggml_cgraph* graph_ = nullptr;
  ggml_gallocr* allocator_ = nullptr;
  std::vector<Tensor> roots_;  // what must be computed, in this order
  std::vector<Tensor> inputs_;
  int64_t nodes_ = 0;
};

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_GRAPH_H_

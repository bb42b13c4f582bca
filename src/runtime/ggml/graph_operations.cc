// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a Graph is made of.
#include <ggml.h>

#include <cmath>

#include "runtime/ggml/graph.h"

namespace waveshift::ggml {

Tensor Graph::Floats(const Extents& e) {
  Tensor tensor = ggml_new_tensor_4d(Context(), GGML_TYPE_F32, e.n0, e.n1, e.n2, e.n3);
  // An output, too, is never overwritten: the values stay for the next Compute.
  ggml_set_input(tensor);
  ggml_set_output(tensor);
  inputs_.push_back(tensor);
  return tensor;
}

Tensor Graph::Ints(const Extents& e) {
  Tensor tensor = ggml_new_tensor_4d(Context(), GGML_TYPE_I32, e.n0, e.n1, e.n2, e.n3);
  ggml_set_input(tensor);
  ggml_set_output(tensor);
  inputs_.push_back(tensor);
  return tensor;
}

Tensor Graph::Output(Tensor a) {
  if (ggml_is_view(a) || !ggml_is_contiguous(a)) a = Contiguous(a);
  ggml_set_output(a);
  return Require(a);
}

Tensor Graph::Write(Tensor values, Tensor place) { return Require(Made(ggml_cpy(Context(), values, place))); }

Tensor Graph::WriteRows(Tensor rows, Tensor index, Tensor place) {
  return Require(Made(ggml_set_rows(Context(), place, rows, index)));
}

Tensor Graph::Add(Tensor a, Tensor b) { return Made(ggml_add(Context(), a, b)); }
Tensor Graph::Sub(Tensor a, Tensor b) { return Made(ggml_sub(Context(), a, b)); }
Tensor Graph::Mul(Tensor a, Tensor b) { return Made(ggml_mul(Context(), a, b)); }
Tensor Graph::Div(Tensor a, Tensor b) { return Made(ggml_div(Context(), a, b)); }
Tensor Graph::Scale(Tensor a, float factor) { return Made(ggml_scale(Context(), a, factor)); }
Tensor Graph::ScaleBias(Tensor a, float factor, float bias) {
  return Made(ggml_scale_bias(Context(), a, factor, bias));
}
Tensor Graph::Clamp(Tensor a, float low, float high) {
  // ggml's clamp works in place; a copy keeps `a` as it is for others.
  return Made(ggml_clamp(Context(), ggml_cont(Context(), a), low, high));
}
Tensor Graph::Square(Tensor a) { return Made(ggml_sqr(Context(), a)); }
Tensor Graph::Sqrt(Tensor a) { return Made(ggml_sqrt(Context(), a)); }
Tensor Graph::Exp(Tensor a) { return Made(ggml_exp(Context(), a)); }
Tensor Graph::Log(Tensor a) { return Made(ggml_log(Context(), a)); }
Tensor Graph::Sin(Tensor a) { return Made(ggml_sin(Context(), a)); }
Tensor Graph::Cos(Tensor a) { return Made(ggml_cos(Context(), a)); }
Tensor Graph::Relu(Tensor a) { return Made(ggml_relu(Context(), a)); }
Tensor Graph::Silu(Tensor a) { return Made(ggml_silu(Context(), a)); }
Tensor Graph::Sigmoid(Tensor a) { return Made(ggml_sigmoid(Context(), a)); }
Tensor Graph::Tanh(Tensor a) { return Made(ggml_tanh(Context(), a)); }
Tensor Graph::GeluErf(Tensor a) { return Made(ggml_gelu_erf(Context(), a)); }

Tensor Graph::GeluTanh(Tensor a) {
  // (1 + tanh z) / 2 = sigmoid(2 z), with 2 z = x (c + 0.044715 c x^2).
  const float c = 2 * std::sqrt(2.0F / static_cast<float>(M_PI));
  Tensor z = Mul(ScaleBias(Square(a), 0.044715F * c, c), a);
  return Mul(Sigmoid(z), a);
}

Tensor Graph::Softmax(Tensor a) { return Made(ggml_soft_max(Context(), a)); }
Tensor Graph::Softmax(Tensor a, Tensor mask, float scale) {
  return Made(ggml_soft_max_ext(Context(), a, mask, scale, 0.0F));
}
Tensor Graph::Normalized(Tensor a, float eps) { return Made(ggml_norm(Context(), a, eps)); }
Tensor Graph::LayerNorm(Tensor a, Tensor weight, Tensor bias, float eps) {
  return Add(Mul(Normalized(a, eps), weight), bias);
}
Tensor Graph::RmsNorm(Tensor a, float eps) { return Made(ggml_rms_norm(Context(), a, eps)); }
Tensor Graph::L2Norm(Tensor a, float eps) { return Made(ggml_l2_norm(Context(), a, eps)); }
Tensor Graph::Mean(Tensor a) { return Made(ggml_mean(Context(), a)); }
Tensor Graph::Sum(Tensor a) { return Made(ggml_sum_rows(Context(), a)); }

Tensor Graph::MatMul(Tensor w, Tensor x) {
  Tensor product = ggml_mul_mat(Context(), w, x);
  ggml_mul_mat_set_prec(product, GGML_PREC_F32);
  return Made(product);
}

Tensor Graph::Linear(Tensor w, Tensor bias, Tensor x) {
  Tensor product = MatMul(w, x);
  return bias == nullptr ? product : Add(product, bias);
}

Tensor Graph::GetRows(Tensor table, Tensor index) { return Made(ggml_get_rows(Context(), table, index)); }

Tensor Graph::Reshape(Tensor a, const Extents& e) {
  return Made(ggml_reshape_4d(Context(), a, e.n0, e.n1, e.n2, e.n3));
}
Tensor Graph::Permute(Tensor a, const std::array<int, 4>& to) {
  return Made(ggml_permute(Context(), a, to[0], to[1], to[2], to[3]));
}
Tensor Graph::Transpose(Tensor a) { return Made(ggml_transpose(Context(), a)); }
Tensor Graph::Contiguous(Tensor a) { return Made(ggml_cont(Context(), a)); }

Tensor Graph::Slice(Tensor a, int axis, int64_t begin, int64_t length) {
  std::array<int64_t, 4> extents = {a->ne[0], a->ne[1], a->ne[2], a->ne[3]};
  extents.at(static_cast<size_t>(axis)) = length;
  return Made(ggml_view_4d(Context(), a, extents[0], extents[1], extents[2], extents[3], a->nb[1], a->nb[2],
                           a->nb[3], static_cast<size_t>(begin) * a->nb[axis]));
}

Tensor Graph::View(Tensor a, const Extents& e, const std::array<int64_t, 3>& strides, int64_t offset) {
  const size_t size = ggml_type_size(a->type);
  const auto bytes = [&](int64_t values) { return static_cast<size_t>(values) * size; };
  return Made(ggml_view_4d(Context(), a, e.n0, e.n1, e.n2, e.n3, bytes(strides[0]), bytes(strides[1]),
                           bytes(strides[2]), bytes(offset)));
}

Tensor Graph::Concat(Tensor a, Tensor b, int axis) { return Made(ggml_concat(Context(), a, b, axis)); }

Tensor Graph::Repeat(Tensor a, const Extents& e) {
  return Made(ggml_repeat_4d(Context(), a, e.n0, e.n1, e.n2, e.n3));
}

Tensor Graph::Cast(Tensor a, TensorType type) {
  return Made(ggml_cast(Context(), a, static_cast<ggml_type>(FileNumber(type))));
}

Tensor Graph::Conv1d(Tensor kernel, Tensor x, const Stride& how) {
  // {k in, T'}: what each output sees. Unfolded in 32 bits, not in 16 as ggml_conv_1d has it.
  Tensor seen = Made(ggml_im2col(Context(), kernel, x, how.stride, 0, how.padding, 0, how.dilation, 0, false,
                                 GGML_TYPE_F32));
  return MatMul(Reshape(kernel, {kernel->ne[0] * kernel->ne[1], kernel->ne[2]}), seen);
}

Tensor Graph::DepthwiseConv1d(Tensor kernel, Tensor x, const Stride& how) {
  const int64_t taps = kernel->ne[0];
  const int64_t channels = kernel->ne[1];
  // Every channel is a sound of its own: {k, T', channels}.
  Tensor one = Reshape(kernel, {taps, 1, channels});
  Tensor seen = Made(ggml_im2col(Context(), one, Reshape(x, {x->ne[0], 1, channels}), how.stride, 0,
                                 how.padding, 0, how.dilation, 0, false, GGML_TYPE_F32));
  return Reshape(MatMul(one, seen), {seen->ne[1], channels});
}

Tensor Graph::Conv2d(Tensor kernel, Tensor x, const Stride& how) {
  Tensor seen = Made(ggml_im2col(Context(), kernel, x, how.stride, how.stride, how.padding, how.padding,
                                 how.dilation, how.dilation, true, GGML_TYPE_F32));
  Tensor weights = Reshape(kernel, {kernel->ne[0] * kernel->ne[1] * kernel->ne[2], kernel->ne[3]});
  Tensor columns = Reshape(seen, {seen->ne[0], seen->ne[1] * seen->ne[2]});
  return Reshape(MatMul(weights, columns), {kernel->ne[3], seen->ne[1], seen->ne[2]});
}

Tensor Graph::PadZeros(Tensor a, int before, int after) {
  return Made(ggml_pad_ext(Context(), a, before, after, 0, 0, 0, 0, 0, 0));
}
Tensor Graph::PadReflect(Tensor a, int before, int after) {
  return Made(ggml_pad_reflect_1d(Context(), a, before, after));
}

}  // namespace waveshift::ggml

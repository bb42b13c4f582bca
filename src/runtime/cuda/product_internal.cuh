// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the kernels for products have in common: their parameters, numbers of 8 bits, and what becomes of a
// result.
#ifndef WAVESHIFT_RUNTIME_CUDA_PRODUCT_INTERNAL_CUH_
#define WAVESHIFT_RUNTIME_CUDA_PRODUCT_INTERNAL_CUH_

#include "runtime/cuda/language.h"
#include "runtime/cuda/launch_internal.cuh"

namespace waveshift::cuda {

// As kernels take a call. A friend of Matrix.
struct ProductParameters {
  explicit ProductParameters(const ProductCall& call)
      : weights(call.matrix->weights_.data()),
        scales(call.matrix->scales_.as<uint32_t>()),
        bias(call.matrix->bias_.as<float>()),
        out(static_cast<int>(call.matrix->rows_)),
        depth(static_cast<int>(call.matrix->depth_)),
        third(out / 3),
        rows(static_cast<int>(call.rows)),
        from(call.from),
        unnormed(call.unnormed),
        norm(call.norm),
        then(call.then),
        to(call.to),
        keys(call.keys),
        values(call.values),
        cells_are_halves(call.cells_are_halves),
        own_cell(call.own_cell) {}

  const void* weights;
  const uint32_t* scales;
  const float* bias;
  int out;
  int depth;
  int third;  // of `out`
  int rows;
  const void* from;
  const float* unnormed;
  NormFactors norm;
  ProductThen then;
  void* to;
  void* keys;
  void* values;
  bool cells_are_halves;
  const int32_t* own_cell;
};

__device__ inline float Gelu(float x) {
  const float inner = 0.7978845608028654F * (x + 0.044715F * x * x * x);
  return 0.5F * x * (1.0F + tanhf(inner));
}

// Value `column` of row `row` of what a product makes, and what else its end needs, which is loaded before
// the value is there.
template <bool kHalfRows>
class Result {
 public:
  __device__ Result(const ProductParameters& p, int row, int column)
      : place_(static_cast<int64_t>(row) * p.out + column) {
    bias_ = p.bias[column];
    if (p.then != ProductThen::kSplit) return;
    part_ = column < p.third ? 0 : column < 2 * p.third ? 1 : 2;
    place_ = static_cast<int64_t>(part_ == 0 ? row : p.own_cell[row]) * p.third + column - part_ * p.third;
  }
  // What the kernels before may have changed.
  __device__ void LoadOld(const ProductParameters& p) {
    if (p.then == ProductThen::kAdd) old_ = static_cast<const float*>(p.to)[place_];
  }
  __device__ void Finish(const ProductParameters& p, float value) const {
    value += bias_;
    switch (p.then) {
      case ProductThen::kStore:
        static_cast<float*>(p.to)[place_] = value;
        break;
      case ProductThen::kAdd:
        static_cast<float*>(p.to)[place_] = old_ + value;
        break;
      case ProductThen::kGelu:
        Store(p.to, kHalfRows, Gelu(value));
        break;
      case ProductThen::kSplit:
        part_ == 0 ? Store(p.to, false, value)
                   : Store(part_ == 1 ? p.keys : p.values, p.cells_are_halves, value);
        break;
    }
  }

 private:
  __device__ void Store(void* to, bool as_half, float value) const {
    if (as_half) {
      static_cast<__half*>(to)[place_] = __float2half_rn(value);
    } else {
      static_cast<float*>(to)[place_] = value;
    }
  }

  int part_ = 0;
  int64_t place_;
  float bias_ = 0;
  float old_ = 0;
};

template <bool kHalfRows>
__device__ inline void Finish(const ProductParameters& p, int row, int column, float value) {
  Result<kHalfRows> result(p, row, column);
  result.LoadOld(p);
  result.Finish(p, value);
}

// Four numbers of 8 bits (plus 128) as halves.
__device__ inline uint2 HalvesOfBytes(uint32_t bytes) {
  // 0x6400 is 1024: with a byte as its last bits, 1024 and the byte.
  const __half2 offset = __half2half2(__ushort_as_half(0x6480));  // 1024 + 128
  uint32_t low = __byte_perm(bytes, 0x64646464U, 0x4140);
  uint32_t high = __byte_perm(bytes, 0x64646464U, 0x4342);
  const __half2 a = __hsub2(*reinterpret_cast<__half2*>(&low), offset);
  const __half2 b = __hsub2(*reinterpret_cast<__half2*>(&high), offset);
  return make_uint2(*reinterpret_cast<const uint32_t*>(&a), *reinterpret_cast<const uint32_t*>(&b));
}

// A tile of weights ready for the tensor cores: one of 16 columns, or two of them with scales.
template <bool kBytes>
struct WeightTile {
  uint4 low;
  uint4 high;
  float2 scale;

  __device__ WeightTile(const uint4& weights, uint32_t scales) : low(weights), high(), scale() {
    if (!kBytes) return;
    const uint2 w0 = HalvesOfBytes(weights.x), w1 = HalvesOfBytes(weights.y);
    const uint2 w2 = HalvesOfBytes(weights.z), w3 = HalvesOfBytes(weights.w);
    low = make_uint4(w0.x, w1.x, w0.y, w1.y);
    high = make_uint4(w2.x, w3.x, w2.y, w3.y);
    scale = FloatsOf(scales);
  }
  // Adds its product with eight rows, of which this lane's is at `row`.
  __device__ void AddTo(float (&sums)[4], const __half* row) const {
    if (!kBytes) {
      MultiplyTiles(sums, low, *reinterpret_cast<const uint2*>(row));
      return;
    }
    float part[4] = {0, 0, 0, 0};
    MultiplyTiles(part, low, *reinterpret_cast<const uint2*>(row));
    MultiplyTiles(part, high, *reinterpret_cast<const uint2*>(row + 16));
    sums[0] += scale.x * part[0];
    sums[1] += scale.x * part[1];
    sums[2] += scale.y * part[2];
    sums[3] += scale.y * part[3];
  }
};

// In wide_product.cu: many rows.
void MultiplyManyRows(Stream* stream, const ProductCall& call);

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_PRODUCT_INTERNAL_CUH_

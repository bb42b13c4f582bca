// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

#include "runtime/onnx/random_ops_internal.h"

namespace waveshift::onnx {
namespace {

// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014): the same
// numbers with every standard library, unlike std::normal_distribution.
thread_local uint64_t state = 0;

uint64_t NextBits() {
  state += 0x9E3779B97F4A7C15U;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

// In (0, 1].
double NextUniform() { return static_cast<double>((NextBits() >> 11) + 1) * 0x1.0p-53; }

float AttributeOr(const OrtKernelInfo* info, const char* name, float otherwise) {
  try {
    return Ort::ConstKernelInfo(info).GetAttribute<float>(name);
  } catch (const Ort::Exception&) {
    return otherwise;  // not written in the file: the operator's default
  }
}

// An output of the input's shape.
std::pair<float*, size_t> OutputLikeInput(OrtKernelContext* raw) {
  const Ort::KernelContext context(raw);
  const std::vector<int64_t> shape = context.GetInput(0).GetTensorTypeAndShapeInfo().GetShape();
  Ort::UnownedValue output = context.GetOutput(0, shape);
  return {output.GetTensorMutableData<float>(), output.GetTensorTypeAndShapeInfo().GetElementCount()};
}

class NormalKernel {
 public:
  explicit NormalKernel(const OrtKernelInfo* info)
      : mean_(AttributeOr(info, "mean", 0)), scale_(AttributeOr(info, "scale", 1)) {}
  // Box and Muller's transform, two numbers at a time.
  void Compute(OrtKernelContext* context) const {
    const auto [values, count] = OutputLikeInput(context);
    for (size_t i = 0; i < count; i += 2) {
      const double radius = std::sqrt(-2 * std::log(NextUniform()));
      const double angle = 2 * std::numbers::pi * NextUniform();
      values[i] = mean_ + scale_ * static_cast<float>(radius * std::cos(angle));
      if (i + 1 < count) values[i + 1] = mean_ + scale_ * static_cast<float>(radius * std::sin(angle));
    }
  }

 private:
  const float mean_;
  const float scale_;
};

class UniformKernel {
 public:
  explicit UniformKernel(const OrtKernelInfo* info)
      : low_(AttributeOr(info, "low", 0)), high_(AttributeOr(info, "high", 1)) {}
  void Compute(OrtKernelContext* context) const {
    const auto [values, count] = OutputLikeInput(context);
    for (size_t i = 0; i < count; ++i) {
      values[i] = low_ + (high_ - low_) * static_cast<float>(NextUniform());
    }
  }

 private:
  const float low_;
  const float high_;
};

template <typename Kernel>
class RandomLike : public Ort::CustomOpBase<RandomLike<Kernel>, Kernel> {
 public:
  explicit RandomLike(const char* name) : name_(name) {}
  // Called by the base class, which owns nothing: ONNX Runtime gives the kernel back to it to be deleted.
  void* CreateKernel(const OrtApi&, const OrtKernelInfo* info) const { return new Kernel(info); }
  const char* GetName() const { return name_; }
  size_t GetInputTypeCount() const { return 1; }
  ONNXTensorElementDataType GetInputType(size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }
  size_t GetOutputTypeCount() const { return 1; }
  ONNXTensorElementDataType GetOutputType(size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }

 private:
  const char* const name_;
};

struct Domain {
  Domain() : domain("") {
    domain.Add(&normal);
    domain.Add(&uniform);
  }
  RandomLike<NormalKernel> normal{"RandomNormalLike"};
  RandomLike<UniformKernel> uniform{"RandomUniformLike"};
  Ort::CustomOpDomain domain;  // "": the standard operators' own
};

}  // namespace

const OrtCustomOpDomain* RandomOps() {
  static const auto* const domain = new Domain;  // sessions may live until the program ends
  return domain->domain;
}

void SeedRandomOps(uint64_t seed) { state = seed; }

}  // namespace waveshift::onnx

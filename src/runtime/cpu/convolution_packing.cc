// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How a convolution's weights come from the order of a file, [out, in, kernel], to that of the products.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "runtime/cpu/convolution.h"
#include "runtime/cpu/fast_convolution_internal.h"

namespace waveshift::cpu {
namespace {

// Channels of the input that one worker takes at a time for one panel: their taps stay in the second-level
// cache, and what it writes is one piece of memory at each point.
constexpr int64_t kChannelsOfItem = 64;
// Taps that are in 64 bits at once, so that they stay in the first-level cache; a few rows, so that what is
// written are whole cache lines.
constexpr int64_t kWideValues = 2560;
constexpr int64_t kLeastRows = 4;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// 16-bit floats have few exponents: the power of two that brings weights of any layer to the upper end of
// what they can say, whatever the algorithm's factors are.
double HalfScale(const FastAlgorithm& fast, double largest) {
  double factor = 0;
  for (const std::vector<double>& row : fast.factors) {
    double sum = 0;
    for (const double f : row) sum += std::abs(f);
    factor = std::max(factor, sum);
  }
  constexpr double kUpperEnd = 16384;
  if (largest == 0) return 1;
  return std::exp2(std::clamp(std::floor(std::log2(kUpperEnd / (largest * factor))), -60.0, 60.0));
}

// A panel's columns of the weights, of the input's channels [begin, end).
struct Part {
  int64_t panel = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

// Calls task(part, worker) for all parts of all panels, in the order in which they lie in the matrix.
template <class Task>
void ForAllParts(const PackedMatrix& matrix, Workers* workers, const Task& task) {
  const int64_t channels = matrix.depth();
  const int64_t parts = CeilDiv(channels, kChannelsOfItem);
  workers->Run(matrix.panels() * parts, [&](int64_t item, int worker) {
    const int64_t begin = item % parts * kChannelsOfItem;
    task(Part{item / parts, begin, std::min(begin + kChannelsOfItem, channels)}, worker);
  });
}

// A panel's columns of the weights from value `first` of each on; which values and where to, the caller says.
PackArgs ColumnsOf(const PackedMatrix::Panel& panel, const ConvolutionShape& shape,
                   const StoredWeights& weights, int64_t first) {
  PackArgs args = {};
  args.step = shape.in * shape.kernel;
  args.from = weights.From(panel.column * args.step + first);
  args.half = weights.half;
  args.columns = std::min(panel.width, shape.out - panel.column);
  args.width = panel.width;
  args.taps = 1;
  return args;
}

// One point and segment: the factors of its taps, with the layer's scale, and where the products go.
struct Term {
  PackedMatrix* matrix = nullptr;
  int64_t segment = 0;
  int64_t first = 0;  // tap
  std::vector<double> factors;
};

std::vector<Term> TermsOf(const FastAlgorithm& fast, int64_t kernel, double scale,
                          std::vector<PackedMatrix>* matrices) {
  std::vector<Term> terms;
  for (size_t point = 0; point < matrices->size(); ++point) {
    PackedMatrix& matrix = (*matrices)[point];
    for (int64_t segment = 0; segment < matrix.segments(); ++segment) {
      Term& term = terms.emplace_back(Term{&matrix, segment, segment * fast.taps, {}});
      const int64_t taps = std::min(fast.taps, kernel - term.first);
      for (int64_t j = 0; j < taps; ++j) {
        term.factors.push_back(scale * fast.factors[point][static_cast<size_t>(j)]);
      }
    }
  }
  return terms;
}

std::vector<CombineTerm> PlacesOf(const std::vector<Term>& terms, int64_t panel, int64_t row) {
  std::vector<CombineTerm> places;
  places.reserve(terms.size());
  for (const Term& term : terms) {
    places.push_back({term.factors.data(), term.first, static_cast<int64_t>(term.factors.size()),
                      term.matrix->MutableRow(panel, term.segment, row)});
  }
  return places;
}

}  // namespace

Convolution Convolution::Pack(Isa isa, const ConvolutionShape& shape, const StoredWeights& weights,
                              ConvolutionMethod method, Workers* workers, WeightType type) {
  Convolution c;
  c.shape_ = shape;
  c.method_ = method == ConvolutionMethod::kAuto ? ChooseMethod(shape) : method;
  if (!CanDo(c.method_, shape.kernel)) c.method_ = ConvolutionMethod::kDirect;
  if (c.method_ == ConvolutionMethod::kDirect) {
    c.matrices_.emplace_back(isa, shape.kernel, shape.in, shape.out);
    c.PackDirect(isa, weights, workers);
    return c;
  }
  c.fast_ = std::make_unique<const FastAlgorithm>(MakeAlgorithm(isa, c.method_, shape.kernel));
  c.zeros_ = AlignedFloats(PaddedChannels(shape.in));
  for (const int64_t segments : c.fast_->segments) {
    c.matrices_.emplace_back(isa, segments, shape.in, shape.out, type);
  }
  c.PackFast(isa, weights, workers);
  return c;
}

void Convolution::PackDirect(Isa isa, const StoredWeights& weights, Workers* workers) {
  PackedMatrix& matrix = matrices_[0];
  ForAllParts(matrix, workers, [&](const Part& part, int /*worker*/) {
    PackArgs args = ColumnsOf(matrix.panel(part.panel), shape_, weights, 0);
    args.begin = part.begin * shape_.kernel;
    args.end = part.end * shape_.kernel;
    args.taps = shape_.kernel;
    args.depth = shape_.in;
    args.to = static_cast<float*>(matrix.MutableRow(part.panel, 0, 0));
    Kernels(isa).pack(args);
  });
}

void Convolution::PackFast(Isa isa, const StoredWeights& weights, Workers* workers) {
  const int64_t kernel = shape_.kernel;
  const bool half = matrices_[0].type() == WeightType::kF16;
  double scale = 1;
  if (half) {
    const float largest = weights.largest ? *weights.largest : LargestMagnitude(isa, weights, workers);
    scale = HalfScale(*fast_, static_cast<double>(largest));
  }
  scale_ = static_cast<float>(1 / scale);
  const std::vector<Term> terms = TermsOf(*fast_, kernel, scale, &matrices_);
  ForAllParts(matrices_[0], workers, [&](const Part& part, int worker) {
    const PackedMatrix::Panel& panel = matrices_[0].panel(part.panel);
    const int64_t row_values = kernel * panel.width;
    const int64_t rows_at_once = std::max(kWideValues / row_values / kLeastRows, int64_t{1}) * kLeastRows;
    const int64_t wide_values = rows_at_once * row_values;
    float* memory = workers->Scratch(worker, 2 * wide_values + (part.end - part.begin) * row_values);
    float* values = memory + 2 * wide_values;
    PackArgs columns = ColumnsOf(panel, shape_, weights, part.begin * kernel);
    columns.end = (part.end - part.begin) * kernel;
    columns.to = values;
    Kernels(isa).pack(columns);
    for (int64_t row = part.begin; row < part.end; row += rows_at_once) {
      const std::vector<CombineTerm> places = PlacesOf(terms, part.panel, row);
      const CombineArgs args = {values + (row - part.begin) * row_values,
                                reinterpret_cast<double*>(memory),
                                std::min(rows_at_once, part.end - row),
                                kernel,
                                panel.width,
                                places.data(),
                                static_cast<int64_t>(places.size())};
      (half ? Kernels(isa).half_combine : Kernels(isa).combine)(args);
    }
  });
}

}  // namespace waveshift::cpu

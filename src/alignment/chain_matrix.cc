// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/chain_matrix.h"

#include <algorithm>
#include <cmath>

namespace waveshift::alignment {
namespace {

constexpr double kLeastPivot = 1e-14;
constexpr size_t kNone = Difference::kNone;

}  // namespace

ChainMatrix::ChainMatrix(const DifferenceQp& qp) : leaves_(qp.leaves) {
  first_.resize(qp.chain);
  for (size_t r = 0; r < qp.chain; ++r) first_[r] = r;
  const auto couple = [&](size_t a, size_t b) {
    if (a >= qp.chain || b >= qp.chain) return;
    size_t& row = first_[std::max(a, b)];
    row = std::min({row, a, b});
  };
  for (const DifferenceTerm& term : qp.terms) couple(term.plus, term.minus);
  for (const Difference& bound : qp.bounds) couple(bound.plus, bound.minus);
  for (const auto& leaf : qp.leaves) couple(leaf.with[0], leaf.with[1]);
  for (const FourTerm& term : qp.wide_terms) {
    for (size_t a = 1; a < term.count; ++a) {
      for (size_t b = 0; b < a; ++b) couple(term.at[a], term.at[b]);
    }
  }
  offset_.reserve(qp.chain);
  for (size_t r = 0; r < qp.chain; ++r) {
    offset_.push_back(leaf_cells_);
    leaf_cells_ += r - first_[r] + 1;
  }
  cells_.resize(leaf_cells_ + 3 * leaves_.size() + 1);
}

ChainMatrix::Place ChainMatrix::PlaceOf(size_t plus, size_t minus) const {
  const auto own = [this](size_t u) {
    if (u == kNone) return NoCell();
    return u < first_.size() ? ChainCell(u, u) : leaf_cells_ + 3 * Leaf(u);
  };
  Place place{own(plus), own(minus), NoCell()};
  if (plus == kNone || minus == kNone) return place;
  const size_t low = std::min(plus, minus);
  const size_t high = std::max(plus, minus);
  if (high < first_.size()) {
    place.between = ChainCell(high, low);
  } else {
    place.between = leaf_cells_ + 3 * Leaf(high) + (leaves_[Leaf(high)].with[0] == low ? 1 : 2);
  }
  return place;
}

void ChainMatrix::Clear() { std::fill(cells_.begin(), cells_.end(), 0.0); }

void ChainMatrix::Factor() {
  for (size_t k = 0; k < leaves_.size(); ++k) {
    double* own = &cells_[leaf_cells_ + 3 * k];
    own[0] = 1 / std::max(own[0], kLeastPivot);
    const auto [a, b] = leaves_[k].with;
    cells_[ChainCell(a, a)] -= own[1] * own[1] * own[0];
    if (a == b) continue;
    cells_[ChainCell(b, b)] -= own[2] * own[2] * own[0];
    cells_[ChainCell(a, b)] -= own[1] * own[2] * own[0];
  }
  for (size_t r = 0; r < first_.size(); ++r) {
    double* row = &cells_[offset_[r]];
    const size_t begin = first_[r];
    double pivot = row[r - begin];
    for (size_t c = begin; c < r; ++c) {
      const double* other = &cells_[offset_[c]];
      double sum = row[c - begin];
      for (size_t k = std::max(begin, first_[c]); k < c; ++k) sum -= row[k - begin] * other[k - first_[c]];
      // Diagonals hold the pivots' reciprocals.
      const double entry = sum * other[c - first_[c]];
      row[c - begin] = entry;
      pivot -= entry * entry;
    }
    row[r - begin] = 1 / std::sqrt(std::max(pivot, kLeastPivot));
  }
}

void ChainMatrix::Solve(std::vector<double>& b) const {
  const size_t n = first_.size();
  for (size_t k = 0; k < leaves_.size(); ++k) {
    const double* own = &cells_[leaf_cells_ + 3 * k];
    const double share = b[n + k] * own[0];
    const auto [first, second] = leaves_[k].with;
    b[first] -= own[1] * share;
    if (first != second) b[second] -= own[2] * share;
  }
  for (size_t r = 0; r < n; ++r) {
    const double* row = &cells_[offset_[r]];
    double sum = b[r];
    for (size_t c = first_[r]; c < r; ++c) sum -= row[c - first_[r]] * b[c];
    b[r] = sum * row[r - first_[r]];
  }
  for (size_t r = n; r-- > 0;) {
    const double* row = &cells_[offset_[r]];
    const double value = b[r] *= row[r - first_[r]];
    for (size_t c = first_[r]; c < r; ++c) b[c] -= row[c - first_[r]] * value;
  }
  for (size_t k = 0; k < leaves_.size(); ++k) {
    const double* own = &cells_[leaf_cells_ + 3 * k];
    const auto [first, second] = leaves_[k].with;
    double sum = b[n + k] - own[1] * b[first];
    if (first != second) sum -= own[2] * b[second];
    b[n + k] = sum * own[0];
  }
}

}  // namespace waveshift::alignment

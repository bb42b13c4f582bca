// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The matrix of a DifferenceQp's Newton steps: symmetric positive definite, a chain with leaves.
#ifndef WAVESHIFT_ALIGNMENT_CHAIN_MATRIX_H_
#define WAVESHIFT_ALIGNMENT_CHAIN_MATRIX_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "alignment/difference_qp.h"

namespace waveshift::alignment {

class ChainMatrix {
 public:
  // Where (e_plus - e_minus) (e_plus - e_minus)^T lies; what has no place lies in a cell that nobody reads.
  struct Place {
    size_t plus = 0;
    size_t minus = 0;
    size_t between = 0;
  };

  explicit ChainMatrix(const DifferenceQp& qp);
  // kNone: none.
  Place PlaceOf(size_t plus, size_t minus) const;
  void Clear();
  void AddDifference(const Place& place, double value) {
    cells_[place.plus] += value;
    cells_[place.minus] += value;
    cells_[place.between] -= value;
  }
  void AddChain(size_t a, size_t b, double value) { cells_[ChainCell(a, b)] += value; }
  void CopyFrom(const ChainMatrix& other) { cells_ = other.cells_; }
  // In place. Solve() is for what Factor() left.
  void Factor();
  void Solve(std::vector<double>& b) const;

 private:
  size_t ChainCell(size_t a, size_t b) const {
    return a > b ? offset_[a] + b - first_[a] : offset_[b] + a - first_[b];
  }
  size_t Leaf(size_t unknown) const { return unknown - first_.size(); }
  size_t NoCell() const { return cells_.size() - 1; }

  const std::vector<alignment::Leaf>& leaves_;
  // Row r of the chain holds its columns from first_[r] to r.
  std::vector<size_t> first_;
  std::vector<size_t> offset_;
  size_t leaf_cells_ = 0;  // three a leaf: itself, and with its two
  std::vector<double> cells_;
};

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_CHAIN_MATRIX_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/cells.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace waveshift::tts::indextts {

CellPool::CellPool(int64_t count) : users_(static_cast<size_t>(count)), free_(static_cast<size_t>(count)) {
  // Low numbers are handed out first.
  std::iota(free_.rbegin(), free_.rend(), 0);
}

bool CellPool::Take(int64_t count, std::vector<int32_t>* cells) {
  if (count > free()) return false;
  for (int64_t i = 0; i < count; ++i) {
    const int32_t cell = free_.back();
    free_.pop_back();
    users_[static_cast<size_t>(cell)] = 1;
    cells->push_back(cell);
  }
  return true;
}

void CellPool::Share(std::span<const int32_t> cells) {
  for (const int32_t cell : cells) ++users_[static_cast<size_t>(cell)];
}

void CellPool::Return(std::span<const int32_t> cells) {
  for (const int32_t cell : cells) {
    if (--users_[static_cast<size_t>(cell)] == 0) free_.push_back(cell);
  }
}

LineCells::LineCells(LineCells&& other) noexcept
    : pool_(other.pool_), cells_(std::exchange(other.cells_, {})), sees_(std::exchange(other.sees_, {})) {}

LineCells::~LineCells() { Drop(0); }

void LineCells::AddShared(std::span<const int32_t> cells) {
  pool_->Share(cells);
  cells_.insert(cells_.end(), cells.begin(), cells.end());
  sees_.resize(cells_.size(), kAllBeams);
}

bool LineCells::AddCommon(int64_t count) {
  if (!pool_->Take(count, &cells_)) return false;
  sees_.resize(cells_.size(), kAllBeams);
  return true;
}

bool LineCells::Continue(std::span<const int32_t> parents) {
  if (pool_->free() < static_cast<int64_t>(parents.size())) return false;
  for (uint32_t& sees : sees_) {
    if (sees == kAllBeams) continue;
    uint32_t now = 0;
    for (size_t beam = 0; beam < parents.size(); ++beam) now |= ((sees >> parents[beam]) & 1u) << beam;
    sees = now;
  }
  KeepSeen();
  pool_->Take(static_cast<int64_t>(parents.size()), &cells_);
  for (size_t beam = 0; beam < parents.size(); ++beam) sees_.push_back(1u << beam);
  return true;
}

// The order stays, so that a line's sums do not depend on which numbers its cells have.
void LineCells::KeepSeen() {
  size_t kept = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (sees_[i] == 0) {
      pool_->Return(std::span(&cells_[i], 1));
      continue;
    }
    cells_[kept] = cells_[i];
    sees_[kept++] = sees_[i];
  }
  cells_.resize(kept);
  sees_.resize(kept);
}

void LineCells::Drop(size_t first) {
  if (first >= cells_.size()) return;
  pool_->Return(std::span(cells_).subspan(first));
  cells_.resize(first);
  sees_.resize(first);
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where the keys and values of attention lie. A cell is a place for one position in every layer; all lines of
// a generator share one pool of them. A line is a list of cells: first those of its voice, which all lines of
// the voice share, then those of its text, then those of its codes. All beams of a line read the same list
// and each cell says which beams see it, so following other beams copies no keys and values: cells that no
// beam sees any more are free again.
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_CELLS_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_CELLS_H_

#include <cstdint>
#include <span>
#include <vector>

namespace waveshift::tts::indextts {

// Hands out cell numbers and counts who uses them. One thread at a time.
class CellPool {
 public:
  // Cells 0 .. count-1, all free.
  explicit CellPool(int64_t count);

  int64_t count() const { return static_cast<int64_t>(users_.size()); }
  int64_t free() const { return static_cast<int64_t>(free_.size()); }
  int32_t users(int32_t cell) const { return users_[static_cast<size_t>(cell)]; }
  // Appends `count` cells with one user each; false, and nothing happens, when there are not so many.
  bool Take(int64_t count, std::vector<int32_t>* cells);
  // One more user of each; one less, and those without one are free.
  void Share(std::span<const int32_t> cells);
  void Return(std::span<const int32_t> cells);

 private:
  std::vector<int32_t> users_;
  std::vector<int32_t> free_;  // the next one is the last
};

// The cells of one line. It holds one use of each of them, which it gives back at its end.
class LineCells {
 public:
  static constexpr uint32_t kAllBeams = 0xffffffff;

  explicit LineCells(CellPool* pool) : pool_(pool) {}  // the pool must outlive it
  LineCells(LineCells&& other) noexcept;
  LineCells& operator=(LineCells&&) = delete;
  ~LineCells();

  // Appends cells of somebody else, which all beams see.
  void AddShared(std::span<const int32_t> cells);
  // Appends `count` new ones that all beams see; false when the pool has too few.
  bool AddCommon(int64_t count);
  // The beams go on: beam i continues parents[i] and gets a new cell for its next code. False, and nothing
  // happens, when the pool has too few.
  bool Continue(std::span<const int32_t> parents);
  // Gives all cells from place `first` on back.
  void Drop(size_t first);

  size_t size() const { return cells_.size(); }
  // In the order of their positions.
  std::span<const int32_t> cells() const { return cells_; }
  // Bit i: beam i sees it.
  std::span<const uint32_t> sees() const { return sees_; }

 private:
  void KeepSeen();

  CellPool* pool_;
  std::vector<int32_t> cells_;
  std::vector<uint32_t> sees_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_CELLS_H_

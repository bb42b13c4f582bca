// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "voices/cast_voices_internal.h"

namespace waveshift::voices {
namespace {

double Cost(double wanted_hz, const tts::CastVoice& voice) {
  return 12 * std::abs(std::log2(wanted_hz / voice.pitch_hz)) + voice.reluctance;
}

// The column of each row such that the sum of costs is least and no column is taken twice: the Hungarian
// method with potentials and shortest augmenting paths (J. Munkres, "Algorithms for the Assignment and
// Transportation Problems", 1957), rows and columns counted from 1. Pre: not more rows than columns.
class Assignment {
 public:
  Assignment(size_t rows, size_t columns)
      : row_potential_(rows + 1, 0), column_potential_(columns + 1, 0), row_of_(columns + 1, 0) {}

  template <typename CostOf>
  std::vector<size_t> Solve(CostOf cost_of) {
    for (size_t row = 1; row < row_potential_.size(); ++row) AddRow(row, cost_of);
    std::vector<size_t> column_of(row_potential_.size() - 1);
    for (size_t column = 1; column < row_of_.size(); ++column) {
      if (row_of_[column] != 0) column_of[row_of_[column] - 1] = column - 1;
    }
    return column_of;
  }

 private:
  template <typename CostOf>
  void AddRow(size_t new_row, CostOf cost_of) {
    const double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> least(row_of_.size(), infinite);  // reduced cost of reaching each column
    std::vector<size_t> from(row_of_.size(), 0);
    std::vector<bool> done(row_of_.size(), false);
    size_t at = 0;
    row_of_[0] = new_row;
    do {
      done[at] = true;
      const size_t row = row_of_[at];
      double step = infinite;
      size_t next = 0;
      for (size_t column = 1; column < row_of_.size(); ++column) {
        if (done[column]) continue;
        const double reduced = cost_of(row - 1, column - 1) - row_potential_[row] - column_potential_[column];
        if (reduced < least[column]) {
          least[column] = reduced;
          from[column] = at;
        }
        if (least[column] < step) {
          step = least[column];
          next = column;
        }
      }
      for (size_t column = 0; column < row_of_.size(); ++column) {
        if (done[column]) {
          row_potential_[row_of_[column]] += step;
          column_potential_[column] -= step;
        } else {
          least[column] -= step;
        }
      }
      at = next;
    } while (row_of_[at] != 0);
    for (; at != 0; at = from[at]) row_of_[at] = row_of_[from[at]];
  }

  std::vector<double> row_potential_;
  std::vector<double> column_potential_;
  std::vector<size_t> row_of_;  // of a column; 0: free. Column 0 stands for the row that looks for a place.
};

}  // namespace

std::vector<std::string> NearestVoices(const std::vector<double>& wanted_hz, bool high,
                                       const std::vector<tts::CastVoice>& cast) {
  std::vector<tts::CastVoice> voices;
  for (const tts::CastVoice& voice : cast) {
    if (voice.is_high == high && voice.pitch_hz > 0) voices.push_back(voice);
  }
  std::vector<std::string> names(wanted_hz.size());
  if (voices.empty()) return names;
  for (size_t begin = 0; begin < wanted_hz.size(); begin += voices.size()) {
    const size_t count = std::min(voices.size(), wanted_hz.size() - begin);
    const std::vector<size_t> chosen =
        Assignment(count, voices.size()).Solve([&](size_t speaker, size_t voice) {
          return Cost(wanted_hz[begin + speaker], voices[voice]);
        });
    for (size_t i = 0; i < count; ++i) names[begin + i] = voices[chosen[i]].name;
  }
  return names;
}

}  // namespace waveshift::voices

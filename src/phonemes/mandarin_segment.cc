// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>

#include "phonemes/mandarin_data_internal.h"
#include "phonemes/mandarin_internal.h"

namespace waveshift::phonemes::internal {
namespace {

constexpr double kNever = 1e9;
// Minus log probabilities of the first place and of one place after another, as the data's model has them.
constexpr std::array<double, 4> kStart = {0.26268660809250016, kNever, kNever, 1.4652633398537678};
constexpr std::array<std::array<double, 4>, 4> kNext = {
    {{kNever, 0.916290731874155, 0.510825623765990, kNever},
     {kNever, 1.2603623820268226, 0.33344856811948514, kNever},
     {0.5897149736854513, kNever, kNever, 0.8085250474669937},
     {0.7211965654669841, kNever, kNever, 0.6658631448798212}}};

// The end of each word in the cheapest row of words.
std::vector<size_t> CheapestWords(std::u32string_view run) {
  const MandarinData& data = MandarinData::Get();
  std::vector<double> cost(run.size() + 1, 0);
  std::vector<size_t> end(run.size(), 0);
  for (size_t i = run.size(); i-- > 0;) {
    cost[i] = std::numeric_limits<double>::infinity();
    for (size_t length = 1; length <= std::min(data.longest_word(), run.size() - i); ++length) {
      const auto word = data.Find(run.substr(i, length));
      const bool is_word = word.has_value() && !word->is_phrase;
      if (!is_word && length > 1) continue;
      const double through = (is_word ? word->cost : data.unknown_cost()) + cost[i + length];
      // Of two rows that are equally probable the one with the longer word.
      if (through > cost[i]) continue;
      cost[i] = through;
      end[i] = i + length;
    }
  }
  return end;
}

// The most probable places of the characters (Viterbi), and the words that they make.
void AppendNewWords(std::u32string_view run, std::vector<std::u32string>* words) {
  const MandarinData& data = MandarinData::Get();
  std::vector<std::array<double, 4>> cost(run.size());
  std::vector<std::array<size_t, 4>> from(run.size());
  for (size_t i = 0; i < run.size(); ++i) {
    for (size_t place = 0; place < 4; ++place) {
      const double here = data.PlaceCost(run[i], static_cast<WordPlace>(place));
      cost[i][place] = i == 0 ? kStart[place] : kNever * 10;
      for (size_t before = 0; i > 0 && before < 4; ++before) {
        const double through = cost[i - 1][before] + kNext[before][place];
        if (through >= cost[i][place]) continue;
        cost[i][place] = through;
        from[i][place] = before;
      }
      cost[i][place] += here;
    }
  }
  std::vector<size_t> places(run.size());
  size_t place = cost.back()[kEnd] < cost.back()[kSingle] ? kEnd : kSingle;
  for (size_t i = run.size(); i-- > 0;) {
    places[i] = place;
    place = from[i][place];
  }
  std::u32string word;
  for (size_t i = 0; i < run.size(); ++i) {
    if ((places[i] == kBegin || places[i] == kSingle) && !word.empty())
      words->push_back(std::exchange(word, {}));
    word.push_back(run[i]);
    if (places[i] == kEnd || places[i] == kSingle) words->push_back(std::exchange(word, {}));
  }
  if (!word.empty()) words->push_back(word);
}

}  // namespace

std::vector<std::u32string> SegmentMandarin(std::u32string_view run) {
  std::vector<std::u32string> words;
  const std::vector<size_t> ends = CheapestWords(run);
  size_t singles = 0;  // characters before `at` that are words of their own
  const auto flush = [&](size_t at) {
    const std::u32string_view rest = run.substr(at - singles, singles);
    if (singles > 1) {
      AppendNewWords(rest, &words);
    } else if (singles == 1) {
      words.emplace_back(rest);
    }
    singles = 0;
  };
  for (size_t at = 0; at < run.size(); at = ends[at]) {
    if (ends[at] == at + 1) {
      ++singles;
      continue;
    }
    flush(at);
    words.emplace_back(run.substr(at, ends[at] - at));
  }
  flush(run.size());
  return words;
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/row_filter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace waveshift::tts::indextts {
namespace {

constexpr float kRemoved = -std::numeric_limits<float>::infinity();
// The placeholder ids of the reference's prompt are ones; the start code follows them.
constexpr int32_t kPlaceholder = 1;

bool AllFinite(std::span<const float> values) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t bad = 0;
  for (const float value : values) {
    bad |= (std::bit_cast<uint32_t>(value) & kExponent) == kExponent ? 1u : 0u;
  }
  return bad == 0;
}

// Loops over so many values become vectors.
constexpr size_t kStretch = 16;

float Largest(std::span<const float> values) {
  std::array<float, kStretch> most;
  most.fill(values.front());
  size_t i = 0;
  for (; i + kStretch <= values.size(); i += kStretch) {
    for (size_t j = 0; j < kStretch; ++j) most[j] = values[i + j] > most[j] ? values[i + j] : most[j];
  }
  for (; i < values.size(); ++i) most[0] = values[i] > most[0] ? values[i] : most[0];
  return *std::max_element(most.begin(), most.end());
}

// Calls take(i) for values[i] > bound(), which may grow, and for some that are not.
template <typename Bound, typename Take>
void ForEachAbove(std::span<const float> values, const Bound& bound, const Take& take) {
  size_t i = 0;
  for (; i + kStretch <= values.size(); i += kStretch) {
    const float least = bound();
    unsigned above = 0;
    for (size_t j = 0; j < kStretch; ++j) above |= values[i + j] > least ? 1U : 0U;
    for (size_t j = 0; above != 0 && j < kStretch; ++j) take(i + j);
  }
  for (; i < values.size(); ++i) take(i);
}

bool Better(const RowCandidate& a, const RowCandidate& b) {
  return a.value != b.value ? a.value > b.value : a.code < b.code;
}

}  // namespace

RowFilter::RowFilter(const SamplingOptions& options, const CodeSet& codes)
    : options_(options), codes_(codes), keep_at_least_(options.beams > 1 ? 2 : 1) {
  const auto count = static_cast<size_t>(codes.count);
  if (options.sample) {
    best_ = options.top_k == 0 ? 0 : std::max(static_cast<size_t>(options.top_k), keep_at_least_);
  } else {
    best_ = options.beams > 1 ? 2 * static_cast<size_t>(options.beams) : 1;
  }
  if (best_ >= count) best_ = 0;
  row_.resize(count);
  seen_.resize(count);
  heap_.reserve(best_);
  // Ties with the least one survive; 32 of them are more than real logits have.
  kept_.reserve(best_ == 0 ? count : std::min(count, best_ + 32));
  if (options.typical_mass > 0) {
    order_.resize(count);
    surprise_.resize(count);
  }
}

StatusOr<std::span<const RowCandidate>> RowFilter::Apply(std::span<const float> logits,
                                                         std::span<const int32_t> history) {
  if (logits.size() != row_.size()) return Internal("gpt: a row of logits has the wrong length");
  if (!AllFinite(logits)) return Internal("gpt: a logit is no finite number");
  std::copy(logits.begin(), logits.end(), row_.begin());
  if (options_.beams > 1) LogSoftmax();
  Penalise(history);
  if (options_.typical_mass > 0) KeepTypical();
  if (options_.sample && options_.temperature != 1) {
    const auto temperature = static_cast<float>(options_.temperature);
    for (float& value : row_) value /= temperature;
  }
  KeepBest();
  if (options_.sample && options_.top_p < 1) KeepNucleus();
  return std::span<const RowCandidate>(kept_);
}

// log of the sum of exp(value - most).
float RowFilter::LogSum(std::span<const float> values, float most) const {
  return static_cast<float>(std::log(language_.SumExp(values, most)));
}

void RowFilter::LogSoftmax() {
  const float most = Largest(row_);
  const float log_sum = LogSum(row_, most);
  for (float& value : row_) value = value - most - log_sum;
}

void RowFilter::Penalise(std::span<const int32_t> history) {
  const auto penalty = static_cast<float>(options_.repetition_penalty);
  if (penalty == 1) return;
  if (++stamp_ == 0) {
    std::fill(seen_.begin(), seen_.end(), 0);
    stamp_ = 1;
  }
  const auto penalise = [&](int32_t code) {
    const auto place = static_cast<size_t>(code);
    if (seen_[place] == stamp_) return;
    seen_[place] = stamp_;
    float& value = row_[place];
    value = value < 0 ? value * penalty : value / penalty;
  };
  penalise(kPlaceholder);
  penalise(codes_.start);
  for (const int32_t code : history) penalise(code);
}

// Keeps the codes whose surprise (-log p) is nearest to the expected one until they have the wanted mass.
void RowFilter::KeepTypical() {
  const float most = Largest(row_);
  const float log_sum = most + LogSum(row_, most);
  float entropy = 0;
  for (const float value : row_) {
    const float log_p = value - log_sum;
    if (std::isfinite(log_p)) entropy -= log_p * std::exp(log_p);
  }
  for (size_t i = 0; i < row_.size(); ++i) surprise_[i] = std::abs(-(row_[i] - log_sum) - entropy);
  std::iota(order_.begin(), order_.end(), 0);
  std::sort(order_.begin(), order_.end(), [&](int32_t a, int32_t b) {
    const float left = surprise_[static_cast<size_t>(a)];
    const float right = surprise_[static_cast<size_t>(b)];
    return left != right ? left < right : a < b;
  });
  size_t last = 0;
  float mass = 0;
  for (; last + 1 < order_.size(); ++last) {
    mass += std::exp(row_[static_cast<size_t>(order_[last])] - log_sum);
    if (mass >= static_cast<float>(options_.typical_mass)) break;
  }
  const float limit = surprise_[static_cast<size_t>(order_[last])];
  for (size_t rank = keep_at_least_; rank < order_.size(); ++rank) {
    const auto place = static_cast<size_t>(order_[rank]);
    if (surprise_[place] > limit) row_[place] = kRemoved;
  }
}

// Finds the best_-th largest value with a heap of that size, then keeps what is not below it.
void RowFilter::KeepBest() {
  kept_.clear();
  float least = std::numeric_limits<float>::lowest();
  if (best_ > 0) {
    heap_.clear();
    const auto bound = [&] { return heap_.size() == best_ ? heap_.front().value : kRemoved; };
    ForEachAbove(row_, bound, [&](size_t i) {
      if (row_[i] <= bound()) return;
      if (heap_.size() == best_) {
        std::pop_heap(heap_.begin(), heap_.end(), Better);
        heap_.pop_back();
      }
      heap_.push_back({static_cast<int32_t>(i), row_[i]});
      std::push_heap(heap_.begin(), heap_.end(), Better);
    });
    if (heap_.size() == best_) least = heap_.front().value;
  }
  // Those that equal the least one too.
  const float below = std::nextafter(least, kRemoved);
  ForEachAbove(
      row_, [below] { return below; },
      [&](size_t i) {
        if (row_[i] >= least) kept_.push_back({static_cast<int32_t>(i), row_[i]});
      });
  std::sort(kept_.begin(), kept_.end(), Better);
}

// Removes the least likely codes while their share together is not above 1 - top_p.
void RowFilter::KeepNucleus() {
  const auto most_removed = static_cast<float>(1.0 - options_.top_p);
  double sum = 0;
  for (const RowCandidate& each : kept_) sum += std::exp(each.value - kept_.front().value);
  const auto total = static_cast<float>(sum);
  float share = 0;
  while (kept_.size() > keep_at_least_) {
    share += std::exp(kept_.back().value - kept_.front().value) / total;
    if (share > most_removed) break;
    kept_.pop_back();
  }
}

}  // namespace waveshift::tts::indextts

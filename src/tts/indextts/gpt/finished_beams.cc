// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "tts/indextts/gpt/finished_beams_internal.h"

namespace waveshift::tts::indextts {

FinishedBeams::FinishedBeams(int most, double length_penalty, int max_codes)
    : most_(static_cast<size_t>(most)), length_penalty_(length_penalty) {
  entries_.reserve(most_ + 1);
  spare_.resize(most_ + 1);
  for (std::vector<int32_t>& each : spare_) each.reserve(static_cast<size_t>(max_codes));
}

double FinishedBeams::Value(float score, int length) const {
  return static_cast<double>(score) / std::pow(static_cast<double>(length), length_penalty_);
}

void FinishedBeams::Add(std::span<const int32_t> codes, float score, int length) {
  const double value = Value(score, length);
  if (full() && value <= worst_) return;
  std::vector<int32_t> copy = std::move(spare_.back());
  spare_.pop_back();
  copy.assign(codes.begin(), codes.end());
  entries_.push_back({value, std::move(copy)});
  const auto by_value = [](const Entry& a, const Entry& b) { return a.value < b.value; };
  if (entries_.size() <= most_) {
    worst_ = std::min(worst_, value);
    return;
  }
  const auto least = std::min_element(entries_.begin(), entries_.end(), by_value);
  spare_.push_back(std::move(least->codes));
  entries_.erase(least);
  worst_ = std::min_element(entries_.begin(), entries_.end(), by_value)->value;
}

bool FinishedBeams::BeatAll(float score, int length) const {
  return full() && worst_ >= Value(score, length);
}

std::span<const int32_t> FinishedBeams::Best() const {
  const Entry* best = nullptr;
  for (const Entry& each : entries_) {
    if (best == nullptr || each.value >= best->value) best = &each;
  }
  return best == nullptr ? std::span<const int32_t>() : std::span<const int32_t>(best->codes);
}

}  // namespace waveshift::tts::indextts

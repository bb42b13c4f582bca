// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/code_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tts/indextts/gpt/finished_beams_internal.h"
#include "tts/indextts/gpt/row_filter.h"

namespace waveshift::tts::indextts {
namespace {

// What a draw chooses from.
struct Entry {
  SearchCandidate candidate;
  float weight;   // its probability, then how it comes off in the draw
  int64_t place;  // parent * codes + code
};

bool ByScore(const Entry& a, const Entry& b) { return a.candidate.score > b.candidate.score; }
bool ByPlaceThenScore(const Entry& a, const Entry& b) {
  if (a.candidate.score != b.candidate.score) return a.candidate.score > b.candidate.score;
  return a.place < b.place;
}

// Draws `count` different entries by their scores (softmax, then an exponential race: the largest p / e win)
// and puts them in front, in the order of the race. Where fewer have a probability above 0 the best of the
// others follow, so that what comes is never arbitrary.
void Draw(std::vector<Entry>* entries, size_t count, int64_t step, const NoiseSource& noise) {
  float most = entries->front().candidate.score;
  for (const Entry& each : *entries) most = std::max(most, each.candidate.score);
  double sum = 0;
  for (Entry& each : *entries) {
    each.weight = std::exp(each.candidate.score - most);
    sum += each.weight;
  }
  const auto total = static_cast<float>(sum);
  for (Entry& each : *entries) {
    each.weight /= total;
    if (each.weight > 0) each.weight /= noise.Exponential(step, each.place);
  }
  std::partial_sort(entries->begin(), entries->begin() + static_cast<std::ptrdiff_t>(count), entries->end(),
                    [](const Entry& a, const Entry& b) {
                      return a.weight != b.weight ? a.weight > b.weight : ByPlaceThenScore(a, b);
                    });
}

// More than one beam.
class BeamSearch final : public CodeSearch {
 public:
  BeamSearch(const SamplingOptions& options, const CodeSet& codes, std::shared_ptr<const NoiseSource> noise);
  Status Advance(std::span<const float> logits) override;
  bool done() const override { return done_ || steps_ == options_.max_codes; }
  std::span<const int32_t> next_codes() const override { return next_codes_; }
  std::span<const int32_t> parents() const override { return parents_; }
  int steps() const override { return steps_; }
  int draws() const override { return options_.sample ? steps_ : 0; }
  std::span<const SearchCandidate> candidates() const override { return candidates_; }
  std::vector<int32_t> Result() const override;

 private:
  Status Collect(std::span<const float> logits);
  void Choose();
  void Walk();
  void FollowParents();

  const SamplingOptions options_;
  const CodeSet codes_;
  const std::shared_ptr<const NoiseSource> noise_;
  const size_t beams_;
  RowFilter filter_;
  FinishedBeams finished_;
  std::vector<std::vector<int32_t>> sequences_;  // [beams], the codes so far
  std::vector<std::vector<int32_t>> previous_;   // their memory of the step before
  std::vector<float> scores_;                    // [beams]
  std::vector<Entry> entries_;
  std::vector<SearchCandidate> candidates_;  // [2 beams]
  std::vector<int32_t> next_codes_;
  std::vector<int32_t> parents_;
  int steps_ = 0;
  bool done_ = false;
};

BeamSearch::BeamSearch(const SamplingOptions& options, const CodeSet& codes,
                       std::shared_ptr<const NoiseSource> noise)
    : options_(options),
      codes_(codes),
      noise_(std::move(noise)),
      beams_(static_cast<size_t>(options.beams)),
      filter_(options, codes),
      finished_(options.beams, options.length_penalty, options.max_codes),
      sequences_(beams_),
      previous_(beams_),
      scores_(beams_, 0.0F) {
  // Without draws equal beams would stay equal: only the first one counts at the start.
  if (!options.sample) std::fill(scores_.begin() + 1, scores_.end(), -1e9F);
  for (size_t i = 0; i < beams_; ++i) {
    sequences_[i].reserve(static_cast<size_t>(options.max_codes));
    previous_[i].reserve(static_cast<size_t>(options.max_codes));
  }
  entries_.reserve(beams_ * 64);
  candidates_.reserve(2 * beams_);
  next_codes_.reserve(beams_);
  parents_.reserve(beams_);
}

Status BeamSearch::Advance(std::span<const float> logits) {
  if (done()) return Internal("gpt: a search that has ended cannot go on");
  WS_RETURN_IF_ERROR(Collect(logits));
  Choose();
  Walk();
  FollowParents();
  ++steps_;
  return OkStatus();
}

// What each beam may go on with, with the score that it would have.
Status BeamSearch::Collect(std::span<const float> logits) {
  const auto count = static_cast<size_t>(codes_.count);
  const bool one_for_all = steps_ == 0 && logits.size() == count;
  if (!one_for_all && logits.size() != beams_ * count) return Internal("gpt: wrong number of logits");
  entries_.clear();
  for (size_t beam = 0; beam < beams_; ++beam) {
    const auto row = logits.subspan(one_for_all ? 0 : beam * count, count);
    WS_ASSIGN_OR_RETURN(const auto allowed, filter_.Apply(row, sequences_[beam]));
    for (const RowCandidate& each : allowed) {
      const int64_t place = static_cast<int64_t>(beam * count) + each.code;
      entries_.push_back({{static_cast<int32_t>(beam), each.code, each.value + scores_[beam]}, 0, place});
    }
  }
  return OkStatus();
}

// Two candidates a beam, the best first.
void BeamSearch::Choose() {
  const size_t count = 2 * beams_;
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(count);
  if (options_.sample) {
    Draw(&entries_, count, steps_, *noise_);
    std::stable_sort(entries_.begin(), end, ByScore);
  } else {
    std::partial_sort(entries_.begin(), end, entries_.end(), ByPlaceThenScore);
  }
  candidates_.clear();
  for (size_t i = 0; i < count; ++i) candidates_.push_back(entries_[i].candidate);
}

// Finishes beams or continues them, until there are enough; then asks whether going on can help.
void BeamSearch::Walk() {
  next_codes_.clear();
  parents_.clear();
  for (size_t rank = 0; rank < candidates_.size() && parents_.size() < beams_; ++rank) {
    const SearchCandidate& each = candidates_[rank];
    if (each.code != codes_.stop) {
      next_codes_.push_back(each.code);
      scores_[parents_.size()] = each.score;
      parents_.push_back(each.parent);
    } else if (rank < beams_) {
      finished_.Add(sequences_[static_cast<size_t>(each.parent)], each.score, steps_ + 1);
    }
  }
  done_ = finished_.BeatAll(candidates_.front().score, steps_ + 1);
}

void BeamSearch::FollowParents() {
  std::swap(sequences_, previous_);
  for (size_t beam = 0; beam < beams_; ++beam) {
    const std::vector<int32_t>& parent = previous_[static_cast<size_t>(parents_[beam])];
    sequences_[beam].assign(parent.begin(), parent.end());
    sequences_[beam].push_back(next_codes_[beam]);
  }
}

std::vector<int32_t> BeamSearch::Result() const {
  if (steps_ == 0) return {};
  FinishedBeams all = finished_;
  if (!done_) {
    for (size_t beam = 0; beam < beams_; ++beam) all.Add(sequences_[beam], scores_[beam], steps_);
  }
  const std::span<const int32_t> best = all.Best();
  std::vector<int32_t> codes(best.begin(), best.end());
  if (codes.size() < static_cast<size_t>(options_.max_codes)) codes.push_back(codes_.stop);
  return codes;
}

// One beam: plain sampling or greedy.
class SingleSearch final : public CodeSearch {
 public:
  SingleSearch(const SamplingOptions& options, const CodeSet& codes, std::shared_ptr<const NoiseSource> noise)
      : options_(options), codes_(codes), noise_(std::move(noise)), filter_(options, codes) {
    sequence_.reserve(static_cast<size_t>(options.max_codes));
    entries_.reserve(64);
  }
  Status Advance(std::span<const float> logits) override;
  bool done() const override {
    return steps() == options_.max_codes || (!sequence_.empty() && sequence_.back() == codes_.stop);
  }
  std::span<const int32_t> next_codes() const override {
    return std::span(sequence_).last(sequence_.empty() ? 0 : 1);
  }
  std::span<const int32_t> parents() const override {
    return {&kOnlyBeam, sequence_.empty() ? size_t{0} : size_t{1}};
  }
  int steps() const override { return static_cast<int>(sequence_.size()); }
  int draws() const override { return options_.sample ? steps() : 0; }
  std::span<const SearchCandidate> candidates() const override { return {&chosen_, 1}; }
  std::vector<int32_t> Result() const override { return sequence_; }

 private:
  static constexpr int32_t kOnlyBeam = 0;
  const SamplingOptions options_;
  const CodeSet codes_;
  const std::shared_ptr<const NoiseSource> noise_;
  RowFilter filter_;
  std::vector<int32_t> sequence_;
  std::vector<Entry> entries_;
  SearchCandidate chosen_;
};

Status SingleSearch::Advance(std::span<const float> logits) {
  if (done()) return Internal("gpt: a search that has ended cannot go on");
  WS_ASSIGN_OR_RETURN(const auto allowed, filter_.Apply(logits, sequence_));
  chosen_ = {0, allowed.front().code, allowed.front().value};
  if (options_.sample) {
    entries_.clear();
    for (const RowCandidate& each : allowed) entries_.push_back({{0, each.code, each.value}, 0, each.code});
    Draw(&entries_, 1, steps(), *noise_);
    chosen_ = entries_.front().candidate;
  }
  sequence_.push_back(chosen_.code);
  return OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<CodeSearch>> CodeSearch::Start(const SamplingOptions& options, const CodeSet& codes,
                                                        std::shared_ptr<const NoiseSource> noise) {
  WS_RETURN_IF_ERROR(CheckSampling(options, codes));
  if (options.sample && noise == nullptr) return InvalidArgument("sampling: draws need noise");
  if (options.beams > 1) return std::make_unique<BeamSearch>(options, codes, std::move(noise));
  return std::make_unique<SingleSearch>(options, codes, std::move(noise));
}

}  // namespace waveshift::tts::indextts

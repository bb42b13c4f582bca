// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "timing/transcripts.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

#include "text/language.h"
#include "text/transcript.h"
#include "voices/rate_predictor.h"

namespace waveshift::bench {
namespace {

// The same numbers on every machine: only the engine of <random> is fixed by the standard.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  // Nearly normal: the sum of twelve even ones.
  double Normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random_()) / 4294967296.0;
    return sum;
  }

 private:
  std::mt19937 random_;
};

void Link(Case& made) {
  for (size_t i = 0; i + 1 < made.lines.size(); ++i) {
    made.lines[i].next_start = made.lines[i + 1].slot_start;
  }
}

}  // namespace

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kKinds = {
      {"one line", 1, {2000, 4000}, {0, 0}, 1.1, 0.1, 1, 0},
      {"sparse", 300, {1000, 5000}, {1000, 6000}, 1.0, 0.25, 2, 0},
      {"dense", 500, {1500, 5000}, {0, 300}, 1.0, 0.2, 1, 0},
      {"dialogue", 500, {800, 4000}, {100, 1000}, 1.0, 0.25, 2, 0},
      {"many speakers", 500, {800, 4000}, {50, 800}, 1.05, 0.2, 12, 0},
      {"overlapping", 400, {1000, 5000}, {0, 800}, 1.0, 0.2, 4, 30},
      {"very long lines", 100, {10000, 40000}, {0, 1500}, 1.05, 0.15, 2, 0},
      {"too long", 500, {1500, 5000}, {0, 500}, 1.25, 0.15, 2, 0},
      {"far too long", 300, {1500, 5000}, {100, 600}, 1.5, 0.2, 2, 0},
      {"too short", 500, {1500, 5000}, {0, 500}, 0.75, 0.15, 2, 0},
      {"10,000 lines", 10000, {800, 6000}, {0, 1200}, 1.02, 0.22, 4, 3},
  };
  return kKinds;
}

Case MakeCase(const Kind& kind) {
  Dice dice(static_cast<unsigned>(kind.lines) * 31 + static_cast<unsigned>(kind.fill * 100));
  Case made;
  made.name = kind.name;
  Samples at = SamplesFromMs(int64_t{500});
  int speaker = 0;
  for (size_t i = 0; i < kind.lines; ++i) {
    alignment::LineToPlace line;
    const Samples slot = SamplesFromMs(dice.Between(kind.slot_ms[0], kind.slot_ms[1]));
    line.slot_start = at;
    line.slot_end = at + slot;
    line.natural_length = std::max<Samples>(
        1, std::llround(static_cast<double>(slot) * kind.fill * std::exp(kind.spread * dice.Normal())));
    if (kind.speakers > 1 && dice.Between(0, 2) > 0) {
      speaker = static_cast<int>(dice.Between(0, kind.speakers - 1));
    }
    line.speaker = "S" + std::to_string(speaker);
    made.lines.push_back(line);
    const bool overlaps = dice.Between(0, 99) < kind.overlapping;
    at = overlaps ? line.slot_end - dice.Between(1, slot / 3)
                  : line.slot_end + SamplesFromMs(dice.Between(kind.pause_ms[0], kind.pause_ms[1]));
  }
  for (const auto& line : made.lines) made.length = std::max(made.length, line.slot_end);
  // Room for whatever is pushed: the baselines do not know of the programme's end.
  made.length += made.length / 2;
  Link(made);
  return made;
}

StatusOr<Case> RecordedCase(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const text::Transcript transcript, text::LoadTranscript(path));
  const voices::RatePredictor predictor;
  Case recorded;
  recorded.name = std::filesystem::path(path).filename().string();
  for (const text::TranscriptLine& line : transcript.lines) {
    recorded.length = std::max(recorded.length, SamplesFromMs(line.end_ms + 3000));
    if (!line.IsSpeech() || !text::HasSayableWords(line.translation)) continue;
    const auto natural = predictor.Predict("", transcript.target_language, line.translation).length;
    recorded.lines.push_back({.slot_start = SamplesFromMs(line.start_ms),
                              .slot_end = SamplesFromMs(line.end_ms),
                              .natural_length = natural,
                              .speaker = line.speaker});
  }
  Link(recorded);
  return recorded;
}

}  // namespace waveshift::bench

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Sees to it that lines fit their time in words, before the plan has to bend time: a line whose speech is
// hopelessly long is said in fewer words and spoken again, and the better take is kept.
#ifndef WAVESHIFT_PIPELINE_LINE_FITTER_H_
#define WAVESHIFT_PIPELINE_LINE_FITTER_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"
#include "pipeline/job.h"
#include "pipeline/journal.h"
#include "pipeline/line_state.h"
#include "pipeline/prepare.h"
#include "simplify/shortener.h"

namespace waveshift::pipeline {

// What is known about the speed of speech before a line is spoken. Both may be empty: then lines are
// shortened after their first take only.
struct LengthModel {
  // Length at the natural rate that `text` would have as this line; 0 = not known yet.
  std::function<Samples(const LineState& line, std::string_view text)> predict;
  // Told of every take, in order of the lines.
  std::function<void(const LineState& line, Samples natural_length)> observe;
};

// One thread. What it decides about a line is in the journal before the line goes on, so that a later run
// says the same words without asking anybody.
class LineFitter {
 public:
  // All of them outlive the fitter. The journal has been indexed.
  LineFitter(const JobSpec& spec, const JobDeps& deps, PreparedJob& job, Journal& journal,
             LengthModel lengths);
  ~LineFitter();

  // Gives every line the words that an earlier run decided on. Once, before the first line is spoken.
  void ApplyEarlierDecisions();

  // Of the lines [first, end), in order: shortens those that are predicted to be hopeless and have no take
  // yet.
  Status BeforeSpeaking(size_t first, size_t end, const std::stop_token& stop);

  // Of the lines [first, end), whose takes are in the journal: shortens those that turned out hopeless, and
  // speaks them again. A line never gets a longer take than it had, nor one that fails.
  Status AfterSpeaking(size_t first, size_t end, const std::stop_token& stop);

  // Why the language model was of no use, for the report; each reason once.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  class JournalCache;
  struct Pending;
  using PendingLines = std::vector<Pending>;

  std::string DecisionName(size_t index) const;
  Status Decide(size_t index);
  Samples Room(size_t index) const;
  double SpeedLeftOf(const LineState& state) const;

  StatusOr<PendingLines> Measure(size_t first, size_t end) const;
  simplify::LineToFit Describe(const Pending& pending, simplify::Aim aim) const;
  Status Round(PendingLines& lines, simplify::Aim aim, const std::stop_token& stop);
  Status SpeakAgain(PendingLines& lines, const std::vector<simplify::FittedLine>& fitted, simplify::Aim aim,
                    const std::stop_token& stop);
  Status RestoreWhatFits(PendingLines& lines, const std::stop_token& stop);
  StatusOr<std::vector<Samples>> SpeakAll(const std::vector<LineState>& trials, const std::stop_token& stop);
  void Use(LineState& state, const std::string& text, simplify::Method method) const;

  const JobSpec& spec_;
  const JobDeps& deps_;
  PreparedJob& job_;
  Journal& journal_;
  const LengthModel lengths_;
  std::unique_ptr<JournalCache> cache_;
  std::unique_ptr<simplify::Shortener> shortener_;
  std::vector<std::string> names_;
  std::vector<std::string> decision_names_;  // of each line; "" of lines that are not spoken
  std::vector<bool> decided_;
  std::vector<std::string> problems_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_LINE_FITTER_H_

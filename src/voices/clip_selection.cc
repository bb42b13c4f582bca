// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/clip_selection.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <tuple>

#include "voices/pitch.h"
#include "voices/speech_segments.h"

namespace waveshift::voices {
namespace {

constexpr float kHeard = 0.5F;    // probability from which a window counts as speech
constexpr float kSilent = 0.35F;  // below it a piece's edge is pause
constexpr float kPause = 0.15F;   // below it a window says how loud the background is
constexpr size_t kLeastPauses = 3;
constexpr double kPauseShare = 0.2;  // of the pauses' levels: sound that dies away is no background
constexpr ptrdiff_t kSmoothing = 4;  // windows on each side whose background counts
// What a separator leaves of a background in the speech lies about so far below it
// (docs/adr/0012-separation.md).
constexpr float kSeparationDb = 7;
constexpr Samples kKeptPause = SamplesFromMs(int64_t{300});  // inside a piece
constexpr Samples kLongestPiece = Samples{4} * kTimelineRateHz;
constexpr Samples kShortLongest = kTimelineRateHz * 3 / 2;
constexpr double kOtherVoiceSemitones = 7;
constexpr size_t kLeastVoiced = 6;
// Once there is enough, a piece must reach this share of the best one's score.
constexpr double kWorthwhile = 0.75;

double Power(double db) { return std::pow(10.0, db / 10); }
double Ramp(double value, double zero, double one) {
  return std::clamp((value - zero) / (one - zero), 0.0, 1.0);
}
double Semitones(double from_hz, double to_hz) { return 12 * std::log2(to_hz / from_hz); }

struct Candidate {
  std::span<const ClipWindow> windows;  // pauses at its edges included
  Samples start = 0;
  Samples length = 0;
  Samples speech = 0;
  double level_db = 0;
  double over_background_db = 0;
  bool is_background_known = false;
  double density = 0;
  double pitch_hz = 0;  // 0: not known
  ClipScore score;
};

// Windows of speech that did not become pieces.
struct Losses {
  size_t clipped = 0, noisy = 0, quiet = 0, brief = 0, other_voice = 0;
};

// One range on its way into pieces.
class Cutter {
 public:
  Cutter(const MeasuredRange& range, const ClipRules& rules, Losses& losses, std::vector<Candidate>& out)
      : range_(range), windows_(range.windows), rules_(rules), losses_(losses), out_(out) {
    // Short clips have no room for much pause.
    padding_ = static_cast<size_t>(std::min(rules.padding, rules.most / 20) / kSpeechWindow);
    const Samples room = rules.most - 2 * static_cast<Samples>(padding_) * kSpeechWindow;
    const Samples longest = std::clamp(rules.most / 3, std::min(room, kShortLongest), kLongestPiece);
    longest_ = static_cast<size_t>(std::max<Samples>(2, longest / kSpeechWindow));
    shortest_ = std::min(static_cast<size_t>(rules.shortest_piece / kSpeechWindow), longest_ / 2);
    FillBackground();
  }

  void Cut() {
    std::vector<float> probabilities;
    for (const ClipWindow& window : windows_) probabilities.push_back(window.speech);
    const SegmentRules segments{
        .enter = kHeard, .leave = kSilent, .min_silence = kKeptPause, .min_speech = 0, .pad = 0};
    for (const SpeechSegment& segment : FindSpeech(probabilities, segments)) {
      CutSegment(static_cast<size_t>(segment.start / kSpeechWindow),
                 static_cast<size_t>(segment.end / kSpeechWindow));
    }
  }

 private:
  void FillBackground();
  void CutSegment(size_t begin, size_t end);
  void CutRun(size_t begin, size_t end, double level_db);
  void AddPiece(size_t begin, size_t end, double level_db);
  double LevelDb(size_t begin, size_t end) const;
  size_t QuietestIn(size_t begin, size_t end) const;
  bool IsNoisy(size_t w, double level_db) const {
    return background_db_[w] > level_db - rules_.least_over_background_db;
  }
  bool IsPause(size_t w, double level_db) const {
    return windows_[w].speech < kSilent && !windows_[w].is_clipped && !IsNoisy(w, level_db);
  }

  const MeasuredRange& range_;
  const std::vector<ClipWindow>& windows_;
  const ClipRules& rules_;
  Losses& losses_;
  std::vector<Candidate>& out_;
  size_t longest_ = 0;  // windows of speech in a piece
  size_t shortest_ = 0;
  size_t padding_ = 0;                // windows
  std::vector<float> background_db_;  // what is heard of it in each window; NaN: not known
};

void Cutter::FillBackground() {
  background_db_.assign(windows_.size(), ClipWindow::kNotKnown);
  std::vector<float> pauses;
  for (const ClipWindow& window : windows_) {
    if (window.speech < kPause) pauses.push_back(window.level_db);
  }
  std::vector<double> sums = {0};
  for (const ClipWindow& window : windows_) sums.push_back(sums.back() + Power(window.background_db));
  if (!std::isnan(sums.back())) {
    const auto count = static_cast<ptrdiff_t>(windows_.size());
    for (ptrdiff_t w = 0; w < count; ++w) {
      const ptrdiff_t first = std::max<ptrdiff_t>(0, w - kSmoothing);
      const ptrdiff_t last = std::min(count, w + kSmoothing + 1);
      const double sum = sums[static_cast<size_t>(last)] - sums[static_cast<size_t>(first)];
      const double mean = std::max(sum, 0.0) / static_cast<double>(last - first);
      background_db_[static_cast<size_t>(w)] =
          static_cast<float>(10 * std::log10(mean + 1e-12)) - kSeparationDb;
    }
  } else if (pauses.size() >= kLeastPauses) {
    const auto at =
        pauses.begin() + static_cast<ptrdiff_t>(kPauseShare * static_cast<double>(pauses.size() - 1));
    std::nth_element(pauses.begin(), at, pauses.end());
    std::fill(background_db_.begin(), background_db_.end(), *at);
  }
}

double Cutter::LevelDb(size_t begin, size_t end) const {
  double power = 0;
  size_t count = 0;
  for (size_t w = begin; w < end; ++w) {
    if (windows_[w].speech < kHeard) continue;
    power += Power(windows_[w].level_db);
    ++count;
  }
  return 10 * std::log10(power / static_cast<double>(std::max<size_t>(count, 1)) + 1e-12);
}

size_t Cutter::QuietestIn(size_t begin, size_t end) const {
  const auto first = windows_.begin();
  const auto quietest =
      std::min_element(first + static_cast<ptrdiff_t>(begin), first + static_cast<ptrdiff_t>(end),
                       [](const ClipWindow& a, const ClipWindow& b) { return a.level_db < b.level_db; });
  return static_cast<size_t>(quietest - first);
}

// Leaves out what is clipped or noisy.
void Cutter::CutSegment(size_t begin, size_t end) {
  const double level_db = LevelDb(begin, end);
  size_t from = begin;
  for (size_t w = begin; w <= end; ++w) {
    if (w < end && !windows_[w].is_clipped && !IsNoisy(w, level_db)) continue;
    if (from < w) CutRun(from, w, level_db);
    from = w + 1;
    if (w == end) break;
    ++(windows_[w].is_clipped ? losses_.clipped : losses_.noisy);
  }
}

// Cuts what is long at its quietest windows.
void Cutter::CutRun(size_t begin, size_t end, double level_db) {
  while (end - begin > longest_) {
    const size_t cut = QuietestIn(begin + longest_ / 2, begin + longest_);
    AddPiece(begin, cut, level_db);
    begin = cut;
  }
  AddPiece(begin, end, level_db);
}

void Cutter::AddPiece(size_t begin, size_t end, double level_db) {
  while (begin < end && windows_[begin].speech < kSilent) ++begin;
  while (begin < end && windows_[end - 1].speech < kSilent) --end;
  const size_t count = end - begin;
  Candidate piece;
  piece.speech = static_cast<Samples>(count) * kSpeechWindow;
  if (count == 0) return;
  if (count < shortest_) {
    losses_.brief += count;
    return;
  }
  piece.level_db = LevelDb(begin, end);
  if (piece.level_db < rules_.quietest_db) {
    losses_.quiet += count;
    return;
  }
  std::vector<float> pitch;
  double background = 0;
  for (size_t w = begin; w < end; ++w) {
    piece.density += windows_[w].speech / static_cast<double>(count);
    background += Power(background_db_[w]) / static_cast<double>(count);
    if (windows_[w].pitch_hz > 0) pitch.push_back(windows_[w].pitch_hz);
  }
  piece.is_background_known = !std::isnan(background);
  if (piece.is_background_known)
    piece.over_background_db = piece.level_db - 10 * std::log10(background + 1e-12);
  if (pitch.size() >= kLeastVoiced) piece.pitch_hz = PitchPercentile(pitch, 0.5);
  for (size_t i = 0; i < padding_ && begin > 0 && IsPause(begin - 1, level_db); ++i) --begin;
  for (size_t i = 0; i < padding_ && end < windows_.size() && IsPause(end, level_db); ++i) ++end;
  piece.start = range_.start + static_cast<Samples>(begin) * kSpeechWindow;
  piece.length = static_cast<Samples>(end - begin) * kSpeechWindow;
  piece.windows = std::span(windows_).subspan(begin, end - begin);
  out_.push_back(piece);
}

// The pitch that half of the speech lies below; 0 when none is known.
double MedianPitch(const std::vector<Candidate>& pieces) {
  std::vector<std::pair<double, Samples>> voiced;
  Samples sum = 0;
  for (const Candidate& piece : pieces) {
    if (piece.pitch_hz <= 0) continue;
    voiced.emplace_back(piece.pitch_hz, piece.speech);
    sum += piece.speech;
  }
  std::sort(voiced.begin(), voiced.end());
  Samples below = 0;
  for (const auto& [pitch_hz, speech] : voiced) {
    below += speech;
    if (2 * below >= sum) return pitch_hz;
  }
  return 0;
}

void LeaveOutOtherVoices(double pitch_hz, std::vector<Candidate>& pieces, Losses& losses) {
  std::erase_if(pieces, [&](const Candidate& piece) {
    const bool is_other =
        piece.pitch_hz > 0 && std::abs(Semitones(pitch_hz, piece.pitch_hz)) > kOtherVoiceSemitones;
    if (is_other) losses.other_voice += static_cast<size_t>(piece.speech / kSpeechWindow);
    return is_other;
  });
}

// What a person would want of a recording: nothing else in it first, then that it is full of speech.
void Score(double pitch_hz, Candidate& piece) {
  ClipScore& score = piece.score;
  score.clean = piece.is_background_known ? Ramp(piece.over_background_db, 10, 30) : 0.5;
  score.density = piece.density;
  score.level = std::min(Ramp(piece.level_db, -50, -32), Ramp(piece.level_db, 0, -12));
  score.voice =
      piece.pitch_hz > 0 ? 1 - std::abs(Semitones(pitch_hz, piece.pitch_hz)) / kOtherVoiceSemitones : 0.5;
  score.length = Ramp(SecondsFromSamples(piece.speech), 0, 3);
  score.total = 0.35 * score.clean + 0.25 * score.density + 0.15 * score.level + 0.1 * score.voice +
                0.15 * score.length;
}

// Its beginning, no longer than `room`, up to a quiet place.
void Shorten(Samples room, Candidate& piece) {
  const auto most = static_cast<size_t>(room / kSpeechWindow);
  const auto tail = piece.windows.subspan(most * 3 / 4, most - most * 3 / 4);
  const auto quietest =
      std::min_element(tail.begin(), tail.end(),
                       [](const ClipWindow& a, const ClipWindow& b) { return a.level_db < b.level_db; });
  const Samples length =
      static_cast<Samples>(most * 3 / 4) * kSpeechWindow + (quietest - tail.begin()) * kSpeechWindow;
  piece.speech = std::max<Samples>(0, piece.speech - (piece.length - length));
  piece.length = length;
}

std::vector<Candidate> Pick(std::vector<Candidate> pieces, const ClipRules& rules, Samples& speech) {
  std::sort(pieces.begin(), pieces.end(), [](const Candidate& a, const Candidate& b) {
    return std::make_tuple(-a.score.total, a.start) < std::make_tuple(-b.score.total, b.start);
  });
  std::vector<Candidate> picked;
  Samples length = 0;
  for (Candidate& piece : pieces) {
    if (speech >= rules.least && piece.score.total < kWorthwhile * pieces.front().score.total) break;
    const Samples room = rules.most - length;
    if (piece.length > room) {
      if (speech >= rules.least || room < std::min(rules.shortest_piece, rules.most / 4)) continue;
      Shorten(room, piece);
    }
    length += piece.length;
    speech += piece.speech;
    picked.push_back(piece);
  }
  std::sort(picked.begin(), picked.end(),
            [](const Candidate& a, const Candidate& b) { return a.start < b.start; });
  return picked;
}

// Pieces that touch or share a pause become one.
void Join(const std::vector<Candidate>& picked, ClipChoice& choice) {
  Samples speech = 0;
  for (const Candidate& piece : picked) {
    const Samples end = piece.start + piece.length;
    if (!choice.pieces.empty() && piece.start <= choice.pieces.back().start + choice.pieces.back().length) {
      choice.pieces.back().length = std::max(choice.pieces.back().length, end - choice.pieces.back().start);
    } else {
      choice.pieces.push_back({piece.start, piece.length});
    }
    speech += piece.speech;
  }
  for (const Candidate& piece : picked) {
    const double share = static_cast<double>(piece.speech) / static_cast<double>(speech);
    choice.score.total += share * piece.score.total;
    choice.score.clean += share * piece.score.clean;
    choice.score.density += share * piece.score.density;
    choice.score.level += share * piece.score.level;
    choice.score.voice += share * piece.score.voice;
    choice.score.length += share * piece.score.length;
  }
}

std::string Tenths(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", seconds);
  return text;
}

std::string WhyNot(Samples speech, const ClipRules& rules, const Losses& losses) {
  std::string left_out;
  const auto add = [&](size_t windows, const char* what) {
    if (windows == 0) return;
    left_out += (left_out.empty() ? "; left out: " : ", ") +
                Tenths(SecondsFromSamples(static_cast<Samples>(windows) * kSpeechWindow)) + " " + what;
  };
  add(losses.noisy, "under music or noise");
  add(losses.clipped, "clipped");
  add(losses.quiet, "too quiet");
  add(losses.brief, "in pieces that are too short");
  add(losses.other_voice, "in another voice");
  if (speech == 0 && left_out.empty()) return "no speech is heard";
  return Tenths(SecondsFromSamples(speech)) + " of clean speech, " + Tenths(SecondsFromSamples(rules.least)) +
         " are wanted" + left_out;
}

}  // namespace

Samples ClipChoice::length() const {
  Samples sum = 0;
  for (const ClipPiece& piece : pieces) sum += piece.length;
  return sum;
}

ClipChoice SelectClip(std::span<const MeasuredRange> ranges, const ClipRules& rules) {
  ClipChoice choice;
  if (ranges.empty()) {
    choice.reason = "nowhere is this speaker alone";
    return choice;
  }
  Losses losses;
  std::vector<Candidate> pieces;
  for (const MeasuredRange& range : ranges) Cutter(range, rules, losses, pieces).Cut();
  const double pitch_hz = MedianPitch(pieces);
  LeaveOutOtherVoices(pitch_hz, pieces, losses);
  for (Candidate& piece : pieces) Score(pitch_hz, piece);
  Samples speech = 0;
  const std::vector<Candidate> picked = Pick(std::move(pieces), rules, speech);
  if (picked.empty() || speech < rules.least) {
    choice.reason = WhyNot(speech, rules, losses);
    return choice;
  }
  Join(picked, choice);
  return choice;
}

}  // namespace waveshift::voices

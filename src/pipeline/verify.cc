// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/verify.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "audio/correlate.h"
#include "audio/loudness.h"
#include "audio/peaks.h"
#include "pipeline/render.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kRead = kTimelineRateHz;
constexpr Samples kSearch = SamplesFromMs(int64_t{60});
constexpr Samples kHead = SamplesFromMs(int64_t{2500});  // of a line, to recognise it by
constexpr double kTrust = 0.3;                           // correlation from which a match counts
constexpr Samples kPicturePoints = 6000;
constexpr float kFullScale = 0.9999F;  // a player of 16 bits clips from here on

// The decoded track's latest stretch, mono.
class Window {
 public:
  Samples begin() const { return begin_; }
  Samples end() const { return begin_ + static_cast<Samples>(samples_.size()); }
  void Append(const std::vector<float>& interleaved) {
    for (size_t i = 0; i + 1 < interleaved.size(); i += 2)
      samples_.push_back(0.5F * (interleaved[i] + interleaved[i + 1]));
  }
  void DropBefore(Samples position) {
    const Samples n = std::clamp<Samples>(position - begin_, 0, static_cast<Samples>(samples_.size()));
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(n));
    begin_ += n;
  }
  // [from, to) with silence where there is nothing.
  std::vector<float> Cut(Samples from, Samples to) const {
    std::vector<float> out(static_cast<size_t>(to - from), 0.0F);
    const Samples a = std::max(from, begin_);
    const Samples b = std::min(to, end());
    if (a < b) std::copy_n(samples_.begin() + (a - begin_), b - a, out.begin() + (a - from));
    return out;
  }

 private:
  Samples begin_ = 0;
  std::vector<float> samples_;
};

// Where a piece of a line that should lie at `at` really lies; NaN when it is not recognised.
double Locate(const Window& window, std::span<const float> piece, Samples at) {
  const auto n = static_cast<Samples>(piece.size());
  const std::vector<float> around = window.Cut(at - kSearch, at + n + kSearch);
  const audio::Offset found = audio::FindOffset(piece, around, kSearch);
  if (found.score < kTrust) return std::nan("");
  return static_cast<double>(at) + found.samples;
}

Status MeasureLine(LineState& line, const Window& window, Journal& journal) {
  WS_ASSIGN_OR_RETURN(const std::vector<float> sound, RenderLine(journal, line));
  const auto piece = static_cast<size_t>(std::min<Samples>(kHead, line.length));
  const double head = Locate(window, std::span(sound).first(piece), line.start);
  const Samples tail_at = line.end() - static_cast<Samples>(piece);
  const double tail = Locate(window, std::span(sound).last(piece), tail_at);
  line.measured_start_ms = MsFromSamples(line.start);
  line.measured_duration_ms = MsFromSamples(line.length);
  constexpr double kSamplesPerMs = kTimelineRateHz / 1000.0;
  if (std::isnan(head)) {
    line.warnings.emplace_back(
        "could not be recognised in the finished mix; its measured times are the planned ones");
    return OkStatus();
  }
  line.measured_start_ms = head / kSamplesPerMs;
  const double end =
      std::isnan(tail) ? head + static_cast<double>(line.length) : tail + static_cast<double>(piece);
  line.measured_duration_ms = (end - head) / kSamplesPerMs;
  return OkStatus();
}

// Dubbed lines in order of their end: a line is measured as soon as the track is decoded behind it.
std::vector<LineState*> ByEnd(std::vector<LineState>* lines) {
  std::vector<LineState*> order;
  if (lines == nullptr) return order;
  for (LineState& line : *lines) {
    if (line.status == LineStatus::kDubbed) order.push_back(&line);
  }
  std::sort(order.begin(), order.end(),
            [](const LineState* a, const LineState* b) { return a->end() < b->end(); });
  return order;
}

// The earliest sample that a line from `next` on still needs.
std::vector<Samples> NeededFrom(const std::vector<LineState*>& order, Samples length) {
  std::vector<Samples> needed(order.size() + 1, length);
  for (size_t i = order.size(); i-- > 0;) needed[i] = std::min(needed[i + 1], order[i]->start - kSearch);
  return needed;
}

}  // namespace

StatusOr<TrackFigures> MeasureTrack(const media::RenditionFiles& files, Samples length, Journal& journal,
                                    std::vector<LineState>* lines, StretchRecorder& recorder,
                                    const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const auto reader, media::OpenAudioRendition(files));
  const auto loudness = audio::LoudnessMeter::Make();
  audio::PeakReducer peaks(audio::PeakReducer::BinFor(length, kPicturePoints));
  const std::vector<LineState*> order = ByEnd(lines);
  const std::vector<Samples> needed = NeededFrom(order, length);
  Window window;
  size_t next = 0;
  int64_t clipped = 0;
  std::vector<float> sound;
  for (Samples at = 0; at < length; at += kRead) {
    sound.clear();
    WS_RETURN_IF_ERROR(reader->Read(std::min(kRead, length - at), sound, stop));
    loudness->Add(sound);
    peaks.AddStereo(sound);
    recorder.Add(at, sound);
    clipped += std::count_if(sound.begin(), sound.end(), [](float v) { return std::abs(v) >= kFullScale; });
    if (order.empty()) continue;
    window.Append(sound);
    const bool last = at + kRead >= length;
    for (; next < order.size() && (last || order[next]->end() + kSearch <= window.end()); ++next) {
      WS_RETURN_IF_ERROR(MeasureLine(*order[next], window, journal));
    }
    window.DropBefore(needed[next]);
  }
  const auto summary = loudness->Summary();
  return TrackFigures{{.integrated_lufs = summary.integrated_lufs,
                       .true_peak_dbtp = summary.true_peak_dbtp,
                       .range_lu = summary.loudness_range_lu,
                       .clipped_samples = clipped},
                      peaks.Peaks()};
}

}  // namespace waveshift::pipeline

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/mixer.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <span>
#include <utility>

#include "audio/ducker.h"
#include "audio/mix.h"
#include "pipeline/bed.h"
#include "pipeline/prompt_limiter.h"
#include "pipeline/render.h"

namespace waveshift::pipeline {
namespace {

// Long enough for the limiter's and the duck curve's release to have died away, so that a resumed job mixes
// what the first one did.
constexpr Samples kPreRoll = Samples{3} * kTimelineRateHz;
// The limiter acts where a line or its duck curve does, and comes and goes beside that within this time.
constexpr Samples kLimiterEdge = SamplesFromMs(int64_t{80});
// The original voice stays audible as in a voice-over, and is understood no more.
constexpr double kUsualDuckDb = 18;
// Both limiters' look-ahead, generously.
constexpr Samples kMargin = SamplesFromMs(int64_t{20});

audio::DuckOptions CurveOptions(const MixerOptions& options) {
  if (options.background == BackgroundMode::kNone) return {.mode = audio::DuckMode::kMute};
  const double duck_db = options.balance.duck_db.value_or(kUsualDuckDb);
  return {.depth_db = 20 * std::log10(options.balance.background_gain) - duck_db};
}

struct SoundingLine {
  Samples start = 0;
  std::vector<float> samples;
  Samples end() const { return start + static_cast<Samples>(samples.size()); }
};

}  // namespace

struct Mixer::Impl {
  Impl(const MixerOptions& mixer_options, Journal& the_journal,
       std::unique_ptr<media::AudioReader> the_reader)
      : options(mixer_options),
        journal(the_journal),
        curve(CurveOptions(mixer_options)),
        bed(std::move(the_reader),
            {.start = FirstSampleToRead(mixer_options),
             .gain = mixer_options.programme_gain,
             .shape = [this](Samples start, std::span<float> sound,
                             const std::stop_token& stop) { return Shape(start, sound, stop); },
             .limit_original = mixer_options.limit_original}) {}

  MixerOptions options;
  Journal& journal;
  audio::DuckCurve curve;
  Bed bed;
  audio::DuckCurve limited{{.mode = audio::DuckMode::kMute, .edge = kLimiterEdge}};  // 1 where lines are
  PromptLimiter limiter;
  std::deque<const LineState*> waiting;  // dubbed lines not yet sounding, in order of start
  std::vector<SoundingLine> sounding;
  Samples input = 0;   // next sample to go into the limiter
  Samples output = 0;  // next sample that comes out of it: its latency behind the input
  Samples emitted = 0;
  std::vector<float> gains;
  std::vector<float> shares;
  std::vector<float> dubbed;    // of [emitted, output)
  std::vector<float> original;  // from emitted on, at least as far

  Status Shape(Samples start, std::span<float> sound, const std::stop_token& stop);
  Status Feed(Samples frames, const std::stop_token& stop);
  Status StartLines(Samples until);
  void AddLines(std::vector<float>& mix);
};

Samples Mixer::FirstSampleToRead(const MixerOptions& options) {
  return std::max<Samples>(0, options.start - kPreRoll);
}

Samples Mixer::LookBack() { return audio::DuckCurve().lookahead() + kMargin; }

Mixer::Mixer(const MixerOptions& options, Journal& journal, std::unique_ptr<media::AudioReader> reader)
    : impl_(std::make_unique<Impl>(options, journal, std::move(reader))) {
  impl_->input = impl_->output = impl_->emitted = FirstSampleToRead(options);
}

Mixer::~Mixer() = default;

Samples Mixer::position() const { return std::max(impl_->emitted, impl_->options.start); }

int64_t Mixer::damaged_packets() const { return impl_->bed.damaged_packets(); }

void Mixer::AddLine(const LineState& line) {
  SpeechRemoval* const removal = impl_->options.removal;
  if (line.status != LineStatus::kDubbed) {
    impl_->curve.AddProtected(line.slot_start, line.slot_end);
    if (removal != nullptr) removal->AddKept(line.slot_start, line.slot_end);
    return;
  }
  // The slot too: where the dub is shorter than the original, the original voice must not come back for its
  // last words.
  const Samples from = std::min(line.slot_start, line.start);
  const Samples to = std::max(line.slot_end, line.end());
  impl_->curve.AddDucked(from, to);
  const audio::DuckOptions ramps;
  impl_->limited.AddProtected(from - ramps.attack, to + ramps.release);
  if (removal != nullptr) removal->AddDubbed(from, to);
  if (line.end() <= impl_->input) return;
  auto& waiting = impl_->waiting;
  const auto at =
      std::upper_bound(waiting.begin(), waiting.end(), &line,
                       [](const LineState* a, const LineState* b) { return a->start < b->start; });
  waiting.insert(at, &line);
}

Status Mixer::Impl::StartLines(Samples until) {
  while (!waiting.empty() && waiting.front()->start < until) {
    const LineState* line = waiting.front();
    waiting.pop_front();
    WS_ASSIGN_OR_RETURN(std::vector<float> samples, RenderLine(journal, *line));
    sounding.push_back({line->start, std::move(samples)});
  }
  return OkStatus();
}

void Mixer::Impl::AddLines(std::vector<float>& mix) {
  const auto frames = static_cast<Samples>(mix.size() / 2);
  for (const SoundingLine& line : sounding) {
    const Samples from = std::max(line.start, input);
    const Samples to = std::min(line.end(), input + frames);
    if (to <= from) continue;
    audio::MixMonoInto(
        std::span(mix).subspan(static_cast<size_t>(2 * (from - input)), static_cast<size_t>(2 * (to - from))),
        std::span(line.samples)
            .subspan(static_cast<size_t>(from - line.start), static_cast<size_t>(to - from)),
        static_cast<float>(options.programme_gain));
  }
  std::erase_if(sounding, [&](const SoundingLine& line) { return line.end() <= input + frames; });
}

// What becomes of the original sound under lines.
Status Mixer::Impl::Shape(Samples start, std::span<float> sound, const std::stop_token& stop) {
  gains.resize(sound.size() / 2);
  curve.Gains(start, gains);
  if (options.removal != nullptr) {
    WS_RETURN_IF_ERROR(options.removal->Apply(start, sound, gains, stop));
  }
  audio::ApplyGainCurve(sound, gains);
  return OkStatus();
}

// Moves `frames` more samples into the limiter.
Status Mixer::Impl::Feed(Samples frames, const std::stop_token& stop) {
  std::vector<float> mix;
  WS_RETURN_IF_ERROR(bed.Read(frames, mix, original, stop));
  WS_RETURN_IF_ERROR(StartLines(input + frames));
  AddLines(mix);
  shares.resize(static_cast<size_t>(frames));
  limited.Gains(input, shares);
  const size_t before = dubbed.size();
  limiter.Process(mix, shares, dubbed);
  input += frames;
  output += static_cast<Samples>((dubbed.size() - before) / 2);
  return OkStatus();
}

StatusOr<MixChunk> Mixer::Next(Samples frames, const std::stop_token& stop) {
  Impl& m = *impl_;
  const Samples begin = position();
  const Samples end = std::min(begin + std::max<Samples>(frames, 0), m.options.length);
  while (m.output < end) {
    // The limiter holds back its look-ahead; past the programme's end silence pushes it out.
    WS_RETURN_IF_ERROR(m.Feed(std::min<Samples>(end + m.limiter.latency() - m.input, kTimelineRateHz), stop));
  }
  const auto drop = static_cast<ptrdiff_t>(2 * (begin - m.emitted));  // the pre-roll, once
  const auto take = static_cast<ptrdiff_t>(2 * (end - begin));
  MixChunk chunk{.start = begin};
  chunk.dubbed.assign(m.dubbed.begin() + drop, m.dubbed.begin() + drop + take);
  if (m.bed.has_sound()) chunk.original.assign(m.original.begin() + drop, m.original.begin() + drop + take);
  m.dubbed.erase(m.dubbed.begin(), m.dubbed.begin() + drop + take);
  if (m.bed.has_sound()) m.original.erase(m.original.begin(), m.original.begin() + drop + take);
  m.emitted = end;
  return chunk;
}

}  // namespace waveshift::pipeline

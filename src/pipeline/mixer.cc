// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/mixer.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <span>
#include <utility>

#include "audio/ducker.h"
#include "audio/limiter.h"
#include "audio/mix.h"
#include "pipeline/render.h"

namespace waveshift::pipeline {
namespace {

// Long enough for the limiter's and the duck curve's release to have died away, so that a resumed job mixes
// what the first one did.
constexpr Samples kPreRoll = Samples{3} * kTimelineRateHz;
// AAC overshoots by up to a decibel: with this ceiling the decoded track stays below -1 dBTP.
constexpr double kCeilingDbtp = -2.0;
// The limiter's look-ahead, generously.
constexpr Samples kMargin = SamplesFromMs(int64_t{20});

audio::DuckOptions CurveOptions(BackgroundMode background) {
  return {.mode = background == BackgroundMode::kNone ? audio::DuckMode::kMute : audio::DuckMode::kDuck};
}

struct SoundingLine {
  Samples start = 0;
  std::vector<float> samples;
  Samples end() const { return start + static_cast<Samples>(samples.size()); }
};

// A limiter whose output begins with the first sample that went in.
class PromptLimiter {
 public:
  Samples latency() const { return limiter_.latency_samples(); }
  // Limits `sound` in place and appends what comes out.
  void Process(std::vector<float>& sound, std::vector<float>& out) {
    limiter_.Process(sound, sound);
    // What comes out first lies before the first sample that went in.
    const Samples skip = std::min<Samples>(debt_, static_cast<Samples>(sound.size() / 2));
    debt_ -= skip;
    out.insert(out.end(), sound.begin() + static_cast<ptrdiff_t>(2 * skip), sound.end());
  }

 private:
  audio::TruePeakLimiter limiter_{audio::LimiterOptions{.ceiling_dbtp = kCeilingDbtp}};
  Samples debt_ = limiter_.latency_samples();
};

}  // namespace

struct Mixer::Impl {
  Impl(const MixerOptions& mixer_options, Journal& the_journal,
       std::unique_ptr<media::AudioReader> the_reader)
      : options(mixer_options),
        journal(the_journal),
        reader(std::move(the_reader)),
        curve(CurveOptions(mixer_options.background)) {
    if (options.limit_original) original_limiter.emplace();
  }

  MixerOptions options;
  Journal& journal;
  std::unique_ptr<media::AudioReader> reader;
  audio::DuckCurve curve;
  PromptLimiter limiter;
  std::optional<PromptLimiter> original_limiter;
  std::deque<const LineState*> waiting;  // dubbed lines not yet sounding, in order of start
  std::vector<SoundingLine> sounding;
  Samples input = 0;   // next sample to go into the limiter
  Samples output = 0;  // next sample that comes out of it: its latency behind the input
  Samples emitted = 0;
  std::vector<float> gains;
  std::vector<float> dubbed;    // of [emitted, output)
  std::vector<float> original;  // of [emitted, input), or of [emitted, output) when it is limited

  Status Feed(Samples frames, const std::stop_token& stop);
  void KeepOriginal(const std::vector<float>& sound);
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

void Mixer::AddLine(const LineState& line) {
  SpeechRemoval* const removal = impl_->options.removal;
  if (line.status != LineStatus::kDubbed) {
    impl_->curve.AddProtected(line.slot_start, line.slot_end);
    if (removal != nullptr) removal->AddKept(line.slot_start, line.slot_end);
    return;
  }
  // The slot too: where the dub is shorter than the original, the original voice must not come back for its
  // last words.
  const Samples start = std::min(line.slot_start, line.start);
  const Samples end = std::max(line.slot_end, line.end());
  impl_->curve.AddDucked(start, end);
  if (removal != nullptr) removal->AddDubbed(start, end);
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
        1.0F);
  }
  std::erase_if(sounding, [&](const SoundingLine& line) { return line.end() <= input + frames; });
}

void Mixer::Impl::KeepOriginal(const std::vector<float>& sound) {
  if (!original_limiter) {
    original.insert(original.end(), sound.begin(), sound.end());
    return;
  }
  std::vector<float> limited = sound;
  original_limiter->Process(limited, original);
}

// Moves `frames` more samples into the limiter.
Status Mixer::Impl::Feed(Samples frames, const std::stop_token& stop) {
  std::vector<float> mix;
  if (reader) {
    WS_RETURN_IF_ERROR(reader->Read(frames, mix, stop));
    KeepOriginal(mix);
  } else {
    mix.resize(static_cast<size_t>(2 * frames), 0.0F);
  }
  WS_RETURN_IF_ERROR(StartLines(input + frames));
  gains.resize(static_cast<size_t>(frames));
  curve.Gains(input, gains);
  if (reader && options.removal != nullptr) {
    WS_RETURN_IF_ERROR(options.removal->Apply(input, mix, gains, stop));
  }
  audio::ApplyGainCurve(mix, gains);
  AddLines(mix);
  const size_t before = dubbed.size();
  limiter.Process(mix, dubbed);
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
  if (m.reader) chunk.original.assign(m.original.begin() + drop, m.original.begin() + drop + take);
  m.dubbed.erase(m.dubbed.begin(), m.dubbed.begin() + drop + take);
  if (m.reader) m.original.erase(m.original.begin(), m.original.begin() + drop + take);
  m.emitted = end;
  return chunk;
}

}  // namespace waveshift::pipeline

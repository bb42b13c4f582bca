// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/clip_measure.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include "audio/resample.h"
#include "voices/pitch.h"
#include "voices/speech_extent.h"

namespace waveshift::voices {
namespace {

constexpr auto kValues = static_cast<size_t>(2 * kSpeechWindow);
constexpr float kFullScale = 0.999F;

float LevelDb(std::span<const float> values) {
  double power = 0;
  for (const float v : values) {
    if (std::isfinite(v)) power += static_cast<double>(v) * v;
  }
  const double db = 10 * std::log10(power / static_cast<double>(values.size()) + 1e-12);
  return std::max(kLowestLevelDb, static_cast<float>(db));
}

void MeasureLevels(const ClipSound& sound, std::vector<ClipWindow>& windows) {
  const bool is_apart = sound.background.size() == sound.speech.size();
  for (size_t w = 0; w < windows.size(); ++w) {
    const auto speech = std::span(sound.speech).subspan(w * kValues, kValues);
    windows[w].level_db = LevelDb(speech);
    if (is_apart)
      windows[w].background_db = LevelDb(std::span(sound.background).subspan(w * kValues, kValues));
    for (size_t i = 0; i < kValues; ++i) {
      const float heard = speech[i] + (is_apart ? sound.background[w * kValues + i] : 0);
      if (!(std::abs(heard) < kFullScale)) windows[w].is_clipped = true;
    }
  }
}

constexpr float kSpeechBelowDb = 18;  // below the line's loud frames

// Whether the sound between the first and the last loud frame neither rises nor falls nor pauses, as noise
// and held notes do. (MeasureExtent asks the same of a whole slot; here silence lies around the sound.)
bool IsSteady(std::span<const float> levels, float least_db) {
  constexpr double kSteadyDb = 2.5;
  constexpr double kLeastPauses = 0.03;  // of the frames
  const auto is_loud = [least_db](float level) { return level >= least_db; };
  const auto first = std::find_if(levels.begin(), levels.end(), is_loud);
  const auto last = std::find_if(levels.rbegin(), levels.rend(), is_loud).base();
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (auto level = first; level < last; ++level) {
    if (!is_loud(*level)) continue;
    sum += *level;
    squares += static_cast<double>(*level) * *level;
    ++count;
  }
  const double mean = sum / std::max(count, 1.0);
  const double variance = squares / std::max(count, 1.0) - mean * mean;
  const auto frames = static_cast<double>(last - first);
  return variance < kSteadyDb * kSteadyDb && frames - count < kLeastPauses * frames;
}

// Where the louder frames of the line lie (speech_extent.h), when it is no steady sound.
void FindSpeechByLevel(std::span<const float> interleaved, std::vector<ClipWindow>& windows) {
  constexpr double kLoudShare = 0.8;
  std::vector<float> levels;
  AppendLevels(interleaved, levels);
  const SpeechExtent extent = MeasureExtent(levels, {});
  if (!extent.known) return;
  std::vector<float> sorted = levels;
  const auto loud =
      sorted.begin() + static_cast<ptrdiff_t>(kLoudShare * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), loud, sorted.end());
  const float least_db = *loud - kSpeechBelowDb;
  if (IsSteady(levels, least_db)) return;
  for (size_t w = 0; w < windows.size(); ++w) {
    const auto frame = static_cast<size_t>(static_cast<Samples>(w) * kSpeechWindow / kLevelFrame);
    windows[w].speech = windows[w].level_db >= least_db && frame < extent.spoken_frames ? 1.0F : 0.0F;
  }
}

Status FindSpeechByVad(std::span<const float> interleaved, const Vad& vad, std::vector<ClipWindow>& windows,
                       const std::stop_token& stop) {
  audio::MonoBuffer mono{kTimelineRateHz, std::vector<float>(interleaved.size() / 2)};
  for (size_t i = 0; i < mono.samples.size(); ++i) {
    const float mean = (interleaved[2 * i] + interleaved[2 * i + 1]) / 2;
    mono.samples[i] = std::isfinite(mean) ? mean : 0.0F;
  }
  WS_ASSIGN_OR_RETURN(mono, audio::Resample(mono, kVadRateHz));
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<VadStream> stream, vad.Start());
  std::vector<float> probabilities;
  WS_RETURN_IF_ERROR(stream->Add(mono.samples, probabilities, stop));
  WS_RETURN_IF_ERROR(stream->Finish(probabilities, stop));
  const size_t count = std::min(windows.size(), probabilities.size());
  for (size_t w = 0; w < count; ++w) windows[w].speech = probabilities[w];
  return OkStatus();
}

void MeasurePitch(std::span<const float> interleaved, std::vector<ClipWindow>& windows) {
  const PitchTrack track = TrackPitch(PitchBand(interleaved));
  for (size_t f = 0; f < track.pitch_hz.size(); ++f) {
    const auto w = static_cast<size_t>(static_cast<double>(f) * kPitchFrameSeconds * kTimelineRateHz /
                                       static_cast<double>(kSpeechWindow));
    if (w < windows.size() && track.pitch_hz[f] > 0) windows[w].pitch_hz = track.pitch_hz[f];
  }
}

}  // namespace

StatusOr<std::vector<ClipWindow>> MeasureWindows(const ClipSound& sound, const Vad* vad,
                                                 const std::stop_token& stop) {
  std::vector<ClipWindow> windows(sound.speech.size() / kValues);
  if (windows.empty()) return windows;
  MeasureLevels(sound, windows);
  if (vad == nullptr) {
    FindSpeechByLevel(sound.speech, windows);
  } else {
    WS_RETURN_IF_ERROR(FindSpeechByVad(sound.speech, *vad, windows, stop));
  }
  MeasurePitch(sound.speech, windows);
  return windows;
}

}  // namespace waveshift::voices

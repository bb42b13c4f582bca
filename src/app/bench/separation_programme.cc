// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/separation_programme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numbers>
#include <utility>

#include "audio/loudness.h"
#include "audio/mix.h"
#include "audio/resample.h"
#include "base/media_time.h"
#include "media/audio_reader.h"
#include "tts/espeak/espeak.h"
#include "tts/synthesizer.h"

namespace waveshift::app {
namespace {

constexpr char kText[] =
    "The museum on the hill opens at nine, and it closes when the last visitor has gone. In the first hall "
    "you "
    "see how the valley looked before the river was dammed. Nobody who lives here now remembers the old "
    "mill, "
    "yet its wheel hangs above the door. Please do not touch the maps, but do ask the guides whatever you "
    "like.";

double Energy(const std::vector<float>& sound) {
  double sum = 0;
  for (const float value : sound) sum += static_cast<double>(value) * value;
  return sum;
}

std::vector<float> BothSides(const std::vector<float>& mono) {
  std::vector<float> stereo;
  stereo.reserve(2 * mono.size());
  for (const float value : mono) stereo.insert(stereo.end(), {value, value});
  return stereo;
}

std::vector<float> Middle(const std::vector<float>& stereo) {
  std::vector<float> mono;
  audio::AppendMono(stereo, mono);
  return mono;
}

StatusOr<std::vector<float>> ReadSound(const std::string& path, double most_seconds,
                                       const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const auto reader, media::AudioReader::Open(path, -1, 0));
  std::vector<float> sound;
  const auto most = static_cast<size_t>(2 * SamplesFromSeconds(most_seconds));
  while (!reader->ended() && sound.size() < most) {
    WS_RETURN_IF_ERROR(reader->Read(kTimelineRateHz, sound, stop));
  }
  sound.resize(std::min(sound.size(), most));
  return sound;
}

StatusOr<std::vector<float>> SpokenSound(const std::stop_token& stop) {
  const auto engine = tts::MakeEspeak({});
  WS_ASSIGN_OR_RETURN(const tts::SpokenLine line,
                      tts::SpeakOne(*engine, {.text = kText, .language = "en"}, stop));
  WS_ASSIGN_OR_RETURN(const audio::MonoBuffer sound, audio::Resample(line.audio, kTimelineRateHz));
  return BothSides(sound.samples);
}

double Hz(int semitones_over_a) { return 220 * std::pow(2.0, semitones_over_a / 12.0); }

// A plucked string: twelve harmonics, the higher the shorter. Each is a number that turns and shrinks.
void Pluck(std::vector<float>& music, double start_s, double hz, double gain, double right) {
  constexpr int kHarmonics = 12;
  std::array<std::complex<double>, kHarmonics> phases;
  std::array<std::complex<double>, kHarmonics> turns;
  for (int h = 0; h < kHarmonics; ++h) {
    const auto at = static_cast<size_t>(h);
    phases[at] = 1.0 / (h + 1);
    turns[at] = std::polar(std::exp(-(2.4 + 0.9 * h) / kTimelineRateHz),
                           2 * std::numbers::pi * hz * (h + 1) / kTimelineRateHz);
  }
  const auto begin = static_cast<size_t>(start_s * kTimelineRateHz);
  const size_t end = std::min(music.size() / 2, begin + size_t{2} * kTimelineRateHz);
  for (size_t i = begin; i < end; ++i) {
    double value = 0;
    for (size_t h = 0; h < phases.size(); ++h) {
      value += phases[h].imag();
      phases[h] *= turns[h];
    }
    music[2 * i] += static_cast<float>(gain * value * std::sqrt(1 - right));
    music[2 * i + 1] += static_cast<float>(gain * value * std::sqrt(right));
  }
}

// A tenth of a second of noise with its low end taken off.
void Brush(std::vector<float>& music, double start_s, double gain, double right, uint32_t& state) {
  const auto begin = static_cast<size_t>(start_s * kTimelineRateHz);
  const size_t end = std::min(music.size() / 2, begin + size_t{kTimelineRateHz} / 10);
  double before = 0;
  for (size_t i = begin; i < end; ++i) {
    state = state * 1664525U + 1013904223U;
    const double noise = static_cast<double>(state >> 8) / (1 << 23) - 1;
    const double value = (noise - before) * std::exp(-static_cast<double>(i - begin) / 900.0);
    before = noise;
    music[2 * i] += static_cast<float>(gain * value * std::sqrt(1 - right));
    music[2 * i + 1] += static_cast<float>(gain * value * std::sqrt(right));
  }
}

}  // namespace

std::vector<float> MakeMusic(size_t frames) {
  constexpr double kBeatS = 0.4;
  constexpr std::array<std::array<int, 4>, 4> kChords = {
      {{0, 3, 7, 12}, {-4, 3, 8, 12}, {-2, 2, 5, 10}, {-5, 2, 7, 11}}};
  std::vector<float> music(2 * frames);
  uint32_t noise = 7;
  const auto beats = static_cast<size_t>(static_cast<double>(frames) / (kBeatS * kTimelineRateHz)) + 1;
  for (size_t beat = 0; beat < beats; ++beat) {
    const auto& chord = kChords[beat / 8 % kChords.size()];
    const double start = static_cast<double>(beat) * kBeatS;
    const size_t note = beat * 7 % 4;
    Pluck(music, start, Hz(chord[note] + 12), 0.12, 0.05 + 0.3 * static_cast<double>(note));
    Pluck(music, start + kBeatS / 2, Hz(chord[(note + 2) % 4] + 12), 0.08,
          0.95 - 0.3 * static_cast<double>(note));
    if (beat % 4 == 0) Pluck(music, start, Hz(chord[0] - 24), 0.2, 0.5);
    if (beat % 8 == 0)
      for (const int tone : chord) Pluck(music, start, Hz(tone), 0.06, tone % 2 == 0 ? 0.1 : 0.9);
    Brush(music, start + kBeatS / 2, beat % 2 == 1 ? 0.05 : 0.02, 0.6, noise);
  }
  return music;
}

StatusOr<SeparationSources> LoadSources(const std::string& speech_path, const std::string& music_path,
                                        double most_seconds, const std::stop_token& stop) {
  SeparationSources sources;
  if (speech_path.empty()) {
    WS_ASSIGN_OR_RETURN(sources.speech, SpokenSound(stop));
  } else {
    WS_ASSIGN_OR_RETURN(const std::vector<float> sound, ReadSound(speech_path, most_seconds, stop));
    sources.speech = BothSides(Middle(sound));
  }
  sources.speech.resize(
      std::min(sources.speech.size(), static_cast<size_t>(2 * SamplesFromSeconds(most_seconds))));
  if (Energy(sources.speech) <= 0) return InvalidArgument(speech_path + ": holds no sound");
  if (music_path.empty()) {
    sources.music = MakeMusic(sources.speech.size() / 2);
    return sources;
  }
  WS_ASSIGN_OR_RETURN(sources.music, ReadSound(music_path, most_seconds, stop));
  if (sources.music.size() < sources.speech.size()) {
    return InvalidArgument(music_path + ": is shorter than the speech");
  }
  sources.music.resize(sources.speech.size());
  if (Energy(sources.music) <= 0) return InvalidArgument(music_path + ": holds no sound");
  return sources;
}

SeparationProgramme MixSources(const SeparationSources& sources, bool stereo, int speech_over_music_db) {
  SeparationProgramme programme;
  char name[32];
  std::snprintf(name, sizeof name, "%s, %+d dB", stereo ? "stereo" : "mono", speech_over_music_db);
  programme.name = name;
  programme.speech = sources.speech;
  programme.music = stereo ? sources.music : BothSides(Middle(sources.music));
  const double gain = std::sqrt(Energy(programme.speech) / Energy(programme.music)) *
                      audio::GainFromDb(-speech_over_music_db);
  audio::ApplyGain(programme.music, static_cast<float>(gain));
  programme.mixture = programme.speech;
  audio::MixInto(programme.mixture, programme.music, 1.0F);
  return programme;
}

double SiSdrDb(const std::vector<float>& is, const std::vector<float>& should) {
  double product = 0;
  for (size_t i = 0; i < is.size(); ++i) product += static_cast<double>(is[i]) * should[i];
  const double scale = product / Energy(should);
  if (scale == 0) return -std::numeric_limits<double>::infinity();
  double error = 0;
  for (size_t i = 0; i < is.size(); ++i) error += std::pow(is[i] - scale * should[i], 2);
  return 10 * std::log10(scale * scale * Energy(should) / std::max(error, 1e-30));
}

}  // namespace waveshift::app

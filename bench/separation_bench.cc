// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How well and how fast speech is split from music:
//   waveshift_separation_bench MODELS/deepfilter SPEECH MUSIC_LEFT MUSIC_RIGHT [SECONDS]
// Mixes speech, in the middle and to the left, with music at four levels and prints, a JSON object a row on
// standard output: SI-SDR (Le Roux et al., "SDR - half-baked or well done?", 2019) of both parts before and
// after, the error of their sum, and processor seconds for a second of a channel on one thread. The sounds
// may have any rate; the music begins at its start and must be as long as the speech.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "audio/loudness.h"
#include "audio/resample.h"
#include "audio/wav.h"
#include "separation/deepfilter/deepfilter.h"

namespace waveshift::separation {
namespace {

constexpr int kRateHz = 48000;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

double SiSdrDb(const std::vector<float>& is, const std::vector<float>& should) {
  const double scale = Dot(is, should) / Dot(should, should);
  double error = 0;
  for (size_t i = 0; i < is.size(); ++i) error += std::pow(is[i] - scale * should[i], 2);
  return 10 * std::log10(scale * scale * Dot(should, should) / error);
}

StatusOr<std::vector<float>> Read(const char* path, size_t count) {
  WS_ASSIGN_OR_RETURN(const audio::MonoBuffer sound, audio::ReadWav(path));
  WS_ASSIGN_OR_RETURN(audio::MonoBuffer resampled, audio::Resample(sound, kRateHz));
  if (count > 0 && resampled.samples.size() > count) resampled.samples.resize(count);
  return std::move(resampled.samples);
}

std::vector<float> Interleaved(const std::vector<float>& left, const std::vector<float>& right) {
  std::vector<float> both;
  for (size_t i = 0; i < left.size(); ++i) both.insert(both.end(), {left[i], right[i]});
  return both;
}

struct Programme {
  const char* name;
  std::vector<float> speech;  // interleaved
  std::vector<float> music;
};

StatusOr<Separated> Separate(const Separator& separator, const std::vector<float>& mixture) {
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<SeparationStream> stream, separator.Start());
  WS_ASSIGN_OR_RETURN(Separated whole, stream->Add(mixture));
  WS_ASSIGN_OR_RETURN(const Separated rest, stream->Finish());
  const auto append = [](const audio::StereoBuffer& from, audio::StereoBuffer& to) {
    to.interleaved.insert(to.interleaved.end(), from.interleaved.begin(), from.interleaved.end());
  };
  append(rest.speech, whole.speech);
  append(rest.background, whole.background);
  return whole;
}

Status Measure(const Separator& separator, const char* mode, const Programme& programme, int snr_db) {
  const double gain =
      std::sqrt(Dot(programme.speech, programme.speech) / Dot(programme.music, programme.music)) *
      audio::GainFromDb(-snr_db);
  std::vector<float> music = programme.music;
  std::vector<float> mixture = programme.speech;
  for (size_t i = 0; i < music.size(); ++i) mixture[i] += (music[i] *= static_cast<float>(gain));
  const double begin = CpuSeconds();
  WS_ASSIGN_OR_RETURN(const Separated result, Separate(separator, mixture));
  const double cpu_s = CpuSeconds() - begin;
  const std::vector<float>& speech = result.speech.interleaved;
  const std::vector<float>& background = result.background.interleaved;
  double error = 0;
  for (size_t i = 0; i < mixture.size(); ++i) error += std::pow(mixture[i] - speech[i] - background[i], 2);
  std::printf(
      "{\"programme\": \"%s\", \"stereo\": \"%s\", \"speech_over_music_db\": %d, \"speech_before_db\": %.1f, "
      "\"speech_db\": %.1f, \"background_before_db\": %.1f, \"background_db\": %.1f, \"sum_error_db\": %.0f, "
      "\"rtf_a_channel\": %.4f}\n",
      programme.name, mode, snr_db, SiSdrDb(mixture, programme.speech), SiSdrDb(speech, programme.speech),
      SiSdrDb(mixture, music), SiSdrDb(background, music),
      10 * std::log10(error / Dot(mixture, mixture) + 1e-20), cpu_s / (mixture.size() / 1.0 / kRateHz));
  return OkStatus();
}

Status Run(int count, char** arguments) {
  const auto most = static_cast<size_t>(count > 5 ? std::atof(arguments[5]) * kRateHz : 0);
  WS_ASSIGN_OR_RETURN(const std::vector<float> speech, Read(arguments[2], most));
  WS_ASSIGN_OR_RETURN(const std::vector<float> left, Read(arguments[3], speech.size()));
  WS_ASSIGN_OR_RETURN(const std::vector<float> right, Read(arguments[4], speech.size()));
  if (left.size() < speech.size() || right.size() < speech.size()) {
    return InvalidArgument("the music must be as long as the speech");
  }
  std::vector<float> mono(left.size());
  for (size_t i = 0; i < mono.size(); ++i) mono[i] = (left[i] + right[i]) / 2;
  std::vector<float> quieter = speech;
  for (float& value : quieter) value *= 0.4F;
  const std::array<Programme, 3> programmes = {
      Programme{"mono", Interleaved(speech, speech), Interleaved(mono, mono)},
      Programme{"speech in the middle", Interleaved(speech, speech), Interleaved(left, right)},
      Programme{"speech to the left", Interleaved(speech, quieter), Interleaved(left, right)}};
  for (const Programme& programme : programmes) {
    for (const StereoMode mode : {StereoMode::kMidSide, StereoMode::kLeftRight}) {
      const auto separator = MakeDeepFilter({.folder = arguments[1], .threads = 1, .stereo = mode});
      WS_RETURN_IF_ERROR(separator->CheckReady());
      for (const int snr_db : {10, 5, 0, -5}) {
        WS_RETURN_IF_ERROR(
            Measure(*separator, mode == StereoMode::kMidSide ? "mid/side" : "left/right", programme, snr_db));
      }
    }
  }
  return OkStatus();
}

}  // namespace
}  // namespace waveshift::separation

int main(int argc, char** argv) {
  if (argc < 5 || argc > 6) {
    std::fputs(
        "usage: waveshift_separation_bench MODELS/deepfilter SPEECH MUSIC_LEFT MUSIC_RIGHT [SECONDS]\n",
        stderr);
    return 2;
  }
  const waveshift::Status status = waveshift::separation::Run(argc, argv);
  if (!status.ok()) std::fprintf(stderr, "%s\n", waveshift::Message(status).c_str());
  return waveshift::ExitCodeFor(status);
}

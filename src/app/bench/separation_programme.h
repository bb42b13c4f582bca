// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_BENCH_SEPARATION_PROGRAMME_H_
#define WAVESHIFT_APP_BENCH_SEPARATION_PROGRAMME_H_

#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"

namespace waveshift::app {

// Speech and music before they are mixed; 48 kHz, stereo interleaved, equally long.
struct SeparationSources {
  std::vector<float> speech;  // both sides the same
  std::vector<float> music;
};

// From media files, at most `most_seconds` of them: the speech's two sides are averaged, the music begins at
// its start. Without a file the speech is espeak-ng's, and the music is made by MakeMusic. InvalidArgument
// when a file holds no sound, or the music is shorter than the speech; the errors of espeak-ng.
StatusOr<SeparationSources> LoadSources(const std::string& speech_path, const std::string& music_path,
                                        double most_seconds, const std::stop_token& stop);

// A piece of plucked chords, bass and brushed percussion across the stereo image; always the same.
std::vector<float> MakeMusic(size_t frames);

// What is to be split, and what should come of it.
struct SeparationProgramme {
  std::string name;  // "stereo, +5 dB"
  std::vector<float> speech;
  std::vector<float> music;
  std::vector<float> mixture;
};

// The sources with the speech `speech_over_music_db` above the music (by energy). Mono: the same music on
// both sides.
SeparationProgramme MixSources(const SeparationSources& sources, bool stereo, int speech_over_music_db);

// Scale-invariant signal-to-distortion ratio in dB (Le Roux et al., "SDR - half-baked or well done?", 2019).
// Pre: equally long, `should` is not silent. Silence gives -infinity.
double SiSdrDb(const std::vector<float>& is, const std::vector<float>& should);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_SEPARATION_PROGRAMME_H_

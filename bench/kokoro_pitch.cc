// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How high each of Kokoro's voices speaks: waveshift_kokoro_pitch MODEL_FOLDER/kokoro [VOICE...]
// Prints the rows of src/tts/kokoro/voice_table.cc: the median pitch of two sentences in the voice's own
// language, by the same tracker (voices::TrackPitch) that measures the speakers of a video.
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "audio/resample.h"
#include "tts/kokoro/kokoro.h"
#include "tts/kokoro/voice_table.h"
#include "voices/pitch.h"

namespace waveshift {
namespace {

struct Sample {
  char letter;
  const char* language;
  const char* text;
};
constexpr std::array<Sample, 9> kSamples = {{
    {'a', "en-US", "The house stands at the end of the street. Nobody was more surprised than the farmer."},
    {'b', "en-GB", "The house stands at the end of the street. Nobody was more surprised than the farmer."},
    {'e', "es", "La casa está al final de la calle. Nadie se sorprendió más que el granjero."},
    {'f', "fr", "La maison se trouve au bout de la rue. Personne ne fut plus surpris que le fermier."},
    {'h', "hi", "घर सड़क के अंत में है। किसान से ज़्यादा कोई हैरान नहीं था।"},
    {'i', "it", "La casa si trova in fondo alla strada. Nessuno fu più sorpreso del contadino."},
    {'j', "ja", "家は通りの突き当たりにあります。農夫ほど驚いた人はいませんでした。"},
    {'p', "pt-BR", "A casa fica no fim da rua. Ninguém ficou mais surpreso do que o fazendeiro."},
    {'z', "zh", "房子在街道的尽头。没有人比农夫更惊讶。"},
}};

double PitchOf(const audio::MonoBuffer& take) {
  const auto at_48k = audio::Resample(take, 48000);
  if (!at_48k.ok()) return 0;
  std::vector<float> stereo;
  for (const float sample : at_48k->samples) stereo.insert(stereo.end(), {sample, sample});
  return voices::PitchPercentile(voices::TrackPitch(voices::PitchBand(stereo)).pitch_hz, 0.5);
}

int Measure(int argc, char** argv) {
  tts::KokoroOptions options;
  options.folder = argv[1];
  const auto kokoro = tts::MakeKokoro(options);
  std::vector<std::string> names(argv + 2, argv + argc);
  if (names.empty()) {
    for (const tts::KokoroVoice& voice : tts::KokoroVoiceTable()) names.emplace_back(voice.name);
  }
  bool all_well = true;
  for (const std::string& name : names) {
    for (const Sample& sample : kSamples) {
      if (name.empty() || sample.letter != name.front()) continue;
      tts::SpeakRequest request;
      request.text = sample.text;
      request.language = sample.language;
      request.voice.name = name;
      const auto line = tts::SpeakOne(*kokoro, request, {});
      if (line.ok()) {
        std::printf("{\"%s\", %.0f},\n", name.c_str(), std::round(PitchOf(line->audio)));
        std::fflush(stdout);
      } else {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), Message(line.status()).c_str());
        all_well = false;
      }
    }
  }
  return all_well ? 0 : 1;
}

}  // namespace
}  // namespace waveshift

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: waveshift_kokoro_pitch MODEL_FOLDER/kokoro [VOICE...]\n");
    return 2;
  }
  return waveshift::Measure(argc, argv);
}

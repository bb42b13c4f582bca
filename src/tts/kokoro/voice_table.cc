// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/voice_table.h"

#include <array>

#include "text/language.h"

namespace waveshift::tts {
namespace {

// Pitch: bench/kokoro_pitch.cc with the int8 model, ONNX Runtime 1.32. Grade: the overall grade that the
// voices' author gives the English ones (package kokoro-js 1.2.1), without + and -; for the others he gives
// none, and 'C' is the usual one.
constexpr std::array<KokoroVoice, 54> kVoices = {
    {{"af_alloy", 142, 'C'},      {"af_aoede", 182, 'C'},    {"af_bella", 198, 'A'},
     {"af_heart", 197, 'A'},      {"af_jessica", 206, 'D'},  {"af_kore", 157, 'C'},
     {"af_nicole", 147, 'B'},     {"af_nova", 156, 'C'},     {"af_river", 179, 'D'},
     {"af_sarah", 197, 'C'},      {"af_sky", 157, 'C'},      {"am_adam", 119, 'F'},
     {"am_echo", 111, 'D'},       {"am_eric", 160, 'D'},     {"am_fenrir", 132, 'C'},
     {"am_liam", 130, 'D'},       {"am_michael", 110, 'C'},  {"am_onyx", 85, 'D'},
     {"am_puck", 112, 'C'},       {"am_santa", 171, 'D'},    {"bf_alice", 214, 'D'},
     {"bf_emma", 182, 'B'},       {"bf_isabella", 204, 'C'}, {"bf_lily", 172, 'D'},
     {"bm_daniel", 126, 'D'},     {"bm_fable", 115, 'C'},    {"bm_george", 139, 'C'},
     {"bm_lewis", 84, 'D'},       {"ef_dora", 166, 'C'},     {"em_alex", 128, 'C'},
     {"em_santa", 127, 'C'},      {"ff_siwis", 206, 'C'},    {"hf_alpha", 203, 'C'},
     {"hf_beta", 176, 'C'},       {"hm_omega", 124, 'C'},    {"hm_psi", 129, 'C'},
     {"if_sara", 217, 'C'},       {"im_nicola", 88, 'C'},    {"jf_alpha", 278, 'C'},
     {"jf_gongitsune", 239, 'C'}, {"jf_nezumi", 247, 'C'},   {"jf_tebukuro", 326, 'C'},
     {"jm_kumo", 91, 'C'},        {"pf_dora", 174, 'C'},     {"pm_alex", 134, 'C'},
     {"pm_santa", 132, 'C'},      {"zf_xiaobei", 232, 'C'},  {"zf_xiaoni", 228, 'C'},
     {"zf_xiaoxiao", 223, 'C'},   {"zf_xiaoyi", 285, 'C'},   {"zm_yunjian", 112, 'C'},
     {"zm_yunxi", 156, 'C'},      {"zm_yunxia", 273, 'C'},   {"zm_yunyang", 125, 'C'}}};

struct Language {
  std::string_view primary;
  char letter;
  std::string_view voice;  // the one with the most training data
};
constexpr std::array<Language, 9> kLanguages = {{{"en-GB", 'b', "bf_emma"},
                                                 {"en", 'a', "af_heart"},
                                                 {"es", 'e', "ef_dora"},
                                                 {"fr", 'f', "ff_siwis"},
                                                 {"hi", 'h', "hf_alpha"},
                                                 {"it", 'i', "if_sara"},
                                                 {"ja", 'j', "jf_alpha"},
                                                 {"pt", 'p', "pf_dora"},
                                                 {"zh", 'z', "zf_xiaoxiao"}}};

const Language* Find(std::string_view tag) {
  for (const Language& language : kLanguages) {
    if (language.primary == tag || language.primary == text::PrimarySubtag(tag)) return &language;
  }
  return nullptr;
}

}  // namespace

std::span<const KokoroVoice> KokoroVoiceTable() { return kVoices; }

char KokoroLanguageLetter(std::string_view tag) {
  const Language* const language = Find(tag);
  return language == nullptr ? '\0' : language->letter;
}

std::string_view KokoroVoiceLanguage(std::string_view voice) {
  if (voice.empty()) return "";
  // In the table of languages plain "en" is the American one, and "pt" the Brazilian.
  if (voice.front() == 'a') return "en-US";
  if (voice.front() == 'p') return "pt-BR";
  for (const Language& language : kLanguages) {
    if (language.letter == voice.front()) return language.primary;
  }
  return "";
}

std::string KokoroDefaultVoice(std::string_view tag) {
  const Language* const language = Find(tag);
  return language == nullptr ? "" : std::string(language->voice);
}

}  // namespace waveshift::tts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/voice_table.h"

#include <array>

#include "text/language.h"

namespace waveshift::tts {
namespace {

constexpr std::array<KokoroVoice, 54> kVoices = {
    {{"af_alloy", 0},   {"af_aoede", 0},    {"af_bella", 0},    {"af_heart", 0},    {"af_jessica", 0},
     {"af_kore", 0},    {"af_nicole", 0},   {"af_nova", 0},     {"af_river", 0},    {"af_sarah", 0},
     {"af_sky", 0},     {"am_adam", 0},     {"am_echo", 0},     {"am_eric", 0},     {"am_fenrir", 0},
     {"am_liam", 0},    {"am_michael", 0},  {"am_onyx", 0},     {"am_puck", 0},     {"am_santa", 0},
     {"bf_alice", 0},   {"bf_emma", 0},     {"bf_isabella", 0}, {"bf_lily", 0},     {"bm_daniel", 0},
     {"bm_fable", 0},   {"bm_george", 0},   {"bm_lewis", 0},    {"ef_dora", 0},     {"em_alex", 0},
     {"em_santa", 0},   {"ff_siwis", 0},    {"hf_alpha", 0},    {"hf_beta", 0},     {"hm_omega", 0},
     {"hm_psi", 0},     {"if_sara", 0},     {"im_nicola", 0},   {"jf_alpha", 0},    {"jf_gongitsune", 0},
     {"jf_nezumi", 0},  {"jf_tebukuro", 0}, {"jm_kumo", 0},     {"pf_dora", 0},     {"pm_alex", 0},
     {"pm_santa", 0},   {"zf_xiaobei", 0},  {"zf_xiaoni", 0},   {"zf_xiaoxiao", 0}, {"zf_xiaoyi", 0},
     {"zm_yunjian", 0}, {"zm_yunxi", 0},    {"zm_yunxia", 0},   {"zm_yunyang", 0}}};

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

std::string KokoroDefaultVoice(std::string_view tag) {
  const Language* const language = Find(tag);
  return language == nullptr ? "" : std::string(language->voice);
}

}  // namespace waveshift::tts

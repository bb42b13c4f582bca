// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/voice_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "text/language.h"

namespace waveshift::tts {
namespace {

constexpr size_t kLongestName = 64;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return lower;
}

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// Calls `row` with the words of each line that begins with a number: the tables' shape is "Pty Language
// Age/Gender VoiceName File Other".
template <typename F>
void ForEachRow(std::string_view table, F row) {
  size_t rows = 0;
  while (!table.empty() && rows < EspeakVoiceList::kMostVoices) {
    const size_t end = std::min(table.find('\n'), table.size());
    const std::vector<std::string_view> words = Words(table.substr(0, end));
    table.remove_prefix(std::min(end + 1, table.size()));
    if (words.size() < 5 || words[0].find_first_not_of("0123456789") != std::string_view::npos) continue;
    ++rows;
    row(words);
  }
}

struct Preferred {
  std::string_view tag;
  std::string_view language;
};

// Where the list's own names and aliases do not lead to what a viewer expects. Tried before them; a language
// that the installation lacks is passed over. Mandarin: the voice "cmn" of 1.51 turns most single characters
// into pinyin with an English accent, "cmn-latn-pinyin" does not.
constexpr std::array<Preferred, 30> kPreferred = {{
    {"en", "en-us"},
    {"en-au", "en-gb"},
    {"en-nz", "en-gb"},
    {"en-ie", "en-gb"},
    {"en-in", "en-gb"},
    {"en-za", "en-gb"},
    {"zh-hk", "yue"},
    {"zh-mo", "yue"},
    {"zh-hant-hk", "yue"},
    {"zh-hant-mo", "yue"},
    {"zh-yue", "yue"},
    {"zh-hak", "hak"},
    {"zh", "cmn-latn-pinyin"},
    {"cmn", "cmn-latn-pinyin"},
    {"zh", "cmn"},
    {"no", "nb"},
    {"nn", "nb"},
    {"iw", "he"},
    {"in", "id"},
    {"mo", "ro"},
    {"sh", "hr"},
    {"hbs", "hr"},
    {"fr", "fr-fr"},
    {"es-mx", "es-419"},
    {"es-ar", "es-419"},
    {"es-co", "es-419"},
    {"es-cl", "es-419"},
    {"es-pe", "es-419"},
    {"es-us", "es-419"},
    {"vi", "vi"},
}};

// Median pitch at -p 50, measured with voices::TrackPitch (YIN) over a 7.6 s English sentence, espeak-ng
// 1.51, voice en-us+VARIANT. Without a variant ("") seven European languages and Hindi lie at 99 to 104 Hz.
struct Centre {
  std::string_view variant;
  double pitch_hz;
};
constexpr std::array<Centre, 14> kCentres = {{{"", 101},
                                              {"m1", 95},
                                              {"m2", 101},
                                              {"m3", 104},
                                              {"m4", 95},
                                              {"m5", 103},
                                              {"m6", 102},
                                              {"m7", 108},
                                              {"m8", 87},
                                              {"f1", 180},
                                              {"f2", 196},
                                              {"f3", 211},
                                              {"f4", 180},
                                              {"f5", 206}}};

// -p against pitch / pitch at -p 50: the mean over the variants above (same measurement), each variant within
// 8 % of it. Rows below 35 come from the f variants, as those of the m variants there fall out of the
// tracker's range.
struct CurvePoint {
  int argument;
  double ratio;
};
constexpr std::array<CurvePoint, 7> kCurve = {
    {{0, 0.65}, {20, 0.76}, {35, 0.87}, {50, 1.0}, {65, 1.165}, {80, 1.37}, {99, 1.69}}};

// In tone languages more of a sentence lies in the lower part of a voice's range. Median pitch against that
// of the same variant in English, mean over the twelve variants below, two or three sentences each; twelve
// other languages lie within 6 % of English.
struct LanguageFactor {
  std::string_view prefix;
  double factor;
};
constexpr std::array<LanguageFactor, 4> kLanguageFactors = {
    {{"cmn", 0.86}, {"yue", 0.79}, {"vi", 0.81}, {"ja", 0.92}}};

// Clean and unlike each other first; those with an echo (m2, f2, f4) last.
constexpr std::array<std::string_view, 7> kLowVariants = {"m3", "m7", "m1", "m6", "m4", "m5", "m2"};
constexpr std::array<std::string_view, 5> kHighVariants = {"f3", "f1", "f5", "f2", "f4"};

}  // namespace

StatusOr<EspeakVoiceList> EspeakVoiceList::Parse(std::string_view voices_table,
                                                 std::string_view variants_table) {
  EspeakVoiceList list;
  std::map<std::string, int, std::less<>> alias_rank;
  ForEachRow(voices_table, [&](const std::vector<std::string_view>& words) {
    const std::string_view language = words[1];
    if (!IsName(language)) return;
    if (list.languages_.try_emplace(Lower(language), language).second) {
      list.genders_[Lower(language)] = words[2].back();
    }
    // "(zh-cmn 5)(zh 5)" was cut at its blanks: "(zh-cmn", "5)(zh", "5)". A lower number is a better match.
    for (size_t i = 5; i + 1 < words.size(); ++i) {
      const size_t open = words[i].rfind('(');
      if (open == std::string_view::npos || !IsName(words[i].substr(open + 1))) continue;
      int rank = 99;
      std::from_chars(words[i + 1].data(), words[i + 1].data() + words[i + 1].size(), rank);
      const std::string alias = Lower(words[i].substr(open + 1));
      const auto [entry, is_new] = alias_rank.try_emplace(alias, rank);
      if (!is_new && entry->second <= rank) continue;
      entry->second = rank;
      list.aliases_[alias] = std::string(language);
    }
  });
  if (list.languages_.empty()) return DataLoss("espeak-ng --voices lists no voice");
  ForEachRow(variants_table, [&](const std::vector<std::string_view>& words) {
    const size_t slash = words[4].rfind('/');
    const std::string_view variant = words[4].substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (IsName(variant)) list.variants_.emplace(variant);
  });
  return list;
}

std::string EspeakVoiceList::LanguageFor(std::string_view tag) const {
  if (!IsName(tag)) return "";
  std::string wanted = Lower(tag);
  while (true) {
    for (const Preferred& row : kPreferred) {
      if (row.tag != wanted) continue;
      if (const auto found = languages_.find(row.language); found != languages_.end()) return found->second;
    }
    if (const auto found = languages_.find(wanted); found != languages_.end()) return found->second;
    if (const auto found = aliases_.find(wanted); found != aliases_.end()) return found->second;
    const size_t dash = wanted.rfind('-');
    if (dash == std::string::npos) break;
    wanted.resize(dash);
  }
  // Only kinds of it are listed ("chr-us-qaaa-x-west" for "chr").
  const auto kind = languages_.lower_bound(wanted + "-");
  return kind != languages_.end() && kind->first.starts_with(wanted + "-") ? kind->second : "";
}

StatusOr<EspeakVoice> EspeakVoiceList::Resolve(std::string_view name, std::string_view tag) const {
  const size_t plus = std::min(name.find('+'), name.size());
  const std::string_view base = name.substr(0, plus);
  const std::string_view variant = name.substr(std::min(plus + 1, name.size()));
  if ((!base.empty() && !IsName(base)) || (plus < name.size() && !IsName(variant))) {
    return InvalidArgument(
        "voice: not a name of the form LANGUAGE+VARIANT with letters, digits, '-' and '_'");
  }
  EspeakVoice voice{LanguageFor(base.empty() ? tag : base), std::string(variant)};
  if (voice.language.empty()) {
    if (!base.empty()) return InvalidArgument("espeak-ng has no voice \"" + std::string(name) + "\"");
    if (!IsName(tag)) return InvalidArgument("espeak-ng: the line's language is no language tag");
    return InvalidArgument("espeak-ng does not speak the language \"" + std::string(tag) + "\"");
  }
  if (!variant.empty() && !variants_.contains(variant)) {
    return InvalidArgument("espeak-ng has no voice variant \"" + std::string(variant) + "\"");
  }
  return voice;
}

std::vector<VoiceInfo> EspeakVoiceList::Voices() const {
  std::vector<VoiceInfo> voices;
  voices.reserve(languages_.size());
  for (const auto& [lower, language] : languages_) {
    const auto tag = text::CanonicalLanguage(language);
    VoiceInfo voice{.name = language, .language = tag.ok() ? *tag : language};
    const char gender = genders_.at(lower);
    if (gender == 'F') voice.gender = VoiceInfo::Gender::kFemale;
    if (gender == 'M') voice.gender = VoiceInfo::Gender::kMale;
    voices.push_back(std::move(voice));
  }
  return voices;
}

StatusOr<VoiceInfo> EspeakVoiceList::FindVoice(std::string_view name) const {
  const std::string_view base = name.substr(0, name.find('+'));
  const std::string lower = Lower(base);
  const bool is_listed = base.empty() || languages_.contains(lower) || aliases_.contains(lower);
  if (name.empty() || !is_listed) {
    return InvalidArgument("voice: espeak has no voice \"" + text::CollapseWhitespace(name.substr(0, 64)) +
                           "\"");
  }
  const auto voice = Resolve(name, "en");
  if (!voice.ok()) {
    return Message(voice.status()).starts_with("voice: ") ? voice.status()
                                                          : Annotate(voice.status(), "voice");
  }
  VoiceInfo info{.name = std::string(name)};
  if (!base.empty()) {
    const auto tag = text::CanonicalLanguage(base);
    info.language = tag.ok() ? *tag : std::string(base);
  }
  if (voice->variant.starts_with('f')) info.gender = VoiceInfo::Gender::kFemale;
  if (voice->variant.starts_with('m')) info.gender = VoiceInfo::Gender::kMale;
  return info;
}

std::string EspeakVoiceName(std::string_view language, bool high_voice, size_t index) {
  if (!IsName(language)) return "";
  if (index >= (high_voice ? kHighVariants.size() : kLowVariants.size())) return "";
  std::string base = Lower(language);
  // The words that viewers know; everything else is resolved when the line is spoken, against the voices that
  // are really there.
  if (base == "en") base = "en-us";
  return base + "+" + std::string(high_voice ? kHighVariants.at(index) : kLowVariants.at(index));
}

int EspeakPitchArgument(const EspeakVoice& voice, double pitch_hz) {
  if (!std::isfinite(pitch_hz) || pitch_hz <= 0) return 50;
  double centre = kCentres[0].pitch_hz;
  for (const Centre& row : kCentres) {
    if (row.variant == voice.variant) centre = row.pitch_hz;
  }
  for (const LanguageFactor& row : kLanguageFactors) {
    if (voice.language.starts_with(row.prefix)) centre *= row.factor;
  }
  const double ratio = pitch_hz / centre;
  if (ratio <= kCurve.front().ratio) return kCurve.front().argument;
  for (size_t i = 1; i < kCurve.size(); ++i) {
    const CurvePoint& low = kCurve.at(i - 1);
    const CurvePoint& high = kCurve.at(i);
    if (ratio > high.ratio) continue;
    const double part = (ratio - low.ratio) / (high.ratio - low.ratio);
    return static_cast<int>(std::lround(low.argument + part * (high.argument - low.argument)));
  }
  return kCurve.back().argument;
}

}  // namespace waveshift::tts

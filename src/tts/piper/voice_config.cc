// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/piper/voice_config.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "text/code_points.h"
#include "text/language.h"

namespace waveshift::tts {
namespace {

using nlohmann::json;

constexpr int kDeepestJson = 16;
constexpr int64_t kMostSymbols = 4096;
constexpr int64_t kMostSpeakers = 100000;
constexpr int64_t kHighestId = 1 << 20;
constexpr char32_t kPad = U'_';
constexpr char32_t kBegin = U'^';
constexpr char32_t kEnd = U'$';

// Reads keys of a checked object; the first thing that is wrong is kept.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  // The object under `key`, or an empty one.
  const json& Object(const json& parent, const char* key, bool required) {
    static const json empty = json::object();
    const auto found = parent.find(key);
    if (found == parent.end() || found->is_null()) {
      if (required) Complain(key, "is missing");
      return empty;
    }
    if (!found->is_object()) Complain(key, "must be an object");
    return found->is_object() ? *found : empty;
  }
  double Number(const json& parent, const char* key, double low, double high, double otherwise) {
    const auto found = parent.find(key);
    if (found == parent.end()) return otherwise;
    const double value = found->is_number() ? found->get<double>() : std::nan("");
    if (std::isfinite(value) && value >= low && value <= high) return value;
    Complain(key, "must be a number that makes sense");
    return otherwise;
  }
  std::string Word(const json& parent, const char* key) {
    const auto found = parent.find(key);
    if (found == parent.end()) return "";
    if (found->is_string() && found->get_ref<const std::string&>().size() <= 64) return *found;
    Complain(key, "must be a short text");
    return "";
  }
  void Complain(const std::string& key, const std::string& what) {
    if (status_.ok()) status_ = InvalidArgument(name_ + ": " + key + " " + what);
  }
  const Status& status() const { return status_; }

 private:
  const std::string& name_;
  Status status_;
};

// The one character that a key of the maps is; 0 when it is none.
char32_t SymbolOf(const std::string& key) {
  const std::u32string decoded = text::ToCodePoints(key);
  return decoded.size() == 1 ? decoded.front() : U'\0';
}

void ReadIds(const json& map, PiperConfig& config, Reader& reader) {
  if (map.size() > static_cast<size_t>(kMostSymbols)) reader.Complain("phoneme_id_map", "is too large");
  for (const auto& [key, list] : map.items()) {
    const char32_t symbol = SymbolOf(key);
    // Some voices list diphthongs, which never come up symbol by symbol.
    if (symbol == U'\0') continue;
    std::vector<int64_t>& ids = config.ids[symbol];
    for (const json& id : list.is_array() ? list : json::array({list})) {
      if (!id.is_number_integer() || id.get<int64_t>() < 0 || id.get<int64_t>() > kHighestId) {
        reader.Complain("phoneme_id_map", "must map symbols to lists of ids");
        return;
      }
      ids.push_back(id.get<int64_t>());
    }
  }
  for (const char32_t mark : {kPad, kBegin, kEnd}) {
    if (!config.ids.contains(mark)) reader.Complain("phoneme_id_map", "lacks one of the marks _ ^ $");
  }
}

void ReadReplacements(const json& map, PiperConfig& config, Reader& reader) {
  for (const auto& [key, list] : map.items()) {
    const char32_t symbol = SymbolOf(key);
    if (symbol == U'\0') continue;
    for (const json& part : list.is_array() ? list : json::array({list})) {
      if (!part.is_string() || part.get_ref<const std::string&>().size() > 64) {
        reader.Complain("phoneme_map", "must map symbols to lists of symbols");
        return;
      }
      config.replacements[symbol] += text::ToCodePoints(part.get_ref<const std::string&>());
    }
  }
}

void ReadSpeakers(const json& root, PiperConfig& config, Reader& reader) {
  config.speakers =
      static_cast<int64_t>(reader.Number(root, "num_speakers", 0, static_cast<double>(kMostSpeakers), 1));
  for (const auto& [name, id] : reader.Object(root, "speaker_id_map", false).items()) {
    if (!id.is_number_integer() || id.get<int64_t>() < 0 || id.get<int64_t>() >= config.speakers) {
      reader.Complain("speaker_id_map", "must map names to numbers below num_speakers");
      return;
    }
    config.speaker_ids[name] = id.get<int64_t>();
  }
}

void ReadLanguage(const json& root, PiperConfig& config, Reader& reader) {
  const std::string kind = reader.Word(root, "phoneme_type");
  config.espeak_voice = reader.Word(reader.Object(root, "espeak", false), "voice");
  if (kind == "text") {
    config.phonemes = PiperPhonemes::kText;
  } else if (!kind.empty() && kind != "espeak") {
    reader.Complain("phoneme_type", "is \"" + kind + "\"; voices of the types espeak and text can be spoken");
  } else if (config.espeak_voice.empty()) {
    reader.Complain("espeak.voice", "is missing");
  }
  std::string code = reader.Word(reader.Object(root, "language", false), "code");
  if (code.empty()) code = config.espeak_voice;
  const auto language = text::CanonicalLanguage(code);
  if (!language.ok()) {
    reader.Complain("language.code", "is no language");
    return;
  }
  config.language = *language;
}

}  // namespace

StatusOr<PiperConfig> ParsePiperConfig(std::string_view bytes, const std::string& name) {
  int depth = 0;
  bool too_deep = false;
  const json::parser_callback_t bound = [&](int level, json::parse_event_t, json&) {
    depth = level;
    too_deep = too_deep || depth > kDeepestJson;
    return !too_deep;
  };
  const json root = json::parse(bytes, bound, /*allow_exceptions=*/false);
  if (too_deep || root.is_discarded() || !root.is_object()) {
    return InvalidArgument(name + ": is no JSON object of a Piper voice");
  }
  PiperConfig config;
  Reader reader(name);
  config.sample_rate_hz =
      static_cast<int>(reader.Number(reader.Object(root, "audio", true), "sample_rate", 8000, 96000, 0));
  if (config.sample_rate_hz == 0) reader.Complain("audio.sample_rate", "is missing");
  const json& inference = reader.Object(root, "inference", false);
  config.noise_scale = static_cast<float>(reader.Number(inference, "noise_scale", 0, 4, config.noise_scale));
  config.length_scale =
      static_cast<float>(reader.Number(inference, "length_scale", 0.1, 10, config.length_scale));
  config.noise_w = static_cast<float>(reader.Number(inference, "noise_w", 0, 4, config.noise_w));
  ReadLanguage(root, config, reader);
  ReadSpeakers(root, config, reader);
  ReadIds(reader.Object(root, "phoneme_id_map", true), config, reader);
  ReadReplacements(reader.Object(root, "phoneme_map", false), config, reader);
  WS_RETURN_IF_ERROR(reader.status());
  return config;
}

PiperIds IdsOf(const PiperConfig& config, std::u32string_view phonemes) {
  PiperIds made;
  const auto add = [&](char32_t symbol) {
    const auto found = config.ids.find(symbol);
    if (found == config.ids.end()) return false;
    made.ids.insert(made.ids.end(), found->second.begin(), found->second.end());
    return true;
  };
  const auto say = [&](char32_t symbol) {
    if (symbol == kPad || symbol == kBegin || symbol == kEnd) return;  // not marks when they stand in a text
    if (add(symbol)) {
      add(kPad);
      ++made.symbols;
    } else if (made.unknown.find(symbol) == std::u32string::npos) {
      made.unknown.push_back(symbol);
    }
  };
  add(kBegin);
  add(kPad);
  for (const char32_t symbol : phonemes) {
    const auto replaced = config.replacements.find(symbol);
    if (replaced == config.replacements.end()) {
      say(symbol);
    } else {
      for (const char32_t part : replaced->second) say(part);
    }
  }
  add(kEnd);
  return made;
}

}  // namespace waveshift::tts

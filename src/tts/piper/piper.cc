// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/piper/piper.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "text/code_points.h"
#include "text/language.h"
#include "tts/model_sessions.h"
#include "tts/parallel.h"
#include "tts/pieces.h"
#include "tts/piper/voice_config.h"
#include "tts/spoken_phonemes.h"
#include "tts/takes.h"

namespace waveshift::tts {
namespace {

// Raised whenever this code would make other samples of the same request.
constexpr int kAlgorithm = 1;
constexpr int kAttempts = 3;
constexpr int64_t kMaxConfigBytes = 4 << 20;
constexpr size_t kMostVoices = 1000;
// A sentence of about 40 s. The networks were trained on single sentences.
constexpr size_t kMostSymbols = 500;

struct Voice {
  std::string name;  // of its file
  StatusOr<PiperConfig> config = PiperConfig();
  std::unique_ptr<ModelSessions> sessions;
};
using VoiceFiles = std::map<std::string, Voice, std::less<>>;

struct Chosen {
  const Voice* voice = nullptr;
  const PiperConfig* config = nullptr;
  int64_t speaker = 0;
  std::string name;  // for reports
};

onnx::SessionOptions ModelOptions(const PiperOptions& options) {
  onnx::SessionOptions made;
  made.threads = options.threads;
  made.device = options.device;
  made.inputs = {{.name = "input", .element = onnx::Element::kInt64, .rank = 2},
                 {.name = "input_lengths", .element = onnx::Element::kInt64, .rank = 1},
                 {.name = "scales", .element = onnx::Element::kFloat32, .rank = 1},
                 {.name = "sid", .element = onnx::Element::kInt64, .rank = 1, .optional = true}};
  made.outputs = {{.name = "output", .element = onnx::Element::kFloat32}};
  return made;
}

StatusOr<VoiceFiles> FindVoices(const PiperOptions& options) {
  std::error_code error;
  std::filesystem::directory_iterator files(options.folder, error);
  VoiceFiles voices;
  for (; !error && files != std::filesystem::directory_iterator() && voices.size() < kMostVoices;
       files.increment(error)) {
    const std::filesystem::path& path = files->path();
    if (path.extension() != ".onnx") continue;
    const std::string json_path = path.string() + ".json";
    const auto json = ReadFile(json_path, kMaxConfigBytes);
    if (json.status().code() == StatusCode::kNotFound) continue;
    Voice& voice = voices[path.stem().string()];
    voice.name = path.stem().string();
    voice.config = json.ok() ? ParsePiperConfig(*json, json_path) : StatusOr<PiperConfig>(json.status());
    voice.sessions = std::make_unique<ModelSessions>(path.string(), ModelOptions(options));
  }
  if (voices.empty()) {
    return FailedPrecondition("piper: no voice (NAME.onnx and NAME.onnx.json) in " + options.folder +
                              "; ./setup.sh fetches one");
  }
  return voices;
}

class Piper : public Synthesizer {
 public:
  explicit Piper(const PiperOptions& options) : options_(options) {}

  std::string_view name() const override { return "piper"; }
  std::string version() const override;
  Status CheckReady() const override;
  bool Speaks(std::string_view language) const override;
  Status CheckVoice(const VoiceSpec& voice, std::string_view language) const override;
  std::vector<VoiceInfo> Voices() const override;
  StatusOr<VoiceInfo> FindVoice(std::string_view name) const override;
  Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                    const std::stop_token& stop) override;

 private:
  struct Parts {
    VoiceFiles voices;
    std::unique_ptr<phonemes::Phonemizer> phonemizer;
  };

  StatusOr<const Parts*> Look() const;
  StatusOr<Chosen> Choose(const Parts& parts, const SpeakRequest& request) const;
  StatusOr<SpokenLine> SpeakLine(const Parts& parts, const SpeakRequest& request, bool alone,
                                 const std::stop_token& stop) const;
  StatusOr<audio::MonoBuffer> SpeakPiece(const Chosen& chosen, const Piece& piece, const PiperIds& ids,
                                         double tempo, bool alone, const std::stop_token& stop) const;

  const PiperOptions options_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Parts> parts_;  // guarded by mutex_; set once
};

StatusOr<const Piper::Parts*> Piper::Look() const {
  const std::lock_guard lock(mutex_);
  if (parts_ == nullptr) {
    auto parts = std::make_unique<Parts>();
    WS_ASSIGN_OR_RETURN(parts->voices, FindVoices(options_));
    WS_ASSIGN_OR_RETURN(parts->phonemizer, phonemes::MakeEspeakPhonemizer(options_.phonemizer));
    parts_ = std::move(parts);
  }
  return parts_.get();
}

std::string Piper::version() const {
  FieldHasher voices;
  if (const auto parts = Look(); parts.ok()) {
    for (const auto& [name, voice] : (*parts)->voices) {
      const auto fingerprint = voice.sessions->Fingerprint();
      voices.Add(name).Add(fingerprint.ok() ? *fingerprint : "");
    }
  }
  return "algorithm " + std::to_string(kAlgorithm) + ", ONNX Runtime " + onnx::RuntimeVersion() +
         ", voices " + voices.Hex().substr(0, 12);
}

Status Piper::CheckReady() const {
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  Status last;
  for (const auto& [name, voice] : parts->voices) {
    last = voice.config.status();
    const bool needs_espeak = last.ok() && voice.config->phonemes == PiperPhonemes::kEspeak;
    if (needs_espeak) last = parts->phonemizer->Check(voice.config->espeak_voice);
    if (last.ok()) last = voice.sessions->Get(/*alone=*/false).status();
    if (last.ok()) return last;
  }
  return FailedPrecondition("piper: no usable voice: " + Message(last));
}

bool Piper::Speaks(std::string_view language) const {
  const auto parts = Look();
  if (!parts.ok()) return false;
  SpeakRequest request;
  request.language = language;
  return Choose(**parts, request).ok();
}

std::vector<VoiceInfo> Piper::Voices() const {
  std::vector<VoiceInfo> voices;
  const auto parts = Look();
  if (!parts.ok()) return voices;
  for (const auto& [name, voice] : (*parts)->voices) {
    if (!voice.config.ok()) continue;
    if (voice.config->speakers <= 1) voices.push_back({.name = name, .language = voice.config->language});
    for (int64_t speaker = 0; voice.config->speakers > 1 && speaker < voice.config->speakers; ++speaker) {
      voices.push_back({.name = name + "#" + std::to_string(speaker), .language = voice.config->language});
    }
  }
  return voices;
}

StatusOr<VoiceInfo> Piper::FindVoice(std::string_view name) const {
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  const auto found = parts->voices.find(name.substr(0, name.find('#')));
  if (found == parts->voices.end()) {
    return InvalidArgument("voice: piper has no voice \"" + text::CollapseWhitespace(name.substr(0, 64)) +
                           "\"");
  }
  if (!found->second.config.ok()) return Annotate(found->second.config.status(), "voice");
  SpeakRequest request;
  request.voice.name = name;
  request.language = found->second.config->language;
  WS_ASSIGN_OR_RETURN(const Chosen chosen, Choose(*parts, request));
  return VoiceInfo{.name = chosen.name, .language = chosen.config->language};
}

// The speaker of a file's voice: a name, or a number below the file's count.
StatusOr<int64_t> SpeakerOf(const PiperConfig& config, const std::string& voice, std::string_view speaker) {
  if (const auto found = config.speaker_ids.find(speaker); found != config.speaker_ids.end()) {
    return found->second;
  }
  int64_t number = -1;
  const auto [end, error] = std::from_chars(speaker.data(), speaker.data() + speaker.size(), number);
  if (error == std::errc() && end == speaker.data() + speaker.size() && number >= 0 &&
      number < std::max<int64_t>(1, config.speakers)) {
    return number;
  }
  return InvalidArgument("voice: " + voice + " has no speaker \"" + std::string(speaker.substr(0, 64)) +
                         "\"");
}

StatusOr<Chosen> Piper::Choose(const Parts& parts, const SpeakRequest& request) const {
  const std::string& wanted = request.voice.name;
  const std::string file = wanted.substr(0, wanted.find('#'));
  const std::string primary = text::PrimarySubtag(request.language);
  Chosen chosen;
  if (!file.empty()) {
    const auto found = parts.voices.find(file);
    if (found == parts.voices.end()) {
      return InvalidArgument("voice: piper has no voice \"" + text::CollapseWhitespace(file) + "\" in " +
                             options_.folder);
    }
    WS_RETURN_IF_ERROR(found->second.config.status());
    chosen.voice = &found->second;
  }
  for (const auto& [name, voice] : parts.voices) {
    if (!file.empty() || !voice.config.ok()) continue;
    const bool same_region = voice.config->language == request.language;
    const bool same_language = text::PrimarySubtag(voice.config->language) == primary;
    if (same_region || (same_language && chosen.voice == nullptr)) chosen.voice = &voice;
    if (same_region) break;
  }
  if (chosen.voice == nullptr || text::PrimarySubtag(chosen.voice->config->language) != primary) {
    return InvalidArgument("language: no voice of piper" + (file.empty() ? "" : " named " + file) +
                           " speaks \"" + request.language + "\"");
  }
  chosen.config = &*chosen.voice->config;
  chosen.name = chosen.voice->name;
  if (file.size() < wanted.size()) {
    chosen.name = wanted;
    WS_ASSIGN_OR_RETURN(chosen.speaker, SpeakerOf(*chosen.config, file, wanted.substr(file.size() + 1)));
  }
  return chosen;
}

// The symbols that the voice was trained on: canonically decomposed, letters in lower case.
std::u32string SymbolsFor(const PiperConfig& config, const std::u32string& phonemes) {
  std::u32string symbols = text::Decompose(phonemes);
  if (config.phonemes == PiperPhonemes::kText) {
    std::transform(symbols.begin(), symbols.end(), symbols.begin(), text::ToLower);
  }
  return symbols;
}

StatusOr<audio::MonoBuffer> Piper::SpeakPiece(const Chosen& chosen, const Piece& piece, const PiperIds& ids,
                                              double tempo, bool alone, const std::stop_token& stop) const {
  const PiperConfig& config = *chosen.config;
  WS_ASSIGN_OR_RETURN(const onnx::Session* const session, chosen.voice->sessions->Get(alone));
  const int64_t length = static_cast<int64_t>(ids.ids.size());
  const std::vector<float> scales = {config.noise_scale, static_cast<float>(config.length_scale / tempo),
                                     config.noise_w};
  std::vector<onnx::TensorView> inputs = {{"input", {1, length}, std::span<const int64_t>(ids.ids)},
                                          {"input_lengths", {1}, std::span<const int64_t>(&length, 1)},
                                          {"scales", {3}, std::span<const float>(scales)}};
  if (session->HasInput("sid")) {
    inputs.push_back({"sid", {1}, std::span<const int64_t>(&chosen.speaker, 1)});
  }
  const TakeBounds bounds = BoundsFor(ids.symbols, tempo);
  onnx::RunOptions run;
  run.stop = stop;
  run.max_output_values = static_cast<int64_t>(bounds.longest_seconds * config.sample_rate_hz);
  Status last;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    run.seed = SeedFor(chosen.name, text::ToUtf8(piece.symbols), attempt);
    auto outputs = session->Run(inputs, run);
    last = outputs.status();
    if (last.code() == StatusCode::kCancelled || last.code() == StatusCode::kInvalidArgument) return last;
    if (!last.ok()) continue;
    audio::MonoBuffer take{config.sample_rate_hz, std::move(outputs->front().values)};
    last = FinishTake(take, bounds);
    if (last.ok()) return take;
  }
  return Annotate(last, "piper");
}

StatusOr<SpokenLine> Piper::SpeakLine(const Parts& parts, const SpeakRequest& request, bool alone,
                                      const std::stop_token& stop) const {
  WS_ASSIGN_OR_RETURN(const Tempo tempo, TempoOf(request));
  WS_ASSIGN_OR_RETURN(const Chosen chosen, Choose(parts, request));
  const PiperConfig& config = *chosen.config;
  const phonemes::Phonemizer* const phonemizer =
      config.phonemes == PiperPhonemes::kEspeak ? parts.phonemizer.get() : nullptr;
  WS_ASSIGN_OR_RETURN(SpokenPhonemes spoken,
                      PhonemesOf(request.text, config.language, phonemizer, config.espeak_voice, stop));
  SpokenLine line;
  line.voice = chosen.name;
  line.warnings = std::move(spoken.warnings);
  std::u32string unknown;
  double pause = 0;
  for (const Piece& piece : CutIntoPieces(SymbolsFor(config, spoken.symbols), 0, kMostSymbols)) {
    const PiperIds ids = IdsOf(config, piece.symbols);
    unknown += ids.unknown;
    if (ids.symbols == 0) continue;
    WS_ASSIGN_OR_RETURN(const audio::MonoBuffer take,
                        SpeakPiece(chosen, piece, ids, tempo.factor, alone, stop));
    AppendPiece(line.audio, take, pause / tempo.factor);
    pause = PauseSeconds(piece.mark);
  }
  if (line.audio.samples.empty()) return InvalidArgument("text: piper finds nothing in it to say");
  if (tempo.is_cut) line.warnings.push_back(TempoWarning(tempo));
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  if (!unknown.empty()) {
    line.warnings.push_back("the voice " + chosen.name +
                            " has no sound for: " + text::ToUtf8(unknown.substr(0, 20)));
  }
  return line;
}

Status Piper::CheckVoice(const VoiceSpec& voice, std::string_view language) const {
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  SpeakRequest request;
  request.language = language;
  request.voice = voice;
  return Choose(*parts, request).status();
}

Status Piper::Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                         const std::stop_token& stop) {
  if (requests.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  const bool alone = requests.size() == 1;
  const auto speak = [&](const SpeakRequest& request) { return SpeakLine(*parts, request, alone, stop); };
  const size_t workers = parts->voices.begin()->second.sessions->workers();
  return Annotate(SpeakInParallel(requests, workers, speak, sink, stop), "piper");
}

}  // namespace

std::unique_ptr<Synthesizer> MakePiper(const PiperOptions& options) {
  return std::make_unique<Piper>(options);
}

}  // namespace waveshift::tts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/kokoro.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "tts/kokoro/tokens.h"
#include "tts/kokoro/voice_table.h"
#include "tts/kokoro/voices.h"
#include "tts/model_sessions.h"
#include "tts/parallel.h"
#include "tts/pieces.h"
#include "tts/spoken_phonemes.h"
#include "tts/takes.h"

namespace waveshift::tts {
namespace {

// Raised whenever this code would make other samples of the same request.
constexpr int kAlgorithm = 1;
constexpr int kSampleRateHz = 24000;
// A bad take is tried again a little slower or faster: the network itself has no randomness.
constexpr std::array<double, 3> kAttemptTempo = {1.0, 0.96, 1.04};
// Short sentences sound better together; beyond some 15 s of speech the network begins to hurry.
constexpr size_t kWantedTokens = 200;
constexpr size_t kMostTokens = 400;
static_assert(kMostTokens <= kMostKokoroTokens);

onnx::SessionOptions ModelOptions(const KokoroOptions& options) {
  onnx::SessionOptions made;
  made.threads = options.threads;
  made.device = options.device;
  // Two families of export name the same things otherwise.
  made.inputs = {{.name = "tokens", .element = onnx::Element::kInt64, .rank = 2, .optional = true},
                 {.name = "input_ids", .element = onnx::Element::kInt64, .rank = 2, .optional = true},
                 {.name = "style", .element = onnx::Element::kFloat32, .rank = 2},
                 {.name = "speed", .element = onnx::Element::kFloat32, .rank = 1}};
  made.outputs = {{.name = "audio", .element = onnx::Element::kFloat32, .optional = true},
                  {.name = "waveform", .element = onnx::Element::kFloat32, .optional = true}};
  return made;
}

// The largest model file of the folder: with several the best one.
StatusOr<std::string> FindModel(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator files(folder, error);
  std::string best;
  uintmax_t best_size = 0;
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    if (files->path().extension() != ".onnx") continue;
    std::error_code ignored;
    const uintmax_t size = files->file_size(ignored);
    const std::string path = files->path().string();
    if (ignored || size < best_size || (size == best_size && path > best)) continue;
    best = path;
    best_size = size;
  }
  if (best.empty()) {
    return FailedPrecondition("kokoro: no model (*.onnx) in " + folder + "; ./setup.sh fetches it");
  }
  return best;
}

VoiceInfo InfoOf(const std::string& voice) {
  VoiceInfo info{.name = voice, .language = std::string(KokoroVoiceLanguage(voice))};
  if (voice.size() > 1 && voice[1] == 'f') info.gender = VoiceInfo::Gender::kFemale;
  if (voice.size() > 1 && voice[1] == 'm') info.gender = VoiceInfo::Gender::kMale;
  return info;
}

const VoicePart& Heaviest(const std::vector<VoicePart>& parts) {
  return *std::max_element(parts.begin(), parts.end(),
                           [](const VoicePart& a, const VoicePart& b) { return a.weight < b.weight; });
}

struct Chosen {
  std::string name;      // of the voice, for reports
  std::string language;  // that its phonemes are made for
  std::shared_ptr<const KokoroStyle> style;
};

class Kokoro : public Synthesizer {
 public:
  explicit Kokoro(const KokoroOptions& options) : options_(options) {}

  std::string_view name() const override { return "kokoro"; }
  std::string version() const override;
  Status CheckReady() const override;
  bool Speaks(std::string_view language) const override;
  Status CheckLanguage(std::string_view language) const override;
  Status CheckVoice(const VoiceSpec& voice, std::string_view language) const override;
  std::vector<VoiceInfo> Voices() const override;
  StatusOr<VoiceInfo> FindVoice(std::string_view name) const override;
  Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                    const std::stop_token& stop) override;

 private:
  struct Parts {
    Parts(std::string model, const KokoroOptions& options)
        : sessions(std::move(model), ModelOptions(options)), voices(options.folder + "/voices") {}
    ModelSessions sessions;
    KokoroVoices voices;
    std::unique_ptr<phonemes::Phonemizer> phonemizer;
  };

  StatusOr<const Parts*> Look() const;
  StatusOr<Chosen> Choose(const Parts& parts, const SpeakRequest& request) const;
  StatusOr<SpokenLine> SpeakLine(const Parts& parts, const SpeakRequest& request, bool alone,
                                 const std::stop_token& stop) const;
  StatusOr<audio::MonoBuffer> SpeakPiece(const Parts& parts, const Chosen& chosen, const Piece& piece,
                                         double tempo, bool alone, const std::stop_token& stop) const;
  StatusOr<audio::MonoBuffer> RunOnce(const onnx::Session& session, const std::vector<int64_t>& tokens,
                                      const KokoroStyle& style, double tempo,
                                      const std::stop_token& stop) const;

  const KokoroOptions options_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Parts> parts_;  // guarded by mutex_; set once
};

StatusOr<const Kokoro::Parts*> Kokoro::Look() const {
  const std::lock_guard lock(mutex_);
  if (parts_ == nullptr) {
    WS_ASSIGN_OR_RETURN(std::string model, FindModel(options_.folder));
    auto parts = std::make_unique<Parts>(std::move(model), options_);
    if (parts->voices.Names().empty()) {
      return FailedPrecondition("kokoro: no voice (*.bin) in " + options_.folder +
                                "/voices; ./setup.sh fetches them");
    }
    WS_ASSIGN_OR_RETURN(parts->phonemizer, phonemes::MakeKokoroPhonemizer(options_.phonemizer));
    parts_ = std::move(parts);
  }
  return parts_.get();
}

std::string Kokoro::version() const {
  std::string files = "missing";
  if (const auto parts = Look(); parts.ok()) {
    const auto model = (*parts)->sessions.Fingerprint();
    files = (model.ok() ? model->substr(0, 12) : "unreadable") + ", voices " +
            (*parts)->voices.Fingerprint().substr(0, 12);
  }
  return "algorithm " + std::to_string(kAlgorithm) + ", ONNX Runtime " + onnx::RuntimeVersion() + ", model " +
         files;
}

Status Kokoro::CheckReady() const {
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  WS_RETURN_IF_ERROR(parts->phonemizer->Check("en"));
  const auto session = parts->sessions.Get(/*alone=*/false);
  if (!session.ok()) return FailedPrecondition("kokoro: " + Message(session.status()));
  return OkStatus();
}

bool Kokoro::Speaks(std::string_view language) const {
  const auto parts = Look();
  return parts.ok() && (*parts)->phonemizer->Knows(language);
}

Status Kokoro::CheckLanguage(std::string_view language) const {
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  return parts->phonemizer->Check(language);
}

std::vector<VoiceInfo> Kokoro::Voices() const {
  std::vector<VoiceInfo> voices;
  const auto parts = Look();
  if (!parts.ok()) return voices;
  for (const std::string& name : (*parts)->voices.Names()) voices.push_back(InfoOf(name));
  return voices;
}

StatusOr<VoiceInfo> Kokoro::FindVoice(std::string_view name) const {
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  WS_ASSIGN_OR_RETURN(const std::vector<VoicePart> voice, ParseKokoroVoice(name));
  for (const VoicePart& part : voice) {
    if (!parts->voices.Has(part.name))
      return InvalidArgument("voice: kokoro has no voice \"" + part.name + "\"");
  }
  VoiceInfo info = InfoOf(Heaviest(voice).name);
  info.name = KokoroBlendName(voice);
  return info;
}

StatusOr<Chosen> Kokoro::Choose(const Parts& parts, const SpeakRequest& request) const {
  if (!parts.phonemizer->Knows(request.language)) {
    return InvalidArgument("language: kokoro does not speak \"" + request.language + "\"");
  }
  Chosen chosen;
  chosen.language = request.language;
  const std::string wanted =
      request.voice.name.empty() ? KokoroDefaultVoice(request.language) : request.voice.name;
  WS_ASSIGN_OR_RETURN(const std::vector<VoicePart> voice, ParseKokoroVoice(wanted));
  chosen.name = KokoroBlendName(voice);
  const bool is_plain_english = request.language == "en";
  if (is_plain_english && Heaviest(voice).name.starts_with('b')) chosen.language = "en-GB";
  WS_ASSIGN_OR_RETURN(chosen.style, parts.voices.Get(voice));
  return chosen;
}

StatusOr<audio::MonoBuffer> Kokoro::RunOnce(const onnx::Session& session, const std::vector<int64_t>& tokens,
                                            const KokoroStyle& style, double tempo,
                                            const std::stop_token& stop) const {
  const auto speed = static_cast<float>(tempo);
  const bool is_first_family = session.HasInput("tokens");
  const std::vector<onnx::TensorView> inputs = {
      {is_first_family ? "tokens" : "input_ids",
       {1, static_cast<int64_t>(tokens.size())},
       std::span<const int64_t>(tokens)},
      {"style", {1, static_cast<int64_t>(KokoroStyle::kColumns)}, style.Row(tokens.size() - 2)},
      {"speed", {1}, std::span<const float>(&speed, 1)}};
  const TakeBounds bounds = BoundsFor(tokens.size() - 2, tempo);
  onnx::RunOptions run;
  run.stop = stop;
  run.max_output_values = static_cast<int64_t>(bounds.longest_seconds * kSampleRateHz);
  WS_ASSIGN_OR_RETURN(std::vector<onnx::Tensor> outputs, session.Run(inputs, run));
  std::vector<float>& samples =
      outputs.front().values.empty() ? outputs.back().values : outputs.front().values;
  audio::MonoBuffer take{kSampleRateHz, std::move(samples)};
  WS_RETURN_IF_ERROR(FinishTake(take, bounds));
  return take;
}

StatusOr<audio::MonoBuffer> Kokoro::SpeakPiece(const Parts& parts, const Chosen& chosen, const Piece& piece,
                                               double tempo, bool alone, const std::stop_token& stop) const {
  const auto session = parts.sessions.Get(alone);
  if (!session.ok()) return FailedPrecondition("kokoro: " + Message(session.status()));
  const std::vector<int64_t> tokens = KokoroTokens(piece.symbols);
  Status last;
  for (const double factor : kAttemptTempo) {
    auto take = RunOnce(**session, tokens, *chosen.style, tempo * factor, stop);
    last = take.status();
    if (last.ok() || last.code() == StatusCode::kCancelled) return take;
  }
  return Internal("kokoro: " + Message(last));
}

StatusOr<SpokenLine> Kokoro::SpeakLine(const Parts& parts, const SpeakRequest& request, bool alone,
                                       const std::stop_token& stop) const {
  WS_ASSIGN_OR_RETURN(const Tempo tempo, TempoOf(request));
  WS_ASSIGN_OR_RETURN(const Chosen chosen, Choose(parts, request));
  WS_ASSIGN_OR_RETURN(SpokenPhonemes spoken, PhonemesOf(request.text, chosen.language, parts.phonemizer.get(),
                                                        chosen.language, stop));
  SpokenLine line;
  line.voice = chosen.name;
  line.warnings = std::move(spoken.warnings);
  double pause = 0;
  for (const Piece& piece : CutIntoPieces(spoken.symbols, kWantedTokens, kMostTokens)) {
    WS_ASSIGN_OR_RETURN(const audio::MonoBuffer take,
                        SpeakPiece(parts, chosen, piece, tempo.factor, alone, stop));
    AppendPiece(line.audio, take, pause / tempo.factor);
    pause = PauseSeconds(piece.mark);
  }
  if (line.audio.samples.empty()) return InvalidArgument("text: kokoro finds nothing in it to say");
  if (tempo.is_cut) line.warnings.push_back(TempoWarning(tempo));
  return line;
}

Status Kokoro::CheckVoice(const VoiceSpec& voice, std::string_view language) const {
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  SpeakRequest request;
  request.language = language;
  request.voice = voice;
  return Choose(*parts, request).status();
}

Status Kokoro::Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                          const std::stop_token& stop) {
  if (requests.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(const Parts* const parts, Look());
  const bool alone = requests.size() == 1;
  const auto speak = [&](const SpeakRequest& request) { return SpeakLine(*parts, request, alone, stop); };
  return Annotate(SpeakInParallel(requests, parts->sessions.workers(), speak, sink, stop), "kokoro");
}

}  // namespace

std::unique_ptr<Synthesizer> MakeKokoro(const KokoroOptions& options) {
  return std::make_unique<Kokoro>(options);
}

}  // namespace waveshift::tts

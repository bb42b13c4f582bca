// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/espeak.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "audio/edges.h"
#include "base/process.h"
#include "tts/espeak/program_audio.h"
#include "tts/espeak/spoken_text.h"
#include "tts/espeak/voice_list.h"
#include "tts/parallel.h"

namespace waveshift::tts {
namespace {

using Clock = std::chrono::steady_clock;

// Raised whenever this code would make other samples of the same request.
constexpr int kAlgorithm = 1;

constexpr double kNaturalWordsPerMinute = 175;
constexpr int kSlowest = 80;  // the program's own limits
constexpr int kFastest = 450;

// What a text can justify: even an emoji that is read out by name takes less than this a character.
constexpr double kSecondsPerCharacter = 1.5;
constexpr double kSecondsPerLine = 4;
constexpr double kLongestLineSeconds = 1800;
constexpr int kAssumedBytesPerSecond = 2 * 22050;

constexpr double kFadeSeconds = 0.002;
// Between pieces of a line that different voices speak.
constexpr double kJoinSeconds = 0.04;
constexpr double kJoinAtPunctuationSeconds = 0.25;

struct Program {
  std::string version;
  EspeakVoiceList voices;
};

// The first line of what the program complained about, fit for a message.
std::string Complaint(const std::string& error_output) {
  std::string line = error_output.substr(0, std::min<size_t>(error_output.find('\n'), 200));
  std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return line.empty() ? "" : ": " + line;
}

// "1.51" of "eSpeak NG text-to-speech: 1.51  Data at: /usr/lib/...".
std::string VersionWord(std::string_view printed) {
  const size_t colon = printed.find(": ");
  if (colon == std::string_view::npos) return "unknown";
  const std::string_view rest = printed.substr(colon + 2);
  const std::string_view word = rest.substr(0, std::min<size_t>(rest.find_first_of(" \r\n"), 32));
  return word.empty() ? "unknown" : std::string(word);
}

struct Tempo {
  int words_per_minute = 0;
  bool is_cut = false;
};

StatusOr<Tempo> TempoOf(const SpeakRequest& request) {
  if (!std::isfinite(request.speed) || request.speed <= 0)
    return InvalidArgument("speed: not a positive number");
  if (!std::isfinite(request.voice.natural_rate) || request.voice.natural_rate <= 0) {
    return InvalidArgument("voice: natural_rate is not a positive number");
  }
  const double wanted = kNaturalWordsPerMinute * request.speed * request.voice.natural_rate;
  const double possible = std::clamp<double>(wanted, kSlowest, kFastest);
  return Tempo{static_cast<int>(std::lround(possible)), std::abs(wanted - possible) > 1};
}

class Espeak : public Synthesizer {
 public:
  explicit Espeak(const EspeakOptions& options) : options_(options) {}

  std::string_view name() const override { return "espeak"; }
  std::string version() const override;
  Status CheckReady() const override { return Look(std::stop_token()).status(); }
  bool Speaks(std::string_view language) const override;
  Status CheckVoice(const VoiceSpec& voice, std::string_view language) const override;
  std::vector<VoiceInfo> Voices() const override;
  StatusOr<VoiceInfo> FindVoice(std::string_view name) const override;
  Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                    const std::stop_token& stop) override;

 private:
  StatusOr<std::shared_ptr<const Program>> Look(const std::stop_token& stop) const;
  StatusOr<std::string> Ask(const std::string& argument, const std::stop_token& stop) const;
  StatusOr<SpokenLine> SpeakLine(const Program& program, const SpeakRequest& request,
                                 const std::stop_token& stop) const;
  StatusOr<audio::MonoBuffer> SpeakPiece(const EspeakVoice& voice, const std::string& text,
                                         int words_per_minute, double pitch_hz, Clock::time_point deadline,
                                         const std::stop_token& stop) const;

  const EspeakOptions options_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Program>
      program_;  // guarded by mutex_; set once, when the program could be looked at
};

StatusOr<std::string> Espeak::Ask(const std::string& argument, const std::stop_token& stop) const {
  ProcessRequest request;
  request.program = options_.program;
  request.arguments = {argument};
  request.time_limit = std::chrono::seconds(20);
  request.max_output_bytes = 1 << 20;
  WS_ASSIGN_OR_RETURN(ProcessResult result, RunProcess(request, stop));
  if (result.exit_code != 0) {
    return FailedPrecondition(options_.program + " " + argument + " ended with code " +
                              std::to_string(result.exit_code) + Complaint(result.error_output));
  }
  return std::move(result.output);
}

StatusOr<std::shared_ptr<const Program>> Espeak::Look(const std::stop_token& stop) const {
  const std::lock_guard lock(mutex_);
  if (program_ != nullptr) return program_;
  if (const auto path = FindProgram(options_.program); !path.ok()) {
    return FailedPrecondition(Message(path.status()) + "; install the package espeak-ng");
  }
  WS_ASSIGN_OR_RETURN(const std::string version, Ask("--version", stop));
  WS_ASSIGN_OR_RETURN(const std::string voices, Ask("--voices", stop));
  WS_ASSIGN_OR_RETURN(const std::string variants, Ask("--voices=variant", stop));
  auto list = EspeakVoiceList::Parse(voices, variants);
  if (!list.ok()) return FailedPrecondition(Message(list.status()));
  program_ = std::make_shared<const Program>(Program{VersionWord(version), *std::move(list)});
  return program_;
}

std::string Espeak::version() const {
  const auto program = Look(std::stop_token());
  return "espeak-ng " + (program.ok() ? (*program)->version : std::string("missing")) + ", algorithm " +
         std::to_string(kAlgorithm);
}

bool Espeak::Speaks(std::string_view language) const {
  const auto program = Look(std::stop_token());
  return program.ok() && !(*program)->voices.LanguageFor(language).empty();
}

std::vector<VoiceInfo> Espeak::Voices() const {
  const auto program = Look(std::stop_token());
  return program.ok() ? (*program)->voices.Voices() : std::vector<VoiceInfo>();
}

StatusOr<VoiceInfo> Espeak::FindVoice(std::string_view name) const {
  WS_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program, Look(std::stop_token()));
  return program->voices.FindVoice(name);
}

StatusOr<audio::MonoBuffer> Espeak::SpeakPiece(const EspeakVoice& voice, const std::string& text,
                                               int words_per_minute, double pitch_hz,
                                               Clock::time_point deadline,
                                               const std::stop_token& stop) const {
  const double slowness = std::max(1.0, kNaturalWordsPerMinute / words_per_minute);
  const double longest = std::min(
      kLongestLineSeconds,
      (kSecondsPerLine + kSecondsPerCharacter * static_cast<double>(CountCharacters(text))) * slowness);
  ProcessRequest request;
  request.program = options_.program;
  request.arguments = {"--stdin", "--stdout",
                       "-b",      "1",
                       "-v",      voice.Argument(),
                       "-s",      std::to_string(words_per_minute),
                       "-p",      std::to_string(EspeakPitchArgument(voice, pitch_hz))};
  request.input = text + "\n";
  request.time_limit = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  request.max_output_bytes = static_cast<int64_t>(longest * kAssumedBytesPerSecond);
  const auto result = RunProcess(request, stop);
  if (result.status().code() == StatusCode::kOutOfRange) {
    return Internal("espeak-ng spoke for more than " + std::to_string(std::lround(longest)) +
                    " s, which the text does not justify");
  }
  WS_RETURN_IF_ERROR(result.status());
  if (result->exit_code != 0) {
    return Internal("espeak-ng ended with code " + std::to_string(result->exit_code) +
                    Complaint(result->error_output));
  }
  if (result->output.empty()) return audio::MonoBuffer{};
  auto spoken = ParseProgramWav(result->output);
  if (!spoken.ok()) return Internal("espeak-ng: " + Message(spoken.status()));
  audio::TrimSilence(*spoken);
  return spoken;
}

// Puts `piece` behind `line`.
Status Join(audio::MonoBuffer& line, const audio::MonoBuffer& piece, double gap_seconds) {
  if (piece.samples.empty()) return OkStatus();
  if (line.samples.empty()) {
    line = piece;
    return OkStatus();
  }
  if (line.sample_rate_hz != piece.sample_rate_hz)
    return Internal("espeak-ng: two voices of two sample rates");
  line.samples.resize(line.samples.size() + static_cast<size_t>(gap_seconds * line.sample_rate_hz));
  line.samples.insert(line.samples.end(), piece.samples.begin(), piece.samples.end());
  return OkStatus();
}

// The program reads Japanese kana only and names every other character "Chinese letter".
bool HasUnreadKanji(const EspeakVoice& voice, const std::string& text) {
  if (!voice.language.starts_with("ja")) return false;
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead >= 0xE4 && lead <= 0xE9) return true;  // U+4000..U+9FFF
  }
  return false;
}

StatusOr<SpokenLine> Espeak::SpeakLine(const Program& program, const SpeakRequest& request,
                                       const std::stop_token& stop) const {
  const Clock::time_point deadline = Clock::now() + options_.line_limit;
  WS_ASSIGN_OR_RETURN(const std::string text, PlainSpokenText(request.text));
  WS_ASSIGN_OR_RETURN(const EspeakVoice voice, program.voices.Resolve(request.voice.name, request.language));
  WS_ASSIGN_OR_RETURN(const Tempo tempo, TempoOf(request));
  SpokenLine line;
  line.voice = voice.Argument();
  // Mandarin voices take Latin words for pinyin.
  std::vector<TextPiece> pieces = {TextPiece{.text = text}};
  const EspeakVoice english{program.voices.LanguageFor("en"), voice.variant};
  if (voice.language.starts_with("cmn") && !english.language.empty()) pieces = SplitLatinWords(text);
  for (const TextPiece& piece : pieces) {
    WS_ASSIGN_OR_RETURN(const audio::MonoBuffer spoken,
                        SpeakPiece(piece.is_latin ? english : voice, piece.text, tempo.words_per_minute,
                                   request.voice.pitch_hz, deadline, stop));
    WS_RETURN_IF_ERROR(
        Join(line.audio, spoken, piece.after_pause ? kJoinAtPunctuationSeconds : kJoinSeconds));
  }
  if (line.audio.samples.empty()) return InvalidArgument("text: espeak-ng finds nothing in it to say");
  const auto fade = static_cast<size_t>(kFadeSeconds * line.audio.sample_rate_hz);
  audio::ApplyFades(line.audio.samples, fade, fade);
  if (tempo.is_cut) {
    line.warnings.push_back("espeak-ng speaks at " + std::to_string(kSlowest) + " to " +
                            std::to_string(kFastest) + " words a minute; spoken at " +
                            std::to_string(tempo.words_per_minute));
  }
  if (HasUnreadKanji(voice, text))
    line.warnings.emplace_back("espeak-ng cannot read kanji; write the line in kana");
  return line;
}

Status Espeak::CheckVoice(const VoiceSpec& voice, std::string_view language) const {
  WS_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program, Look(std::stop_token()));
  return program->voices.Resolve(voice.name, language).status();
}

Status Espeak::Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                          const std::stop_token& stop) {
  if (requests.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program, Look(stop));
  const Status status = SpeakInParallel(
      requests, options_.threads,
      [&](const SpeakRequest& request) { return SpeakLine(*program, request, stop); }, sink, stop);
  return Annotate(status, "espeak");
}

}  // namespace

std::unique_ptr<Synthesizer> MakeEspeak(const EspeakOptions& options) {
  return std::make_unique<Espeak>(options);
}

}  // namespace waveshift::tts

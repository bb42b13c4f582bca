// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/speech_stream.h"

#include <algorithm>
#include <utility>

#include "audio/resample.h"
#include "text/code_points.h"
#include "text/language.h"
#include "text/read_aloud.h"
#include "tts/takes.h"
#include "tts/wide_speed.h"

namespace waveshift::service {
namespace {

// Characters of a piece, behind the first one. 200 letters are spoken in about 15 s; 15 s of Chinese have 60.
constexpr size_t kWantedLetters = 200;
constexpr size_t kLettersPerHan = 3;
constexpr size_t kLongestSentence = 400;

size_t LettersOf(std::string_view utf8) {
  size_t letters = 0;
  for (const char32_t c : text::ToCodePoints(utf8))
    letters += text::IsHan(c) || text::IsKana(c) ? kLettersPerHan : 1;
  return letters;
}

// The pause behind a text: its last mark, as tts::PauseSeconds knows them.
double PauseBehind(std::string_view utf8) {
  constexpr std::u32string_view kClosing = U"\"')]}»”’」』）】";
  constexpr std::u32string_view kSentence = U".!?…。！？।؟";
  constexpr std::u32string_view kClause = U",;:—，、；：،؛";
  const std::u32string text = text::ToCodePoints(utf8);
  const size_t last = text.find_last_not_of(kClosing);
  if (last == std::u32string::npos) return tts::PauseSeconds(U'\0');
  if (kSentence.find(text[last]) != std::u32string_view::npos) return tts::PauseSeconds(U'.');
  return tts::PauseSeconds(kClause.find(text[last]) != std::u32string_view::npos ? U',' : U'\0');
}

}  // namespace

std::vector<std::string> CutForSpeech(std::string_view text, std::string_view language) {
  std::vector<std::string> pieces;
  size_t letters = 0;  // of the last piece
  for (std::string& sentence : text::SplitSentences(text, language, kLongestSentence)) {
    if (!text::HasSayableWords(sentence)) continue;
    const size_t more = LettersOf(sentence);
    if (pieces.size() < 2 || letters + more > kWantedLetters) {
      pieces.push_back(std::move(sentence));
      letters = more;
    } else {
      pieces.back() += " " + sentence;
      letters += more;
    }
  }
  return pieces;
}

SpeechStream::SpeechStream(Options options, std::stop_token stop)
    : options_(std::move(options)),
      stop_(std::move(stop)),
      pieces_(CutForSpeech(options_.text, options_.speaker.language)) {}

StatusOr<std::unique_ptr<SpeechStream>> SpeechStream::Begin(Options options, std::stop_token stop) {
  std::unique_ptr<SpeechStream> stream(new SpeechStream(std::move(options), std::move(stop)));
  WS_ASSIGN_OR_RETURN(stream->encoder_, media::SoundEncoder::Open(stream->options_.format,
                                                                  media::SoundEncoder::Purpose::kStream));
  Status last = InvalidArgument("text: nothing to say");
  while (stream->next_ < stream->pieces_.size()) {
    auto bytes = stream->SpeakPiece(stream->pieces_[stream->next_++]);
    if (bytes.ok()) {
      stream->first_ = *std::move(bytes);
      return stream;
    }
    last = bytes.status();
    if (last.code() != StatusCode::kInvalidArgument) break;
  }
  return last;
}

StatusOr<std::string> SpeechStream::SpeakPiece(const std::string& text) {
  const tts::SpeakRequest request{.text = text,
                                  .language = options_.speaker.language,
                                  .voice = options_.speaker.voice,
                                  .speed = options_.speed};
  WS_ASSIGN_OR_RETURN(tts::SpokenLine line,
                      tts::SpeakAtSpeed(*options_.speaker.engine.synthesizer, request, stop_));
  WS_ASSIGN_OR_RETURN(const audio::MonoBuffer sound, audio::Resample(line.audio, media::kSoundRateHz));
  if (voice_.empty()) {
    voice_ = line.voice;
    warnings_ = std::move(line.warnings);
  }
  std::vector<float> samples(static_cast<size_t>(pause_ / options_.speed * media::kSoundRateHz), 0.0F);
  samples.insert(samples.end(), sound.samples.begin(), sound.samples.end());
  pause_ = PauseBehind(text);
  return encoder_->Push(samples);
}

StatusOr<std::optional<std::string>> SpeechStream::Next() {
  if (!first_.empty()) return std::optional<std::string>(std::exchange(first_, {}));
  while (next_ < pieces_.size()) {
    auto bytes = SpeakPiece(pieces_[next_++]);
    if (bytes.status().code() == StatusCode::kInvalidArgument) continue;
    if (!bytes.ok()) {
      ended_ = true;
      next_ = pieces_.size();
      return bytes.status();
    }
    if (!bytes->empty()) return std::optional<std::string>(*std::move(bytes));
  }
  if (std::exchange(ended_, true)) return std::optional<std::string>();
  WS_ASSIGN_OR_RETURN(std::string rest, encoder_->Finish());
  return rest.empty() ? std::nullopt : std::optional<std::string>(std::move(rest));
}

}  // namespace waveshift::service

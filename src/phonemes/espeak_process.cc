// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/espeak_process.h"

#include <algorithm>
#include <array>
#include <stop_token>
#include <utility>

#include "base/process.h"
#include "text/language.h"

namespace waveshift::phonemes {
namespace {

// A process is about 5 MB.
constexpr size_t kMostProcesses = 8;
// espeak-ng reads at most 1000 bytes of a line at once.
constexpr size_t kLongestLineBytes = 900;
constexpr size_t kMostOutputBytes = 4 << 20;
// In double brackets stand espeak-ng's own names of sounds, so these lines sound like no text: words without
// a vowel are spelled.
constexpr std::string_view kPieceEnds = "ttktk";
constexpr std::string_view kAllEnds = "tktkt";

bool IsVoiceName(std::string_view voice) {
  return !voice.empty() && voice.size() <= 40 && voice.front() != '-' &&
         std::all_of(voice.begin(), voice.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '+';
         });
}

std::string MarkLine(std::string_view mark) { return "[[" + std::string(mark) + "]]\n"; }

// Appends a piece as lines that espeak-ng reads whole, cut at spaces.
void AppendLines(std::string_view piece, std::string* input) {
  std::string plain;
  for (const char c : piece) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    plain.push_back(is_control || c == '[' || c == ']' ? ' ' : c);
  }
  std::string_view rest = plain;
  while (!rest.empty()) {
    size_t cut = rest.size();
    if (cut > kLongestLineBytes) {
      cut = rest.rfind(' ', kLongestLineBytes);
      if (cut == std::string_view::npos || cut == 0) {
        cut = kLongestLineBytes;
        while (cut > 1 && (static_cast<unsigned char>(rest[cut]) & 0xC0) == 0x80) --cut;
      }
    }
    input->append(rest.substr(0, cut)).push_back('\n');
    rest.remove_prefix(cut);
  }
}

// "(en)" and "(es)" around a word that is spoken by another language's rules.
std::string WithoutLanguageMarks(std::string_view ipa) {
  std::string out;
  while (!ipa.empty()) {
    const size_t open = ipa.find('(');
    const size_t close = open == std::string_view::npos ? open : ipa.find(')', open);
    if (close == std::string_view::npos) break;
    out.append(ipa.substr(0, open));
    ipa.remove_prefix(close + 1);
  }
  return out.append(ipa);
}

// One line of words from what may be many lines: underscores stand for pauses.
std::string Tidy(std::string_view ipa) {
  std::string out;
  for (const char c : WithoutLanguageMarks(ipa)) {
    if (c == '_') continue;
    const bool is_space = c == ' ' || c == '\n' || c == '\r';
    if (is_space && (out.empty() || out.back() == ' ')) continue;
    out.push_back(is_space ? ' ' : c);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> SplitAnswer(std::string_view answer) {
  std::vector<std::string> pieces;
  std::string current;
  while (!answer.empty()) {
    const size_t end = answer.find('\n');
    const std::string_view line = answer.substr(0, end);
    answer.remove_prefix(end == std::string_view::npos ? answer.size() : end + 1);
    if (line == kPieceEnds) {
      pieces.push_back(Tidy(current));
      current.clear();
    } else {
      current.append(line).push_back('\n');
    }
  }
  return pieces;
}

std::string FirstLine(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

}  // namespace

StatusOr<std::string> EspeakVoiceOf(std::string_view language) {
  // Regions that have a voice of their own; elsewhere the language's.
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kVoices = {
      {{"en", "en-us"},
       {"en-gb", "en-gb"},
       {"en-au", "en-gb"},
       {"en-nz", "en-gb"},
       {"en-ie", "en-gb"},
       {"zh", "cmn"},
       {"yue", "yue"},
       {"fr", "fr-fr"},
       {"fr-be", "fr-be"},
       {"fr-ch", "fr-ch"},
       {"pt", "pt-br"},
       {"pt-pt", "pt"},
       {"es-419", "es-419"},
       {"es-mx", "es-419"},
       {"no", "nb"},
       {"tl", "fil"}}};
  WS_ASSIGN_OR_RETURN(std::string tag, text::CanonicalLanguage(language));
  for (char& c : tag) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const std::string primary = text::PrimarySubtag(tag);
  for (const std::string& wanted : {tag, primary}) {
    const auto* const voice =
        std::find_if(kVoices.begin(), kVoices.end(), [&](const auto& pair) { return pair.first == wanted; });
    if (voice != kVoices.end()) return std::string(voice->second);
  }
  return primary;
}

EspeakProcess::EspeakProcess(std::string program, std::chrono::milliseconds time_limit)
    : program_(std::move(program)), time_limit_(time_limit) {}

Status EspeakProcess::Check() const {
  const auto path = FindProgram(program_);
  if (path.ok()) return OkStatus();
  return FailedPrecondition(Message(path.status()) + "; install the package espeak-ng");
}

std::vector<int> EspeakProcess::ProcessIds() const {
  std::vector<std::shared_ptr<Slot>> slots;
  {
    const std::lock_guard lock(mutex_);
    slots = slots_;
  }
  std::vector<int> ids;
  for (const auto& slot : slots) {
    const std::lock_guard lock(slot->mutex);
    if (slot->process != nullptr && slot->process->process_id() != 0) {
      ids.push_back(slot->process->process_id());
    }
  }
  return ids;
}

std::shared_ptr<EspeakProcess::Slot> EspeakProcess::SlotOf(const std::string& voice) const {
  const std::lock_guard lock(mutex_);
  auto found = std::find_if(slots_.begin(), slots_.end(), [&](const auto& s) { return s->voice == voice; });
  if (found == slots_.end()) {
    if (slots_.size() >= kMostProcesses) {
      // A thread that still asks it keeps it alive until the answer is there.
      slots_.erase(std::min_element(slots_.begin(), slots_.end(),
                                    [](const auto& a, const auto& b) { return a->last_use < b->last_use; }));
    }
    auto slot = std::make_shared<Slot>();
    slot->voice = voice;
    found = slots_.insert(slots_.end(), std::move(slot));
  }
  (*found)->last_use = ++uses_;
  return *found;
}

StatusOr<std::string> EspeakProcess::AskOnce(Slot& slot, const std::string& input) const {
  if (slot.process == nullptr || slot.process->process_id() == 0) {
    WS_RETURN_IF_ERROR(Check());
    WS_ASSIGN_OR_RETURN(slot.process,
                        StartLineProcess(program_, {"-q", "--ipa", "--tie=^", "-b", "1", "-v", slot.voice}));
  }
  return slot.process->Ask(input, std::string(kAllEnds) + "\n", time_limit_, kMostOutputBytes,
                           std::stop_token());
}

// A voice that is not there also ends the program; it says so when it is asked alone.
Status EspeakProcess::Explain(const Status& error, const std::string& voice) const {
  if (error.code() != StatusCode::kUnavailable) return error;
  ProcessRequest request;
  request.program = program_;
  request.arguments = {"-q", "-v", voice, "--stdin"};
  request.input = "a\n";
  request.time_limit = time_limit_;
  const auto result = RunProcess(request, std::stop_token());
  if (!result.ok() || result->exit_code == 0) return error;
  return FailedPrecondition(program_ + " -v " + voice + ": ended with code " +
                            std::to_string(result->exit_code) + ": " + FirstLine(result->error_output));
}

StatusOr<std::vector<std::string>> EspeakProcess::Ipa(const std::vector<std::string>& pieces,
                                                      const std::string& voice) const {
  if (!IsVoiceName(voice)) return InvalidArgument("'" + voice + "' is no name of an espeak-ng voice");
  if (pieces.empty()) return std::vector<std::string>{};
  std::string input;
  for (const std::string& piece : pieces) {
    AppendLines(piece, &input);
    input += MarkLine(kPieceEnds);
  }
  input += MarkLine(kAllEnds);
  const std::shared_ptr<Slot> slot = SlotOf(voice);
  const std::lock_guard lock(slot->mutex);
  auto answer = AskOnce(*slot, input);
  // It may have been killed since the last question, or just now: once more, with a new one.
  if (answer.status().code() == StatusCode::kUnavailable) answer = AskOnce(*slot, input);
  if (!answer.ok()) return Explain(answer.status(), voice);
  std::vector<std::string> ipa = SplitAnswer(*answer);
  if (ipa.size() != pieces.size()) {
    slot->process.reset();
    return Internal(program_ + " answered " + std::to_string(ipa.size()) + " of " +
                    std::to_string(pieces.size()) + " pieces");
  }
  return ipa;
}

}  // namespace waveshift::phonemes

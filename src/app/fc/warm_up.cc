// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/fc/warm_up.h"

#include <exception>
#include <utility>

#include "audio/wav.h"
#include "base/files.h"
#include "tts/synthesizer.h"

namespace waveshift::app {
namespace {

constexpr char kWords[] = "Good morning. The first train leaves at seven.";
constexpr char kLongWords[] =
    "This recording is only made so that there is a voice to imitate, and nobody is going to hear any of it.";
constexpr char kLanguage[] = "en";

// A language that the engine speaks: English, else that of its first voice.
std::string LanguageFor(const tts::Synthesizer& engine) {
  if (engine.CheckLanguage(kLanguage).ok()) return kLanguage;
  for (const tts::VoiceInfo& voice : engine.Voices()) {
    if (!voice.language.empty() && engine.CheckLanguage(voice.language).ok()) return voice.language;
  }
  return kLanguage;
}

}  // namespace

WarmUp::~WarmUp() {
  std::jthread attempt;
  {
    const std::lock_guard lock(mutex_);
    attempt = std::move(attempt_);
  }
}

void WarmUp::Begin() {
  is_running_ = true;
  // The one before has ended, or is about to.
  attempt_ = std::jthread([this](const std::stop_token& stop) { Attempt(stop); });
}

void WarmUp::Attempt(const std::stop_token& stop) {
  Status status;
  try {
    status = Speak(stop);
  } catch (const std::exception& error) {  // memory that ran out
    status = Internal(std::string("unexpected failure: ") + error.what());
  }
  const std::lock_guard lock(mutex_);
  is_running_ = false;
  is_done_ = is_done_ || status.ok();
  if (status.ok()) is_loaded_ = true;
  last_ = std::move(status);
  changed_.notify_all();
}

Status WarmUp::Run(const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + options_.patience;
  std::unique_lock lock(mutex_);
  if (is_done_) return OkStatus();
  // One that was told to end is not what this caller wants.
  const auto is_usable = [this] { return !is_running_ || !attempt_.get_stop_token().stop_requested(); };
  bool is_in_time = changed_.wait_until(lock, stop, end, is_usable);
  if (is_in_time && !is_done_) {
    if (!is_running_) Begin();
    ++waiting_;
    is_in_time = changed_.wait_until(lock, stop, end, [this] { return !is_running_; });
    // Nobody waits for it any more.
    if (--waiting_ == 0 && !is_in_time) attempt_.request_stop();
  }
  if (is_in_time) return is_done_ ? OkStatus() : last_;
  if (stop.stop_requested()) return Cancelled("stopped");
  return DeadlineExceeded("warming up took longer than " + std::to_string(options_.patience.count()) + " s");
}

Status WarmUp::Speak(const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const service::Engine engine, options_.engine(""));
  if (engine.synthesizer == nullptr) return OkStatus();  // engine "none"
  tts::Synthesizer& synthesizer = *engine.synthesizer;
  tts::SpeakRequest request;
  request.text = kWords;
  request.language = LanguageFor(synthesizer);
  WS_ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Make(options_.scratch_parent));
  if (synthesizer.Clones(request.voice)) {
    request.voice.reference_path = scratch.path() + "/voice.wav";
    WS_RETURN_IF_ERROR(MakeRecording(request.voice.reference_path, stop));
  }
  return tts::SpeakOne(synthesizer, request, stop).status();
}

Status WarmUp::MakeRecording(const std::string& path, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const service::Engine engine, options_.recording_engine(kLanguage));
  if (engine.synthesizer == nullptr) return FailedPrecondition("no engine makes a recording");
  tts::SpeakRequest request;
  request.text = kLongWords;
  request.language = kLanguage;
  WS_ASSIGN_OR_RETURN(const tts::SpokenLine line, tts::SpeakOne(*engine.synthesizer, request, stop));
  WS_ASSIGN_OR_RETURN(const std::string wav, audio::EncodeWav(line.audio, audio::WavFormat::kPcm16));
  return WriteFileAtomic(path, wav);
}

}  // namespace waveshift::app

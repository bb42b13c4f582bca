// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/fc/warm_up.h"

#include <condition_variable>
#include <thread>

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

Status WarmUp::Run(const std::stop_token& stop) {
  const std::lock_guard lock(mutex_);
  if (done_) return OkStatus();
  std::stop_source limit;
  const std::stop_callback on_stop(stop, [&limit] { limit.request_stop(); });
  std::atomic<bool> is_late = false;
  Status status;
  {
    const std::jthread watch([&](const std::stop_token& over) {
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock wait(mutex);
      never.wait_for(wait, over, options_.patience, [] { return false; });
      if (over.stop_requested()) return;
      is_late = true;
      limit.request_stop();
    });
    status = Speak(limit.get_token());
  }
  if (!status.ok() && is_late) {
    return DeadlineExceeded("warming up took longer than " + std::to_string(options_.patience.count()) +
                            " s");
  }
  done_ = status.ok();
  if (done_) is_loaded_ = true;
  return status;
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

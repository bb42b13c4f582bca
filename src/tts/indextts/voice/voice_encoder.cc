// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/voice_encoder.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "tts/indextts/voice/conformer.h"
#include "tts/indextts/voice/log_mel.h"
#include "tts/indextts/voice/perceiver.h"
#include "tts/indextts/voice/prompt_audio.h"
#include "tts/indextts/voice/speaker_encoder.h"

namespace waveshift::tts::indextts {
namespace {

// Raised when the same sample and model would give another voice.
constexpr long long kVersion = 2;
constexpr int64_t kMostClipBytes = int64_t{256} << 20;

bool AllFinite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float each) { return std::isfinite(each); });
}

}  // namespace

StatusOr<Voice> ComputeVoice(const LoadedModel& model, const ggml::Device& device, std::string_view clip,
                             const std::string& name, const std::stop_token& stop) {
  if (stop.stop_requested()) return Cancelled("stopped");
  WS_ASSIGN_OR_RETURN(const std::vector<float> audio, DecodePrompt(clip, name, model.architecture()));
  cpu::Workers workers(std::max(1, device.threads()));
  StatusOr<LogMel> mel = ComputeLogMel(audio, model.architecture().mel, &workers);
  if (!mel.ok()) return Annotate(mel.status(), name);
  WS_ASSIGN_OR_RETURN(const std::vector<float> heard, RunConformer(model, device, *mel, stop));
  Voice voice;
  WS_ASSIGN_OR_RETURN(voice.conditioning, RunPerceiver(model, device, heard, stop));
  WS_ASSIGN_OR_RETURN(voice.speaker, RunSpeakerEncoder(model, device, *mel, stop));
  if (!AllFinite(voice.conditioning) || !AllFinite(voice.speaker)) {
    return Internal(name + ": the model makes no numbers of this voice sample");
  }
  return voice;
}

VoiceEncoder::VoiceEncoder(std::shared_ptr<const LoadedModel> model, std::unique_ptr<ggml::Device> device,
                           Options options)
    : model_(std::move(model)),
      device_(std::move(device)),
      options_(std::move(options)),
      folder_(options_.cache_folder, options_.most_on_disk_bytes) {}

std::string VoiceEncoder::KeyOf(std::string_view clip) const {
  return FieldHasher().Add(kVersion).Add(model_->fingerprint()).Add(Sha256Hex(clip)).Hex();
}

VoiceEncoder::Counts VoiceEncoder::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

StatusOr<std::shared_ptr<const Voice>> VoiceEncoder::EncodeFile(const std::string& path,
                                                                const std::stop_token& stop) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  // A pipe could keep the reader waiting for ever.
  if (type != std::filesystem::file_type::regular && type != std::filesystem::file_type::not_found) {
    return InvalidArgument(path + ": is not a readable file");
  }
  WS_ASSIGN_OR_RETURN(const std::string clip, ReadFile(path, kMostClipBytes));
  return EncodeBytes(clip, path, stop);
}

StatusOr<std::shared_ptr<const Voice>> VoiceEncoder::EncodeBytes(std::string_view clip,
                                                                 const std::string& name,
                                                                 const std::stop_token& stop) {
  const std::string key = KeyOf(clip);
  std::unique_lock<std::mutex> lock(mutex_);
  // Whoever is first looks for the voice; the others wait for the end of that, good or bad.
  if (!changed_.wait(lock, stop, [&] { return !in_work_.contains(key); })) return Cancelled("stopped");
  if (VoicePointer voice = Remembered(key)) return voice;
  in_work_.insert(key);
  lock.unlock();
  StatusOr<VoicePointer> voice = Make(key, clip, name, stop);
  lock.lock();
  in_work_.erase(key);
  if (voice.ok()) Remember(*voice);
  changed_.notify_all();
  return voice;
}

StatusOr<std::shared_ptr<const Voice>> VoiceEncoder::Make(const std::string& key, std::string_view clip,
                                                          const std::string& name,
                                                          const std::stop_token& stop) {
  StatusOr<Voice> voice = FromDisk(key);
  std::unique_lock<std::mutex> lock(mutex_);
  if (voice.ok()) {
    ++counts_.from_disk;
    return std::make_shared<const Voice>(*std::move(voice));
  }
  if (!changed_.wait(lock, stop, [&] { return !device_in_use_; })) return Cancelled("stopped");
  device_in_use_ = true;
  lock.unlock();
  voice = ComputeVoice(*model_, *device_, clip, name, stop);
  lock.lock();
  device_in_use_ = false;
  changed_.notify_all();
  if (!voice.ok()) return voice.status();
  ++counts_.computed;
  lock.unlock();
  voice->key = key;
  // A voice that cannot be kept is computed again the next time; that is no reason not to speak now.
  folder_.Keep(*voice).IgnoreError();
  return std::make_shared<const Voice>(*std::move(voice));
}

StatusOr<Voice> VoiceEncoder::FromDisk(const std::string& key) const {
  // Without hashes in the model file, nothing tells two models apart.
  if (model_->fingerprint().empty()) return NotFound("no cache of voices");
  return folder_.Read(key, model_->architecture());
}

std::shared_ptr<const Voice> VoiceEncoder::Remembered(const std::string& key) {
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, it->second);
  ++counts_.from_memory;
  return *it->second;
}

void VoiceEncoder::Remember(const VoicePointer& voice) {
  recent_.push_front(voice);
  by_key_[voice->key] = recent_.begin();
  while (recent_.size() > std::max<size_t>(options_.most_in_memory, 1)) {
    by_key_.erase(recent_.back()->key);
    recent_.pop_back();
  }
}

}  // namespace waveshift::tts::indextts

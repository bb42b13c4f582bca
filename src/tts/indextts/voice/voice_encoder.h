// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a voice sample to what the model keeps of it, remembered in memory and on disk.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_ENCODER_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_ENCODER_H_

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/voice/voice.h"
#include "tts/indextts/voice/voice_folder.h"

namespace waveshift::tts::indextts {

// Computes a voice on the device; nothing is remembered. `name` stands for the sample in messages. Errors as
// of DecodePrompt and Graph; Internal when the model's numbers run out of bounds.
StatusOr<Voice> ComputeVoice(const LoadedModel& model, const ggml::Device& device, std::string_view clip,
                             const std::string& name, const std::stop_token& stop);

// Thread-safe. One voice is computed at a time, and never the same one twice at once.
class VoiceEncoder {
 public:
  struct Options {
    // The folder in which voices are kept between runs, made when missing; "": in none. What cannot be read
    // there is computed again, what cannot be written is only remembered in memory.
    std::string cache_folder;
    int64_t most_on_disk_bytes = int64_t{512} << 20;  // some 3,000 voices of IndexTTS 1.5
    size_t most_in_memory = 64;                       // the least recently used goes first; at least 1
  };
  struct Counts {
    int64_t computed = 0;
    int64_t from_disk = 0;
    int64_t from_memory = 0;
  };

  // The device is used by this object alone.
  VoiceEncoder(std::shared_ptr<const LoadedModel> model, std::unique_ptr<ggml::Device> device,
               Options options);
  VoiceEncoder(const VoiceEncoder&) = delete;
  VoiceEncoder& operator=(const VoiceEncoder&) = delete;

  // The voice of a sound file. NotFound; InvalidArgument for what is no regular file; errors of ComputeVoice;
  // Cancelled soon after `stop` is requested.
  StatusOr<std::shared_ptr<const Voice>> EncodeFile(const std::string& path,
                                                    const std::stop_token& stop = {});
  // The same of a sound file in memory.
  StatusOr<std::shared_ptr<const Voice>> EncodeBytes(std::string_view clip, const std::string& name,
                                                     const std::stop_token& stop = {});
  // What a sample's voice is called; changes with the sample's bytes and with the model.
  std::string KeyOf(std::string_view clip) const;
  Counts counts() const;

 private:
  using VoicePointer = std::shared_ptr<const Voice>;
  VoicePointer Remembered(const std::string& key);  // mutex_ is held
  void Remember(const VoicePointer& voice);         // mutex_ is held
  StatusOr<VoicePointer> Make(const std::string& key, std::string_view clip, const std::string& name,
                              const std::stop_token& stop);
  StatusOr<Voice> FromDisk(const std::string& key) const;

  const std::shared_ptr<const LoadedModel> model_;
  const std::unique_ptr<ggml::Device> device_;
  const Options options_;
  const VoiceFolder folder_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> in_work_;  // keys that a thread looks for
  bool device_in_use_ = false;
  std::list<VoicePointer> recent_;  // most recently used first
  std::map<std::string, std::list<VoicePointer>::iterator> by_key_;
  Counts counts_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_VOICE_ENCODER_H_

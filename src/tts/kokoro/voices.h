// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Kokoro's voices: tables of style vectors, one file a voice, which can be blended.
#ifndef WAVESHIFT_TTS_KOKORO_VOICES_H_
#define WAVESHIFT_TTS_KOKORO_VOICES_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::tts {

struct VoicePart {
  std::string name;  // "af_heart"
  float weight = 1;  // of all parts the sum is 1
};

// "af_heart", or a blend "af_heart:0.6+am_adam:0.4" of up to 8 different voices; a part without a weight has
// weight 1, and the weights are brought to the sum 1. InvalidArgument names what is wrong. Pure.
StatusOr<std::vector<VoicePart>> ParseKokoroVoice(std::string_view name);

// The same as text, "af_heart:0.6+am_adam:0.4": one spelling for each blend. Pure.
std::string KokoroBlendName(const std::vector<VoicePart>& parts);

// A voice: one style vector for each length of an utterance. Immutable.
class KokoroStyle {
 public:
  static constexpr size_t kRows = 510;
  static constexpr size_t kColumns = 256;

  // From the content of a voice file (little-endian float32). InvalidArgument names `name` when it has
  // another size or a value that is no finite number.
  static StatusOr<KokoroStyle> Parse(std::string_view bytes, const std::string& name);
  // The weighted sum. Pre: as many weights as styles, at least one.
  static KokoroStyle Blend(std::span<const std::shared_ptr<const KokoroStyle>> styles,
                           std::span<const float> weights);

  // The style for an utterance of `tokens` tokens (end marks not counted).
  std::span<const float> Row(size_t tokens) const;

 private:
  std::vector<float> values_;
};

// The voice files of a folder (NAME.bin), read when they are asked for and kept. Any thread.
class KokoroVoices {
 public:
  explicit KokoroVoices(std::string folder) : folder_(std::move(folder)) {}

  // The names in the folder, in order.
  std::vector<std::string> Names() const;
  bool Has(std::string_view name) const;
  // InvalidArgument when a voice of the blend is not there or its file is damaged.
  StatusOr<std::shared_ptr<const KokoroStyle>> Get(const std::vector<VoicePart>& parts) const;
  // Changes when a file does.
  std::string Fingerprint() const;

 private:
  StatusOr<std::shared_ptr<const KokoroStyle>> Read(const std::string& name) const;

  const std::string folder_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const KokoroStyle>> read_;  // guarded by mutex_; also blends
  mutable std::string fingerprint_;                                         // guarded by mutex_
};

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_KOKORO_VOICES_H_

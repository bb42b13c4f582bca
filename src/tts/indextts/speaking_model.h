// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_SPEAKING_MODEL_H_
#define WAVESHIFT_TTS_INDEXTTS_SPEAKING_MODEL_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "tts/indextts/compute_device.h"
#include "tts/indextts/gpt/embedder.h"
#include "tts/indextts/gpt/generator.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/shared_generator.h"
#include "tts/indextts/text/tokenizer.h"
#include "tts/indextts/vocoder/vocoder_model.h"
#include "tts/indextts/voice/voice_encoder.h"

namespace waveshift::tts::indextts {

struct SpeakingModelOptions {
  ggml::DeviceKind device = ggml::DeviceKind::kAuto;
  int threads = 0;
  int most_lines = 0;        // 0 = by the device's memory
  std::string voice_folder;  // of the voice encoder's cache
};

// All stages of a model, loaded and ready. Any thread.
class SpeakingModel {
 public:
  // A voice as GPT and vocoder want it.
  struct Speaker {
    std::string key;
    std::shared_ptr<const VoiceRows> rows;
    std::shared_ptr<const VocoderVoice> vocoder_voice;
  };

  // Errors as of LoadedModel::Load and Device::Open.
  static StatusOr<std::unique_ptr<SpeakingModel>> Load(const std::string& path,
                                                       const SpeakingModelOptions& options);

  const Architecture& architecture() const { return model_->architecture(); }
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  SharedGenerator& generator() { return *generator_; }
  const std::shared_ptr<const VocoderModel>& vocoder() const { return vocoder_; }
  // Errors as of VoiceEncoder::EncodeFile. A recording that the encoder remembers gives the same rows.
  StatusOr<Speaker> Hear(const std::string& recording, const std::stop_token& stop);
  // Why codes or sound are computed on the processor although the device is another; "" when they are not.
  std::string fallback_reason();

 private:
  SpeakingModel() = default;
  Status MakeGenerator(const std::string& path, const SpeakingModelOptions& options);

  std::unique_ptr<ComputeDevice> device_;
  std::string load_fallback_;  // why the GPT is on the processor although the device is not
  std::shared_ptr<const LoadedModel> model_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<Embedder> embedder_;
  std::unique_ptr<SharedGenerator> generator_;
  std::shared_ptr<const VocoderModel> vocoder_;
  std::unique_ptr<VoiceEncoder> encoder_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_SPEAKING_MODEL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// BigVGAN, which makes sound of the GPT's latents (IndexTTS specification, sections 8.2 to 8.4), wherever it
// is computed.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_MODEL_H_
#define WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_MODEL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/vocoder/vocoder_voice.h"

namespace waveshift::tts::indextts {

// Gets samples (-1 to 1) in their order.
using SampleSink = std::function<void(std::span<const float> samples)>;

// Gets what layers make, for comparing with a reference: rows [first_row, first_row + rows) of `name`, row r
// at values + r * step, `channels` values each. Names: conv_pre, conv_pre_cond, up_N and up_cond_N of stage N
// (without and with the voice), res_N of block N, mean_last, post_act, waveform.
struct VocoderRows {
  const std::string& name;
  int64_t first_row;
  int64_t rows;
  int64_t channels;
  const float* values;
  int64_t step;
};
using VocoderTap = std::function<void(const VocoderRows& rows)>;

struct VocoderStreamOptions {
  int threads = 0;  // of the processor; 0 = as many as this process may use
  // So many codes are computed together by Speak; also of what Push gets. 0 = what suits the device: 64 on
  // the processor, where the first samples come after 35 codes or a little more, 192 on CUDA. Fewer cost
  // speed: every piece reads all weights of the wide stages.
  int64_t codes_of_piece = 0;
  // What a stage works on at once on the processor, in bytes of one layer's rows.
  int64_t bytes_of_block = int64_t{1} << 20;
  VocoderTap tap;
};

// What speaks; with memory of its own. One thread at a time.
class VocoderSession {
 public:
  virtual ~VocoderSession() = default;
  // A whole sequence: latents [codes, latent_width]. Exactly samples_per_code samples a code. Cancelled soon
  // after `stop` is requested; InvalidArgument when the latents are no whole rows or none; Internal when a
  // sample is not finite (nothing of that piece is given to the sink); ResourceExhausted.
  virtual Status Speak(std::shared_ptr<const VocoderVoice> voice, std::span<const float> latents,
                       const SampleSink& sink, const std::stop_token& stop) = 0;
};

// The weights. Immutable; any thread.
class VocoderModel {
 public:
  explicit VocoderModel(const Architecture& architecture) : sizes_(architecture) {}
  virtual ~VocoderModel() = default;

  int64_t latent_width() const { return sizes_.gpt.width; }
  int64_t samples_per_code() const { return sizes_.gpt.samples_per_code; }
  // Multiplications and additions of the definition for so many codes, of the convolutions alone.
  double operations(int64_t codes) const;
  virtual int64_t bytes() const = 0;

  // `embedding` is the speaker's vector (ECAPA-TDNN). InvalidArgument when its length or a value is wrong.
  StatusOr<std::shared_ptr<const VocoderVoice>> MakeVoice(std::span<const float> embedding) const {
    return voices_.MakeVoice(embedding);
  }
  virtual StatusOr<std::unique_ptr<VocoderSession>> Open(const VocoderStreamOptions& options) const = 0;
  // Why it is not, or no longer, computed where it was wanted; "" when it is.
  virtual std::string fallback_reason() const { return ""; }

 protected:
  const Architecture& sizes() const { return sizes_; }
  VoiceLayers voices_;  // set by who loads

 private:
  const Architecture sizes_;
};

// On the device, or on the processor when the device cannot (no room, another architecture): then, and when
// its room ends later, fallback_reason() says why. Errors as of Vocoder::Load. The file stays open as long as
// the model.
StatusOr<std::shared_ptr<const VocoderModel>> LoadVocoder(std::shared_ptr<const ggml::GgufFile> file,
                                                          ggml::DeviceKind device, int threads);

// On CUDA, by kernels of our own. Unimplemented in a build without CUDA, FailedPrecondition without a device,
// ResourceExhausted when it has no room. Rows and weights have 16 bits, and sums 32, unless the file has the
// weights in 32 bits: then everything has.
StatusOr<std::shared_ptr<const VocoderModel>> LoadCudaVocoder(const ggml::GgufFile& file);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_MODEL_H_

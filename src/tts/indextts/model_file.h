// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_MODEL_FILE_H_
#define WAVESHIFT_TTS_INDEXTTS_MODEL_FILE_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

#include "base/status.h"
#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/tensor_list.h"

namespace waveshift::tts::indextts {

// Raised when a model file's names, layouts or meanings change.
inline constexpr int64_t kModelFormat = 1;
// Metadata of a model file beside its sizes.
inline constexpr std::string_view kFormatKey = "indextts.format";
inline constexpr std::string_view kTokenizerKey = "indextts.tokenizer.model";  // a SentencePiece model
inline constexpr std::string_view kLicenseKey = "general.license.text";

// Whether a tensor of this role may be stored so.
bool MayBeStoredAs(Role role, ggml::TensorType type);

// How a tensor is stored when the GPT's matrices are wanted as `gpt_type` (not bf16) and all others as
// `other_type` (f32 or f16): embeddings and code head at least as q8_0, vectors as f32; `from_f16`: the
// release has it in 16 bits. Where a row has no whole blocks it is the next larger type.
ggml::TensorType StoredType(const TensorSpec& spec, ggml::TensorType gpt_type, ggml::TensorType other_type,
                            bool from_f16);

// That the file is a whole IndexTTS model: format, sizes, tokenizer, and each tensor of its architecture with
// the right shape and a fit type, and no other. InvalidArgument names the file and the tensor or key. Does
// not read the weights. Gives the sizes.
StatusOr<Architecture> CheckModelFile(const ggml::GgufFile& file);

// Compares the hashes that were written at the conversion with what the file has now: each tensor's, the
// header's, and that no byte lies outside. InvalidArgument names the first that differs, also when the file
// has no hashes. `progress` gets the share from 0 to 1; Cancelled when `stop` is requested.
Status CheckHashes(const ggml::GgufFile& file, const std::function<void(double)>& progress,
                   const std::stop_token& stop);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_MODEL_FILE_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A release of IndexTTS 1.x becomes one GGUF file, without Python and without executing anything of it.
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_CONVERTER_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_CONVERTER_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/tensor_type.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

struct ConvertOptions {
  // Of the GPT's matrices: f32, f16, q8_0 or q4_k. With q4_k embeddings and code head are q8_0. Where a row
  // has no whole blocks the next larger type is taken.
  ggml::TensorType gpt_type = ggml::TensorType::kF16;
  // Of all other matrices: f32 or f16. Vectors are always f32.
  ggml::TensorType other_type = ggml::TensorType::kF16;
  std::string license_path;  // see OpenRelease
  int threads = 0;           // 0 = as many as the machine has processors
  // Gets the share that is done, from 0 to 1, never going back; called from the converting thread.
  std::function<void(double)> progress;
  std::stop_token stop;
};

struct DroppedTensor {
  std::string file;
  std::string name;
  std::vector<int64_t> shape;
};

struct ConvertReport {
  Architecture architecture;
  int64_t tensors = 0;
  int64_t bytes = 0;
  std::vector<DroppedTensor> dropped;  // not used when speaking
  std::vector<std::string> license_files;
};

// Writes `output` whole or not at all; the same release and options give the same bytes. Holds at most one
// tensor in memory. InvalidArgument, NotFound: the release's file, and the tensor or key, at fault. Cancelled
// when options.stop is requested.
StatusOr<ConvertReport> Convert(const std::string& folder, const std::string& output,
                                const ConvertOptions& options);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_CONVERTER_H_

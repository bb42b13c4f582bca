// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/convert/torch_checkpoint.h"
#include "tts/indextts/tensor_list.h"

namespace waveshift::tts::indextts {

// A release folder (config.yaml, gpt.pth, bigvgan_generator.pth, bpe.model), opened and checked: each weight
// file has exactly the tensors that the configuration asks for, with their shapes.
struct Release {
  std::string config_path;
  Architecture architecture;
  std::vector<TensorSpec> tensors;
  TorchCheckpoint gpt;
  TorchCheckpoint vocoder;
  std::string tokenizer_path;
  std::string tokenizer;                   // the bytes of a SentencePiece model
  std::string license;                     // "" when no licence file was found
  std::vector<std::string> license_files;  // their names

  const TorchCheckpoint& FileOf(const TensorSpec& spec) const {
    return spec.part == Part::kGpt ? gpt : vocoder;
  }
};

// `license_path`: a licence file to embed instead of those of the folder (all whose names have "license");
// "" for none. NotFound, InvalidArgument: the file, and the tensor or key, at fault.
StatusOr<Release> OpenRelease(const std::string& folder, const std::string& license_path);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Every tensor of an IndexTTS 1.x model: what it is called in the release's files and in a model file, its
// shape in both, and what becomes of it on the way. Converter, verification and engine share this list.
//
// Conventions of a model file: matrices are [out, in] (ggml computes W x), convolutions [out, in, kernel],
// transposed convolutions [in, out, kernel]; extents of one that only mark a kind of layer are left out, so a
// convolution with kernel 1 is a matrix. Weight norm is folded in, w = g v / |v| over all but the first
// dimension, which for transposed convolutions is the input channel.
#ifndef WAVESHIFT_TTS_INDEXTTS_TENSOR_LIST_H_
#define WAVESHIFT_TTS_INDEXTTS_TENSOR_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// Which of the release's two weight files.
enum class Part { kGpt, kVocoder };

enum class Treatment {
  kKeep,
  kTranspose,       // a matrix that the release stores as [in, out]
  kFoldWeightNorm,  // from SOURCE_g and SOURCE_v
  kDrop,            // not used when speaking
};

// Decides the type in which a tensor is stored.
enum class Role {
  kGptMatrix,  // read once per code: the type that was asked for
  kEmbedding,  // embeddings and code head of the GPT: at least q8_0
  kMatrix,     // matrices and convolutions elsewhere: f16 or f32
  kTable,      // added as it is: f32, or f16 when the release has f16
  kVector,     // f32
};

struct TensorSpec {
  Part part = Part::kGpt;
  std::string source;                 // name in the release; of kFoldWeightNorm without "_g", "_v"
  std::vector<int64_t> source_shape;  // of kFoldWeightNorm that of SOURCE_v
  Treatment treatment = Treatment::kKeep;
  Role role = Role::kVector;
  std::string name;            // in the model file; empty with kDrop
  std::vector<int64_t> shape;  // in the model file
};

// In the order in which a model file has them. `architecture` has passed CheckArchitecture.
std::vector<TensorSpec> TensorList(const Architecture& architecture);

// The many equal filters of the vocoder are stored once under this name; TensorList has the first one, the
// others are kDrop.
inline constexpr std::string_view kFilterName = "vocoder.filter";
inline constexpr int64_t kFilterTaps = 12;
bool IsFilter(const TensorSpec& spec);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_TENSOR_LIST_H_

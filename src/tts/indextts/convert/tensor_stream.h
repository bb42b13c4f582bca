// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_TENSOR_STREAM_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_TENSOR_STREAM_H_

#include <stop_token>

#include "base/status.h"
#include "runtime/ggml/gguf_writer.h"
#include "tts/indextts/convert/torch_checkpoint.h"
#include "tts/indextts/tensor_list.h"

namespace waveshift::tts::indextts {

// A tensor of an opened release (OpenRelease has checked names and shapes).
struct TensorSource {
  const TorchCheckpoint& file;
  const TensorSpec& spec;
};

// Reads the tensor piece by piece, treats it as its specification says, and appends it to the writer as
// `type`. Holds a few MiB, for a transposed matrix the matrix. `threads` share the quantising.
// InvalidArgument names the file and the tensor, e.g. for a value that is no number.
Status WriteTensor(const TensorSource& source, ggml::TensorType type, int threads,
                   const std::stop_token& stop, ggml::GgufWriter* writer);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_TENSOR_STREAM_H_

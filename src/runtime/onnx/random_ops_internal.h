// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_ONNX_RANDOM_OPS_INTERNAL_H_
#define WAVESHIFT_RUNTIME_ONNX_RANDOM_OPS_INTERNAL_H_

#include <onnxruntime_cxx_api.h>

#include <cstdint>

namespace waveshift::onnx {

// The standard operators RandomNormalLike and RandomUniformLike with float output, whose numbers depend on
// SeedRandomOps alone. ONNX Runtime's own go on from run to run, so that a line would sound otherwise each
// time. The domain is added to each session's options; it lives as long as the program.
const OrtCustomOpDomain* RandomOps();

// Restarts the numbers for what the calling thread runs next. Sessions run sequentially: their operators are
// called on the thread that called Run.
void SeedRandomOps(uint64_t seed);

}  // namespace waveshift::onnx

#endif  // WAVESHIFT_RUNTIME_ONNX_RANDOM_OPS_INTERNAL_H_

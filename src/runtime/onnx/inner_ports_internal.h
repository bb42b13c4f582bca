// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_ONNX_INNER_PORTS_INTERNAL_H_
#define WAVESHIFT_RUNTIME_ONNX_INNER_PORTS_INTERNAL_H_

#include <string>

#include "base/status.h"
#include "runtime/onnx/session.h"

namespace waveshift::onnx {

// Makes the inner ports of `options` (Port::inner) inputs and outputs of the model in `bytes`, an ONNX file.
// InvalidArgument names `path` and a value that no node makes. What the bytes are otherwise is not checked.
Status OpenInnerPorts(const std::string& path, const SessionOptions& options, std::string& bytes);

}  // namespace waveshift::onnx

#endif  // WAVESHIFT_RUNTIME_ONNX_INNER_PORTS_INTERNAL_H_

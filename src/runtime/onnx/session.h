// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Neural networks in ONNX files, run by ONNX Runtime. No type of that library is seen outside this room, and
// none of its exceptions leaves it.
#ifndef WAVESHIFT_RUNTIME_ONNX_SESSION_H_
#define WAVESHIFT_RUNTIME_ONNX_SESSION_H_

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"

namespace waveshift::onnx {

enum class Element { kFloat32, kInt64, kInt32 };
enum class Device { kAuto, kCpu, kCuda };

// An input or output that the caller feeds or reads.
struct Port {
  std::string name;
  Element element = Element::kFloat32;
  int rank = -1;          // number of dimensions; -1: any, also one that the file does not say
  bool optional = false;  // the model may lack it
  // A value inside the graph, by the name that the node gives it which makes it: as an input it is fed
  // instead of made, as an output it is read. So a network that begins anew in each call can be told where it
  // was.
  bool inner = false;
};

struct SessionOptions {
  int threads = 1;  // inside one Run, its caller included; 0 = as many as the machine has processors
  // kCuda: FailedPrecondition when this ONNX Runtime has no CUDA provider or it cannot start. kAuto: CUDA
  // when it starts, else the CPU.
  Device device = Device::kCpu;
  std::string sha256;  // of the file, 64 lower-case hex digits; "": see LoadSession
  int64_t max_bytes = int64_t{1} << 30;
  std::vector<Port> inputs;   // the model must have each of them, and may want no other
  std::vector<Port> outputs;  // the model must have each of them; others are not computed
};

// A tensor that is fed: row-major values, which must outlive the call.
struct TensorView {
  std::string_view name;
  std::vector<int64_t> shape;
  std::variant<std::span<const float>, std::span<const int64_t>, std::span<const int32_t>> values;
};

// A tensor that comes out, row-major.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

struct RunOptions {
  // Where the model's own random numbers (RandomNormalLike, RandomUniformLike) begin: the same seed and
  // inputs give the same outputs, whatever ran before or runs beside.
  uint64_t seed = 0;
  int64_t max_output_values = int64_t{1} << 28;  // Internal when an output is larger
  std::stop_token stop;                          // ends the run soon, as Cancelled
};

class Session {
 public:
  virtual ~Session() = default;
  virtual bool HasInput(std::string_view name) const = 0;
  // Extents of an input that the model has, -1 where the file leaves one open; empty for any other name.
  virtual std::vector<int64_t> InputShape(std::string_view name) const = 0;
  // "cpu" or "cuda".
  virtual std::string_view device() const = 0;
  // One tensor an output, in the order of SessionOptions::outputs; an optional output that the model lacks is
  // empty. InvalidArgument for an input that is missing, unknown, of another element type, or whose shape
  // does not fit its values; Internal when the model cannot be run with these inputs or gives an output of
  // another type; ResourceExhausted when memory ran out; Cancelled. Any thread, several at once.
  virtual StatusOr<std::vector<Tensor>> Run(std::span<const TensorView> inputs,
                                            const RunOptions& options = {}) const = 0;
};

// Reads and checks a model file and makes it ready to run. Its SHA-256 must be options.sha256, or when that
// is
// "" the one in FILE.sha256 when there is such a file (as sha256sum writes it, and as models are fetched).
// NotFound; OutOfRange (larger than max_bytes); DataLoss (another hash); InvalidArgument (not an ONNX model,
// of an ONNX version that is not known, or with other inputs and outputs: the message names them);
// FailedPrecondition (device).
StatusOr<std::unique_ptr<Session>> LoadSession(const std::string& path, const SessionOptions& options);

// "1.32.0".
std::string RuntimeVersion();

// True when this ONNX Runtime brings the CUDA provider; whether it starts is another question.
bool HasCuda();

}  // namespace waveshift::onnx

#endif  // WAVESHIFT_RUNTIME_ONNX_SESSION_H_

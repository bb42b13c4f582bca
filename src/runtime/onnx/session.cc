// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/onnx/session.h"

#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <new>
#include <stop_token>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "runtime/onnx/inner_ports_internal.h"
#include "runtime/onnx/random_ops_internal.h"

namespace waveshift::onnx {
namespace {

constexpr size_t kLongestComplaint = 300;
constexpr int64_t kMaxHashFileBytes = 4096;
constexpr size_t kSha256Digits = 64;

// What the library said, on one line.
std::string Complaint(std::string_view what) {
  std::string line(what.substr(0, kLongestComplaint));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

// The status of `call`, or what the library throws in it as a status with `code`.
template <typename F>
Status Guarded(StatusCode code, const std::string& where, F call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return ResourceExhausted(where + ": not enough memory");
  } catch (const Ort::Exception& error) {
    return MakeStatus(code, where + ": " + Complaint(error.what()));
  } catch (const std::exception& error) {
    return MakeStatus(code, where + ": " + Complaint(error.what()));
  }
}

// Whatever the library would print is in its exceptions as well.
void ORT_API_CALL DropLogLine(void*, OrtLoggingLevel, const char*, const char*, const char*, const char*) {}

// One for the whole program; never taken down, because sessions may live until its end.
Ort::Env& SharedEnv() {
  static auto* const env =
      new Ort::Env(ORT_LOGGING_LEVEL_FATAL, "waveshift", &DropLogLine, /*logger_param=*/nullptr);
  return *env;
}

const char* Word(Element element) {
  switch (element) {
    case Element::kFloat32:
      return "float32";
    case Element::kInt64:
      return "int64";
    case Element::kInt32:
      return "int32";
  }
  return "";
}

ONNXTensorElementDataType TypeOf(Element element) {
  switch (element) {
    case Element::kInt64:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
    case Element::kInt32:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    case Element::kFloat32:
      break;
  }
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
}

// The hash that a file must have: given, or from the file beside it; "" when nobody says.
StatusOr<std::string> WantedSha256(const std::string& path, const SessionOptions& options) {
  if (!options.sha256.empty()) return options.sha256;
  const std::string beside = path + ".sha256";
  auto line = ReadFile(beside, kMaxHashFileBytes);
  if (line.status().code() == StatusCode::kNotFound) return std::string();
  WS_RETURN_IF_ERROR(line.status());
  const std::string digits = line->substr(0, kSha256Digits);
  if (digits.size() < kSha256Digits || digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return InvalidArgument(beside + ": does not begin with a SHA-256 of 64 lower-case hex digits");
  }
  return digits;
}

StatusOr<std::string> ReadChecked(const std::string& path, const SessionOptions& options) {
  WS_ASSIGN_OR_RETURN(const std::string wanted, WantedSha256(path, options));
  WS_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, options.max_bytes));
  if (bytes.empty()) return InvalidArgument(path + ": is empty");
  if (!wanted.empty() && Sha256Hex(bytes) != wanted) {
    return DataLoss(path + ": is damaged: its SHA-256 is not " + wanted + "; fetch the model again");
  }
  return bytes;
}

Ort::SessionOptions MakeOrtOptions(const SessionOptions& options) {
  Ort::SessionOptions made;
  made.SetIntraOpNumThreads(std::max(0, options.threads));
  made.SetInterOpNumThreads(1);
  // Operators run on the caller's thread, in one order: RandomOps depends on it.
  made.SetExecutionMode(ORT_SEQUENTIAL);
  made.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  made.SetLogSeverityLevel(ORT_LOGGING_LEVEL_FATAL);
  // Every line has another length, so the pattern of one run's memory says nothing about the next.
  made.DisableMemPattern();
  // Threads that wait do not take the processor from those that work.
  made.AddConfigEntry("session.intra_op.allow_spinning", "0");
  made.Add(const_cast<OrtCustomOpDomain*>(RandomOps()));  // the library's signature; it only reads it
  return made;
}

// One input or output of the model against what the caller expects.
Status CheckPort(const std::string& path, const char* kind, const Port& port, const Ort::TypeInfo& info) {
  const std::string where = path + ": its " + kind + " \"" + port.name + "\" ";
  if (info.GetONNXType() != ONNX_TYPE_TENSOR) return InvalidArgument(where + "is no tensor");
  const auto tensor = info.GetTensorTypeAndShapeInfo();
  if (tensor.GetElementType() != TypeOf(port.element)) {
    return InvalidArgument(where + "is not of type " + Word(port.element));
  }
  const size_t rank = tensor.GetDimensionsCount();
  if (port.rank >= 0 && rank != static_cast<size_t>(port.rank)) {
    return InvalidArgument(where + "has " + std::to_string(rank) + " dimensions, not " +
                           std::to_string(port.rank));
  }
  return OkStatus();
}

class OrtSession : public Session {
 public:
  OrtSession(std::string path, Ort::Session session, const SessionOptions& options, std::string_view device)
      : path_(std::move(path)), session_(std::move(session)), options_(options), device_(device) {}

  // Compares the model with what is expected of it.
  Status Check();

  bool HasInput(std::string_view name) const override {
    return std::any_of(inputs_.begin(), inputs_.end(), [&](const Port& port) { return port.name == name; });
  }
  std::vector<int64_t> InputShape(std::string_view name) const override {
    const auto shape = shapes_.find(name);
    return shape == shapes_.end() ? std::vector<int64_t>() : shape->second;
  }
  std::string_view device() const override { return device_; }
  StatusOr<std::vector<Tensor>> Run(std::span<const TensorView> inputs,
                                    const RunOptions& options) const override;

 private:
  StatusOr<std::vector<Port>> Present(const std::vector<std::string>& names, const char* kind,
                                      const std::vector<Port>& wanted) const;
  struct Feed {
    std::vector<const char*> names;
    std::vector<Ort::Value> values;
  };
  StatusOr<Feed> WrapAll(std::span<const TensorView> inputs) const;
  StatusOr<Ort::Value> Wrap(const Port& port, std::span<const TensorView> inputs) const;
  StatusOr<std::vector<Ort::Value>> RunFeed(const Feed& feed, const RunOptions& options) const;
  StatusOr<std::vector<Tensor>> UnwrapAll(const std::vector<Ort::Value>& values, int64_t max_values) const;
  StatusOr<Tensor> Unwrap(const Port& port, const Ort::Value& value, int64_t max_values) const;

  const std::string path_;
  // Run is not const there, but may be called from several threads at once.
  mutable Ort::Session session_;
  const SessionOptions options_;
  const std::string_view device_;
  std::vector<Port> inputs_;  // those that the model has
  std::vector<Port> outputs_;
  std::map<std::string, std::vector<int64_t>, std::less<>> shapes_;  // of inputs_
};

StatusOr<std::vector<Port>> OrtSession::Present(const std::vector<std::string>& names, const char* kind,
                                                const std::vector<Port>& wanted) const {
  std::vector<Port> present;
  for (const Port& port : wanted) {
    const auto found = std::find(names.begin(), names.end(), port.name);
    if (found != names.end()) {
      const auto index = static_cast<size_t>(found - names.begin());
      const Ort::TypeInfo info =
          kind[0] == 'i' ? session_.GetInputTypeInfo(index) : session_.GetOutputTypeInfo(index);
      WS_RETURN_IF_ERROR(CheckPort(path_, kind, port, info));
      present.push_back(port);
    } else if (!port.optional) {
      return InvalidArgument(path_ + ": the model has no " + kind + " \"" + port.name + "\"");
    }
  }
  return present;
}

Status OrtSession::Check() {
  const std::vector<std::string> inputs = session_.GetInputNames();
  WS_ASSIGN_OR_RETURN(inputs_, Present(inputs, "input", options_.inputs));
  WS_ASSIGN_OR_RETURN(outputs_, Present(session_.GetOutputNames(), "output", options_.outputs));
  if (outputs_.empty()) return InvalidArgument(path_ + ": the model has no output that is asked for");
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string& name = inputs[i];
    if (HasInput(name)) {
      const Ort::TypeInfo info = session_.GetInputTypeInfo(i);
      if (info.GetONNXType() == ONNX_TYPE_TENSOR) shapes_[name] = info.GetTensorTypeAndShapeInfo().GetShape();
    } else {
      return InvalidArgument(path_ + ": the model wants an input \"" + Complaint(name) +
                             "\", which is not known here");
    }
  }
  return OkStatus();
}

template <typename T>
Ort::Value WrapValues(std::span<const T> values, const std::vector<int64_t>& shape) {
  static const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  // The library takes inputs by non-const pointer and only reads them.
  return Ort::Value::CreateTensor<T>(memory, const_cast<T*>(values.data()), values.size(), shape.data(),
                                     shape.size());
}

StatusOr<Ort::Value> OrtSession::Wrap(const Port& port, std::span<const TensorView> inputs) const {
  const std::string where = path_ + ": input \"" + port.name + "\" ";
  const auto view = std::find_if(inputs.begin(), inputs.end(),
                                 [&](const TensorView& input) { return input.name == port.name; });
  if (view == inputs.end()) return InvalidArgument(where + "is not given");
  if (view->values.index() != static_cast<size_t>(port.element)) {
    return InvalidArgument(where + "is not given as " + Word(port.element));
  }
  const auto count = std::visit([](const auto& values) { return values.size(); }, view->values);
  uint64_t product = 1;
  for (const int64_t extent : view->shape) {
    if (extent < 0 || static_cast<uint64_t>(extent) > std::numeric_limits<uint32_t>::max()) product = 0;
    product = std::min<uint64_t>(product * static_cast<uint64_t>(std::max<int64_t>(extent, 0)),
                                 std::numeric_limits<uint32_t>::max());
  }
  if (product != count || count == 0) return InvalidArgument(where + "has values that do not fill its shape");
  return std::visit([&](const auto& values) { return WrapValues(values, view->shape); }, view->values);
}

StatusOr<Tensor> OrtSession::Unwrap(const Port& port, const Ort::Value& value, int64_t max_values) const {
  const std::string where = path_ + ": output \"" + port.name + "\" ";
  if (!value.IsTensor()) return Internal(where + "came out as no tensor");
  const auto info = value.GetTensorTypeAndShapeInfo();
  if (info.GetElementType() != TypeOf(port.element)) return Internal(where + "came out with another type");
  const size_t count = info.GetElementCount();
  if (max_values >= 0 && count > static_cast<uint64_t>(max_values)) {
    return Internal(where + "has " + std::to_string(count) + " values, more than the input justifies");
  }
  Tensor tensor;
  tensor.shape = info.GetShape();
  if (port.element == Element::kFloat32) {
    const auto* const data = value.GetTensorData<float>();
    tensor.values.assign(data, data + count);
  } else if (port.element == Element::kInt64) {
    const auto* const data = value.GetTensorData<int64_t>();
    tensor.values.assign(data, data + count);
  } else {
    const auto* const data = value.GetTensorData<int32_t>();
    tensor.values.assign(data, data + count);
  }
  return tensor;
}

StatusOr<OrtSession::Feed> OrtSession::WrapAll(std::span<const TensorView> inputs) const {
  for (const TensorView& input : inputs) {
    if (!HasInput(input.name)) {
      return InvalidArgument(path_ + ": the model has no input \"" + std::string(input.name) + "\"");
    }
  }
  Feed feed;
  for (const Port& port : inputs_) {
    WS_ASSIGN_OR_RETURN(Ort::Value value, Wrap(port, inputs));
    feed.names.push_back(port.name.c_str());
    feed.values.push_back(std::move(value));
  }
  return feed;
}

StatusOr<std::vector<Ort::Value>> OrtSession::RunFeed(const Feed& feed, const RunOptions& options) const {
  std::vector<const char*> wanted;
  for (const Port& port : outputs_) wanted.push_back(port.name.c_str());
  const Ort::RunOptions run;
  const std::stop_callback end_run(options.stop, [&run]() noexcept {
    // When it cannot be ended early it ends by itself; there is nobody here to tell.
    const Ort::Status ignored(Ort::GetApi().RunOptionsSetTerminate(
        const_cast<OrtRunOptions*>(static_cast<const OrtRunOptions*>(run))));
  });
  SeedRandomOps(options.seed);
  return session_.Run(run, feed.names.data(), feed.values.data(), feed.values.size(), wanted.data(),
                      wanted.size());
}

StatusOr<std::vector<Tensor>> OrtSession::UnwrapAll(const std::vector<Ort::Value>& values,
                                                    int64_t max_values) const {
  std::vector<Tensor> tensors(options_.outputs.size());
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const auto place = std::find_if(options_.outputs.begin(), options_.outputs.end(),
                                    [&](const Port& port) { return port.name == outputs_[i].name; });
    WS_ASSIGN_OR_RETURN(tensors.at(static_cast<size_t>(place - options_.outputs.begin())),
                        Unwrap(outputs_[i], values.at(i), max_values));
  }
  return tensors;
}

StatusOr<std::vector<Tensor>> OrtSession::Run(std::span<const TensorView> inputs,
                                              const RunOptions& options) const {
  if (options.stop.stop_requested()) return Cancelled("stopped");
  std::vector<Tensor> tensors;
  const Status status = Guarded(StatusCode::kInternal, path_ + ": the model cannot be run", [&]() -> Status {
    WS_ASSIGN_OR_RETURN(const Feed feed, WrapAll(inputs));
    WS_ASSIGN_OR_RETURN(const std::vector<Ort::Value> values, RunFeed(feed, options));
    WS_ASSIGN_OR_RETURN(tensors, UnwrapAll(values, options.max_output_values));
    return OkStatus();
  });
  if (options.stop.stop_requested()) return Cancelled("stopped");
  WS_RETURN_IF_ERROR(status);
  return tensors;
}

StatusOr<std::unique_ptr<OrtSession>> Make(const std::string& path, const std::string& bytes,
                                           const SessionOptions& options, bool with_cuda) {
  std::unique_ptr<OrtSession> made;
  const StatusCode code = with_cuda ? StatusCode::kFailedPrecondition : StatusCode::kInvalidArgument;
  const std::string where = path + (with_cuda ? ": CUDA cannot be used" : ": cannot be used as a model");
  WS_RETURN_IF_ERROR(Guarded(code, where, [&] {
    Ort::SessionOptions ort_options = MakeOrtOptions(options);
    if (with_cuda) ort_options.AppendExecutionProvider_CUDA(OrtCUDAProviderOptions{});
    Ort::Session session(SharedEnv(), bytes.data(), bytes.size(), ort_options);
    made = std::make_unique<OrtSession>(path, std::move(session), options, with_cuda ? "cuda" : "cpu");
    return made->Check();
  }));
  return made;
}

}  // namespace

std::string RuntimeVersion() { return OrtGetApiBase()->GetVersionString(); }

bool HasCuda() {
  bool has = false;
  const Status asked = Guarded(StatusCode::kInternal, "", [&] {
    const std::vector<std::string> providers = Ort::GetAvailableProviders();
    has = std::find(providers.begin(), providers.end(), "CUDAExecutionProvider") != providers.end();
    return OkStatus();
  });
  return asked.ok() && has;
}

StatusOr<std::unique_ptr<Session>> LoadSession(const std::string& path, const SessionOptions& options) {
  if (options.device == Device::kCuda && !HasCuda()) {
    return FailedPrecondition("ONNX Runtime " + RuntimeVersion() +
                              " has no CUDA provider here; install its GPU build, or use the device cpu");
  }
  WS_ASSIGN_OR_RETURN(std::string bytes, ReadChecked(path, options));
  WS_RETURN_IF_ERROR(OpenInnerPorts(path, options, bytes));
  if (options.device != Device::kCpu && HasCuda()) {
    auto made = Make(path, bytes, options, /*with_cuda=*/true);
    if (made.ok() || options.device == Device::kCuda) return made;
  }
  return Make(path, bytes, options, /*with_cuda=*/false);
}

}  // namespace waveshift::onnx

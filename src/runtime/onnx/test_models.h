// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes small ONNX models for tests: just enough of onnx.proto. Tests of any room may use it.
#ifndef WAVESHIFT_RUNTIME_ONNX_TEST_MODELS_H_
#define WAVESHIFT_RUNTIME_ONNX_TEST_MODELS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/onnx/proto_writer.h"

namespace waveshift::onnx {

enum class TestElement { kFloat = 1, kInt32 = 6, kInt64 = 7, kDouble = 11 };

// An input or output; a negative extent is one that is known at run time only.
struct TestPort {
  std::string name;
  TestElement element = TestElement::kFloat;
  std::vector<int> shape;
};

struct TestNode {
  std::string op;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::pair<std::string, float>> floats;
  std::vector<std::pair<std::string, int>> ints;
};

struct TestConstant {
  std::string name;
  std::vector<int> shape;
  std::vector<float> values;
};

struct TestModel {
  std::vector<TestPort> inputs;
  std::vector<TestPort> outputs;
  std::vector<TestNode> nodes;
  std::vector<TestConstant> constants;
  int ir_version = 8;
  int opset = 15;
};

inline Proto PortProto(const TestPort& port) {
  Proto shape;
  for (const int extent : port.shape) {
    Proto dimension;
    if (extent < 0) {
      dimension.Bytes(2, port.name + std::to_string(extent));
    } else {
      dimension.Int(1, static_cast<uint64_t>(extent));
    }
    shape.Message(1, dimension);
  }
  Proto tensor;
  tensor.Int(1, static_cast<uint64_t>(port.element)).Message(2, shape);
  return Proto().Bytes(1, port.name).Message(2, Proto().Message(1, tensor));
}

inline Proto NodeProto(const TestNode& node) {
  Proto proto;
  for (const std::string& input : node.inputs) proto.Bytes(1, input);
  for (const std::string& output : node.outputs) proto.Bytes(2, output);
  proto.Bytes(4, node.op);
  for (const auto& [name, value] : node.floats) {
    proto.Message(5, Proto().Bytes(1, name).Float(2, value).Int(20, 1));
  }
  for (const auto& [name, value] : node.ints) {
    proto.Message(5, Proto().Bytes(1, name).Int(3, static_cast<uint64_t>(value)).Int(20, 2));
  }
  return proto;
}

// The bytes of the model's file.
inline std::string ModelBytes(const TestModel& model) {
  Proto graph;
  for (const TestNode& node : model.nodes) graph.Message(1, NodeProto(node));
  graph.Bytes(2, "test");
  for (const TestConstant& constant : model.constants) {
    Proto tensor;
    for (const int extent : constant.shape) tensor.Int(1, static_cast<uint64_t>(extent));
    tensor.Int(2, 1).Bytes(8, constant.name);
    for (const float value : constant.values) tensor.Float(4, value);
    graph.Message(5, tensor);
  }
  for (const TestPort& port : model.inputs) graph.Message(11, PortProto(port));
  for (const TestPort& port : model.outputs) graph.Message(12, PortProto(port));
  return Proto()
      .Int(1, static_cast<uint64_t>(model.ir_version))
      .Message(7, graph)
      .Message(8, Proto().Bytes(1, "").Int(2, static_cast<uint64_t>(model.opset)))
      .bytes();
}

}  // namespace waveshift::onnx

#endif  // WAVESHIFT_RUNTIME_ONNX_TEST_MODELS_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/onnx/inner_ports_internal.h"

#include <cstddef>
#include <cstdint>

namespace waveshift::onnx {
namespace {

// Field numbers of ONNX's protobuf messages (onnx.proto).
constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kNodeOutput = 2;
constexpr uint32_t kGraphInput = 11;
constexpr uint32_t kGraphOutput = 12;
constexpr size_t kLongestName = 127;  // its length is one byte

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(0x80 | (value & 0x7F)));
  out.push_back(static_cast<char>(value));
}

// A field that holds bytes: a string or a message.
std::string Field(uint32_t number, const std::string& content) {
  std::string field;
  AppendVarint((uint64_t{number} << 3) | 2, field);
  AppendVarint(content.size(), field);
  return field + content;
}

// ValueInfoProto: a name, and a tensor of some element type and any shape.
std::string ValueInfo(const Port& port) {
  constexpr char kFloat = 1;
  constexpr char kInt32 = 6;
  constexpr char kInt64 = 7;
  const char element = port.element == Element::kFloat32 ? kFloat
                       : port.element == Element::kInt32 ? kInt32
                                                         : kInt64;
  const std::string tensor{'\x08', element};
  return Field(1, port.name) + Field(2, Field(1, tensor));
}

// Gives the value another name where a node makes it, so that its readers wait for an input of the old one.
Status CutOff(const std::string& path, const std::string& name, std::string& bytes) {
  const Status unknown = InvalidArgument(path + ": no node, or more than one, makes \"" + name + "\"");
  if (name.empty() || name.size() > kLongestName) return unknown;
  const std::string made = Field(kNodeOutput, name);
  const size_t place = bytes.find(made);
  if (place == std::string::npos || bytes.find(made, place + 1) != std::string::npos) return unknown;
  char& last = bytes[place + made.size() - 1];
  last = last == '~' ? '!' : '~';
  return OkStatus();
}

}  // namespace

Status OpenInnerPorts(const std::string& path, const SessionOptions& options, std::string& bytes) {
  std::string graph;
  for (const Port& port : options.inputs) {
    if (!port.inner) continue;
    WS_RETURN_IF_ERROR(CutOff(path, port.name, bytes));
    graph += Field(kGraphInput, ValueInfo(port));
  }
  for (const Port& port : options.outputs) {
    if (port.inner) graph += Field(kGraphOutput, ValueInfo(port));
  }
  // A message that comes twice is merged: the lists of the second follow those of the first.
  if (!graph.empty()) bytes += Field(kModelGraph, graph);
  return OkStatus();
}

}  // namespace waveshift::onnx

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/random_mdx.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "runtime/onnx/proto_writer.h"

namespace waveshift::app {
namespace {

using onnx::Proto;

constexpr uint64_t kFloat = 1;  // of TensorProto.DataType
constexpr uint64_t kInts = 7;   // of AttributeProto.AttributeType

// Spectra have values in the hundreds.
constexpr float kInputScale = 0.01F;

class MdxGraph {
 public:
  explicit MdxGraph(const MdxNetworkSizes& sizes) : sizes_(sizes) {}

  std::string Bytes() {
    std::string x = Relu(Convolution("input", 4, sizes_.channels, 1, 1, kInputScale));
    x = Node("Transpose", {x}, {{"perm", {0, 1, 3, 2}}});
    int channels = sizes_.channels;
    int bins = sizes_.bins;
    std::vector<std::string> levels;
    for (int level = 0; level < sizes_.levels; ++level) {
      x = Block(x, channels, bins);
      levels.push_back(x);
      x = Relu(Convolution(x, channels, channels + sizes_.channels, 2, 2, 1));
      channels += sizes_.channels;
      bins /= 2;
    }
    x = Block(x, channels, bins);
    for (; !levels.empty(); levels.pop_back()) {
      x = Relu(Widened(x, channels, channels - sizes_.channels));
      channels -= sizes_.channels;
      bins *= 2;
      x = Node("Mul", {x, levels.back()}, {});
      x = Block(x, channels, bins);
    }
    x = Node("Transpose", {x}, {{"perm", {0, 1, 3, 2}}});
    Node("Conv", {x, Weights({4, channels, 1, 1}, channels, 1)}, {}, "output");
    return Model();
  }

 private:
  using Attribute = std::pair<const char*, std::vector<int>>;

  std::string NextName() { return "v" + std::to_string(next_++); }

  std::string Node(const char* op, const std::vector<std::string>& inputs,
                   const std::vector<Attribute>& attributes, std::string output = "") {
    if (output.empty()) output = NextName();
    Proto node;
    for (const std::string& input : inputs) node.Bytes(1, input);
    node.Bytes(2, output).Bytes(4, op);
    for (const auto& [name, values] : attributes) {
      Proto attribute;
      attribute.Bytes(1, name);
      for (const int value : values) attribute.Int(8, static_cast<uint64_t>(value));
      node.Message(5, attribute.Int(20, kInts));
    }
    graph_.Message(1, node);
    return output;
  }

  // Uniform, of a variance that keeps that of `inputs` values behind a rectifier.
  std::string Weights(const std::vector<int>& shape, int inputs, float scale) {
    size_t count = 1;
    Proto tensor;
    for (const int extent : shape) {
      tensor.Int(1, static_cast<uint64_t>(extent));
      count *= static_cast<size_t>(extent);
    }
    const float most = scale * std::sqrt(6.0F / static_cast<float>(inputs));
    std::string raw(4 * count, '\0');
    for (size_t i = 0; i < count; ++i) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      const float value = most * (static_cast<float>(state_ >> 40) / (1 << 23) - 1);
      std::memcpy(raw.data() + 4 * i, &value, 4);
    }
    std::string name = NextName();
    graph_.Message(5, tensor.Int(2, kFloat).Bytes(8, name).Bytes(9, raw));
    return name;
  }

  std::string Relu(const std::string& x) { return Node("Relu", {x}, {}); }
  std::string Convolution(const std::string& x, int from, int to, int kernel, int stride, float scale) {
    const int pad = stride == 1 ? kernel / 2 : 0;
    return Node(
        "Conv", {x, Weights({to, from, kernel, kernel}, from * kernel * kernel, scale)},
        {{"kernel_shape", {kernel, kernel}}, {"strides", {stride, stride}}, {"pads", {pad, pad, pad, pad}}});
  }
  std::string Widened(const std::string& x, int from, int to) {
    return Node("ConvTranspose", {x, Weights({from, to, 2, 2}, from, 1)},
                {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}});
  }
  std::string Block(std::string x, int channels, int bins) {
    for (int i = 0; i < sizes_.convolutions; ++i) x = Relu(Convolution(x, channels, channels, 3, 1, 1));
    const int fewer = bins / sizes_.bottleneck;
    const std::string narrow = Relu(Node("MatMul", {x, Weights({bins, fewer}, bins, 1)}, {}));
    const std::string wide = Relu(Node("MatMul", {narrow, Weights({fewer, bins}, fewer, 1)}, {}));
    return Node("Add", {x, wide}, {});
  }

  Proto Port(const char* name) const {
    Proto shape;
    for (const int extent : {1, 4, sizes_.bins, sizes_.spectra})
      shape.Message(1, Proto().Int(1, static_cast<uint64_t>(extent)));
    const Proto tensor = Proto().Int(1, kFloat).Message(2, shape);
    return Proto().Bytes(1, name).Message(2, Proto().Message(1, tensor));
  }
  std::string Model() {
    graph_.Bytes(2, "random").Message(11, Port("input")).Message(12, Port("output"));
    return Proto().Int(1, 8).Message(7, graph_).Message(8, Proto().Bytes(1, "").Int(2, 15)).bytes();
  }

  const MdxNetworkSizes sizes_;
  Proto graph_;
  int next_ = 0;
  uint64_t state_ = 1;
};

}  // namespace

std::string RandomMdxBytes(const MdxNetworkSizes& sizes) { return MdxGraph(sizes).Bytes(); }

}  // namespace waveshift::app

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Networks of a few nodes with the inputs and outputs of real voices, to see what an engine does with
// whatever a network may give.
#ifndef WAVESHIFT_TTS_TEST_NETWORKS_H_
#define WAVESHIFT_TTS_TEST_NETWORKS_H_

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "runtime/onnx/test_models.h"

namespace waveshift::tts {

// What a test network answers: so many samples a token, each the sample of `wave` times the token's number.
inline std::vector<float> TestWave(size_t samples, float peak) {
  std::vector<float> wave(samples);
  for (size_t i = 0; i < samples; ++i) {
    wave[i] = peak * static_cast<float>(std::sin(2 * std::numbers::pi * 0.01 * static_cast<double>(i)));
  }
  return wave;
}

inline std::string TestNetwork(const std::vector<onnx::TestPort>& inputs, const std::string& output,
                               const std::vector<float>& wave) {
  onnx::TestModel model;
  model.inputs = inputs;
  model.outputs = {{output, onnx::TestElement::kFloat, {-1, -2}}};
  model.constants = {{"wave", {static_cast<int>(wave.size()), 1}, wave}};
  model.nodes = {{.op = "Cast", .inputs = {inputs[0].name}, .outputs = {"numbers"}, .ints = {{"to", 1}}},
                 {.op = "Mul", .inputs = {"wave", "numbers"}, .outputs = {output}}};
  return onnx::ModelBytes(model);
}

inline std::string TestKokoro(const std::vector<float>& wave) {
  return TestNetwork({{"tokens", onnx::TestElement::kInt64, {1, -1}},
                      {"style", onnx::TestElement::kFloat, {1, 256}},
                      {"speed", onnx::TestElement::kFloat, {1}}},
                     "audio", wave);
}

inline std::string TestPiper(const std::vector<float>& wave, bool with_speakers = false) {
  std::vector<onnx::TestPort> inputs = {{"input", onnx::TestElement::kInt64, {1, -1}},
                                        {"input_lengths", onnx::TestElement::kInt64, {1}},
                                        {"scales", onnx::TestElement::kFloat, {3}}};
  if (with_speakers) inputs.push_back({"sid", onnx::TestElement::kInt64, {1}});
  return TestNetwork(inputs, "output", wave);
}

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_TEST_NETWORKS_H_

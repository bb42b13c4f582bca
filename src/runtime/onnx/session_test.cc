// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/onnx/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/files.h"
#include "base/hash.h"
#include "runtime/onnx/test_models.h"

namespace waveshift::onnx {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// out = x * w + noise of a standard normal distribution, scaled by the input `level`.
TestModel NoisyModel() {
  TestModel model;
  model.inputs = {{"x", TestElement::kFloat, {1, -1}}, {"level", TestElement::kFloat, {1}}};
  model.outputs = {{"out", TestElement::kFloat, {1, -1}}};
  model.constants = {{"w", {1}, {2.0F}}};
  model.nodes = {{.op = "RandomNormalLike", .inputs = {"x"}, .outputs = {"n"}},
                 {.op = "Mul", .inputs = {"n", "level"}, .outputs = {"s"}},
                 {.op = "Mul", .inputs = {"x", "w"}, .outputs = {"y"}},
                 {.op = "Add", .inputs = {"y", "s"}, .outputs = {"out"}}};
  return model;
}

SessionOptions NoisyOptions() {
  SessionOptions options;
  options.inputs = {
      {.name = "x", .rank = 2}, {.name = "level", .rank = 1}, {.name = "sid", .optional = true}};
  options.outputs = {{.name = "out", .rank = 2}};
  return options;
}

class SessionTest : public testing::Test {
 protected:
  StatusOr<std::unique_ptr<Session>> Load(std::string_view bytes,
                                          const SessionOptions& options = NoisyOptions()) {
    EXPECT_TRUE(WriteFileAtomic(path_, bytes).ok());
    return LoadSession(path_, options);
  }
  std::unique_ptr<Session> Noisy() {
    auto session = Load(ModelBytes(NoisyModel()));
    EXPECT_TRUE(session.ok()) << Message(session.status());
    return session.ok() ? *std::move(session) : nullptr;
  }
  static std::vector<float> Run(const Session& session, const std::vector<float>& x, float level,
                                uint64_t seed) {
    const std::vector<TensorView> inputs = {
        {"x", {1, static_cast<int64_t>(x.size())}, std::span<const float>(x)},
        {"level", {1}, std::span<const float>(&level, 1)}};
    RunOptions options;
    options.seed = seed;
    const auto outputs = session.Run(inputs, options);
    EXPECT_TRUE(outputs.ok()) << Message(outputs.status());
    return outputs.ok() ? outputs->front().values : std::vector<float>();
  }

  const ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  const std::string path_ = scratch_.path() + "/model.onnx";
};

TEST_F(SessionTest, ComputesWhatTheModelSays) {
  const auto session = Noisy();
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(Run(*session, {1, -2, 3}, 0, 0), ElementsAre(2, -4, 6));
  EXPECT_TRUE(session->HasInput("x"));
  EXPECT_FALSE(session->HasInput("sid"));
  EXPECT_EQ(session->device(), "cpu");
  EXPECT_FALSE(RuntimeVersion().empty());
}

TEST_F(SessionTest, RandomNumbersDependOnTheSeedAlone) {
  const auto session = Noisy();
  const auto other = Noisy();
  ASSERT_TRUE(session != nullptr && other != nullptr);
  const std::vector<float> zeros(20001, 0.0F);
  const auto first = Run(*session, zeros, 1, 5);
  const auto second = Run(*session, zeros, 1, 6);
  EXPECT_NE(first, second);
  EXPECT_EQ(first, Run(*session, zeros, 1, 5));
  EXPECT_EQ(first, Run(*other, zeros, 1, 5));
  double sum = 0;
  double squares = 0;
  for (const float value : first) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  EXPECT_NEAR(sum / 20001, 0, 4 / std::sqrt(20001.0));  // 4 standard errors
  EXPECT_NEAR(squares / 20001, 1, 4 * std::sqrt(2 / 20001.0));
}

TEST_F(SessionTest, InnerValuesAreFedAndRead) {
  SessionOptions options = NoisyOptions();
  options.inputs.push_back({.name = "y", .inner = true});  // x * w in the file
  options.outputs.push_back({.name = "s", .inner = true});
  const auto session = Load(ModelBytes(NoisyModel()), options);
  ASSERT_TRUE(session.ok()) << Message(session.status());
  const std::vector<float> x = {1, -2, 3};
  const std::vector<float> y = {10, 20, 30};
  const float level = 1;
  const std::vector<TensorView> inputs = {{"x", {1, 3}, std::span<const float>(x)},
                                          {"level", {1}, std::span<const float>(&level, 1)},
                                          {"y", {1, 3}, std::span<const float>(y)}};
  const auto outputs = (*session)->Run(inputs);
  ASSERT_TRUE(outputs.ok()) << Message(outputs.status());
  ASSERT_EQ(outputs->size(), 2U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NE((*outputs)[1].values[i], 0);
    EXPECT_FLOAT_EQ((*outputs)[0].values[i], y[i] + (*outputs)[1].values[i]);
  }
}

TEST_F(SessionTest, InnerValuesThatNoNodeMakesAreNamed) {
  for (const std::string& name : {std::string("nowhere"), std::string(), std::string(200, 'x')}) {
    SessionOptions options = NoisyOptions();
    options.inputs.push_back({.name = name, .inner = true});
    const auto session = Load(ModelBytes(NoisyModel()), options);
    EXPECT_EQ(session.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(session.status()), HasSubstr("\"" + name + "\""));
  }
  SessionOptions options = NoisyOptions();
  options.outputs.push_back({.name = "nowhere", .inner = true});
  EXPECT_EQ(Load(ModelBytes(NoisyModel()), options).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(SessionTest, MeanScaleAndBoundsOfRandomOperatorsAreObeyed) {
  TestModel model = NoisyModel();
  model.nodes[0].floats = {{"mean", 100.0F}, {"scale", 0.5F}};
  auto session = Load(ModelBytes(model));
  ASSERT_TRUE(session.ok()) << Message(session.status());
  for (const float value : Run(**session, std::vector<float>(99, 0.0F), 1, 1)) EXPECT_NEAR(value, 100, 3);
  model.nodes[0].op = "RandomUniformLike";
  model.nodes[0].floats = {{"low", 7.0F}, {"high", 8.0F}};
  session = Load(ModelBytes(model));
  ASSERT_TRUE(session.ok()) << Message(session.status());
  const auto values = Run(**session, std::vector<float>(999, 0.0F), 1, 1);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*low, 7.0F);
  EXPECT_LE(*high, 8.0F);
  EXPECT_LT(*low, 7.05F);
  EXPECT_GT(*high, 7.95F);
}

TEST_F(SessionTest, ManyThreadsShareASession) {
  const auto session = Noisy();
  ASSERT_NE(session, nullptr);
  const std::vector<float> zeros(1000, 0.0F);
  std::vector<std::vector<float>> expected;
  for (uint64_t seed = 0; seed < 8; ++seed) expected.push_back(Run(*session, zeros, 1, seed));
  std::vector<int> wrong(8, 0);
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 20; ++round)
          wrong[i] += Run(*session, zeros, 1, i) != expected[i] ? 1 : 0;
      });
    }
  }
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST_F(SessionTest, FilesThatAreNoModelsAreErrors) {
  EXPECT_EQ(LoadSession(path_, NoisyOptions()).status().code(), StatusCode::kNotFound);
  const std::string whole = ModelBytes(NoisyModel());
  std::vector<std::string> broken = {"", "junk", std::string(5000, '\xFF'), std::string(5000, '\0'),
                                     "{\"json\": true}"};
  for (size_t cut = 1; cut < whole.size(); cut += 7) broken.push_back(whole.substr(0, cut));
  for (const std::string& bytes : broken) {
    const auto session = Load(bytes);
    ASSERT_FALSE(session.ok()) << bytes.size();
    EXPECT_EQ(session.status().code(), StatusCode::kInvalidArgument) << Message(session.status());
    EXPECT_THAT(Message(session.status()), HasSubstr(path_));
    EXPECT_EQ(Message(session.status()).find('\n'), std::string::npos);
  }
}

TEST_F(SessionTest, FlippedBytesNeverCrash) {
  const std::string whole = ModelBytes(NoisyModel());
  size_t loaded = 0;
  for (size_t at = 0; at < whole.size(); at += 3) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x15);
    const auto session = Load(bytes);
    if (!session.ok()) continue;
    ++loaded;
    const float level = 1;
    const std::vector<float> x(5, 0.0F);
    const std::vector<TensorView> inputs = {{"x", {1, 5}, std::span<const float>(x)},
                                            {"level", {1}, std::span<const float>(&level, 1)}};
    (*session)->Run(inputs).status().IgnoreError();
  }
  EXPECT_LT(loaded, whole.size());
}

TEST_F(SessionTest, ModelsOfAnUnknownOnnxVersionAreNamed) {
  TestModel model = NoisyModel();
  model.ir_version = 250;
  EXPECT_THAT(Message(Load(ModelBytes(model)).status()), HasSubstr("IR version"));
  model = NoisyModel();
  model.opset = 250;
  EXPECT_THAT(Message(Load(ModelBytes(model)).status()), HasSubstr("version of 250"));
  model = NoisyModel();
  model.nodes[1].op = "NoSuchOperator";
  EXPECT_THAT(Message(Load(ModelBytes(model)).status()), HasSubstr("NoSuchOperator"));
}

TEST_F(SessionTest, InputsAndOutputsMustBeTheExpectedOnes) {
  const std::string bytes = ModelBytes(NoisyModel());
  const auto complaint = [&](const SessionOptions& options) {
    const auto session = Load(bytes, options);
    EXPECT_EQ(session.status().code(), StatusCode::kInvalidArgument);
    return Message(session.status());
  };
  SessionOptions options = NoisyOptions();
  options.inputs[0].name = "tokens";
  EXPECT_THAT(complaint(options), HasSubstr("no input \"tokens\""));
  options = NoisyOptions();
  options.inputs.erase(options.inputs.begin() + 1);
  EXPECT_THAT(complaint(options), HasSubstr("wants an input \"level\""));
  options = NoisyOptions();
  options.inputs[0].element = Element::kInt64;
  EXPECT_THAT(complaint(options), HasSubstr("not of type int64"));
  options = NoisyOptions();
  options.inputs[0].rank = 3;
  EXPECT_THAT(complaint(options), HasSubstr("has 2 dimensions, not 3"));
  options = NoisyOptions();
  options.outputs[0].name = "audio";
  EXPECT_THAT(complaint(options), HasSubstr("no output \"audio\""));
  options.outputs[0].optional = true;
  EXPECT_THAT(complaint(options), HasSubstr("no output that is asked for"));
}

TEST_F(SessionTest, TheFilesHashIsChecked) {
  const std::string bytes = ModelBytes(NoisyModel());
  SessionOptions options = NoisyOptions();
  options.sha256 = Sha256Hex(bytes);
  EXPECT_TRUE(Load(bytes, options).ok());
  options.sha256[0] = options.sha256[0] == '0' ? '1' : '0';
  EXPECT_EQ(Load(bytes, options).status().code(), StatusCode::kDataLoss);
  ASSERT_TRUE(WriteFileAtomic(path_ + ".sha256", Sha256Hex(bytes) + "  model.onnx\n").ok());
  EXPECT_TRUE(Load(bytes).ok());
  EXPECT_EQ(Load(bytes + "x").status().code(), StatusCode::kDataLoss);
  ASSERT_TRUE(WriteFileAtomic(path_ + ".sha256", "nonsense\n").ok());
  EXPECT_EQ(Load(bytes).status().code(), StatusCode::kInvalidArgument);
  options = NoisyOptions();
  options.max_bytes = static_cast<int64_t>(bytes.size()) - 1;
  options.sha256 = Sha256Hex(bytes);
  EXPECT_EQ(Load(bytes, options).status().code(), StatusCode::kOutOfRange);
}

TEST_F(SessionTest, InputsThatDoNotFitAreErrors) {
  const auto session = Noisy();
  ASSERT_NE(session, nullptr);
  const std::vector<float> x(6, 0.0F);
  const std::vector<int64_t> whole(6, 0);
  const std::span<const float> values(x);
  const TensorView level = {"level", {1}, values.first(1)};
  const auto code = [&](const std::vector<TensorView>& inputs) {
    return session->Run(inputs).status().code();
  };
  EXPECT_EQ(code({{"x", {1, 6}, values}, level}), StatusCode::kOk);
  EXPECT_EQ(code({{"x", {1, 6}, values}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"x", {1, 6}, values}, level, {"y", {6}, values}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"x", {1, 5}, values}, level}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"x", {-1, -6}, values}, level}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"x", {int64_t{1} << 62, 4}, values}, level}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"x", {1, 6}, std::span<const int64_t>(whole)}, level}), StatusCode::kInvalidArgument);
  // The model itself refuses a rank and an extent that it was not made for.
  EXPECT_EQ(code({{"x", {6}, values}, level}), StatusCode::kInternal);
  EXPECT_EQ(code({{"x", {2, 3}, values}, level}), StatusCode::kInternal);
}

TEST_F(SessionTest, OutputsAreBoundedAndStopEndsARun) {
  const auto session = Noisy();
  ASSERT_NE(session, nullptr);
  const std::vector<float> x(6, 0.0F);
  const std::vector<TensorView> inputs = {{"x", {1, 6}, std::span<const float>(x)},
                                          {"level", {1}, std::span<const float>(x).first(1)}};
  RunOptions options;
  options.max_output_values = 5;
  EXPECT_EQ(session->Run(inputs, options).status().code(), StatusCode::kInternal);
  options.max_output_values = 6;
  EXPECT_TRUE(session->Run(inputs, options).ok());
  std::stop_source stop;
  stop.request_stop();
  options.stop = stop.get_token();
  EXPECT_EQ(session->Run(inputs, options).status().code(), StatusCode::kCancelled);
}

TEST_F(SessionTest, OptionalOutputsThatTheModelLacksAreEmpty) {
  SessionOptions options = NoisyOptions();
  options.outputs = {{.name = "extra", .optional = true}, {.name = "out", .rank = 2}};
  const auto session = Load(ModelBytes(NoisyModel()), options);
  ASSERT_TRUE(session.ok()) << Message(session.status());
  const std::vector<float> x(6, 1.0F);
  const float level = 0;
  const std::vector<TensorView> inputs = {{"x", {1, 6}, std::span<const float>(x)},
                                          {"level", {1}, std::span<const float>(&level, 1)}};
  const auto outputs = (*session)->Run(inputs);
  ASSERT_TRUE(outputs.ok()) << Message(outputs.status());
  ASSERT_EQ(outputs->size(), 2u);
  EXPECT_TRUE(outputs->front().values.empty());
  EXPECT_THAT(outputs->back().shape, ElementsAre(1, 6));
}

TEST_F(SessionTest, CudaIsUsedOnlyWhenItIsThere) {
  SessionOptions options = NoisyOptions();
  options.device = Device::kAuto;
  EXPECT_TRUE(Load(ModelBytes(NoisyModel()), options).ok());
  options.device = Device::kCuda;
  const auto session = Load(ModelBytes(NoisyModel()), options);
  if (HasCuda() && session.ok()) {
    EXPECT_EQ((*session)->device(), "cuda");
  } else {
    EXPECT_EQ(session.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(Message(session.status()), HasSubstr("CUDA"));
  }
}

}  // namespace
}  // namespace waveshift::onnx

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/graph.h"

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "runtime/ggml/gguf_writer.h"

namespace waveshift::ggml {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;
using Values = std::vector<float>;

// Numbers without a pattern that a wrong stride would keep, in [-2, 2].
Values Some(int64_t count, int seed = 0) {
  Values values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(2 * std::sin(static_cast<float>(i * i % 97 + 13 * i + 31 * seed)));
  }
  return values;
}

auto Near(const Values& wanted, float tolerance = 1e-5F) { return Pointwise(FloatNear(tolerance), wanted); }

class GraphTest : public testing::Test {
 protected:
  struct Given {
    Extents extents;
    Values values;
  };
  // What `network` makes of its inputs.
  Values Run(const std::vector<Given>& given,
             const std::function<Tensor(Graph&, std::vector<Tensor>&)>& network) {
    Graph graph(*device_);
    std::vector<Tensor> inputs;
    for (const Given& each : given) inputs.push_back(graph.Floats(each.extents));
    Tensor out = graph.Output(network(graph, inputs));
    EXPECT_TRUE(graph.Prepare().ok());
    for (size_t i = 0; i < given.size(); ++i) SetValues(inputs[i], given[i].values);
    EXPECT_TRUE(graph.Compute().ok());
    return FloatsOf(out);
  }
  // The same of an operation on single values, against `wanted`.
  void ExpectEach(const std::function<Tensor(Graph&, Tensor)>& operation,
                  const std::function<double(double)>& wanted, float low = -9, float tolerance = 2e-6F) {
    Values input;
    const auto steps = static_cast<int>((9 - low) / 0.37F);
    for (int i = 0; i <= steps; ++i) input.push_back(low + 0.37F * static_cast<float>(i));
    const auto count = static_cast<int64_t>(input.size());
    const Values found =
        Run({{{count}, input}}, [&](Graph& g, std::vector<Tensor>& in) { return operation(g, in[0]); });
    for (size_t i = 0; i < input.size(); ++i) {
      const double right = wanted(input[i]);
      EXPECT_NEAR(found[i], right, tolerance * std::max(1.0, std::abs(right))) << "of " << input[i];
    }
  }

  std::unique_ptr<Device> device_ = Device::Open({.kind = DeviceKind::kCpu, .threads = 2}).value();
};

TEST_F(GraphTest, FunctionsOfSingleValues) {
  ExpectEach([](Graph& g, Tensor x) { return g.Relu(x); }, [](double x) { return std::max(0.0, x); });
  ExpectEach([](Graph& g, Tensor x) { return g.Sigmoid(x); },
             [](double x) { return 1 / (1 + std::exp(-x)); });
  ExpectEach([](Graph& g, Tensor x) { return g.Silu(x); }, [](double x) { return x / (1 + std::exp(-x)); });
  ExpectEach([](Graph& g, Tensor x) { return g.Tanh(x); }, [](double x) { return std::tanh(x); });
  ExpectEach([](Graph& g, Tensor x) { return g.GeluErf(x); },
             [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; });
  ExpectEach(
      [](Graph& g, Tensor x) { return g.GeluTanh(x); },
      [](double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); });
  ExpectEach([](Graph& g, Tensor x) { return g.Square(x); }, [](double x) { return x * x; });
  ExpectEach([](Graph& g, Tensor x) { return g.Exp(x); }, [](double x) { return std::exp(x); });
  ExpectEach([](Graph& g, Tensor x) { return g.Sin(x); }, [](double x) { return std::sin(x); });
  ExpectEach([](Graph& g, Tensor x) { return g.Cos(x); }, [](double x) { return std::cos(x); });
  ExpectEach([](Graph& g, Tensor x) { return g.Log(x); }, [](double x) { return std::log(x); }, 0.01F);
  ExpectEach([](Graph& g, Tensor x) { return g.Sqrt(x); }, [](double x) { return std::sqrt(x); }, 0.01F);
  ExpectEach([](Graph& g, Tensor x) { return g.ScaleBias(g.Scale(x, 3), 2, 1); },
             [](double x) { return 6 * x + 1; });
}

TEST_F(GraphTest, ClampLeavesItsOperandAlone) {
  EXPECT_THAT(Run({{{4}, {-2, -0.5, 0.5, 2}}},
                  [](Graph& g, std::vector<Tensor>& in) {
                    Tensor twice = g.Scale(in[0], 2);
                    return g.Sub(g.Clamp(twice, -1, 1), twice);
                  }),
              ElementsAre(3, 0, 0, -3));
}

TEST_F(GraphTest, ArithmeticRepeatsTheSecondOperand) {
  const auto run = [&](Tensor (Graph::*operation)(Tensor, Tensor)) {
    return Run({{{2, 2}, {1, 2, 3, 4}}, {{2}, {10, 20}}},
               [&](Graph& g, std::vector<Tensor>& in) { return (g.*operation)(in[0], in[1]); });
  };
  EXPECT_THAT(run(&Graph::Add), ElementsAre(11, 22, 13, 24));
  EXPECT_THAT(run(&Graph::Sub), ElementsAre(-9, -18, -7, -16));
  EXPECT_THAT(run(&Graph::Mul), ElementsAre(10, 40, 30, 80));
  EXPECT_THAT(run(&Graph::Div), Near({0.1F, 0.1F, 0.3F, 0.2F}));
}

TEST_F(GraphTest, Norms) {
  const Values x = Some(35);
  double mean = 0;
  for (int i = 0; i < 7; ++i) mean += x[7 + i] / 7;
  double variance = 0;
  double squares = 0;
  for (int i = 0; i < 7; ++i) {
    variance += (x[7 + i] - mean) * (x[7 + i] - mean) / 7;
    squares += x[7 + i] * x[7 + i];
  }
  const Values weight = Some(7, 1);
  const Values bias = Some(7, 2);
  const Values layer = Run({{{7, 5}, x}, {{7}, weight}, {{7}, bias}}, [](Graph& g, std::vector<Tensor>& in) {
    return g.LayerNorm(in[0], in[1], in[2], 1e-5F);
  });
  const Values rms =
      Run({{{7, 5}, x}}, [](Graph& g, std::vector<Tensor>& in) { return g.RmsNorm(in[0], 1e-5F); });
  const Values l2 =
      Run({{{7, 5}, x}}, [](Graph& g, std::vector<Tensor>& in) { return g.L2Norm(in[0], 1e-12F); });
  const Values means = Run({{{7, 5}, x}}, [](Graph& g, std::vector<Tensor>& in) { return g.Mean(in[0]); });
  const Values sums = Run({{{7, 5}, x}}, [](Graph& g, std::vector<Tensor>& in) { return g.Sum(in[0]); });
  for (int i = 0; i < 7; ++i) {
    const double v = x[7 + i];
    EXPECT_NEAR(layer[7 + i], (v - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i], 1e-5);
    EXPECT_NEAR(rms[7 + i], v / std::sqrt(squares / 7 + 1e-5), 1e-5);
    EXPECT_NEAR(l2[7 + i], v / std::sqrt(squares), 1e-5);
  }
  EXPECT_NEAR(means[1], mean, 1e-6);
  EXPECT_NEAR(sums[1], 7 * mean, 1e-5);
  EXPECT_EQ(means.size(), 5u);
}

TEST_F(GraphTest, L2NormOfNothingIsNothing) {
  EXPECT_THAT(
      Run({{{3}, {0, 0, 0}}}, [](Graph& g, std::vector<Tensor>& in) { return g.L2Norm(in[0], 1e-12F); }),
      ElementsAre(0, 0, 0));
}

TEST_F(GraphTest, Softmax) {
  const float minus_infinity = -std::numeric_limits<float>::infinity();
  const Values found = Run({{{3, 2}, {1, 2, 3, 4, 4, 4}}, {{3, 2}, {0, 0, minus_infinity, 0, 0, 1}}},
                           [](Graph& g, std::vector<Tensor>& in) { return g.Softmax(in[0], in[1], 2); });
  const double a = 1 / (1 + std::exp(2.0));
  const double b = 1 / (2 + std::exp(1.0));
  EXPECT_THAT(found, Near({static_cast<float>(a), static_cast<float>(1 - a), 0, static_cast<float>(b),
                           static_cast<float>(b), static_cast<float>(1 - 2 * b)}));
  EXPECT_THAT(
      Run({{{2}, {0, std::log(3.0F)}}}, [](Graph& g, std::vector<Tensor>& in) { return g.Softmax(in[0]); }),
      Near({0.25F, 0.75F}));
}

TEST_F(GraphTest, ProductsOfMatricesAndOfStacks) {
  const Values w = Some(3 * 4);
  const Values x = Some(3 * 2, 1);
  Values wanted;
  for (int column = 0; column < 2; ++column) {
    for (int out = 0; out < 4; ++out) {
      float sum = 0;
      for (int i = 0; i < 3; ++i) sum += w[out * 3 + i] * x[column * 3 + i];
      wanted.push_back(sum + static_cast<float>(out));
    }
  }
  EXPECT_THAT(Run({{{3, 4}, w}, {{4}, {0, 1, 2, 3}}, {{3, 2}, x}},
                  [](Graph& g, std::vector<Tensor>& in) { return g.Linear(in[0], in[1], in[2]); }),
              Near(wanted));
  // One w for two x.
  EXPECT_THAT(Run({{{2, 1}, {2, 3}}, {{2, 1, 2}, {1, 1, 10, 20}}},
                  [](Graph& g, std::vector<Tensor>& in) { return g.MatMul(in[0], in[1]); }),
              ElementsAre(5, 80));
}

TEST_F(GraphTest, OrderAndParts) {
  const Values x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};  // {2, 3, 2}
  const auto run = [&](const std::function<Tensor(Graph&, Tensor)>& f) {
    return Run({{{2, 3, 2}, x}}, [&](Graph& g, std::vector<Tensor>& in) { return f(g, in[0]); });
  };
  EXPECT_THAT(run([](Graph& g, Tensor t) { return g.Transpose(t); }),
              ElementsAre(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11));
  EXPECT_THAT(run([](Graph& g, Tensor t) {
                return g.Permute(t, {0, 2, 1, 3});
              }),
              ElementsAre(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11));
  EXPECT_THAT(run([](Graph& g, Tensor t) { return g.Slice(t, 1, 1, 2); }),
              ElementsAre(2, 3, 4, 5, 8, 9, 10, 11));
  EXPECT_THAT(run([](Graph& g, Tensor t) { return g.Slice(t, 0, 1, 1); }), ElementsAre(1, 3, 5, 7, 9, 11));
  EXPECT_THAT(run([](Graph& g, Tensor t) {
                return g.View(t, {2, 2}, {4, 8, 8}, 2);
              }),
              ElementsAre(2, 3, 6, 7));
  EXPECT_THAT(run([](Graph& g, Tensor t) { return g.Concat(g.Slice(t, 2, 1, 1), g.Slice(t, 2, 0, 1), 1); }),
              ElementsAre(6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5));
  EXPECT_THAT(run([](Graph& g, Tensor t) {
                Tensor first = g.Reshape(g.Slice(t, 2, 1, 1), {3, 2});
                return g.Repeat(g.Slice(first, 1, 0, 1), {3, 2});
              }),
              ElementsAre(6, 7, 8, 6, 7, 8));
  EXPECT_THAT(run([](Graph& g, Tensor t) {
                return g.Cast(g.Cast(g.Transpose(t), TensorType::kF16), TensorType::kF32);
              }),
              ElementsAre(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11));
}

TEST_F(GraphTest, Padding) {
  EXPECT_THAT(Run({{{4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}},
                  [](Graph& g, std::vector<Tensor>& in) { return g.PadReflect(in[0], 2, 1); }),
              ElementsAre(3, 2, 1, 2, 3, 4, 3, 7, 6, 5, 6, 7, 8, 7));
  EXPECT_THAT(Run({{{2, 2}, {1, 2, 3, 4}}},
                  [](Graph& g, std::vector<Tensor>& in) { return g.PadZeros(in[0], 1, 2); }),
              ElementsAre(0, 1, 2, 0, 0, 0, 3, 4, 0, 0));
}

// A convolution written as its definition; kernel [out][in][k], x [in][T], result [T'][out].
Values Convolved(const Values& kernel, int out, int in, int k, const Values& x, const Graph::Stride& how) {
  const int length = static_cast<int>(x.size()) / in;
  const int steps = (length + 2 * how.padding - how.dilation * (k - 1) - 1) / how.stride + 1;
  Values result;
  for (int t = 0; t < steps; ++t) {
    for (int o = 0; o < out; ++o) {
      double sum = 0;
      for (int i = 0; i < in; ++i) {
        for (int tap = 0; tap < k; ++tap) {
          const int at = t * how.stride + tap * how.dilation - how.padding;
          if (at >= 0 && at < length) sum += double{kernel[(o * in + i) * k + tap]} * x[i * length + at];
        }
      }
      result.push_back(static_cast<float>(sum));
    }
  }
  return result;
}

TEST_F(GraphTest, Convolutions) {
  const Values kernel = Some(4 * 3 * 5);
  const Values x = Some(3 * 21, 1);
  for (const Graph::Stride& how : {Graph::Stride{}, Graph::Stride{1, 4, 2}, Graph::Stride{2, 1, 3}}) {
    EXPECT_THAT(Run({{{5, 3, 4}, kernel}, {{21, 3}, x}},
                    [&](Graph& g, std::vector<Tensor>& in) { return g.Conv1d(in[0], in[1], how); }),
                Near(Convolved(kernel, 4, 3, 5, x, how)));
  }
  Values wanted;
  for (int channel = 0; channel < 3; ++channel) {
    const Values one = Convolved({kernel.begin() + 5 * channel, kernel.begin() + 5 * channel + 5}, 1, 1, 5,
                                 {x.begin() + 21 * channel, x.begin() + 21 * channel + 21}, {1, 2, 1});
    wanted.insert(wanted.end(), one.begin(), one.end());
  }
  EXPECT_THAT(Run({{{5, 3}, {kernel.begin(), kernel.begin() + 15}}, {{21, 3}, x}},
                  [&](Graph& g, std::vector<Tensor>& in) {
                    return g.DepthwiseConv1d(in[0], in[1], {1, 2, 1});
                  }),
              Near(wanted));
}

TEST_F(GraphTest, ConvolutionOfAPicture) {
  const Values kernel = Some(2 * 9);      // two of 3 x 3
  const Values picture = Some(7 * 6, 1);  // 6 rows of 7
  Values wanted;
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column) {
      for (int out = 0; out < 2; ++out) {
        float sum = 0;
        for (int i = 0; i < 9; ++i) {
          sum += kernel[out * 9 + i] * picture[(2 * row + i / 3) * 7 + 2 * column + i % 3];
        }
        wanted.push_back(sum);
      }
    }
  }
  EXPECT_THAT(Run({{{3, 3, 1, 2}, kernel}, {{7, 6}, picture}},
                  [](Graph& g, std::vector<Tensor>& in) { return g.Conv2d(in[0], in[1], {.stride = 2}); }),
              Near(wanted));
}

TEST_F(GraphTest, CachesOutliveGraphsAndAreWrittenBeforeTheyAreRead) {
  const auto cache =
      Cache::Make(*device_, {{TensorType::kF32, {2, 4}}, {TensorType::kF16, {2, 4, 2}}}).value();
  EXPECT_EQ(cache->size(), 2u);
  EXPECT_GE(cache->bytes(), 2 * 4 * 4 + 2 * 4 * 2 * 2);
  Graph graph(*device_);
  for (const int row : {0, 2}) {
    graph.Clear();
    Tensor x = graph.Floats({2});
    graph.Write(x, graph.Slice(cache->at(0), 1, row, 1));
    Tensor all = graph.Output(graph.Sum(graph.Contiguous(graph.Transpose(cache->at(0)))));
    ASSERT_TRUE(graph.Prepare().ok());
    SetValues(x, Values{1.0F + static_cast<float>(row), 10});
    ASSERT_TRUE(graph.Compute().ok());
    EXPECT_THAT(FloatsOf(all), row == 0 ? ElementsAre(1, 10) : ElementsAre(4, 20));
  }
  graph.Clear();
  Tensor rows = graph.Floats({2, 2, 2});
  Tensor index = graph.Ints({2});
  graph.WriteRows(rows, index, cache->at(1));
  ASSERT_TRUE(graph.Prepare().ok());
  SetValues(rows, Values{1, 2, 3, 4, 5, 6, 7, 8});
  SetValues(index, std::vector<int32_t>{3, 1});
  ASSERT_TRUE(graph.Compute().ok());
  EXPECT_THAT(FloatsOf(cache->at(1)), ElementsAre(0, 0, 3, 4, 0, 0, 1, 2, 0, 0, 7, 8, 0, 0, 5, 6));
  cache->Clear();
  EXPECT_THAT(FloatsOf(cache->at(0)), testing::Each(0));
}

TEST_F(GraphTest, InputsAndOutputsKeepTheirValues) {
  Graph graph(*device_);
  Tensor a = graph.Floats({3});
  Tensor b = graph.Floats({3});
  Tensor sum = graph.Output(graph.Add(a, b));
  Tensor more = graph.Output(graph.Scale(graph.Square(graph.Scale(sum, 2)), 0.25F));
  ASSERT_TRUE(graph.Prepare().ok());
  SetValues(a, Values{1, 2, 3});
  SetValues(b, Values{10, 20, 30});
  ASSERT_TRUE(graph.Compute().ok());
  EXPECT_THAT(FloatsOf(sum), ElementsAre(11, 22, 33));
  EXPECT_THAT(FloatsOf(more), ElementsAre(121, 484, 1089));
  SetValues(a, Values{7}, 1);
  ASSERT_TRUE(graph.Compute().ok());
  EXPECT_THAT(FloatsOf(sum), ElementsAre(11, 27, 33));
  EXPECT_GT(graph.compute_bytes(), 0);
}

TEST_F(GraphTest, GrowsAsFarAsItMust) {
  Graph graph(*device_);
  for (const int64_t size : {8, 100000, 16}) {
    graph.Clear();
    Tensor x = graph.Floats({size});
    Tensor y = x;
    for (int i = 0; i < 3000; ++i) y = graph.ScaleBias(y, 1, 1);
    Tensor out = graph.Output(y);
    ASSERT_TRUE(graph.Prepare().ok());
    SetValues(x, Values(static_cast<size_t>(size), 0.5F));
    ASSERT_TRUE(graph.Compute().ok());
    EXPECT_EQ(FloatsOf(out).back(), 3000.5F);
    EXPECT_EQ(graph.nodes(), 3000);
  }
}

// Sanitizers end a process that asks for so much, so their builds do not have this test.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(GraphTest, SaysWhenThereIsNoRoom) {
  Graph graph(*device_);
  Tensor x = graph.Floats({1 << 24, 1 << 24});  // more than an address space has
  graph.Output(graph.Scale(x, 2));
  EXPECT_EQ(graph.Prepare().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(graph.Compute().code(), StatusCode::kInternal);
  graph.Clear();
  Tensor y = graph.Floats({2});
  Tensor out = graph.Output(graph.Scale(y, 2));
  ASSERT_TRUE(graph.Prepare().ok());
  SetValues(y, Values{1, 2});
  ASSERT_TRUE(graph.Compute().ok());
  EXPECT_THAT(FloatsOf(out), ElementsAre(2, 4));
  EXPECT_EQ(Cache::Make(*device_, {{TensorType::kF32, {1 << 20, 1 << 20, 1 << 10}}}).status().code(),
            StatusCode::kResourceExhausted);
}
#endif

TEST_F(GraphTest, Stops) {
  Graph graph(*device_);
  Tensor x = graph.Floats({4});
  graph.Output(graph.Scale(x, 2));
  ASSERT_TRUE(graph.Prepare().ok());
  std::stop_source stop;
  EXPECT_TRUE(graph.Compute(stop.get_token()).ok());
  stop.request_stop();
  EXPECT_EQ(graph.Compute(stop.get_token()).code(), StatusCode::kCancelled);
  EXPECT_TRUE(graph.Compute().ok());
}

TEST_F(GraphTest, StopsInTheMiddle) {
  Graph graph(*device_);
  Tensor w = graph.Floats({256, 256});
  Tensor x = graph.Floats({256, 256});
  Tensor y = x;
  for (int i = 0; i < 20000; ++i) y = graph.MatMul(w, y);
  graph.Output(y);
  ASSERT_TRUE(graph.Prepare().ok());
  SetValues(w, Values(256 * 256, 0));
  SetValues(x, Values(256 * 256, 0));
  std::stop_source stop;
  // 20000 products take seconds; the request comes while they are computed, or, on a machine that is busy
  // with other things, just before.
  std::jthread other([&] { stop.request_stop(); });
  EXPECT_EQ(graph.Compute(stop.get_token()).code(), StatusCode::kCancelled);
}

TEST_F(GraphTest, WeightsOfEveryTypeMultiplyAndAreLookedUp) {
  const auto scratch = ScratchDirectory::Make().value();
  const Values w = Some(64 * 3);
  const Values x = Some(64 * 2, 1);
  for (const auto& [type, tolerance] :
       {std::pair{TensorType::kF32, 1e-4F}, std::pair{TensorType::kF16, 2e-2F},
        std::pair{TensorType::kQ8_0, 0.4F}}) {
    const std::string path = scratch.path() + "/" + std::string(TypeName(type));
    std::string bytes;
    ASSERT_TRUE(AppendRows(type, w, 64, &bytes).ok());
    auto writer = GgufWriter::Create(path, {}, {{"w", type, {3, 64}}}).value();
    ASSERT_TRUE(writer.Append(bytes).ok());
    ASSERT_TRUE(writer.Finish().ok());
    const auto weights = Weights::Load(GgufFile::Open(path).value(), *device_).value();
    Graph graph(*device_);
    Tensor input = graph.Floats({64, 2});
    Tensor index = graph.Ints({2});
    Tensor product = graph.Output(graph.MatMul(weights->Find("w"), input));
    Tensor rows = graph.Output(graph.GetRows(weights->Find("w"), index));
    ASSERT_TRUE(graph.Prepare().ok());
    SetValues(input, x);
    SetValues(index, std::vector<int32_t>{2, 0});
    ASSERT_TRUE(graph.Compute().ok());
    Values wanted;
    for (int column = 0; column < 2; ++column) {
      for (int row = 0; row < 3; ++row) {
        wanted.push_back(std::inner_product(w.begin() + 64 * row, w.begin() + 64 * row + 64,
                                            x.begin() + 64 * column, 0.0F));
      }
    }
    EXPECT_THAT(FloatsOf(product), Near(wanted, tolerance)) << TypeName(type);
    EXPECT_NEAR(FloatsOf(rows)[5], w[2 * 64 + 5], tolerance / 10);
    EXPECT_NEAR(FloatsOf(rows)[64 + 5], w[5], tolerance / 10);
  }
}

}  // namespace
}  // namespace waveshift::ggml

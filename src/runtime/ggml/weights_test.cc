// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/weights.h"

#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml.h>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.h"
#include "runtime/ggml/gguf_writer.h"

namespace waveshift::ggml {
namespace {

constexpr int kRows = 3;
constexpr int kColumns = 256;

float WeightAt(int row, int column) { return std::sin(0.1F * static_cast<float>(row * kColumns + column)); }

// A file with one matrix "w" of kRows x kColumns.
Status WriteMatrix(const std::string& path, TensorType type) {
  std::vector<float> values;
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) values.push_back(WeightAt(row, column));
  }
  std::string bytes;
  WS_RETURN_IF_ERROR(AppendRows(type, values, kColumns, &bytes));
  WS_ASSIGN_OR_RETURN(GgufWriter writer, GgufWriter::Create(path, {}, {{"w", type, {kRows, kColumns}}}));
  WS_RETURN_IF_ERROR(writer.Append(bytes));
  return writer.Finish();
}

// w x, with x = 1, computed by the device.
std::vector<float> RowSums(const Weights& weights, const Device& device) {
  ggml_context* context = ggml_init({.mem_size = 1 << 20, .mem_buffer = nullptr, .no_alloc = true});
  ggml_tensor* x = ggml_new_tensor_1d(context, GGML_TYPE_F32, kColumns);
  ggml_tensor* y = ggml_mul_mat(context, weights.Find("w"), x);
  ggml_cgraph* graph = ggml_new_graph(context);
  ggml_build_forward_expand(graph, y);
  ggml_backend_buffer_t buffer = ggml_backend_alloc_ctx_tensors(context, device.backend());
  const std::vector<float> ones(kColumns, 1.0F);
  ggml_backend_tensor_set(x, ones.data(), 0, sizeof(float) * ones.size());
  EXPECT_EQ(ggml_backend_graph_compute(device.backend(), graph), GGML_STATUS_SUCCESS);
  std::vector<float> result(kRows);
  ggml_backend_tensor_get(y, result.data(), 0, sizeof(float) * result.size());
  ggml_backend_buffer_free(buffer);
  ggml_free(context);
  return result;
}

class WeightsTest : public testing::TestWithParam<TensorType> {};

TEST_P(WeightsTest, TheProcessorComputesWithTheMappedFile) {
  const auto scratch = ScratchDirectory::Make().value();
  const std::string path = scratch.path() + "/w.gguf";
  ASSERT_TRUE(WriteMatrix(path, GetParam()).ok());
  const auto device = Device::Open({.kind = DeviceKind::kCpu, .threads = 2});
  ASSERT_TRUE(device.ok()) << device.status();
  const auto weights = Weights::Load(GgufFile::Open(path).value(), **device);
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ((*weights)->copied_bytes(), 0);
  EXPECT_EQ((*weights)->Find("v"), nullptr);
  EXPECT_EQ((*weights)->Find("w")->data, (*weights)->file().FindTensor("w")->bytes.data());
  const std::vector<float> sums = RowSums(**weights, **device);
  const double tolerance = GetParam() == TensorType::kF32 ? 1e-4 : GetParam() == TensorType::kQ4_K ? 2 : 0.2;
  for (int row = 0; row < kRows; ++row) {
    double expected = 0;
    for (int column = 0; column < kColumns; ++column) expected += WeightAt(row, column);
    EXPECT_NEAR(sums[static_cast<size_t>(row)], expected, tolerance) << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, WeightsTest,
                         testing::Values(TensorType::kF32, TensorType::kF16, TensorType::kQ8_0,
                                         TensorType::kQ4_K),
                         [](const auto& each) { return std::string(TypeName(each.param)); });

TEST(Weights, BytesThatLieOddlyAreCopied) {
  const auto scratch = ScratchDirectory::Make().value();
  const std::string path = scratch.path() + "/w.gguf";
  ASSERT_TRUE(WriteMatrix(path, TensorType::kF32).ok());
  const std::string shifted = "12345" + ReadFile(path, 1 << 20).value();
  const auto file = GgufFile::Parse(std::string_view(shifted).substr(5), "shifted");
  ASSERT_TRUE(file.ok()) << file.status();
  const auto device = Device::Open({.kind = DeviceKind::kCpu, .threads = 1}).value();
  const auto weights = Weights::Load(*file, *device);
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ((*weights)->copied_bytes(), 4 * kRows * kColumns);
  EXPECT_EQ(RowSums(**weights, *device).size(), static_cast<size_t>(kRows));
}

}  // namespace
}  // namespace waveshift::ggml

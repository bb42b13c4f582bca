// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/gguf_writer.h"

#include <gguf.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.h"
#include "runtime/ggml/gguf_test_tools.h"

namespace waveshift::ggml {
namespace {

class GgufWriterTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return scratch_.path() + "/" + name; }
  // A file with values of every kind and three tensors.
  Status Write(const std::string& path) const {
    std::vector<MetadataEntry> metadata = {{"general.architecture", Value::String("tiny")},
                                           {"tiny.width", Value::Uint32(3)},
                                           {"tiny.flag", Value::Bool(true)},
                                           {"tiny.scale", Value::Float32(0.25F)},
                                           {"tiny.list", Value::Int32s({-1, 7})},
                                           {"tiny.blob", Value::Bytes(std::string("a\0c", 3))},
                                           {"tiny.names", Value::Strings({"x", "yy"})}};
    WS_ASSIGN_OR_RETURN(GgufWriter writer, GgufWriter::Create(path, std::move(metadata),
                                                              {{"a", TensorType::kF32, {2, 3}},
                                                               {"b", TensorType::kQ8_0, {2, 32}},
                                                               {"c", TensorType::kF16, {1}}}));
    WS_RETURN_IF_ERROR(writer.Append(std::string(10, 'a')));
    WS_RETURN_IF_ERROR(writer.Append(std::string(14, 'A')));
    WS_RETURN_IF_ERROR(writer.Append(std::string(68, 'b')));
    WS_RETURN_IF_ERROR(writer.Append("cc"));
    return writer.Finish();
  }
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

TEST_F(GgufWriterTest, IsReadBack) {
  ASSERT_TRUE(Write(Path("a.gguf")).ok());
  const auto file = GgufFile::Open(Path("a.gguf"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*(*file)->Find("tiny.names"), Value::Strings({"x", "yy"}));
  EXPECT_EQ(*(*file)->Find("tiny.list"), Value::Int32s({-1, 7}));
  EXPECT_EQ(*(*file)->Find("tiny.blob"), Value::Bytes(std::string("a\0c", 3)));
  EXPECT_EQ(*(*file)->Find("tiny.scale"), Value::Float32(0.25F));
  EXPECT_EQ((*file)->alignment(), kWrittenAlignment);
  ASSERT_EQ((*file)->tensors().size(), 3u);
  EXPECT_EQ((*file)->FindTensor("a")->bytes, std::string(10, 'a') + std::string(14, 'A'));
  EXPECT_EQ((*file)->FindTensor("b")->shape, (std::vector<int64_t>{2, 32}));
  EXPECT_EQ((*file)->FindTensor("c")->bytes, "cc");
  EXPECT_TRUE((*file)->CheckPadding().ok());
}

TEST_F(GgufWriterTest, HashesTensorsAndHeader) {
  ASSERT_TRUE(Write(Path("a.gguf")).ok());
  const auto file = GgufFile::Open(Path("a.gguf")).value();
  const auto hashes = file->Strings(kTensorHashesKey).value();
  ASSERT_EQ(hashes.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(hashes[i], Sha256Hex(file->tensors()[i].bytes));
  EXPECT_EQ(file->String(kHeaderHashKey).value(), file->HeaderSha256(kHeaderHashKey).value());

  std::string bytes = ReadFile(Path("a.gguf"), 1 << 20).value();
  bytes[bytes.find("tiny.width") + 14] = 4;
  const auto changed = GgufFile::Parse(bytes, "x").value();
  EXPECT_EQ(changed->Integer("tiny.width", 0, 9).value(), 4);
  EXPECT_NE(changed->String(kHeaderHashKey).value(), changed->HeaderSha256(kHeaderHashKey).value());
  EXPECT_EQ(changed->HeaderSha256("tiny.width").status().code(), StatusCode::kNotFound);
}

TEST_F(GgufWriterTest, SameCallsWriteTheSameBytes) {
  ASSERT_TRUE(Write(Path("a.gguf")).ok());
  ASSERT_TRUE(Write(Path("b.gguf")).ok());
  EXPECT_EQ(ReadFile(Path("a.gguf"), 1 << 20).value(), ReadFile(Path("b.gguf"), 1 << 20).value());
}

// ggml's own reader, which knows nothing of this one.
TEST_F(GgufWriterTest, GgmlReadsTheSame) {
  ASSERT_TRUE(Write(Path("a.gguf")).ok());
  gguf_context* other = gguf_init_from_file(Path("a.gguf").c_str(), {.no_alloc = true, .ctx = nullptr});
  ASSERT_NE(other, nullptr);
  const auto file = GgufFile::Open(Path("a.gguf")).value();
  EXPECT_EQ(gguf_get_n_kv(other), static_cast<int64_t>(file->metadata().size()));
  EXPECT_EQ(gguf_get_val_u32(other, gguf_find_key(other, "tiny.width")), 3u);
  EXPECT_STREQ(gguf_get_val_str(other, gguf_find_key(other, "general.architecture")), "tiny");
  EXPECT_EQ(gguf_get_data_offset(other), static_cast<size_t>(file->data_offset()));
  ASSERT_EQ(gguf_get_n_tensors(other), 3);
  for (int64_t i = 0; i < 3; ++i) {
    const StoredTensor* tensor = file->FindTensor(gguf_get_tensor_name(other, i));
    ASSERT_NE(tensor, nullptr);
    EXPECT_EQ(gguf_get_tensor_offset(other, i) + gguf_get_data_offset(other),
              static_cast<size_t>(tensor->offset));
    EXPECT_EQ(gguf_get_tensor_size(other, i), tensor->bytes.size());
    EXPECT_EQ(static_cast<uint32_t>(gguf_get_tensor_type(other, i)), FileNumber(tensor->type));
  }
  gguf_free(other);
}

TEST_F(GgufWriterTest, AnUnfinishedFileIsNotThere) {
  {
    auto writer = GgufWriter::Create(Path("a.gguf"), {}, {{"a", TensorType::kF32, {2}}});
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE(writer->Append("abcd").ok());
    EXPECT_EQ(writer->Finish().code(), StatusCode::kInternal);
    EXPECT_EQ(writer->Append("abcdefgh").code(), StatusCode::kInternal);
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path()));
}

TEST_F(GgufWriterTest, PlansThatCannotBeAreRefused) {
  const auto status = [&](std::vector<PlannedTensor> tensors) {
    return GgufWriter::Create(Path("a.gguf"), {}, std::move(tensors)).status();
  };
  EXPECT_FALSE(status({{"", TensorType::kF32, {2}}}).ok());
  EXPECT_FALSE(status({{std::string(64, 'n'), TensorType::kF32, {2}}}).ok());
  EXPECT_FALSE(status({{"a", TensorType::kF32, {}}}).ok());
  EXPECT_FALSE(status({{"a", TensorType::kF32, {0}}}).ok());
  EXPECT_FALSE(status({{"a", TensorType::kQ8_0, {33}}}).ok());
  EXPECT_FALSE(status({{"a", TensorType::kF32, {2}}, {"a", TensorType::kF32, {2}}}).ok());
  EXPECT_TRUE(status({{"a", TensorType::kF32, {2}}}).ok());
}

}  // namespace
}  // namespace waveshift::ggml

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/gguf_file.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/files.h"
#include "runtime/ggml/gguf_test_tools.h"

namespace waveshift::ggml {
namespace {

constexpr uint32_t kF32 = 0;
constexpr uint32_t kQ8 = 8;

// One tensor of 2 rows of 3 floats at offset 0, one of 32 floats at offset 32.
HandMade Good() {
  HandMade file;
  file.entries = {Entry("general.architecture", 8, Sized("tiny")),
                  Entry("tiny.width", 4, Little<uint32_t>(3)),
                  Entry("tiny.list", 9, Little<uint32_t>(5) + Little<uint64_t>(2) + Little(-1) + Little(7)),
                  Entry("tiny.blob", 9, Little<uint32_t>(0) + Sized("abc")),
                  Entry("tiny.scale", 6, Little(0.5F)),
                  Entry("tiny.flag", 7, "\x01")};
  file.infos = {Info("a", {3, 2}, kF32, 0), Info("b", {32}, kF32, 32)};
  for (int i = 0; i < 6; ++i) file.data += Little(static_cast<float>(i));
  file.data.resize(32, '\0');
  file.data.resize(32 + 128, '\x01');
  return file;
}

Status ParseStatus(const std::string& bytes) { return GgufFile::Parse(bytes, "x.gguf").status(); }

// The file is refused, by a message that names it and has these words.
void ExpectRefused(const std::string& bytes, const std::string& words) {
  const Status status = ParseStatus(bytes);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << words;
  EXPECT_TRUE(Message(status).starts_with("x.gguf: ")) << status;
  EXPECT_NE(Message(status).find(words), std::string::npos) << status;
}

TEST(GgufFile, ReadsMetadata) {
  const std::string bytes = Good().Bytes();
  const auto file = GgufFile::Parse(bytes, "x.gguf");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->String("general.architecture").value(), "tiny");
  EXPECT_EQ((*file)->Integer("tiny.width", 0, 10).value(), 3);
  EXPECT_EQ((*file)->Integers("tiny.list").value(), (std::vector<int64_t>{-1, 7}));
  EXPECT_EQ((*file)->Bytes("tiny.blob").value(), "abc");
  EXPECT_EQ((*file)->Real("tiny.scale").value(), 0.5);
  EXPECT_TRUE((*file)->Bool("tiny.flag").value());
  EXPECT_EQ(Message((*file)->Integer("tiny.width", 4, 10).status()),
            "x.gguf: key tiny.width is 3, not from 4 to 10");
  EXPECT_EQ(Message((*file)->String("none").status()), "x.gguf: has no key none");
  EXPECT_EQ(Message((*file)->String("tiny.width").status()),
            "x.gguf: key tiny.width is uint32, not a string");
}

TEST(GgufFile, NumbersOfEveryWidthKeepTheirSign) {
  HandMade made = Good();
  made.entries = {Entry("u8", 0, "\xff"),
                  Entry("i8", 1, "\xfe"),
                  Entry("u16", 2, Little<uint16_t>(65535)),
                  Entry("i16", 3, Little<int16_t>(-3)),
                  Entry("u32", 4, Little<uint32_t>(0xFFFFFFFF)),
                  Entry("i32", 5, Little<int32_t>(-4)),
                  Entry("u64", 10, Little<uint64_t>(1ULL << 62)),
                  Entry("i64", 11, Little<int64_t>(-5))};
  const std::string bytes = made.Bytes();
  const auto file = GgufFile::Parse(bytes, "x.gguf");
  ASSERT_TRUE(file.ok()) << file.status();
  std::vector<int64_t> values;
  for (const MetadataEntry& entry : (*file)->metadata()) values.push_back(entry.value.integer);
  EXPECT_EQ(values, (std::vector<int64_t>{255, -2, 65535, -3, 0xFFFFFFFF, -4, int64_t{1} << 62, -5}));
}

TEST(GgufFile, ReadsTensorsOutermostFirst) {
  const std::string bytes = Good().Bytes();
  const auto file = GgufFile::Parse(bytes, "x.gguf");
  ASSERT_TRUE(file.ok()) << file.status();
  const StoredTensor* a = (*file)->FindTensor("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(a->bytes.size(), 24u);
  EXPECT_EQ(a->bytes.substr(4, 4), Little(1.0F));
  EXPECT_EQ((*file)->FindTensor("b")->values(), 32);
  EXPECT_EQ((*file)->FindTensor("c"), nullptr);
}

// Also of bytes that are nobody's file.
TEST(GgufFile, WhatIsGivenUpCanBeReadAgain) {
  const std::string bytes = Good().Bytes();
  const auto parsed = GgufFile::Parse(bytes, "x.gguf").value();
  const ScratchDirectory scratch = ScratchDirectory::Make().value();
  ASSERT_TRUE(WriteFileAtomic(scratch.path() + "/x.gguf", bytes).ok());
  const auto opened = GgufFile::Open(scratch.path() + "/x.gguf").value();
  for (const auto& file : {parsed, opened}) {
    for (const StoredTensor& tensor : file->tensors()) file->GiveUp(tensor);
    EXPECT_EQ(file->FindTensor("a")->bytes.substr(4, 4), Little(1.0F));
  }
}

TEST(GgufFile, EveryTruncationIsRefused) {
  const std::string whole = Good().Bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseStatus(whole.substr(0, size)).ok()) << size;
  }
  EXPECT_TRUE(ParseStatus(whole).ok());
}

TEST(GgufFile, HostileHeadersAreRefused) {
  HandMade file = Good();
  file.magic = "GGML";
  ExpectRefused(file.Bytes(), "is no GGUF file");
  file = Good();
  file.version = 2;
  ExpectRefused(file.Bytes(), "version 2");
  std::string bytes = Good().Bytes();
  bytes.replace(8, 8, Little<uint64_t>(std::numeric_limits<uint64_t>::max()));
  ExpectRefused(bytes, "tensors");
  bytes = Good().Bytes();
  bytes.replace(16, 8, Little<uint64_t>(1) + "");
  EXPECT_FALSE(ParseStatus(bytes).ok());
}

TEST(GgufFile, HostileMetadataIsRefused) {
  const auto with = [](std::string entry) {
    HandMade file = Good();
    file.entries.push_back(std::move(entry));
    return file.Bytes();
  };
  ExpectRefused(with(Entry("tiny.width", 4, Little<uint32_t>(1))), "stands twice");
  ExpectRefused(with(Entry("odd\nkey", 4, Little<uint32_t>(1))), "odd characters");
  ExpectRefused(with(Entry("", 4, Little<uint32_t>(1))), "odd characters");
  ExpectRefused(with(Entry("k", 13, Little<uint32_t>(1))), "unknown type 13");
  ExpectRefused(with(Entry("k", 7, "\x02")), "no true or false");
  ExpectRefused(with(Entry("k", 10, Little(std::numeric_limits<uint64_t>::max()))), "too large");
  ExpectRefused(with(Entry("k", 9, Little<uint32_t>(9) + Little<uint64_t>(0))), "array of arrays");
  ExpectRefused(with(Entry("k", 9, Little<uint32_t>(4) + Little<uint64_t>(1) + "")), "");
  ExpectRefused(with(Entry("k", 9, Little<uint32_t>(4) + Little(~uint64_t{0}))), "items");
  ExpectRefused(with(Entry("k", 9, Little<uint32_t>(8) + Little<uint64_t>(1 << 20))), "ends within an array");
  ExpectRefused(with(Entry("k", 8, Little(~uint64_t{0}))), "bytes");
  ExpectRefused(with(Entry("general.alignment", 4, Little<uint32_t>(24))), "power of two");
  ExpectRefused(with(Entry("general.alignment", 4, Little<uint32_t>(0))), "general.alignment");
  ExpectRefused(with(Entry("general.alignment", 8, Sized("32"))), "general.alignment");
}

TEST(GgufFile, HostileTensorsAreRefused) {
  const auto with = [](std::string info) {
    HandMade file = Good();
    file.infos[1] = std::move(info);
    return file.Bytes();
  };
  ExpectRefused(with(Info("a", {32}, kF32, 32)), "stands twice");
  ExpectRefused(with(Info("b b", {32}, kF32, 32)), "odd characters");
  ExpectRefused(with(Info(std::string(64, 'b'), {32}, kF32, 32)), "64 bytes");
  ExpectRefused(with(Info("b", {}, kF32, 32)), "0 dimensions");
  ExpectRefused(with(Info("b", {1, 1, 1, 1, 1}, kF32, 32)), "5 dimensions");
  ExpectRefused(with(Info("b", {0}, kF32, 32)), "impossible shape");
  ExpectRefused(with(Info("b", {1ULL << 32, 1ULL << 32}, kF32, 32)), "impossible shape");
  ExpectRefused(with(Info("b", {~uint64_t{0}}, kF32, 32)), "impossible shape");
  ExpectRefused(with(Info("b", {33}, kF32, 32)), "ends behind");
  ExpectRefused(with(Info("b", {32}, 2, 32)), "has the type 2");
  ExpectRefused(with(Info("b", {16, 2}, kQ8, 32)), "whole blocks of q8_0");
  ExpectRefused(with(Info("b", {8}, kF32, 4)), "not aligned");
  ExpectRefused(with(Info("b", {8}, kF32, 0)), "overlap");
  ExpectRefused(with(Info("b", {8}, kF32, ~uint64_t{31})), "begins behind");
  EXPECT_TRUE(ParseStatus(with(Info("b", {32}, kQ8, 64))).ok());
}

TEST(GgufFile, BytesThatBelongToNothingAreFound) {
  HandMade file = Good();
  std::string bytes = file.Bytes();
  EXPECT_TRUE(GgufFile::Parse(bytes, "x").value()->CheckPadding().ok());
  file.data[25] = 'x';
  bytes = file.Bytes();
  EXPECT_NE(Message(GgufFile::Parse(bytes, "x").value()->CheckPadding()).find("belongs to nothing"),
            std::string::npos);
  bytes = Good().Bytes() + std::string(32, '\0');
  EXPECT_NE(Message(GgufFile::Parse(bytes, "x").value()->CheckPadding()).find("behind the last"),
            std::string::npos);
}

TEST(GgufValue, SaysItsValueShortly) {
  EXPECT_EQ(ValueText(Value::Uint32(7)), "7");
  EXPECT_EQ(ValueText(Value::Bool(true)), "true");
  EXPECT_EQ(ValueText(Value::Float32(0.1F)), "0.1");
  EXPECT_EQ(ValueText(Value::Bytes("abcd")), "4 bytes");
  EXPECT_EQ(ValueText(Value::Int32s({1, 2, 3})), "[1, 2, 3]");
  EXPECT_EQ(ValueText(Value::Int32s(std::vector<int64_t>(9, 1)), 6), "[1, 1, ...] (9)");
  EXPECT_EQ(ValueText(Value::String("a\nb\xe4\xbd\xa0"), 5), "a b...");
  EXPECT_EQ(TypeText(Value::Strings({"a"})), "array of string");
}

}  // namespace
}  // namespace waveshift::ggml

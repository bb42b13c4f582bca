// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/torch_checkpoint.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "tts/indextts/convert/checkpoint_test_tools.h"
#include "tts/indextts/convert/golden_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

const std::string kFolder = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/torch/";

std::vector<float> All(const TorchCheckpoint& file, const std::string& name) {
  const CheckpointTensor& tensor = file.tensors().at(name);
  std::vector<float> values(static_cast<size_t>(tensor.values()));
  EXPECT_TRUE(file.Read(tensor, 0, values).ok());
  return values;
}

// -1, -7/8, -6/8, ...: what make.py puts into each tensor.
std::vector<float> Steps(size_t count, size_t first = 0) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(first + i) / 8 - 1;
  return values;
}

class TorchFiles : public testing::TestWithParam<const char*> {};

TEST_P(TorchFiles, AreReadAsTorchWroteThem) {
  const auto file = TorchCheckpoint::Open(kFolder + GetParam());
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->tensors().size(), 9u);
  EXPECT_EQ(file->tensors().at("half").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(file->tensors().at("half").element, ElementType::kFloat16);
  EXPECT_EQ(file->tensors().at("number").shape, std::vector<int64_t>{});
  EXPECT_EQ(All(*file, "half"), Steps(6));
  EXPECT_EQ(All(*file, "single"), Steps(8));
  EXPECT_EQ(All(*file, "brain"), Steps(4));
  EXPECT_EQ(All(*file, "double"), Steps(3));
  EXPECT_EQ(All(*file, "parameter"), Steps(5));
  // Two tensors of one storage.
  EXPECT_EQ(All(*file, "first"), Steps(4));
  EXPECT_EQ(All(*file, "rest"), Steps(6, 4));
}

INSTANTIATE_TEST_SUITE_P(BothForms, TorchFiles, testing::Values("flat.pth", "model.pth"),
                         [](const auto& each) { return std::string(each.param).substr(0, 4); });

TEST(TorchCheckpoint, ReadsAPartOfATensor) {
  const auto file = TorchCheckpoint::Open(kFolder + "flat.pth").value();
  std::vector<float> values(2);
  ASSERT_TRUE(file.Read(file.tensors().at("half"), 3, values).ok());
  EXPECT_EQ(values, Steps(2, 3));
  const Status status = file.Read(file.tensors().at("long"), 0, values);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(status).find("int64"), std::string::npos);
}

TEST(TorchCheckpoint, ReadsThePublishedForms) {
  const auto scratch = ScratchDirectory::Make().value();
  ASSERT_TRUE(CopyGoldenRelease(scratch.path()).ok());
  const auto gpt = TorchCheckpoint::Open(scratch.path() + "/gpt.pth");
  ASSERT_TRUE(gpt.ok()) << gpt.status();
  EXPECT_EQ(gpt->tensors().at("gpt.h.0.attn.c_attn.weight").shape, (std::vector<int64_t>{64, 192}));
  EXPECT_EQ(gpt->tensors().at("gpt.h.0.attn.c_attn.weight").element, ElementType::kFloat16);
  const auto vocoder = TorchCheckpoint::Open(scratch.path() + "/bigvgan_generator.pth");
  ASSERT_TRUE(vocoder.ok()) << vocoder.status();
  EXPECT_EQ(vocoder->tensors().size(), 1029u);
}

TEST(TorchCheckpoint, OtherFilesAreRefused) {
  const auto refusal = [](const std::string& name) {
    const Status status = TorchCheckpoint::Open(kFolder + name).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << name;
    EXPECT_TRUE(Message(status).starts_with(kFolder + name + ": ")) << status;
    return Message(status).substr(kFolder.size() + name.size() + 2);
  };
  EXPECT_EQ(refusal("attack.pth"),
            "data.pkl: offset 19: names posix.system, which is no part of a state dict; nothing is executed");
  EXPECT_EQ(refusal("legacy.pth"), "is no ZIP file, as torch.save writes since version 1.6");
  EXPECT_EQ(refusal("turned.pth"), "tensor turned: its values do not lie one after the other");
  EXPECT_EQ(TorchCheckpoint::Open(kFolder + "none.pth").status().code(), StatusCode::kNotFound);
}

class HandMadeCheckpoint : public testing::Test {
 protected:
  // An archive with this pickle and one storage of 24 bytes.
  Status OpenStatus(const std::string& pickle, const std::string& order = "little") const {
    ZipWriter zip = ZipWriter::Create(path_).value();
    EXPECT_TRUE(zip.AddFile("a/data.pkl", pickle).ok());
    EXPECT_TRUE(zip.AddFile("a/byteorder", order).ok());
    EXPECT_TRUE(zip.AddFile("a/data/0", std::string(24, '\0')).ok());
    EXPECT_TRUE(zip.Finish().ok());
    return TorchCheckpoint::Open(path_).status();
  }
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  std::string path_ = scratch_.path() + "/x.pth";
};

TEST_F(HandMadeCheckpoint, ItsDataIsCheckedAgainstItsShapes) {
  EXPECT_TRUE(OpenStatus(StateDictPickle({{"w", ElementType::kFloat32, {2, 3}}}, "")).ok());
  EXPECT_NE(Message(OpenStatus(StateDictPickle({{"w", ElementType::kFloat32, {7}}}, "")))
                .find("24 bytes at offset"),
            std::string::npos);
  EXPECT_NE(Message(OpenStatus(StateDictPickle(
                        {{"w", ElementType::kFloat32, {6}}, {"v", ElementType::kFloat32, {6}}}, "")))
                .find("tensor v: the archive has no data"),
            std::string::npos);
  EXPECT_NE(Message(OpenStatus(StateDictPickle({{"w", ElementType::kFloat32, {6, 0}}}, ""))).find("tensor w"),
            std::string::npos);
}

TEST_F(HandMadeCheckpoint, OtherContentsAreRefused) {
  EXPECT_NE(Message(OpenStatus("\x80\x02}.")).find("has no tensors"), std::string::npos);
  EXPECT_NE(Message(OpenStatus("\x80\x02N.")).find("is no state dict"), std::string::npos);
  EXPECT_NE(Message(OpenStatus("\x80\x02}NNs.")).find("key that is no text"), std::string::npos);
  EXPECT_NE(Message(OpenStatus(std::string("\x80\x02}X\x01\0\0\0aNs.", 12))).find("\"a\" is no tensor"),
            std::string::npos);
  EXPECT_NE(Message(OpenStatus(StateDictPickle({{"w", ElementType::kFloat32, {6}}}, ""), "big"))
                .find("not little-endian"),
            std::string::npos);
}

}  // namespace
}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/parity/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

using testing::ElementsAre;

std::string Npy(const std::string& header, const std::string& values, char major = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += major;
  bytes += '\0';
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) bytes += static_cast<char>(header.size() >> (8 * i));
  return bytes + header + values;
}

std::string Header(const std::string& type, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }   \n";
}

std::string Refusal(const std::string& bytes) {
  const auto array = ParseNpy(bytes, "x.npy");
  if (array.ok()) return "";
  EXPECT_EQ(array.status().code(), StatusCode::kInvalidArgument);
  return Message(array.status());
}

TEST(Npy, ReadsEveryType) {
  const auto doubles = [](const std::string& type, const std::string& values) {
    return ParseNpy(Npy(Header(type, "(2,)"), values), "x").value().Doubles();
  };
  EXPECT_THAT(doubles("<i2", std::string("\x01\0\xff\xff", 4)), ElementsAre(1, -1));
  EXPECT_THAT(doubles("<i4", std::string("\x01\0\0\0\xfe\xff\xff\xff", 8)), ElementsAre(1, -2));
  EXPECT_THAT(doubles("<i8", std::string("\x02\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16)),
              ElementsAre(2, -1));
  EXPECT_THAT(doubles("<f4", std::string("\0\0\x80\x3f\0\0\0\xc0", 8)), ElementsAre(1, -2));
  EXPECT_THAT(doubles("<f8", std::string("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0", 16)), ElementsAre(1, -2));
}

TEST(Npy, ReadsShapes) {
  const std::string four(8, '\0');
  EXPECT_THAT(ParseNpy(Npy(Header("<i2", "(2, 2)"), four), "x")->shape, ElementsAre(2, 2));
  EXPECT_THAT(ParseNpy(Npy(Header("<i2", "(4,)"), four, 2), "x")->shape, ElementsAre(4));
  EXPECT_EQ(ParseNpy(Npy(Header("<i8", "()"), four), "x")->size(), 1);
  EXPECT_EQ(ParseNpy(Npy(Header("<i8", "(3, 0)"), ""), "x")->size(), 0);
  // The order of one extent means nothing.
  EXPECT_EQ(ParseNpy(Npy(Header("<i2", "(4,)", "True"), four), "x")->size(), 4);
}

TEST(Npy, ReadsWhatNumPyWrote) {
  const std::string folder = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/tensors/";
  const auto mel = ReadNpy(folder + "log_mel.npy");
  ASSERT_TRUE(mel.ok()) << mel.status();
  EXPECT_THAT(mel->shape, ElementsAre(100, 122));
  EXPECT_EQ(std::get<std::vector<float>>(mel->values).size(), 12200u);
  EXPECT_EQ(std::get<std::vector<int32_t>>(ReadNpy(folder + "text_ids.npy")->values)[1], 7);
  EXPECT_EQ(std::get<std::vector<int16_t>>(ReadNpy(folder + "infer_0_int16.npy")->values).size(), 19456u);
  EXPECT_EQ(std::get<std::vector<double>>(ReadNpy(folder + "noise_check_uniform.npy")->values).size(), 1000u);
}

TEST(Npy, RefusesWhatIsNoArray) {
  const std::string eight(8, '\0');
  EXPECT_EQ(Refusal(""), "x.npy: is no NumPy file of version 1 or 2");
  EXPECT_EQ(Refusal("RIFF0000WAVE"), "x.npy: is no NumPy file of version 1 or 2");
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(1,)"), eight, 3)), "x.npy: is no NumPy file of version 1 or 2");
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(1,)"), eight).substr(0, 40)),
            "x.npy: is no NumPy file of version 1 or 2");
  const std::string form = "x.npy: has a header that is not of the form of NumPy files";
  EXPECT_EQ(Refusal(Npy("", eight)), form);
  EXPECT_EQ(Refusal(Npy("{}", eight)), form);
  EXPECT_EQ(Refusal(Npy("{'descr': '<i8', 'shape': (1,)}", eight)), form);
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(1,)") + "x", eight)), form);
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(1, -1)"), eight)), form);
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(99999999999999999999,)"), eight)), form);
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(1,1,1,1,1,1,1,1,1)"), eight)), form);
  EXPECT_EQ(Refusal(Npy("{'descr': '<i8', 'descr': '<i8', 'fortran_order': False, 'shape': ()}", eight)),
            form);
  const std::string type = "x.npy: has values of another type than <f4, <f8, <i2, <i4, <i8";
  for (const std::string wrong : {">f4", "|b1", "<f2", "<U4", "|O"}) {
    EXPECT_EQ(Refusal(Npy(Header(wrong, "(1,)"), eight)), type);
  }
  const std::string size = "x.npy: has another number of bytes than its shape says";
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(2,)"), eight)), size);
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(0,)"), eight)), size);
  EXPECT_EQ(Refusal(Npy(Header("<i8", "(1,)"), eight + "x")), size);
  EXPECT_EQ(Refusal(Npy(Header("<i2", "(4611686018427387904, 4611686018427387904)"), eight)), size);
  EXPECT_EQ(Refusal(Npy(Header("<i2", "(2, 2)", "True"), eight)),
            "x.npy: is in Fortran order, not in C order");
}

TEST(Npy, FilesThatAreNotThere) {
  const auto scratch = ScratchDirectory::Make().value();
  EXPECT_EQ(ReadNpy(scratch.path() + "/none.npy").status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(
      WriteFileAtomic(scratch.path() + "/a.npy", Npy(Header("<i8", "(1,)"), std::string(8, '\0'))).ok());
  EXPECT_TRUE(ReadNpy(scratch.path() + "/a.npy").ok());
  EXPECT_EQ(ReadNpy(scratch.path() + "/a.npy", 20).status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/mdx/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"

namespace waveshift::separation::mdx {
namespace {

using testing::HasSubstr;

TEST(MdxParameters, ReadsWhatUvrSaysOfAModel) {
  const auto made = ParseParameters(
      R"({"compensate": 1.022, "mdx_dim_f_set": 3072, "mdx_dim_t_set": 8, "mdx_n_fft_scale_set": 6144,
          "primary_stem": "Instrumental"})",
      "m.json");
  ASSERT_TRUE(made.ok()) << Message(made.status());
  EXPECT_EQ(made->n_fft, 6144U);
  EXPECT_EQ(made->hop, 1024U);
  EXPECT_EQ(made->dim_f, 3072U);
  EXPECT_EQ(made->dim_t, 256U);
  EXPECT_EQ(made->compensation, 1.022);
  EXPECT_TRUE(made->instrumental);
  EXPECT_FALSE(made->denoise);
  EXPECT_EQ(made->chunk(), 261120U);
  EXPECT_EQ(made->valid(), 261120U - 6144U);
  EXPECT_EQ(made->step() + made->fade(), made->valid());
}

TEST(MdxParameters, NamesTheKeyThatIsWrong) {
  const struct {
    const char* json;
    const char* named;
  } cases[] = {{"[1]", "no JSON object"},
               {"{", "no JSON object"},
               {R"({"mdx_n_fft_scale_set": 7682})", "mdx_n_fft_scale_set"},
               {R"({"mdx_n_fft_scale_set": "7680"})", "mdx_n_fft_scale_set"},
               {R"({"mdx_n_fft_scale_set": -1})", "mdx_n_fft_scale_set"},
               {R"({"mdx_n_fft_scale_set": 4096, "mdx_dim_f_set": 2050})", "mdx_dim_f_set"},
               {R"({"mdx_dim_t_set": 60})", "mdx_dim_t_set"},
               {R"({"mdx_dim_t_set": 2})", "mdx_dim_t_set"},
               {R"({"hop_length": 5000})", "hop_length"},
               {R"({"compensate": 1e300})", "compensate"},
               {R"({"overlap": 1})", "overlap"},
               {R"({"denoise": 1})", "denoise"},
               {R"({"primary_stem": "Drums"})", "primary_stem"}};
  for (const auto& each : cases) {
    const auto made = ParseParameters(each.json, "m.json");
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument) << each.json;
    EXPECT_THAT(Message(made.status()), HasSubstr(each.named));
    EXPECT_THAT(Message(made.status()), HasSubstr("m.json"));
  }
}

TEST(MdxParameters, TheOneKnownModelNeedsNoFile) {
  const auto folder = ScratchDirectory::Make().value();
  const auto known = LoadParameters(folder.path() + "/Kim_Vocal_2.onnx");
  ASSERT_TRUE(known.ok());
  EXPECT_EQ(known->n_fft, 7680U);
  EXPECT_EQ(known->compensation, 1.009);
  const auto unknown = LoadParameters(folder.path() + "/other.onnx");
  EXPECT_EQ(unknown.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(unknown.status()), HasSubstr("other.json"));
  ASSERT_TRUE(WriteFileAtomic(folder.path() + "/Kim_Vocal_2.json", R"({"compensate": 1.5})").ok());
  EXPECT_EQ(LoadParameters(folder.path() + "/Kim_Vocal_2.onnx")->compensation, 1.5);
}

}  // namespace
}  // namespace waveshift::separation::mdx

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/release_config.h"

#include <gtest/gtest.h>

#include "tts/indextts/convert/release_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

const std::string kGood = ReleaseConfigText(TinyArchitecture());

std::string With(std::string_view from, std::string_view to) {
  std::string text = kGood;
  return text.replace(text.find(from), from.size(), to);
}

std::string Refusal(const std::string& text) {
  const Status status = ParseReleaseConfig(text, "config.yaml").status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text.substr(0, 80);
  return Message(status);
}

TEST(ReleaseConfig, ReadsTheTinyRelease) {
  const auto config = ReadReleaseConfig(WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/tiny/config.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->gpt_file, "gpt.pth");
  EXPECT_EQ(config->vocoder_file, "bigvgan_generator.pth");
  EXPECT_EQ(config->tokenizer_file, "bpe.model");
  const Architecture& a = config->architecture;
  EXPECT_EQ(a.version, "1.5");
  EXPECT_EQ(a.mel.bands, 100);
  EXPECT_EQ(a.gpt.width, 64);
  EXPECT_EQ(a.gpt.stop_code, 65);
  EXPECT_EQ(a.conformer.feed_forward, 48);
  EXPECT_EQ(a.perceiver.feed_forward, 85);
  EXPECT_EQ(a.speaker.width, 16);
  EXPECT_EQ(a.vocoder.kernels, (std::vector<int64_t>{8, 8, 4, 4, 4, 4}));
  EXPECT_EQ(a.vocoder.block_dilations, (std::vector<int64_t>{1, 3, 5}));
}

TEST(ReleaseConfig, AFileWithoutVersionIs10) {
  EXPECT_EQ(ParseReleaseConfig(With("version: 1.5\n", ""), "x")->architecture.version, "1.0");
}

TEST(ReleaseConfig, TheKeyAtFaultIsNamed) {
  EXPECT_EQ(Refusal(With("    heads: 4\n", "")),
            "config.yaml: gpt.heads: must be a whole number from 0 to 16777216");
  EXPECT_EQ(Refusal(With("heads: 4", "heads: four")),
            "config.yaml: gpt.heads: must be a whole number from 0 to 16777216");
  EXPECT_EQ(Refusal(With("heads: 4", "heads: -4")),
            "config.yaml: gpt.heads: must be a whole number from 0 to 16777216");
  EXPECT_EQ(Refusal(With("[4,4,4,4,2,2]", "4")),
            "config.yaml: bigvgan.upsample_rates: must be a list of whole numbers");
  EXPECT_EQ(Refusal(With("gpt_dim: 64", "gpt_dim: 65")),
            "config.yaml: bigvgan.gpt_dim: must equal gpt.model_dim");
  EXPECT_EQ(Refusal(With("[1,3,5], ", "")),
            "config.yaml: bigvgan.resblock_dilation_sizes: must be a list of 3 lists");
  EXPECT_EQ(Refusal(With("[1,3,5]", "[1,3,7]")),
            "config.yaml: bigvgan.resblock_dilation_sizes: the lists must be the same for all kernels");
}

TEST(ReleaseConfig, OtherNetworksAreRefused) {
  EXPECT_EQ(Refusal(With("version: 1.5", "version: 2.0")),
            "config.yaml: version: only IndexTTS 1.x can be converted, not 2.0");
  EXPECT_EQ(Refusal(With("conformer_perceiver", "perceiver")),
            "config.yaml: gpt.condition_type: only conformer_perceiver is known");
  EXPECT_EQ(Refusal(With("snakebeta", "snake")), "config.yaml: bigvgan.activation: only snakebeta is known");
  EXPECT_EQ(Refusal(With("feat_upsample: false", "feat_upsample: true")),
            "config.yaml: bigvgan.feat_upsample: only false is known");
}

TEST(ReleaseConfig, FileNamesStayInTheFolder) {
  EXPECT_EQ(Refusal(With("gpt_checkpoint: gpt.pth", "gpt_checkpoint: ../gpt.pth")),
            "config.yaml: gpt_checkpoint: must be the name of a file in this folder");
  EXPECT_EQ(Refusal(With("bpe_model: bpe.model", "bpe_model: /etc/passwd")),
            "config.yaml: dataset.bpe_model: must be the name of a file in this folder");
}

TEST(ReleaseConfig, WhatIsNoConfigurationIsRefused) {
  EXPECT_EQ(Refusal(""), "config.yaml: must be a list of keys and values");
  EXPECT_EQ(Refusal("- a\n- b\n"), "config.yaml: must be a list of keys and values");
  EXPECT_EQ(Refusal("gpt: 3\n").substr(0, 12), "config.yaml:");
  EXPECT_EQ(Refusal(std::string(70000, 'a')), "config.yaml: is larger than 65536 bytes");
  // Neither brackets nor blocks get at the stack.
  EXPECT_EQ(Refusal(std::string(60000, '[')), "config.yaml: is nested too deep");
  EXPECT_EQ(Refusal("gpt:\n  a: [1\n b").substr(0, 18), "config.yaml: line ");
  std::string dashes;
  for (int i = 0; i < 30000; ++i) dashes += "- ";
  EXPECT_EQ(Refusal(dashes), "config.yaml: is nested too deep");
}

}  // namespace
}  // namespace waveshift::tts::indextts

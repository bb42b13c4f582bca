// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/separators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "separation/mdx/test_model.h"
#include "separation/separator.h"

namespace waveshift::app {
namespace {

using pipeline::BackgroundMode;
using separation::mdx::Identity;
using separation::mdx::WriteSmallModel;
using testing::HasSubstr;

class SeparatorsTest : public testing::Test {
 protected:
  SeparatorsTest() {
    choice_.model_dir = folder_.path();
    choice_.mdx_model = "small.onnx";
    choice_.device = "cpu";
    choice_.threads = 1;
  }
  void PutMdxModel() {
    ASSERT_TRUE(MakeDirectories(folder_.path() + "/mdx").ok());
    ASSERT_NE(WriteSmallModel(folder_.path() + "/mdx", Identity(32)), "");
  }
  ScratchDirectory folder_ = ScratchDirectory::Make().value();
  BackgroundChoice choice_;
};

TEST_F(SeparatorsTest, WithoutAModelTheSoundIsDuckedAndSomebodySaysSo) {
  const auto background = MakeBackground(choice_);
  ASSERT_TRUE(background.ok()) << Message(background.status());
  EXPECT_EQ(background->mode, BackgroundMode::kDuck);
  EXPECT_EQ(background->separator, nullptr);
  ASSERT_EQ(background->notices.size(), 1U);
  EXPECT_THAT(background->notices[0], HasSubstr("waveshift models pull deepfilternet3"));
}

TEST_F(SeparatorsTest, WhatIsNamedMustBeReady) {
  choice_.background = "separate";
  EXPECT_EQ(MakeBackground(choice_).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(MakeBackground(choice_).status()), HasSubstr("--background separate"));
  choice_.background = "auto";
  for (const char* name : {"mdx", "deepfilter"}) {
    choice_.separator = name;
    EXPECT_EQ(MakeBackground(choice_).status().code(), StatusCode::kFailedPrecondition) << name;
  }
}

TEST_F(SeparatorsTest, MdxIsPreferredWhenItsFileIsThere) {
  PutMdxModel();
  for (const char* word : {"auto", "separate"}) {
    choice_.background = word;
    const auto background = MakeBackground(choice_);
    ASSERT_TRUE(background.ok()) << Message(background.status());
    EXPECT_EQ(background->mode, BackgroundMode::kSeparate);
    EXPECT_EQ(background->separator->name(), "mdx");
    EXPECT_TRUE(background->notices.empty());
    EXPECT_EQ(MakeBackground(choice_)->separator, background->separator);  // made once
  }
}

TEST_F(SeparatorsTest, ADamagedModelIsNamedAndTheNextOneIsAsked) {
  ASSERT_TRUE(MakeDirectories(folder_.path() + "/mdx").ok());
  choice_.mdx_model = "Kim_Vocal_2.onnx";
  ASSERT_TRUE(WriteFileAtomic(folder_.path() + "/mdx/Kim_Vocal_2.onnx", "no model").ok());
  const auto background = MakeBackground(choice_);
  ASSERT_TRUE(background.ok());
  EXPECT_EQ(background->mode, BackgroundMode::kDuck);
  EXPECT_THAT(background->notices.at(0), HasSubstr("Kim_Vocal_2.onnx"));
  EXPECT_THAT(background->notices.at(0), HasSubstr("deepfilter"));
}

TEST_F(SeparatorsTest, AFolderAndFileOfOnesOwn) {
  const auto other = ScratchDirectory::Make().value();
  ASSERT_NE(WriteSmallModel(other.path(), Identity(32)), "");
  choice_.mdx_dir = other.path();
  choice_.separator = "mdx";
  const auto background = MakeBackground(choice_);
  ASSERT_TRUE(background.ok()) << Message(background.status());
  EXPECT_EQ(background->separator->name(), "mdx");
}

TEST_F(SeparatorsTest, WordsThatSeparateNothing) {
  PutMdxModel();
  choice_.background = "none";
  EXPECT_EQ(MakeBackground(choice_)->mode, BackgroundMode::kNone);
  choice_.background = "duck";
  EXPECT_EQ(MakeBackground(choice_)->mode, BackgroundMode::kDuck);
  choice_.background = "auto";
  choice_.may_separate = false;
  const auto background = MakeBackground(choice_);
  EXPECT_EQ(background->mode, BackgroundMode::kDuck);
  EXPECT_TRUE(background->notices.empty());
  choice_.background = "separate";  // who asks for it gets it
  EXPECT_EQ(MakeBackground(choice_)->mode, BackgroundMode::kSeparate);
}

}  // namespace
}  // namespace waveshift::app

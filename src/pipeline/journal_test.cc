// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/journal.h"

#include <gtest/gtest.h>

namespace waveshift::pipeline {
namespace {

Take SomeTake() {
  Take take;
  take.audio = {22050, {0.0F, 0.25F, -0.5F, 0.125F}};
  take.voice = "en+f1";
  take.warnings = {"a warning"};
  return take;
}

TEST(Journal, LoadingGivesExactlyWhatSavingReturned) {
  const auto store = stores::MakeMemoryObjectStore();
  Journal journal(*store, "j/");
  const auto saved = journal.SaveTake("k1", SomeTake());
  ASSERT_TRUE(saved.ok());
  Journal later(*store, "j/");
  ASSERT_TRUE(later.IndexTakes().ok());
  EXPECT_TRUE(later.HasTake("k1"));
  EXPECT_FALSE(later.HasTake("k2"));
  const auto loaded = later.LoadTake("k1");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->audio.samples, saved->audio.samples);
  EXPECT_EQ(loaded->audio.sample_rate_hz, 22050);
  EXPECT_EQ(loaded->voice, "en+f1");
  EXPECT_EQ(loaded->warnings, std::vector<std::string>{"a warning"});
}

TEST(Journal, DamagedTakeIsForgotten) {
  const auto store = stores::MakeMemoryObjectStore();
  ASSERT_TRUE(Journal(*store, "j/").SaveTake("k1", SomeTake()).ok());
  ASSERT_TRUE(store->Put("j/lines/k1.wav", "RIFFrubbish", {}).ok());
  Journal journal(*store, "j/");
  ASSERT_TRUE(journal.IndexTakes().ok());
  EXPECT_EQ(journal.LoadTake("k1").status().code(), StatusCode::kDataLoss);
  EXPECT_FALSE(journal.HasTake("k1"));
  EXPECT_FALSE(store->Head("j/lines/k1.wav").ok());
}

TEST(Journal, TakesOfLateComeFromMemoryAndOldOnesFromTheStore) {
  const auto store = stores::MakeMemoryObjectStore();
  Journal journal(*store, "j/");
  Take large = SomeTake();
  large.audio.samples.assign(2'000'000, 0.25F);  // 4 MB as it is kept
  for (const char* key : {"k1", "k2", "k3", "k4", "k5"}) ASSERT_TRUE(journal.SaveTake(key, large).ok());
  ASSERT_TRUE(stores::DeletePrefix(*store, "j/lines/").ok());
  EXPECT_EQ(journal.LoadTake("k1").status().code(), StatusCode::kNotFound);
  const auto latest = journal.LoadTake("k5");
  ASSERT_TRUE(latest.ok());
  EXPECT_EQ(latest->audio.samples.size(), 2'000'000U);
  EXPECT_EQ(latest->voice, "en+f1");
  ASSERT_TRUE(journal.Clear().ok());
  EXPECT_EQ(journal.LoadTake("k5").status().code(), StatusCode::kNotFound);
}

TEST(Journal, StateSurvivesAndRubbishIsNoState) {
  const auto store = stores::MakeMemoryObjectStore();
  Journal journal(*store, "j/");
  EXPECT_FALSE(journal.LoadState()->has_value());
  const RenditionCopies copies{.init = 3, .segments = {1, 1, 2, 2, 2, 1, 4}};
  ASSERT_TRUE(journal.SaveState({"print", 7, true, {{"audio/dubbed", copies}}}).ok());
  const auto state = journal.LoadState().value();
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->fingerprint, "print");
  EXPECT_EQ(state->published_segments, 7);
  EXPECT_TRUE(state->complete);
  EXPECT_EQ(state->copies.at("audio/dubbed"), copies);
  const auto with_copies = [](const std::string& runs) {
    return R"({"schema":2,"fingerprint":"a","published_segments":3,"complete":true,"copies":{"video":)" +
           runs + "}}";
  };
  for (const std::string& rubbish : std::vector<std::string>{
           "", "[]", "{\"schema\":1}", with_copies("[]"), with_copies(R"({"init":0,"segments":[]})"),
           with_copies(R"({"init":1,"segments":[[4,1]]})"),
           with_copies(R"({"init":1,"segments":[[2,1],[2,1]]})"),
           with_copies(R"({"init":1,"segments":[[1]]})"), with_copies(R"({"init":1,"segments":[[1,0]]})"),
           with_copies(R"({"init":1,"segments":[[99999999999999,1]]})"),
           R"({"schema":2,"fingerprint":"a","published_segments":99999999999,"complete":true,"copies":{}})",
           "{\"schema\":1,\"fingerprint\":\"a\",\"published_segments\":-1,\"complete\":true}",
           "{\"schema\":2,\"fingerprint\":\"a\",\"published_segments\":1,\"complete\":true}"}) {
    ASSERT_TRUE(store->Put("j/state.json", rubbish, {}).ok());
    EXPECT_FALSE(journal.LoadState()->has_value()) << rubbish;
  }
}

TEST(Journal, NotesSurvive) {
  const auto store = stores::MakeMemoryObjectStore();
  Journal journal(*store, "j/");
  EXPECT_FALSE(journal.LoadNote("words-1").has_value());
  ASSERT_TRUE(journal.SaveNote("words-1", "{\"a\":1}").ok());
  EXPECT_EQ(journal.LoadNote("words-1"), "{\"a\":1}");
  Journal later(*store, "j/");
  EXPECT_FALSE(later.LoadNote("words-1").has_value());  // not indexed yet
  ASSERT_TRUE(later.IndexTakes().ok());
  EXPECT_EQ(later.LoadNote("words-1"), "{\"a\":1}");
  EXPECT_FALSE(later.HasTake("words-1"));
}

TEST(Journal, ClearRemovesEverything) {
  const auto store = stores::MakeMemoryObjectStore();
  Journal journal(*store, "j/");
  ASSERT_TRUE(journal.SaveTake("k1", SomeTake()).ok());
  ASSERT_TRUE(journal.SaveState({"p", 1, false}).ok());
  ASSERT_TRUE(journal.SaveNote("words-1", "x").ok());
  ASSERT_TRUE(journal.Clear().ok());
  EXPECT_FALSE(journal.LoadNote("words-1").has_value());
  EXPECT_TRUE(store->List("j/").value().empty());
  EXPECT_FALSE(journal.HasTake("k1"));
}

}  // namespace
}  // namespace waveshift::pipeline

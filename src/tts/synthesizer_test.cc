// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/synthesizer.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace waveshift::tts {
namespace {

// Answers every request with what it was given; the batch fails when `batch` says so.
class Scripted : public Synthesizer {
 public:
  Scripted(Status batch, std::optional<StatusOr<SpokenLine>> answer)
      : batch_(std::move(batch)), answer_(std::move(answer)) {}
  std::string_view name() const override { return "scripted"; }
  std::string version() const override { return "1"; }
  Status CheckReady() const override { return OkStatus(); }
  bool Speaks(std::string_view) const override { return true; }
  Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                    const std::stop_token&) override {
    for (size_t i = 0; i < requests.size() && answer_.has_value(); ++i) sink(i, *answer_);
    return batch_;
  }

 private:
  const Status batch_;
  const std::optional<StatusOr<SpokenLine>> answer_;
};

StatusOr<SpokenLine> Speak(Status batch, std::optional<StatusOr<SpokenLine>> answer) {
  Scripted engine(std::move(batch), std::move(answer));
  return SpeakOne(engine, SpeakRequest{}, std::stop_token());
}

TEST(SpeakOne, GivesTheLine) {
  SpokenLine line;
  line.voice = "v";
  EXPECT_EQ(Speak(OkStatus(), StatusOr<SpokenLine>(line)).value().voice, "v");
}

TEST(SpeakOne, GivesTheLinesError) {
  EXPECT_EQ(Message(Speak(OkStatus(), StatusOr<SpokenLine>(InvalidArgument("no words"))).status()),
            "no words");
}

TEST(SpeakOne, TheBatchsErrorWins) {
  EXPECT_EQ(Speak(Cancelled("stop"), StatusOr<SpokenLine>(SpokenLine{})).status().code(),
            StatusCode::kCancelled);
}

TEST(SpeakOne, NoAnswerIsAnErrorThatNamesTheEngine) {
  const Status status = Speak(OkStatus(), std::nullopt).status();
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_NE(Message(status).find("scripted"), std::string::npos);
}

}  // namespace
}  // namespace waveshift::tts

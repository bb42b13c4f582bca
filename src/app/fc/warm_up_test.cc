// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/fc/warm_up.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "audio/wav.h"

namespace waveshift::app {
namespace {

// Says half a second of a constant; waits for `stop` when it hangs.
class FakeEngine : public tts::Synthesizer {
 public:
  FakeEngine(bool clones, std::string language) : clones_(clones), language_(std::move(language)) {}
  std::string_view name() const override { return "espeak"; }
  std::string version() const override { return "1"; }
  Status CheckReady() const override { return OkStatus(); }
  bool Speaks(std::string_view language) const override { return language == language_; }
  bool Clones(const tts::VoiceSpec&) const override { return clones_; }
  std::vector<tts::VoiceInfo> Voices() const override { return {{.name = "v", .language = language_}}; }
  Status Synthesize(std::span<const tts::SpeakRequest> requests, const tts::SpokenSink& sink,
                    const std::stop_token& stop) override {
    ++spoken;
    last = requests[0];
    if (clones_) {
      const auto recording = audio::ReadWav(last.voice.reference_path);
      recording_seconds =
          recording.ok() ? static_cast<double>(recording->samples.size()) / recording->sample_rate_hz : 0;
    }
    if (hangs) {
      std::mutex mutex;
      std::condition_variable_any changed;
      std::unique_lock lock(mutex);
      changed.wait(lock, stop, [] { return false; });
      return Cancelled("stopped");
    }
    tts::SpokenLine line;
    line.audio = {24000, std::vector<float>(12000, 0.1F)};
    sink(0, std::move(line));
    return OkStatus();
  }
  int spoken = 0;
  bool hangs = false;
  double recording_seconds = -1;
  tts::SpeakRequest last;

 private:
  const bool clones_;
  const std::string language_;
};

service::EngineFactory Of(const std::shared_ptr<FakeEngine>& engine) {
  return [engine](const std::string&) {
    service::Engine made;
    made.synthesizer = engine;
    return made;
  };
}

TEST(WarmUp, SpeaksOnce) {
  const auto engine = std::make_shared<FakeEngine>(false, "en");
  WarmUp warm_up({.engine = Of(engine)});
  EXPECT_FALSE(warm_up.is_loaded());
  ASSERT_TRUE(warm_up.Run({}).ok());
  ASSERT_TRUE(warm_up.Run({}).ok());
  EXPECT_TRUE(warm_up.is_loaded());
  EXPECT_EQ(engine->spoken, 1);
  EXPECT_EQ(engine->last.language, "en");
}

TEST(WarmUp, SpeaksALanguageOfTheEngine) {
  const auto engine = std::make_shared<FakeEngine>(false, "zh");
  ASSERT_TRUE(WarmUp({.engine = Of(engine)}).Run({}).ok());
  EXPECT_EQ(engine->last.language, "zh");
}

TEST(WarmUp, AnEngineThatClonesGetsARecording) {
  const auto engine = std::make_shared<FakeEngine>(true, "en");
  const auto other = std::make_shared<FakeEngine>(false, "en");
  ASSERT_TRUE(WarmUp({.engine = Of(engine), .recording_engine = Of(other)}).Run({}).ok());
  EXPECT_EQ(other->spoken, 1);
  EXPECT_DOUBLE_EQ(engine->recording_seconds, 0.5);
}

TEST(WarmUp, EngineNoneHasNothingToLoad) {
  EXPECT_TRUE(WarmUp({.engine = [](const std::string&) { return service::Engine(); }}).Run({}).ok());
}

TEST(WarmUp, AFailureIsTriedAgain) {
  bool ready = false;
  const auto engine = std::make_shared<FakeEngine>(false, "en");
  WarmUp warm_up({.engine = [&](const std::string& language) -> StatusOr<service::Engine> {
    if (!ready) return FailedPrecondition("no engine");
    return Of(engine)(language);
  }});
  EXPECT_EQ(Message(warm_up.Run({})), "no engine");
  EXPECT_FALSE(warm_up.is_loaded());
  ready = true;
  EXPECT_TRUE(warm_up.Run({}).ok());
}

TEST(WarmUp, HasALimitAndCanBeStopped) {
  const auto engine = std::make_shared<FakeEngine>(false, "en");
  engine->hangs = true;
  EXPECT_EQ(WarmUp({.engine = Of(engine), .patience = std::chrono::seconds(0)}).Run({}).code(),
            StatusCode::kDeadlineExceeded);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(WarmUp({.engine = Of(engine)}).Run(stop.get_token()).code(), StatusCode::kCancelled);
}

// A library that cannot be stopped, like one that reads models from a file system that hangs.
TEST(WarmUp, AnAttemptThatHangsIsLeftAndTheNextCallGoesOn) {
  std::mutex mutex;
  std::condition_variable changed;
  bool hangs = true;
  int loads = 0;
  const auto engine = std::make_shared<FakeEngine>(false, "en");
  WarmUp warm_up({.engine =
                      [&](const std::string& language) {
                        std::unique_lock lock(mutex);
                        ++loads;
                        changed.notify_all();
                        changed.wait(lock, [&] { return !hangs; });
                        return Of(engine)(language);
                      },
                  .patience = std::chrono::seconds(1)});
  EXPECT_EQ(warm_up.Run({}).code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(warm_up.Run({}).code(), StatusCode::kDeadlineExceeded);  // no second one beside it
  EXPECT_FALSE(warm_up.is_loaded());
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(loads, 1);
    hangs = false;
    changed.notify_all();
  }
  EXPECT_TRUE(warm_up.Run({}).ok());
  EXPECT_TRUE(warm_up.is_loaded());
}

TEST(WarmUp, SeveralCallersShareAnAttempt) {
  const auto engine = std::make_shared<FakeEngine>(false, "en");
  WarmUp warm_up({.engine = Of(engine)});
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back([&] { EXPECT_TRUE(warm_up.Run({}).ok()); });
  }
  EXPECT_EQ(engine->spoken, 1);
}

}  // namespace
}  // namespace waveshift::app

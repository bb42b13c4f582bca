// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker_lines.h"

#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/wav.h"
#include "service/worker_testing.h"
#include "stores/object_store_view.h"

namespace waveshift::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::ToneKokoro;

constexpr std::chrono::seconds kPatience{20};

class LineMakerTest : public ::testing::Test {
 protected:
  std::unique_ptr<LineMaker> Maker(int threads = 2) {
    return std::make_unique<LineMaker>(LineMaker::Options{.threads = threads}, objects_.get());
  }
  LineOrder Order(const std::string& text) const {
    return {.engine = engine_,
            .request = {.text = text, .language = "en", .voice = {.name = "af_heart"}},
            .sound_prefix = "tts-audio/",
            .notes_prefix = ".waveshift/tts-audio/"};
  }
  static std::vector<LineOutcome> Make(LineMaker& maker, const std::vector<LineOrder>& orders,
                                       std::chrono::milliseconds patience = kPatience) {
    return maker.Make(orders, std::chrono::steady_clock::now() + patience);
  }
  static MadeLine MakeOne(LineMaker& maker, const LineOrder& order) {
    const auto outcomes = Make(maker, {order});
    EXPECT_TRUE(outcomes[0].line.ok()) << Message(outcomes[0].line.status());
    return outcomes[0].line.ok() ? *outcomes[0].line : MadeLine();
  }
  audio::MonoBuffer Sound(const MadeLine& line) {
    const auto bytes = objects_->Get(line.sound_key, 1 << 26);
    EXPECT_TRUE(bytes.ok()) << Message(bytes.status());
    return bytes.ok() ? audio::DecodeWav(*bytes, "line").value() : audio::MonoBuffer();
  }
  static double Frequency(const audio::MonoBuffer& sound) {
    int crossings = 0;
    for (size_t i = 1; i < sound.samples.size(); ++i)
      crossings += sound.samples[i - 1] < 0 && sound.samples[i] >= 0 ? 1 : 0;
    return crossings / sound.seconds();
  }

  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  std::shared_ptr<ToneKokoro> engine_ = std::make_shared<ToneKokoro>();
};

TEST_F(LineMakerTest, SpeaksALineAndSaysHowLongItIs) {
  const auto maker = Maker();
  const MadeLine line = MakeOne(*maker, Order("twenty bytes of text"));
  EXPECT_EQ(line.duration_ms, 1000);
  EXPECT_EQ(line.engine, "kokoro");
  EXPECT_EQ(line.voice, "af_heart");
  EXPECT_EQ(line.speed, 1);
  EXPECT_NEAR(Sound(line).seconds(), 1.0, 0.001);
  EXPECT_EQ(Sound(line).sample_rate_hz, ToneKokoro::kRateHz);
}

TEST_F(LineMakerTest, WhatWasMadeIsNotMadeAgain) {
  const LineOrder order = Order("once");
  const std::string first = MakeOne(*Maker(), order).sound_key;
  const MadeLine again = MakeOne(*Maker(), order);  // as another process would
  EXPECT_EQ(again.sound_key, first);
  EXPECT_EQ(again.duration_ms, 200);
  EXPECT_EQ(again.voice, "af_heart");
  EXPECT_THAT(engine_->asked(), SizeIs(1));
  // A sound that somebody took away is made again, and so is one whose note is rubbish.
  ASSERT_TRUE(objects_->Delete(first).ok());
  EXPECT_EQ(MakeOne(*Maker(), order).sound_key, first);
  EXPECT_THAT(engine_->asked(), SizeIs(2));
  ASSERT_TRUE(objects_->Put(".waveshift/tts-audio/" + LineKey(order) + ".json", "{", {}).ok());
  EXPECT_EQ(MakeOne(*Maker(), order).sound_key, first);
  EXPECT_THAT(engine_->asked(), SizeIs(3));
  const std::string note = R"({"sound":")" + first + R"(","speed":1,"warnings":[],"duration_ms":)";
  for (const char* duration : {"9223372036854775807", "-1", "18446744073709551615"}) {
    const std::string key = ".waveshift/tts-audio/" + LineKey(order) + ".json";
    ASSERT_TRUE(objects_->Put(key, note + duration + "}", {}).ok());
    EXPECT_EQ(MakeOne(*Maker(), order).duration_ms, 200) << duration;
  }
  EXPECT_THAT(engine_->asked(), SizeIs(6));
}

TEST_F(LineMakerTest, EverythingThatShapesTheSoundIsInItsName) {
  const LineOrder order = Order("text");
  std::set<std::string> keys = {LineKey(order)};
  const auto changed = [&](auto change) {
    LineOrder other = order;
    change(other);
    EXPECT_TRUE(keys.insert(LineKey(other)).second);
  };
  changed([](LineOrder& o) { o.request.text = "other"; });
  changed([](LineOrder& o) { o.request.language = "zh"; });
  changed([](LineOrder& o) { o.request.voice.name = "am_adam"; });
  changed([](LineOrder& o) { o.request.voice.pitch_hz = 100; });
  changed([](LineOrder& o) { o.request.voice.natural_rate = 1.1; });
  changed([](LineOrder& o) { o.request.speed = 3; });
  changed([](LineOrder& o) { o.request.speed = 4; });
  changed([](LineOrder& o) { o.pitch = 1.5; });
  changed([](LineOrder& o) { o.slot_ms = 700; });
  changed(
      [](LineOrder& o) { o.request.voice.reference_path = "/a.wav", o.request.voice.reference_id = "1"; });
  changed(
      [](LineOrder& o) { o.request.voice.reference_path = "/a.wav", o.request.voice.reference_id = "2"; });
  changed([](LineOrder& o) { o.engine = std::make_shared<testing::CloningTone>(); });
  LineOrder elsewhere = order;
  elsewhere.sound_prefix = "users/u/t/tts-audio/";
  EXPECT_TRUE(keys.contains(LineKey(elsewhere)));
}

TEST_F(LineMakerTest, EqualOrdersShareTheWork) {
  const auto maker = Maker();
  engine_->Hold("slow");
  std::vector<std::jthread> callers;
  std::vector<MadeLine> lines(6);
  for (MadeLine& line : lines)
    callers.emplace_back([&, at = &line] { *at = MakeOne(*maker, Order("slow and shared")); });
  ASSERT_TRUE(engine_->WaitUntilHeld());
  engine_->Release();
  callers.clear();
  for (const MadeLine& line : lines) EXPECT_EQ(line.sound_key, lines[0].sound_key);
  EXPECT_THAT(engine_->asked(), SizeIs(1));
  // Also within one request.
  const auto twice = Make(*maker, {Order("same"), Order("same")});
  EXPECT_EQ(twice[0].line->sound_key, twice[1].line->sound_key);
  EXPECT_THAT(engine_->asked(), SizeIs(2));
}

// Two processes speak the same line at once, each a little differently, as on other processors.
class OtherTone : public ToneKokoro {
 public:
  Status Synthesize(std::span<const tts::SpeakRequest> requests, const tts::SpokenSink& sink,
                    const std::stop_token& stop) override {
    const tts::SpokenSink longer = [&](size_t index, StatusOr<tts::SpokenLine> line) {
      if (line.ok()) line->audio.samples.resize(line->audio.samples.size() * 3 / 2, 0.1F);
      sink(index, std::move(line));
    };
    return ToneKokoro::Synthesize(requests, longer, stop);
  }
};

// `meanwhile` happens behind the first write of a sound, of a note, or in front of it.
class Interleaved : public stores::ObjectStoreView {
 public:
  enum class Where { kBeforeSound, kBeforeNote, kBehindNote };
  Interleaved(stores::ObjectStore& store, Where where, std::function<void()> meanwhile)
      : ObjectStoreView(store), where_(where), meanwhile_(std::move(meanwhile)) {}
  StatusOr<stores::ObjectInfo> Put(const std::string& key, std::string_view bytes,
                                   const stores::PutOptions& options) override {
    const bool is_sound = key.ends_with(".wav");
    if (where_ == (is_sound ? Where::kBeforeSound : Where::kBeforeNote)) Happen();
    auto put = store_.Put(key, bytes, options);
    if (where_ == Where::kBehindNote && !is_sound) Happen();
    return put;
  }

 private:
  void Happen() {
    if (meanwhile_) std::exchange(meanwhile_, {})();
  }
  const Where where_;
  std::function<void()> meanwhile_;
};

TEST_F(LineMakerTest, TwoProcessesThatMakeTheSameLineGiveTheSameSound) {
  using Where = Interleaved::Where;
  for (const Where where : {Where::kBeforeSound, Where::kBeforeNote, Where::kBehindNote}) {
    objects_ = stores::MakeMemoryObjectStore();
    LineOrder order = Order("twenty bytes of text");
    order.slot_ms = 700;
    LineOrder others = order;
    others.engine = std::make_shared<OtherTone>();
    ASSERT_EQ(LineKey(order), LineKey(others));
    MadeLine theirs;
    std::string sound_meanwhile;
    Interleaved store(*objects_, where, [&] {
      const auto other = Maker();
      theirs = MakeOne(*other, others);
      sound_meanwhile = *objects_->Get(theirs.sound_key, 1 << 26);
    });
    LineMaker maker({}, &store);
    const MadeLine ours = MakeOne(maker, order);
    EXPECT_EQ(ours.sound_key, theirs.sound_key);
    EXPECT_EQ(*objects_->Get(ours.sound_key, 1 << 26), sound_meanwhile);  // what was heard stays
    const auto length_ms = static_cast<int64_t>(std::llround(Sound(ours).seconds() * 1000));
    EXPECT_EQ(ours.duration_ms, length_ms);
    EXPECT_EQ(theirs.duration_ms, length_ms);
    EXPECT_EQ(ours.warnings, theirs.warnings);
    EXPECT_THAT(ours.warnings, ElementsAre(HasSubstr("longer than its slot")));
    const MadeLine later = MakeOne(*Maker(), order);
    EXPECT_EQ(later.duration_ms, length_ms);
    EXPECT_EQ(later.warnings, ours.warnings);
  }
}

// A bucket's rule took the sound away, and another process made it anew.
TEST_F(LineMakerTest, ANoteAboutAnotherSoundOfTheSameNameIsNotBelieved) {
  const LineOrder order = Order("twenty bytes of text");
  LineOrder others = order;
  others.engine = std::make_shared<OtherTone>();
  const MadeLine before = MakeOne(*Maker(), order);
  const std::string note_key = ".waveshift/tts-audio/" + LineKey(order) + ".json";
  const std::string old_note = *objects_->Get(note_key, 1 << 16);
  ASSERT_TRUE(objects_->Delete(before.sound_key).ok());
  MakeOne(*Maker(), others);
  ASSERT_TRUE(objects_->Put(note_key, old_note, {}).ok());
  EXPECT_EQ(MakeOne(*Maker(), order).duration_ms, 1500);
}

TEST_F(LineMakerTest, ASoundThatIsDamagedIsReplaced) {
  const LineOrder order = Order("twenty bytes of text");
  ASSERT_TRUE(objects_->Put("tts-audio/" + LineKey(order) + ".wav", "no sound", {}).ok());
  const MadeLine line = MakeOne(*Maker(), order);
  EXPECT_EQ(line.duration_ms, 1000);
  EXPECT_NEAR(Sound(line).seconds(), 1.0, 0.001);
}

// Requests come and go; what they brought waits.
TEST_F(LineMakerTest, NotAnyNumberOfLinesMayWait) {
  LineMaker maker({.threads = 1, .batch_size = 1, .most_waiting = 3}, objects_.get());
  engine_->Hold("slow");
  constexpr std::chrono::milliseconds kAtOnce{0};
  EXPECT_TRUE(Make(maker, {Order("slow")}, kAtOnce)[0].is_pending);
  ASSERT_TRUE(engine_->WaitUntilHeld());
  const std::vector<LineOrder> orders = {Order("1"), Order("2"), Order("3"), Order("4"), Order("2")};
  const auto outcomes = Make(maker, orders, kAtOnce);
  for (const size_t i : {0, 1, 2, 4}) EXPECT_TRUE(outcomes[i].is_pending) << i;
  EXPECT_EQ(outcomes[3].line.status().code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(Make(maker, {Order("slow")}, kAtOnce)[0].is_pending);  // that waits already
  engine_->Release();
  Make(maker, {Order("1"), Order("2"), Order("3")});
  for (const LineOutcome& outcome : Make(maker, orders)) EXPECT_TRUE(outcome.line.ok());
}

TEST_F(LineMakerTest, LinesThatFailDoNotFailOthersAndAreTriedAgain) {
  const auto maker = Maker();
  const auto outcomes = Make(*maker, {Order("one"), Order("FAIL"), Order("NOTHING"), Order("two")});
  EXPECT_TRUE(outcomes[0].line.ok() && outcomes[3].line.ok());
  EXPECT_EQ(outcomes[1].line.status().code(), StatusCode::kInternal);
  EXPECT_THAT(Message(outcomes[1].line.status()), HasSubstr("told to fail"));
  EXPECT_THAT(Message(outcomes[2].line.status()), HasSubstr("nothing in it to say"));
  EXPECT_FALSE(Make(*maker, {Order("FAIL")})[0].line.ok());
  EXPECT_THAT(engine_->asked(), SizeIs(5));
}

TEST_F(LineMakerTest, WhatIsNotFinishedInTimeGoesOn) {
  const auto maker = Maker(1);
  engine_->Hold("slow");
  auto outcomes = Make(*maker, {Order("quick"), Order("slow")}, std::chrono::milliseconds(0));
  EXPECT_TRUE(outcomes[1].is_pending);
  ASSERT_TRUE(engine_->WaitUntilHeld());
  // The one that is finished is there at once, although the only speaker is busy.
  EXPECT_TRUE(Make(*maker, {Order("quick")})[0].line.ok());
  engine_->Release();
  outcomes = Make(*maker, {Order("quick"), Order("slow")});
  EXPECT_TRUE(outcomes[0].line.ok() && outcomes[1].line.ok());
  EXPECT_THAT(engine_->asked(), SizeIs(2));
}

TEST_F(LineMakerTest, AStopEndsWhatIsBeingSpoken) {
  const auto maker = Maker();
  engine_->Hold("slow");
  std::vector<LineOutcome> outcomes;
  {
    std::jthread caller([&] { outcomes = Make(*maker, {Order("slow")}); });
    ASSERT_TRUE(engine_->WaitUntilHeld());
    maker->Stop();
  }
  EXPECT_EQ(outcomes[0].line.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Make(*maker, {Order("later")})[0].line.status().code(), StatusCode::kCancelled);
  EXPECT_THAT(*objects_->List(""), IsEmpty());
}

TEST_F(LineMakerTest, SpeedAndPitch) {
  const auto maker = Maker();
  const MadeLine plain = MakeOne(*maker, Order("twenty bytes of text"));
  LineOrder fast = Order("twenty bytes of text");
  fast.request.speed = 4;  // the engine's double, and stretched
  const MadeLine line = MakeOne(*maker, fast);
  EXPECT_NEAR(static_cast<double>(line.duration_ms), 250, 1);
  EXPECT_EQ(engine_->asked().back().speed, 2);
  for (const double pitch : {0.5, 0.8, 1.5, 2.0}) {
    LineOrder shifted = Order("twenty bytes of text");
    shifted.pitch = pitch;
    const MadeLine other = MakeOne(*maker, shifted);
    EXPECT_EQ(other.duration_ms, plain.duration_ms) << pitch;
    EXPECT_NEAR(Frequency(Sound(other)) / Frequency(Sound(plain)), pitch, 0.05 * pitch);
  }
}

TEST_F(LineMakerTest, ALineIsFittedIntoItsSlotAsFarAsThatMayGo) {
  const auto maker = Maker();
  const auto made = [&](int64_t slot_ms) {
    LineOrder order = Order("twenty bytes of text");  // 1 s
    order.slot_ms = slot_ms;
    return MakeOne(*maker, order);
  };
  const MadeLine shorter = made(900);
  EXPECT_EQ(shorter.duration_ms, 900);
  EXPECT_NEAR(shorter.speed, 1 / 0.9, 1e-3);
  EXPECT_THAT(shorter.warnings, IsEmpty());
  EXPECT_EQ(made(1100).duration_ms, 1100);
  const MadeLine much_longer = made(5000);
  EXPECT_EQ(much_longer.speed, kSlowestFit);
  EXPECT_NEAR(static_cast<double>(much_longer.duration_ms), 1000 / kSlowestFit, 1);
  EXPECT_THAT(much_longer.warnings, IsEmpty());
  const MadeLine too_short = made(500);
  EXPECT_EQ(too_short.speed, kFastestFit);
  EXPECT_NEAR(static_cast<double>(too_short.duration_ms), 1000 / kFastestFit, 1);
  EXPECT_THAT(too_short.warnings, ElementsAre(HasSubstr("longer than its slot")));
}

TEST_F(LineMakerTest, SoundsLieWhereTheyWereOrdered) {
  LineOrder order = Order("text");
  order.sound_prefix = "users/u 1/t/tts-audio/";
  order.notes_prefix = "journal/t/worker/lines/";
  const MadeLine line = MakeOne(*Maker(), order);
  EXPECT_EQ(line.sound_key, "users/u 1/t/tts-audio/" + LineKey(order) + ".wav");
  EXPECT_TRUE(objects_->Head("journal/t/worker/lines/" + LineKey(order) + ".json").ok());
}

}  // namespace
}  // namespace waveshift::service

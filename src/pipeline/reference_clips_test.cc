// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reference_clips.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "audio/wav.h"
#include "base/files.h"
#include "voices/test_sounds.h"

namespace waveshift::pipeline {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Samples Seconds(double s) { return SamplesFromSeconds(s); }

// Sound in memory.
class MemoryTrack : public ClipTrack {
 public:
  explicit MemoryTrack(double seconds) : mono_(voices::Noise(2e-4, seconds)) {}
  // Syllables of a voice: what speech looks like to a level meter.
  void Speak(double start_s, double end_s, double pitch_hz) {
    const std::vector<float> voice = voices::Harmonics(pitch_hz, end_s - start_s);
    for (size_t i = 0; i < voice.size(); ++i) {
      const double at = static_cast<double>(i) / kTimelineRateHz;
      if (std::fmod(at, 0.3) < 0.22) mono_[static_cast<size_t>(Seconds(start_s)) + i] += 0.5F * voice[i];
    }
  }
  void Hiss(double start_s, double end_s) {
    const std::vector<float> noise = voices::Noise(0.1, end_s - start_s);
    std::copy(noise.begin(), noise.end(), mono_.begin() + Seconds(start_s));
  }
  void Clip(double start_s, double end_s) {
    for (Samples i = Seconds(start_s); i < Seconds(end_s); ++i) {
      float& sample = mono_[static_cast<size_t>(i)];
      sample = std::clamp(20 * sample, -1.0F, 1.0F);
    }
  }
  std::string_view name() const override { return "memory"; }
  StatusOr<voices::ClipSound> Read(Samples start, Samples length, const std::stop_token& stop) override {
    if (stop.stop_requested()) return Cancelled("stopped");
    heard += length;
    voices::ClipSound sound;
    for (Samples i = start; i < start + length; ++i) {
      const auto at = static_cast<size_t>(i);
      const float value = at < mono_.size() ? mono_[at] : 0;
      sound.speech.insert(sound.speech.end(), {value, value});
    }
    return sound;
  }
  Samples heard = 0;

 private:
  std::vector<float> mono_;
};

class BrokenVad : public voices::Vad {
 public:
  std::string_view name() const override { return "broken"; }
  std::string version() const override { return "1"; }
  Status CheckReady() const override { return OkStatus(); }
  StatusOr<std::unique_ptr<voices::VadStream>> Start() const override { return Internal("it broke"); }
};

class ReferenceClipsTest : public testing::Test {
 protected:
  void SetUp() override {
    request_.track = &track_;
    request_.profiles = &profiles_;
    request_.scratch_parent = folder_.path();
    job_.plan.length = Seconds(110);
  }
  LineState& Line(double start_s, double end_s, const std::string& speaker,
                  const std::string& type = "speech") {
    LineState state;
    state.line = {
        .sequence = static_cast<int64_t>(job_.lines.size()) + 1, .speaker = speaker, .content_type = type};
    state.status = type == "speech" ? LineStatus::kToSpeak : LineStatus::kKept;
    state.slot_start = Seconds(start_s);
    state.slot_end = Seconds(end_s);
    job_.lines.push_back(std::move(state));
    return job_.lines.back();
  }
  LineState& Spoken(double start_s, double end_s, const std::string& speaker, double pitch_hz = 120) {
    track_.Speak(start_s, end_s, pitch_hz);
    profiles_[speaker].median_pitch_hz = pitch_hz;
    return Line(start_s, end_s, speaker);
  }
  void Cut() {
    for (const LineState& state : job_.lines) {
      if (state.status == LineStatus::kToSpeak) request_.speakers.insert(state.line.speaker);
    }
    const Status status = CutReferenceClips(request_, job_, {});
    ASSERT_TRUE(status.ok()) << Message(status);
  }
  const ReferenceClip& Of(const std::string& speaker) const {
    for (const ReferenceClip& clip : job_.clip_report.speakers) {
      if (clip.speaker == speaker) return clip;
    }
    ADD_FAILURE() << speaker << " is not in the report";
    static const ReferenceClip kNone;
    return kNone;
  }
  static bool Overlaps(const ReferenceClip& clip, double start_s, double end_s) {
    return std::any_of(clip.pieces.begin(), clip.pieces.end(), [&](const voices::ClipPiece& piece) {
      return piece.start < Seconds(end_s) && piece.start + piece.length > Seconds(start_s);
    });
  }

  const ScratchDirectory folder_ = ScratchDirectory::Make().value();
  MemoryTrack track_{110};
  std::map<std::string, voices::SpeakerProfile> profiles_;
  ClipRequest request_;
  PreparedJob job_;
};

TEST_F(ReferenceClipsTest, CutsEachSpeakersOwnLines) {
  Spoken(1, 6, "Anna", 200);
  Spoken(6.1, 11, "Bob", 110);
  Spoken(20, 25, "Anna", 200);
  Cut();
  ASSERT_EQ(job_.clip_report.speakers.size(), 2U);
  for (const ReferenceClip& clip : job_.clip_report.speakers) {
    EXPECT_EQ(clip.source, ClipSource::kOwnLines) << clip.speaker;
    EXPECT_EQ(clip.of, clip.speaker);
    EXPECT_THAT(clip.tried, IsEmpty());
    const auto wav = audio::ReadWav(clip.path);
    ASSERT_TRUE(wav.ok()) << Message(wav.status());
    EXPECT_EQ(wav->sample_rate_hz, 48000);
    EXPECT_EQ(static_cast<Samples>(wav->samples.size()), clip.length);
    EXPECT_GE(wav->seconds(), 3.0);
    EXPECT_LE(wav->seconds(), 12.0);
    EXPECT_GT(clip.score.total, 0.5);
  }
  EXPECT_FALSE(Overlaps(Of("Anna"), 5.8, 11.3));
  EXPECT_FALSE(Overlaps(Of("Bob"), 0, 6.3));
  EXPECT_EQ(job_.clip_report.track, "memory");
  EXPECT_EQ(job_.clip_report.voice_activity, "level");
  ASSERT_EQ(job_.clip_report.notices.size(), 1U);
  EXPECT_THAT(job_.clip_report.notices[0], HasSubstr("by its level alone"));
}

TEST_F(ReferenceClipsTest, TheSameSoundGivesTheSameRecording) {
  Spoken(1, 9, "Anna");
  Cut();
  const std::string id = Of("Anna").id;
  Cut();
  EXPECT_EQ(Of("Anna").id, id);
  EXPECT_FALSE(id.empty());
}

// Two lines of 15 s, which are heard first, hold nothing but hiss.
TEST_F(ReferenceClipsTest, GoesOnToOtherLines) {
  track_.Hiss(10, 30);
  Line(10, 29, "Anna");
  track_.Hiss(40, 60);
  Line(40, 59, "Anna");
  Spoken(100, 104, "Anna");
  Cut();
  EXPECT_EQ(Of("Anna").source, ClipSource::kOtherLines);
  ASSERT_EQ(Of("Anna").tried.size(), 1U);
  EXPECT_EQ(Of("Anna").tried[0].source, ClipSource::kOwnLines);
  EXPECT_EQ(Of("Anna").tried[0].reason, "no speech is heard");
  EXPECT_TRUE(Overlaps(Of("Anna"), 100, 104));
  EXPECT_FALSE(Overlaps(Of("Anna"), 0, 99));
}

// A monologue is heard in parts: that its beginning is silent does not matter.
TEST_F(ReferenceClipsTest, HearsAllOfALongTurn) {
  track_.Speak(60, 100, 120);
  Line(0.5, 100, "Anna");
  request_.options.goal = Seconds(30);
  Cut();
  EXPECT_EQ(Of("Anna").source, ClipSource::kOtherLines);
  EXPECT_FALSE(Overlaps(Of("Anna"), 0, 59));
  EXPECT_GT(Of("Anna").length, Seconds(20));
}

TEST_F(ReferenceClipsTest, LittleSpeechIsSaidAgain) {
  Spoken(5, 6.4, "Anna");
  Cut();
  const ReferenceClip& clip = Of("Anna");
  EXPECT_EQ(clip.source, ClipSource::kPadded);
  ASSERT_EQ(clip.tried.size(), 2U);
  EXPECT_THAT(clip.tried[0].reason, HasSubstr("of clean speech, 3.0 s are wanted"));
  EXPECT_EQ(clip.tried[1].reason, "there are no other lines");
  EXPECT_GE(clip.length, Seconds(3));
  ASSERT_EQ(clip.pieces.size(), 1U);
  EXPECT_LT(clip.pieces[0].length, Seconds(2));
}

// A line whose time is wrong lies over somebody else's speech that no line has; another is all silence; and
// two people share a name.
TEST_F(ReferenceClipsTest, WrongTimesAndSharedNamesBringNoOtherVoice) {
  Spoken(1, 6, "Anna", 200);
  Spoken(10, 15, "Anna", 210);
  track_.Speak(20, 25, 95);
  Line(20, 25, "Anna");
  Line(30, 40, "Anna");
  Spoken(50, 54, "Anna", 110);
  Spoken(60, 66, "Bob", 100);
  Cut();
  EXPECT_EQ(Of("Anna").source, ClipSource::kOwnLines);
  EXPECT_GE(Of("Anna").length, Seconds(8));
  for (const auto& [start_s, end_s] : {std::pair(20, 25), std::pair(30, 40), std::pair(50, 66)}) {
    EXPECT_FALSE(Overlaps(Of("Anna"), start_s, end_s)) << start_s;
  }
}

TEST_F(ReferenceClipsTest, WhoHasNothingBorrowsFromTheNearestPitch) {
  Spoken(1, 6, "Anna", 210);
  Spoken(10, 15, "Bob", 100);
  Spoken(20, 25, "Carl", 125);
  Spoken(30, 30.4, "Dora", 190);  // one short word
  Spoken(40, 45, "Emil", 108);    // over Fritz
  Spoken(40, 45, "Fritz", 400);
  Cut();
  for (const auto& [who, whose] :
       std::map<std::string, std::string>{{"Dora", "Anna"}, {"Emil", "Bob"}, {"Fritz", "Anna"}}) {
    EXPECT_EQ(Of(who).source, ClipSource::kOtherSpeaker) << who;
    EXPECT_EQ(Of(who).of, whose);
    EXPECT_EQ(Of(who).id, Of(whose).id);
    EXPECT_EQ(Of(who).tried.size(), 3U);
  }
  EXPECT_EQ(Of("Emil").tried[0].reason, "nowhere is this speaker alone");
  EXPECT_THAT(job_.clip_report.notices,
              testing::Contains("Dora: nothing to clone the voice from; cloned from Anna"));
}

TEST_F(ReferenceClipsTest, WithoutAnybodysSpeechAReadyVoiceSpeaks) {
  Line(5, 9, "Anna");
  Cut();
  EXPECT_EQ(Of("Anna").source, ClipSource::kDefaultVoice);
  EXPECT_EQ(Of("Anna").path, "");
  ASSERT_EQ(Of("Anna").tried.size(), 4U);
  EXPECT_EQ(Of("Anna").tried[3].reason, "no other speaker has a recording");
  request_.track = nullptr;
  Cut();
  EXPECT_EQ(Of("Anna").tried[0].reason, "the video has no sound");
  EXPECT_EQ(job_.clip_report.track, "none");
}

TEST_F(ReferenceClipsTest, ClippedStretchesAndMusicAreLeftOut) {
  Spoken(10, 20, "Anna");
  track_.Clip(13, 14);
  Line(17, 18, "", "music");
  Cut();
  EXPECT_FALSE(Overlaps(Of("Anna"), 13.1, 13.9));
  EXPECT_FALSE(Overlaps(Of("Anna"), 17, 18));
  EXPECT_EQ(Of("Anna").source, ClipSource::kOwnLines);
}

TEST_F(ReferenceClipsTest, TheWorkersClipComesFirstWhenItIsGood) {
  Spoken(1, 6, "Anna").line.audio_key = "https://media/x.wav?signature=secret";
  MemoryTrack cut(8);
  cut.Speak(1, 7, 180);
  auto sound = cut.Read(0, Seconds(8), {}).value();
  audio::MonoBuffer mono{16000, {}};
  for (size_t i = 0; i < sound.speech.size(); i += 6) mono.samples.push_back(sound.speech[i]);
  std::string wav = audio::EncodeWav(mono, audio::WavFormat::kPcm16).value();
  request_.read_clip = [&](const std::string& key, int64_t) -> StatusOr<std::string> {
    EXPECT_EQ(key, "https://media/x.wav?signature=secret");
    return wav;
  };
  Cut();
  EXPECT_EQ(Of("Anna").source, ClipSource::kWorker);
  EXPECT_EQ(Of("Anna").audio_key, "https://media/x.wav");
  EXPECT_EQ(track_.heard, 0);
  EXPECT_NEAR(SecondsFromSamples(Of("Anna").length), 6.2, 0.4);
  // A bad one is passed over, and the report says why, without the signature.
  const std::map<std::string, std::string> bad = {
      {audio::EncodeWav({16000, std::vector<float>(90000)}, audio::WavFormat::kPcm16).value(),
       "no speech is heard"},
      {audio::EncodeWav({8000, std::vector<float>(500000, 0.1F)}, audio::WavFormat::kPcm16).value(),
       "is longer than a minute"},
      {"no sound", "clip"}};
  for (const auto& [bytes, reason] : bad) {
    wav = bytes;
    Cut();
    EXPECT_EQ(Of("Anna").source, ClipSource::kOwnLines);
    ASSERT_EQ(Of("Anna").tried.size(), 1U);
    EXPECT_EQ(Of("Anna").tried[0].source, ClipSource::kWorker);
    EXPECT_THAT(Of("Anna").tried[0].reason, HasSubstr(reason));
    EXPECT_THAT(Of("Anna").tried[0].reason, testing::Not(HasSubstr("secret")));
  }
  request_.read_clip = [](const std::string&, int64_t) { return NotFound("gone, with a secret"); };
  Cut();
  EXPECT_EQ(Of("Anna").tried[0].reason, "https://media/x.wav: cannot be read (not_found)");
}

TEST_F(ReferenceClipsTest, LongCleanLinesHaveTheirOwnWhenAsked) {
  Spoken(1, 7, "Anna");
  Spoken(10, 11, "Anna");
  Spoken(20, 26, "Anna");
  track_.Hiss(30, 36);
  Line(30, 36, "Anna");
  Cut();
  EXPECT_THAT(job_.clip_report.lines, IsEmpty());
  request_.options.per_line = true;
  Cut();
  ASSERT_EQ(job_.clip_report.lines.size(), 2U);
  const ReferenceClip& third = job_.clip_report.lines.at(3);
  EXPECT_FALSE(Overlaps(third, 0, 19.7));
  EXPECT_TRUE(Overlaps(third, 20, 26));
  EXPECT_NE(third.id, job_.clip_report.lines.at(1).id);
  EXPECT_EQ(third.kept_as, "0003_Anna.reference.wav");
}

TEST_F(ReferenceClipsTest, AModelThatFailsGivesWayToLevels) {
  Spoken(1, 6, "Anna");
  const BrokenVad broken;
  request_.voice_activity = &broken;
  Cut();
  EXPECT_EQ(Of("Anna").source, ClipSource::kOwnLines);
  EXPECT_EQ(job_.clip_report.voice_activity, "level");
  ASSERT_EQ(job_.clip_report.notices.size(), 1U);
  EXPECT_THAT(job_.clip_report.notices[0], HasSubstr("it broke"));
}

TEST_F(ReferenceClipsTest, TheirOwnParametersAreKept) {
  for (int i = 0; i < 8; ++i) Spoken(10 + 10 * i, 15 + 10 * i, "Anna");
  request_.options.goal = Seconds(5);
  Cut();
  EXPECT_LE(Of("Anna").length, Seconds(5));
  request_.options.goal = Seconds(12);
  request_.options.min = Seconds(12);
  Cut();
  EXPECT_GE(Of("Anna").length, Seconds(9));
  job_.lines.resize(1);
  Cut();
  EXPECT_EQ(Of("Anna").source, ClipSource::kDefaultVoice);
}

TEST_F(ReferenceClipsTest, ListensToLittleOfMany) {
  for (int i = 0; i < 10000; ++i) Line(0.005 * i, 0.005 * i + 0.004, i % 2 == 0 ? "Anna" : "Bob");
  for (int i = 0; i < 20; ++i) Spoken(60 + 1.7 * i, 61.4 + 1.7 * i, "Anna");
  Cut();
  EXPECT_NE(Of("Anna").source, ClipSource::kDefaultVoice);
  EXPECT_LT(track_.heard, Seconds(100));
}

TEST_F(ReferenceClipsTest, TheyCanBeKept) {
  Spoken(1, 6, "A/B");
  Spoken(10, 15, "A:B");
  request_.options.per_line = true;
  Cut();
  const auto store = stores::OpenFileObjectStore(folder_.path() + "/store").value();
  ASSERT_TRUE(KeepReferenceClips(job_.clip_report, LayoutForDirectory(), *store).ok());
  for (const char* key : {"lines/reference_1_A_B.wav", "lines/reference_2_A_B.wav",
                          "lines/0001_A_B.reference.wav", "lines/0002_A_B.reference.wav"}) {
    const auto wav = store->Get(key, 1 << 24);
    ASSERT_TRUE(wav.ok()) << key;
    EXPECT_TRUE(audio::DecodeWav(*wav, key).ok());
  }
}

TEST_F(ReferenceClipsTest, AStopIsOnlyAStop) {
  Spoken(1, 6, "Anna");
  request_.speakers = {"Anna"};
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(CutReferenceClips(request_, job_, stop.get_token()).code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::pipeline

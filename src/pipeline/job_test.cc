// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The whole job on a small real video with an engine whose sound is known.
#include "pipeline/job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "audio/loudness.h"
#include "base/files.h"
#include "base/process.h"
#include "media/audio_reader.h"
#include "net/test_server.h"
#include "pipeline/test_separator.h"
#include "pipeline/tone_synthesizer.h"

namespace waveshift::pipeline {
namespace {

using nlohmann::json;

class JobTest : public testing::Test {
 protected:
  // One video for all tests: 14 s, key pictures every 2 s, stereo sound.
  static void SetUpTestSuite() {
    folder_ = new ScratchDirectory(ScratchDirectory::Make().value());
    video_ = folder_->path() + "/in.mp4";
    Ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=14", "-f", "lavfi", "-i",
            "aevalsrc=0.1*sin(2*PI*220*t)|0.1*sin(2*PI*277*t):s=48000:d=14", "-c:v", "libx264", "-preset",
            "ultrafast", "-g", "50", "-c:a", "aac", video_});
  }
  static void TearDownTestSuite() { delete folder_; }
  static void Ffmpeg(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-hide_banner", "-nostdin", "-v", "error", "-y"});
    const auto result =
        RunProcess({.program = "ffmpeg", .arguments = arguments, .time_limit = std::chrono::minutes(2)}, {});
    ASSERT_TRUE(result.ok()) << Message(result.status());
    ASSERT_EQ(result->exit_code, 0) << result->error_output;
  }

  void SetUp() override {
    store_ = stores::OpenFileObjectStore(folder_->path() + "/" +
                                         testing::UnitTest::GetInstance()->current_test_info()->name())
                 .value();
    spec_.video.path = video_;
    spec_.target_language = "en";
    spec_.layout = LayoutForDirectory();
    Line(1, 1000, 3000, "A", "one two three four five");
    Line(2, 4000, 6500, "B", "six seven eight nine ten eleven twelve");
    Line(3, 7000, 8000, "A", "");
    Line(4, 9000, 13000, "A", "a last line that ends it");
    deps_.output = store_.get();
    deps_.synthesizer = &engine_;
    deps_.voice_namer = [](std::string_view, bool, size_t) { return std::string(); };
    deps_.on_progress = [this](const Progress& p) { progress_.push_back(p); };
  }
  void Line(int64_t sequence, int64_t start, int64_t end, const std::string& speaker,
            const std::string& translation) {
    spec_.transcript.lines.push_back({.sequence = sequence,
                                      .start_ms = start,
                                      .end_ms = end,
                                      .speaker = speaker,
                                      .content_type = "speech",
                                      .original = "x",
                                      .translation = translation,
                                      .where = "test"});
  }
  json Report() { return json::parse(store_->Get("report.json", 1 << 24).value()); }
  std::string Bytes(const std::string& key) { return store_->Get(key, 1 << 28).value(); }

  static ScratchDirectory* folder_;
  static std::string video_;
  std::unique_ptr<stores::ObjectStore> store_;
  ToneSynthesizer engine_;
  JobSpec spec_;
  JobDeps deps_;
  std::vector<Progress> progress_;
};
ScratchDirectory* JobTest::folder_ = nullptr;
std::string JobTest::video_;

TEST_F(JobTest, LeavesEverythingTheContractNames) {
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_TRUE(result->completed);
  EXPECT_EQ(result->dubbed, 3);
  EXPECT_EQ(result->kept, 1);
  for (const char* key : {"playlist.m3u8", "video/playlist.m3u8", "audio/dubbed/playlist.m3u8",
                          "audio/original/playlist.m3u8", "subtitles/playlist.m3u8", "dubbed.mp4",
                          "subtitles.srt", "subtitles.vtt", "subtitles.ass", "report.json", "report.html"}) {
    EXPECT_TRUE(store_->Head(key).ok()) << key;
  }
  EXPECT_NE(Bytes("video/playlist.m3u8").find("#EXT-X-ENDLIST"), std::string::npos);
  ASSERT_FALSE(progress_.empty());
  EXPECT_EQ(progress_.back().percent, 100);
  EXPECT_EQ(progress_.back().lines_done, 3);
  EXPECT_TRUE(std::is_sorted(progress_.begin(), progress_.end(),
                             [](const Progress& a, const Progress& b) { return a.percent < b.percent; }));
}

TEST_F(JobTest, OtherPeoplesFilesStayInFoldersOfTheSameNames) {
  const std::vector<std::string> others = {"video/holiday.mp4", "audio/speech.wav", "subtitles/talk.srt",
                                           "lines/take.wav", "listen/song.flac"};
  for (const std::string& key : others) ASSERT_TRUE(store_->Put(key, "mine", {}).ok());
  spec_.options.keep_lines = true;
  for (const bool fresh : {false, true}) {
    spec_.options.fresh = fresh;
    spec_.options.max_speed = fresh ? 1.1 : 1.2;  // another stream: what the first one left is removed
    const auto result = RunJob(spec_, deps_, {});
    ASSERT_TRUE(result.ok()) << Message(result.status());
    for (const std::string& key : others) EXPECT_EQ(store_->Get(key, 100).value_or("gone"), "mine") << key;
  }
  EXPECT_FALSE(store_->Head("video/segment_00000.ts").ok() && store_->Head("video/segment_00000_2.ts").ok());
}

TEST_F(JobTest, LinesLieWhereTheReportSays) {
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const json report = Report();
  int seen = 0;
  for (const json& line : report["lines"]) {
    if (line["status"] != "dubbed") continue;
    ++seen;
    EXPECT_TRUE(line["warnings"].empty()) << line["warnings"];
    EXPECT_EQ(line["planned_start_ms"], line["slot_start_ms"]);
    EXPECT_NEAR(line["measured_start_ms"].get<double>(), line["planned_start_ms"].get<double>(), 1.0);
    const double planned = line["planned_end_ms"].get<double>() - line["planned_start_ms"].get<double>();
    EXPECT_NEAR(line["measured_duration_ms"].get<double>(), planned, 2.0);
  }
  EXPECT_EQ(seen, 3);
  EXPECT_NEAR(report["media_duration_ms"].get<double>(), 14000, 0.1);
  EXPECT_LE(report["loudness"]["true_peak_dbtp"].get<double>(), -1.0);
}

TEST_F(JobTest, SecondRunSpeaksNothingAgainAndGivesTheSame) {
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const std::string segment = Bytes("audio/dubbed/segment_00001.ts");
  const std::string mp4 = Bytes("dubbed.mp4");
  const int spoken = engine_.spoken;
  const auto again = RunJob(spec_, deps_, {});
  ASSERT_TRUE(again.ok()) << Message(again.status());
  EXPECT_EQ(engine_.spoken, spoken);
  EXPECT_EQ(again->reused, 3);
  EXPECT_EQ(Bytes("audio/dubbed/segment_00001.ts"), segment);
  EXPECT_EQ(Bytes("dubbed.mp4"), mp4);
}

TEST_F(JobTest, StoppedJobGoesOnWhereItWas) {
  std::stop_source stop;
  engine_.on_line = [&] {
    if (engine_.spoken == 3) stop.request_stop();  // two lines are in the journal
  };
  spec_.transcript.lines[3].translation = "a last line that is quite long, and ends it";
  for (int i = 5; i < 12; ++i) Line(i, 13000 + 10 * i, 13500 + 10 * i, "B", "word " + std::to_string(i));
  const auto stopped = RunJob(spec_, deps_, stop.get_token());
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.status().code(), StatusCode::kCancelled);
  EXPECT_FALSE(store_->Head("dubbed.mp4").ok());
  engine_.on_line = nullptr;
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
}

// As on function compute, where each invocation has a time limit.
TEST_F(JobTest, WoundDownJobLosesNoLine) {
  for (int i = 5; i < 12; ++i) Line(i, 12000 + 100 * i, 12080 + 100 * i, "B", "w" + std::to_string(i));
  spec_.options.shortening.enabled = false;
  constexpr int kLines = 10;
  int runs = 0;
  StatusOr<JobResult> result = Internal("not run");
  do {
    std::stop_source soon;
    const int before = engine_.spoken;
    engine_.on_line = [&] { soon.request_stop(); };  // in the middle of the first batch
    deps_.wind_down = soon.get_token();
    result = RunJob(spec_, deps_, {});
    if (!result.ok()) {
      EXPECT_EQ(result.status().code(), StatusCode::kCancelled) << Message(result.status());
      EXPECT_GT(engine_.spoken, before);
      EXPECT_GT(progress_.back().new_work, 0);
    }
  } while (!result.ok() && ++runs < kLines);
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_TRUE(result->completed);
  EXPECT_GE(runs, 2);
  EXPECT_EQ(engine_.spoken, kLines);
}

TEST_F(JobTest, ChangedLineIsTheOnlyOneSpokenAgain) {
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const int spoken = engine_.spoken;
  spec_.transcript.lines[1].translation = "something else";
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(engine_.spoken, spoken + 1);
  EXPECT_EQ(result->reused, 2);
}

// A take that is new moves its whole phrase: what was published of it before must not stay.
TEST_F(JobTest, ResumedJobMixesThePlanOfAFreshOne) {
  spec_.transcript.lines.clear();
  Line(1, 500, 3000, "A", "one two three four five six seven eight nine");
  Line(2, 3050, 6000, "A", "six seven eight nine ten eleven twelve thirt");
  Line(3, 6050, 9000, "A", "short");
  Line(4, 11000, 13000, "A", "a last line that ends it");
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const json before = Report();
  spec_.transcript.lines[2].translation =
      "now it is a line that is far longer than its slot was made for, really";
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const json resumed = Report();
  spec_.options.fresh = true;
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const json fresh = Report();
  EXPECT_NE(resumed["lines"][1]["planned_end_ms"], before["lines"][1]["planned_end_ms"]);
  for (size_t i = 0; i < 4; ++i) {
    for (const char* field : {"planned_start_ms", "planned_end_ms", "warnings"}) {
      EXPECT_EQ(resumed["lines"][i][field], fresh["lines"][i][field]) << i << field;
    }
    EXPECT_NEAR(resumed["lines"][i]["measured_start_ms"].get<double>(),
                resumed["lines"][i]["planned_start_ms"].get<double>(), 1.0);
  }
}

TEST_F(JobTest, FreshForgetsTheJournal) {
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const int spoken = engine_.spoken;
  spec_.options.fresh = true;
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(engine_.spoken, 2 * spoken);
}

TEST_F(JobTest, OneFailedLineDoesNotFailTheJob) {
  spec_.transcript.lines[1].translation = "FAIL";
  for (int i = 5; i < 10; ++i) Line(i, 13000 + 10 * i, 13500 + 10 * i, "B", "w");
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_EQ(result->failed, 1);
  EXPECT_TRUE(result->completed);
  EXPECT_EQ(Report()["lines"][1]["error"], "told to fail");
}

TEST_F(JobTest, TooManyFailedLinesFailTheJobAndKeepWhatIsDone) {
  spec_.transcript.lines[0].translation = "FAIL";
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_FALSE(result->completed);
  EXPECT_NE(result->failure.find("1 of 3"), std::string::npos) << result->failure;
  EXPECT_EQ(Report()["status"], "failed");
  EXPECT_TRUE(store_->Head("dubbed.mp4").ok());
}

TEST_F(JobTest, AJobThatCannotFinishLeavesItsReport) {
  const std::string in_the_way =
      folder_->path() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name() + "/dubbed.mp4";
  engine_.on_line = [&] {
    std::filesystem::create_directories(in_the_way + "/folder");  // the MP4 cannot be put there
  };
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_FALSE(result.ok());
  const json report = Report();
  EXPECT_EQ(report["status"], "failed");
  EXPECT_EQ(report["totals"]["dubbed"], 3);
  EXPECT_NE(report["failure"].get<std::string>().find("dubbed.mp4"), std::string::npos) << report["failure"];

  engine_.on_line = nullptr;
  std::filesystem::remove_all(in_the_way);
  const int spoken = engine_.spoken;
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(engine_.spoken, spoken);
  EXPECT_EQ(Report()["status"], "completed");
}

TEST_F(JobTest, EngineNoneKeepsTheOriginalSound) {
  spec_.options.speak = false;
  deps_.synthesizer = nullptr;
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_EQ(result->kept, 4);
}

// Six loud channels add up to more than full scale: both tracks are limited, and as long as the video.
TEST_F(JobTest, LoudSurroundDoesNotClip) {
  spec_.video.path = folder_->path() + "/surround.mkv";
  const std::string tone = "0.8*sin(2*PI*220*t)";
  std::string all = tone;
  for (int i = 1; i < 6; ++i) all += "|" + tone;
  Ffmpeg({"-i", video_, "-f", "lavfi", "-i", "aevalsrc=exprs=" + all + ":s=48000:d=14:c=5.1", "-map", "0:v",
          "-map", "1:a", "-c:v", "copy", "-c:a", "ac3", "-b:a", "448k", spec_.video.path});
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const std::string mp4 =
      folder_->path() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name() + "/dubbed.mp4";
  for (const int stream : {1, 2}) {
    auto reader = media::AudioReader::Open(mp4, stream, 0).value();
    std::vector<float> sound;
    ASSERT_TRUE(reader->Read(14 * kTimelineRateHz, sound, {}).ok());
    const auto meter = audio::LoudnessMeter::Make();
    meter->Add(sound);
    EXPECT_LE(meter->Summary().true_peak_dbtp, -1.0) << stream;
    EXPECT_GT(meter->Summary().true_peak_dbtp, -4.0) << stream;
  }
}

TEST_F(JobTest, LineBehindTheEndOfTheMediaIsRefused) {
  Line(9, 20000, 21000, "A", "too late");
  const auto result = RunJob(spec_, deps_, {});
  EXPECT_EQ(result.status().code(), StatusCode::kInvalidArgument);
}

// Everything in the original counts as speech, so that under the dub nothing of it is left.
class SeparationJobTest : public JobTest {
 protected:
  void SetUp() override {
    JobTest::SetUp();
    spec_.options.background = BackgroundMode::kSeparate;
    deps_.separator = separator_;
    deps_.on_notice = [this](const std::string& notice) { notices_.push_back(notice); };
  }
  // The level of the dubbed (1) or original (2) track from `from_ms` on.
  double LevelDb(int stream, double from_ms, double to_ms) {
    const std::string mp4 =
        folder_->path() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name() + "/dubbed.mp4";
    auto reader = media::AudioReader::Open(mp4, stream, 0).value();
    std::vector<float> sound;
    EXPECT_TRUE(reader->Read(SamplesFromMs(from_ms), sound, {}).ok());
    sound.clear();
    EXPECT_TRUE(reader->Read(SamplesFromMs(to_ms - from_ms), sound, {}).ok());
    double energy = 0;
    for (const float value : sound) energy += static_cast<double>(value) * value;
    return 10 * std::log10(energy / static_cast<double>(sound.size()) + 1e-12);
  }

  std::shared_ptr<TestSeparator> separator_ = std::make_shared<TestSeparator>(1.0F);
  std::vector<std::string> notices_;
};

TEST_F(SeparationJobTest, SpeechIsGoneUnderTheDubAndTheOriginalStaysBetween) {
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const json report = Report();
  EXPECT_EQ(report["background"]["mode"], "separate");
  EXPECT_EQ(report["background"]["separator"], "test");
  EXPECT_EQ(report["background"]["version"], "1");
  EXPECT_TRUE(report["background"]["ducked_from_ms"].is_null());
  EXPECT_EQ(report["versions"]["test"], "1");
  EXPECT_TRUE(std::any_of(report["stages"].begin(), report["stages"].end(),
                          [](const json& stage) { return stage["name"] == "separate"; }));
  // The first line is shorter than its slot: there nothing of the original is left.
  const double end_ms = report["lines"][0]["planned_end_ms"];
  ASSERT_LT(end_ms, 2800);
  EXPECT_LT(LevelDb(1, end_ms + 50, 2950), -65);
  for (const auto& [from_ms, to_ms] : {std::pair{100.0, 850.0}, {3350.0, 3850.0}, {7100.0, 7900.0}}) {
    EXPECT_NEAR(LevelDb(1, from_ms, to_ms), LevelDb(2, from_ms, to_ms), 0.1) << from_ms;
  }
  EXPECT_TRUE(notices_.empty());
}

TEST_F(SeparationJobTest, ASecondRunSeparatesNothingAgain) {
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const std::string segment = Bytes("audio/dubbed/segment_00001.ts");
  const int64_t heard = separator_->heard;
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(separator_->heard, heard);
  EXPECT_EQ(Bytes("audio/dubbed/segment_00001.ts"), segment);
  // Another model is another job.
  separator_->version_word = "2";
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_GT(separator_->heard, heard);
  EXPECT_EQ(Report()["background"]["version"], "2");
}

TEST_F(SeparationJobTest, TheRestIsDuckedWhenItTakesTooLong) {
  spec_.options.separation_limit_s = 1e-9;
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const json background = Report()["background"];
  const double from_ms = background["ducked_from_ms"];
  EXPECT_GT(from_ms, 800);
  EXPECT_LT(from_ms, 4000);
  ASSERT_EQ(notices_.size(), 1U);
  EXPECT_NE(notices_[0].find("is ducked: separation took longer than"), std::string::npos) << notices_[0];
  EXPECT_EQ(Report()["notices"], json(notices_));
  const double end_ms = Report()["lines"][0]["planned_end_ms"];
  EXPECT_NEAR(LevelDb(1, end_ms + 50, 2950), LevelDb(2, end_ms + 50, 2950) - 18, 0.5);
  // What a later run says of the same output is the same.
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(Report()["background"], background);
}

TEST_F(SeparationJobTest, ASeparatorThatFailsIsANoticeAndNoMore) {
  separator_->error = Internal("broken");
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_TRUE(result->completed);
  ASSERT_EQ(notices_.size(), 1U);
  EXPECT_NE(notices_[0].find("broken"), std::string::npos);
}

TEST_F(SeparationJobTest, WhatIsMissingIsSaidBeforeAnythingIsSpoken) {
  separator_->ready = FailedPrecondition("no model");
  EXPECT_EQ(RunJob(spec_, deps_, {}).status().code(), StatusCode::kFailedPrecondition);
  deps_.separator = nullptr;
  EXPECT_EQ(RunJob(spec_, deps_, {}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(engine_.spoken, 0);
}

TEST_F(JobTest, WhatIsSaidOfTheChoiceIsInTheReport) {
  deps_.notices = {"the original sound is ducked, not separated"};
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(Report()["notices"], json(deps_.notices));
  EXPECT_EQ(Report()["background"]["mode"], "duck");
  EXPECT_TRUE(Report()["background"]["separator"].is_null());
}

TEST_F(JobTest, ATranscriptWithoutAWordIsANotice) {
  for (text::TranscriptLine& line : spec_.transcript.lines) line.translation.clear();
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_NE(Report()["notices"].dump().find("no line of the transcript has words"), std::string::npos);
}

TEST_F(JobTest, DamagedSoundIsANotice) {
  spec_.video.path = folder_->path() + "/damaged.mp4";
  Ffmpeg({"-i", video_, "-c", "copy", "-bsf:a", "noise=amount=500", spec_.video.path});
  auto reader = media::AudioReader::Open(spec_.video.path, -1, 0).value();
  std::vector<float> sound;
  ASSERT_TRUE(reader->Read(14 * kTimelineRateHz, sound, {}).ok());
  ASSERT_GT(reader->damaged_packets(), 1);
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(Report()["notices"], json({std::to_string(reader->damaged_packets()) +
                                       " packets of the original sound are damaged and became silence"}));
}

TEST_F(JobTest, KeptLinesAreTheSamplesInTheMix) {
  spec_.options.keep_lines = true;
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  const json report = Report();
  const std::string wav = Bytes(report["lines"][0]["wav"]);
  const double length_ms = report["lines"][0]["planned_end_ms"].get<double>() -
                           report["lines"][0]["planned_start_ms"].get<double>();
  EXPECT_NEAR(static_cast<double>(wav.size() - 44), length_ms * 48 * 2, 64);
}

// A provider that answers every question with the same wordings.
class ShorteningJobTest : public JobTest {
 protected:
  void SetUp() override {
    JobTest::SetUp();
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
    // 4.4 s of speech for the 2.1 s before line 2.
    spec_.transcript.lines[0].end_ms = 2000;
    spec_.transcript.lines[0].translation = kHopeless;
    spec_.transcript.lines[1].start_ms = 3200;
  }
  void Provider(int status, const std::vector<std::string>& wordings) {
    server_ = std::make_unique<net::TestServer>([=](const net::TestRequest& request,
                                                    const net::TestConnection& to) {
      const json asked = json::parse(json::parse(request.body)["messages"][1]["content"].get<std::string>());
      json answer;
      for (const json& line : asked["lines"]) answer[line["id"].dump()] = wordings;
      to.Reply(status, json{{"choices", {{{"message", {{"content", "```json\n" + answer.dump()}}}}}}}.dump());
    });
    simplify::ChatOptions options{.provider = "openai", .base_url = server_->Url("/v1"), .model = "m"};
    options.retry.max_attempts = 1;
    model_ = simplify::MakeChatModel(options, http_);
    deps_.chat_model = model_.get();
    deps_.on_notice = [this](const std::string& notice) { notices_.push_back(notice); };
  }

  static constexpr char kHopeless[] =
      "one two three four five, and quite a lot of words that may well be left out";
  net::HttpClient http_;
  std::unique_ptr<net::TestServer> server_;
  std::unique_ptr<simplify::ChatModel> model_;
  std::vector<std::string> notices_;
};

TEST_F(ShorteningJobTest, AHopelessLineIsShortenedAndTheReportSaysSo) {
  Provider(200, {"one two three four five, a lot of words"});
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_EQ(result->shortened, 1);
  const json report = Report();
  const json& line = report["lines"][0];
  EXPECT_EQ(line["shortening"], "llm");
  EXPECT_EQ(line["text"], "one two three four five, a lot of words");
  EXPECT_EQ(line["text_before"], kHopeless);
  EXPECT_GT(line["natural_before_ms"].get<double>(), 4000);
  EXPECT_NEAR(line["natural_after_ms"].get<double>(), 60.0 * 39, 1);
  EXPECT_LE(line["speed"].get<double>(), 1.2);
  EXPECT_EQ(report["totals"]["shortened"], 1);
  EXPECT_EQ(report["lines"][1]["shortening"], "none");
  EXPECT_TRUE(report["lines"][1]["text_before"].is_null());
  EXPECT_TRUE(notices_.empty());
  EXPECT_EQ(Bytes("subtitles.srt").find("left out"), std::string::npos);
  // The next run asks nobody and speaks nothing.
  const size_t asked = server_->Requests().size();
  const int spoken = engine_.spoken;
  const auto again = RunJob(spec_, deps_, {});
  ASSERT_TRUE(again.ok()) << Message(again.status());
  EXPECT_EQ(server_->Requests().size(), asked);
  EXPECT_EQ(engine_.spoken, spoken);
  EXPECT_EQ(again->shortened, 1);
  EXPECT_EQ(again->reused, 3);
  EXPECT_EQ(Report()["lines"][0]["text"], line["text"]);
}

TEST_F(ShorteningJobTest, AStoppedJobGoesOnWithTheSameWords) {
  Provider(200, {"one two three four five, a lot of words"});
  for (int i = 5; i < 14; ++i) Line(i, 13000 + 10 * i, 13500 + 10 * i, "B", "word " + std::to_string(i));
  std::stop_source stop;
  engine_.on_line = [&] {
    if (engine_.spoken == 7) stop.request_stop();  // the first batch and its shortening are in the journal
  };
  ASSERT_EQ(RunJob(spec_, deps_, stop.get_token()).status().code(), StatusCode::kCancelled);
  const size_t asked = server_->Requests().size();
  ASSERT_GT(asked, 0U);
  engine_.on_line = nullptr;
  Provider(500, {});  // whoever asked now would get nothing
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_EQ(Report()["lines"][0]["text"], "one two three four five, a lot of words");
  EXPECT_TRUE(Report()["lines"][0]["reused"].get<bool>());
}

TEST_F(ShorteningJobTest, AProviderThatFailsIsANoticeAndNoMore) {
  Provider(401, {});
  spec_.transcript.lines[1].translation = std::string(kHopeless) + " two";
  const auto result = RunJob(spec_, deps_, {});
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_TRUE(result->completed);
  ASSERT_EQ(notices_.size(), 1U);
  EXPECT_NE(notices_[0].find("401"), std::string::npos);
  EXPECT_NE(notices_[0].find("OPENAI_API_KEY"), std::string::npos);
  EXPECT_EQ(Report()["notices"], json(notices_));
  EXPECT_EQ(Report()["lines"][0]["shortening"], "none");
  EXPECT_EQ(Report()["lines"][0]["text"], kHopeless);
}

TEST_F(ShorteningJobTest, RulesNeedNoProviderAndCanBeSwitchedOff) {
  spec_.transcript.lines[0].translation = "Um, uh, you know, one two three four five, um, six seven";
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(Report()["lines"][0]["shortening"], "rules");
  EXPECT_EQ(Report()["lines"][0]["text"], "One two three four five, six seven");
  spec_.options.shortening.enabled = false;
  ASSERT_TRUE(RunJob(spec_, deps_, {}).ok());
  EXPECT_EQ(Report()["lines"][0]["shortening"], "none");
  EXPECT_EQ(Report()["lines"][0]["text"], spec_.transcript.lines[0].translation);
}

}  // namespace
}  // namespace waveshift::pipeline

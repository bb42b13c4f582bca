// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/audio_reader.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "media/rendition.h"
#include "media/segmenter.h"
#include "media/test_media.h"

namespace waveshift::media {
namespace {

using testing::HasSubstr;

// A track that is silent but for a click of 8 ms (a windowed tone of 2 kHz) around the middle of each second.
constexpr double kClickSeconds = 0.5;
std::string Clicks(int rate, double seconds, const std::string& layout = "stereo") {
  const std::string one = "0.8*sin(2*PI*2000*(mod(t\\,1)-0.5))*between(mod(t\\,1)\\,0.496\\,0.504)";
  return "-f lavfi -i aevalsrc=exprs=" + one + (layout == "mono" ? "" : "|" + one) +
         ":s=" + std::to_string(rate) + ":d=" + std::to_string(seconds) + ":c=" + layout + " ";
}

class AudioReaderTest : public MediaTest {
 protected:
  // Left and right of `frames` frames.
  static std::vector<float> Read(AudioReader& reader, int64_t frames) {
    std::vector<float> samples;
    // Odd portions, so that borders fall everywhere.
    for (int64_t done = 0; done < frames;) {
      const int64_t count = std::min<int64_t>(997, frames - done);
      const Status status = reader.Read(count, samples, {});
      EXPECT_TRUE(status.ok()) << status;
      if (!status.ok()) break;
      done += count;
    }
    EXPECT_EQ(samples.size(), 2 * static_cast<size_t>(frames));
    return samples;
  }
  std::unique_ptr<AudioReader> Open(const std::string& path, double zero = 0, Samples start = 0,
                                    int stream = -1) {
    auto reader = AudioReader::Open(path, stream, zero, start);
    EXPECT_TRUE(reader.ok()) << reader.status();
    return reader.ok() ? std::move(reader).value() : nullptr;
  }
  std::vector<float> ReadFile(const std::string& path, int64_t frames, double zero = 0, Samples start = 0) {
    const auto reader = Open(path, zero, start);
    return reader ? Read(*reader, frames) : std::vector<float>();
  }

  // Centre of the sound of [from, to): the click is even around it.
  static double Centre(const std::vector<float>& samples, double from, double to) {
    double weight = 0;
    double moment = 0;
    for (auto i = static_cast<size_t>(from * 48000);
         i < static_cast<size_t>(to * 48000) && 2 * i < samples.size(); ++i) {
      const double power = static_cast<double>(samples[2 * i]) * samples[2 * i];
      weight += power;
      moment += power * static_cast<double>(i);
    }
    EXPECT_GT(weight, 0.5) << "no click between " << from << " s and " << to << " s";
    return weight > 0 ? moment / weight : 0;
  }
  // Every click from `first` s on lies where it should, within `limit` samples.
  static void ExpectClicks(const std::vector<float>& samples, int count, double limit,
                           double first = kClickSeconds) {
    for (int i = 0; i < count; ++i) {
      const double at = first + i;
      EXPECT_NEAR(Centre(samples, at - 0.25, at + 0.25), at * 48000, limit) << "click " << i;
    }
  }
  static float Peak(const std::vector<float>& samples, double from, double to, size_t channel) {
    float peak = 0;
    for (auto i = static_cast<size_t>(from * 48000);
         i < static_cast<size_t>(to * 48000) && 2 * i < samples.size(); ++i) {
      peak = std::max(peak, std::abs(samples[2 * i + channel]));
    }
    return peak;
  }
  static float LargestDifference(const std::vector<float>& all, size_t from_frame,
                                 const std::vector<float>& part) {
    float largest = 0;
    for (size_t i = 0; i < part.size(); ++i) {
      const float other = 2 * from_frame + i < all.size() ? all[2 * from_frame + i] : 0;
      largest = std::max(largest, std::abs(part[i] - other));
    }
    return largest;
  }
};

TEST_F(AudioReaderTest, PcmIsExactAtEveryRate) {
  for (const int rate : {8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000, 192000}) {
    const std::string path = Make("a.wav", Clicks(rate, 4) + "-c:a pcm_s16le");
    const auto reader = Open(path);
    const std::vector<float> samples = Read(*reader, 5 * 48000);
    SCOPED_TRACE(rate);
    ExpectClicks(samples, 4, 1.0);
    EXPECT_TRUE(reader->ended());
    EXPECT_EQ(reader->damaged_packets(), 0);
    EXPECT_EQ(Peak(samples, 4.01, 5, 0), 0);
  }
}

TEST_F(AudioReaderTest, LossyCodecsAreInTime) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a.m4a", "-c:a aac"},        {"b.mkv", "-c:a aac"},        {"c.ts", "-c:a aac"},
      {"d.opus", "-c:a libopus"},   {"e.webm", "-c:a libopus"},   {"f.ogg", "-c:a libvorbis"},
      {"g.mkv", "-c:a ac3"},        {"h.avi", "-c:a libmp3lame"}, {"i.mkv", "-c:a libmp3lame"},
      {"j.mp4", "-c:a libmp3lame"}, {"k.flac", "-c:a flac"},      {"l.mkv", "-c:a libvorbis"}};
  for (const auto& [name, codec] : cases) {
    SCOPED_TRACE(name);
    const std::string path = Make(name, Clicks(44100, 4) + "-ar 48000 " + codec);
    // What ffmpeg itself decodes, one frame after the other; its first one's time stamp says where it
    // belongs.
    const std::string plain = Make("plain.wav", "-i " + path + " -ac 2 -c:a pcm_s16le");
    const double begin = std::stod(Probe(path, "a:0", "frame=pts_time").at(0));
    const std::vector<float> reference = ReadFile(plain, 4 * 48000);
    const std::vector<float> samples = ReadFile(path, 4 * 48000, begin);
    for (const double at : {0.5, 1.5, 2.5, 3.5}) {
      EXPECT_NEAR(Centre(samples, at - 0.25, at + 0.25), Centre(reference, at - 0.25, at + 0.25), 96) << at;
    }
    // Where the first frame begins may be rounded to a millisecond; nothing else is.
    const double shift = Centre(samples, 0.25, 0.75) - Centre(reference, 0.25, 0.75);
    EXPECT_NEAR(Centre(samples, 3.25, 3.75) - Centre(reference, 3.25, 3.75), shift, 0.5);
  }
}

TEST_F(AudioReaderTest, RawAdtsCountsFromItsStart) {
  const std::string path = Make("a.aac", Clicks(44100, 4) + "-c:a aac");
  const std::vector<float> samples = ReadFile(path, 4 * 48000);
  // Nothing says that the first frame is priming; from there on nothing may drift.
  const double first = Centre(samples, 0.25, 0.75);
  EXPECT_NEAR(first, 24000 + 1024 * 48000.0 / 44100, 96);
  EXPECT_NEAR(Centre(samples, 3.25, 3.75) - first, 3 * 48000, 2);
}

TEST_F(AudioReaderTest, ZeroCutsAndDelays) {
  const std::string path = Make("a.wav", Clicks(44100, 4));
  ExpectClicks(ReadFile(path, 3 * 48000, 1.0), 3, 1.0);
  // The sound begins 0.7 s after the timeline's zero.
  const std::vector<float> late = ReadFile(path, 5 * 48000, -0.7);
  EXPECT_EQ(Peak(late, 0, 0.7, 0), 0);
  ExpectClicks(late, 4, 1.0, 1.2);
  // Zero between two samples of the file.
  ExpectClicks(ReadFile(path, 3 * 48000, 1.0 / 3), 2, 1.0, 0.5 + 2.0 / 3);
  const std::string video =
      Make("b.mp4", "-f lavfi -i testsrc2=s=64x64:r=25:d=4 -itsoffset 0.7 " + Clicks(44100, 4) +
                        "-map 0 -map 1 -c:v libx264 -preset ultrafast -c:a aac");
  ExpectClicks(ReadFile(video, 5 * 48000), 4, 96, 1.2);
}

TEST_F(AudioReaderTest, MonoKeepsItsLevelInBoth) {
  const std::string path = Make("a.wav", Clicks(48000, 1, "mono") + "-c:a pcm_f32le");
  const std::vector<float> samples = ReadFile(path, 48000);
  EXPECT_NEAR(Peak(samples, 0, 1, 0), 0.8, 0.01);
  for (size_t i = 0; i < samples.size(); i += 2) ASSERT_EQ(samples[i], samples[i + 1]);
}

TEST_F(AudioReaderTest, SurroundIsMixedDownAtItsOwnLevel) {
  const std::string tone = "0.5*sin(2*PI*500*t)";
  const double third = std::sqrt(0.5);
  // Channels FL FR FC LFE BL BR: what each adds to left and right.
  const std::vector<std::pair<double, double>> weights = {{1, 0}, {0, 1},     {third, third},
                                                          {0, 0}, {third, 0}, {0, third}};
  for (size_t channel = 0; channel < weights.size(); ++channel) {
    std::string all;
    for (size_t i = 0; i < weights.size(); ++i) all += (i > 0 ? "|" : "") + (i == channel ? tone : "0");
    const std::string path = Make("a" + std::to_string(channel) + ".wav",
                                  "-f lavfi -i aevalsrc=exprs=" + all + ":s=48000:d=1:c=5.1 -c:a pcm_f32le");
    const std::vector<float> samples = ReadFile(path, 48000);
    EXPECT_NEAR(Peak(samples, 0.1, 0.9, 0), 0.5 * weights[channel].first, 0.005) << channel;
    EXPECT_NEAR(Peak(samples, 0.1, 0.9, 1), 0.5 * weights[channel].second, 0.005) << channel;
  }
}

TEST_F(AudioReaderTest, SeekingGivesTheSameSamples) {
  const std::string noise =
      "-f lavfi -i "
      "aevalsrc=exprs=0.3*sin(2*PI*440*t)+0.1*sin(2*PI*1234*t*t)|0.3*sin(2*PI*555*t):s=44100:d=20 ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a.wav", "-c:a pcm_s16le"},  {"b.m4a", "-c:a aac"},       {"c.mkv", "-c:a aac"},
      {"d.ts", "-c:a aac"},         {"e.mkv", "-c:a flac"},      {"f.mkv", "-c:a libvorbis"},
      {"g.mp3", "-c:a libmp3lame"}, {"h.flac", "-c:a flac"},     {"i.mkv", "-c:a libopus -ar 48000"},
      {"j.mkv", "-c:a pcm_s16le"},  {"k.ogg", "-c:a libvorbis"}, {"l.aac", "-c:a aac"},
      {"m.mkv", "-c:a libmp3lame"}, {"n.mka", "-c:a ac3"}};
  for (const auto& [name, codec] : cases) {
    SCOPED_TRACE(name);
    const std::string path = Make(name, noise + codec);
    for (const double zero : {0.0, 0.37}) {
      const std::vector<float> all = ReadFile(path, 20 * 48000, zero);
      for (const Samples start : {Samples{100}, Samples{48001}, Samples{480123}, Samples{900000}}) {
        const std::vector<float> part = ReadFile(path, 40000, zero, start);
        EXPECT_LT(LargestDifference(all, static_cast<size_t>(start), part), 1e-3F) << zero << " " << start;
      }
    }
  }
}

TEST_F(AudioReaderTest, StartBeyondTheEndIsSilence) {
  const std::string path = Make("a.m4a", Clicks(44100, 2) + "-c:a aac");
  const auto reader = Open(path, 0, 10 * 48000);
  EXPECT_EQ(Peak(Read(*reader, 4800), 0, 0.1, 0), 0);
  EXPECT_TRUE(reader->ended());
}

// A gap in the time stamps is silence, and what comes after it is at its own time.
TEST_F(AudioReaderTest, GapsAndOverlapsKeepTheTime) {
  const std::string pts = "-af asetpts=PTS+if(gt(T\\,1.99)\\,1/TB\\,0)";
  const std::string path = Make("gap.mkv", Clicks(48000, 4) + pts + " -c:a pcm_s16le");
  const std::vector<float> samples = ReadFile(path, 5 * 48000);
  ExpectClicks(samples, 2, 48);
  EXPECT_EQ(Peak(samples, 2.05, 2.95, 0), 0);
  EXPECT_NEAR(Centre(samples, 3.25, 3.75), 3.5 * 48000, 60);
  EXPECT_NEAR(Centre(samples, 4.25, 4.75), 4.5 * 48000, 60);
}

// The clock of this track runs 0.5 % slow against its samples: it must follow the clock.
TEST_F(AudioReaderTest, DriftingTimeStampsDoNotAddUp) {
  const std::string path = Make("drift.mkv", Clicks(48000, 20) + "-af asetpts=PTS*1.005 -c:a pcm_s16le");
  const std::vector<float> samples = ReadFile(path, 20 * 48000);
  for (int i = 0; i < 19; ++i) {
    const double at = (kClickSeconds + i) * 1.005;
    EXPECT_NEAR(Centre(samples, at - 0.25, at + 0.25), at * 48000, 0.004 * 48000) << i;
  }
}

TEST_F(AudioReaderTest, DamagedPacketsAreSilenceAndCounted) {
  const std::string path = Make("a.m4a", Clicks(48000, 10) + "-c:a aac -b:a 64k -movflags +faststart");
  EXPECT_EQ(Open(path)->damaged_packets(), 0);
  // Break packets of the middle.
  const auto places = Probe(path, "a:0", "packet=pos,size");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (size_t i = 200; i < 210; ++i) {
    const size_t comma = places[i].find(',');
    const int size = std::stoi(places[i].substr(0, comma));
    file.seekp(std::stoll(places[i].substr(comma + 1)));
    file << std::string(static_cast<size_t>(size), '\xFF');
  }
  file.close();
  const auto reader = Open(path);
  const std::vector<float> samples = Read(*reader, 10 * 48000);
  EXPECT_GE(reader->damaged_packets(), 9);
  EXPECT_LE(reader->damaged_packets(), 11);
  for (const double at : {0.5, 1.5, 2.5, 3.5, 5.5, 8.5, 9.5}) {
    EXPECT_NEAR(Centre(samples, at - 0.1, at + 0.1), at * 48000, 96) << at;
  }
}

TEST_F(AudioReaderTest, FormatChangesMidStream) {
  const std::string first = Make("a.ts", Clicks(48000, 2) + "-c:a aac");
  const std::string second = Make("b.ts", Clicks(44100, 2, "mono") + "-c:a aac -output_ts_offset 2");
  const std::string both = Path("both.ts");
  std::ofstream out(both, std::ios::binary);
  out << std::ifstream(first, std::ios::binary).rdbuf() << std::ifstream(second, std::ios::binary).rdbuf();
  out.close();
  const double zero = std::stod(Probe(first, "a:0", "packet=pts_time").at(0)) + 1024.0 / 48000;
  const std::vector<float> samples = ReadFile(both, 4 * 48000, zero);
  EXPECT_NEAR(Centre(samples, 1.25, 1.75), 1.5 * 48000, 96);
  // The second file's clock did not have to be moved for its priming.
  EXPECT_NEAR(Centre(samples, 3.25, 3.75), 3.5 * 48000 - 1024, 96);
}

TEST_F(AudioReaderTest, ChoosesTheStream) {
  const std::string path =
      Make("a.mkv", "-f lavfi -i sine=d=1:f=440 -f lavfi -i anullsrc=d=1 -map 0 -map 1 -c:a flac -t 1");
  EXPECT_GT(Peak(Read(*Open(path, 0, 0, 0), 48000), 0, 1, 0), 0.05F);
  EXPECT_EQ(Peak(Read(*Open(path, 0, 0, 1), 48000), 0, 1, 0), 0);
}

TEST_F(AudioReaderTest, WhatCannotBeRead) {
  const std::string silent = Make("a.mp4", "-f lavfi -i testsrc2=s=64x64:d=1 -c:v libx264 -preset ultrafast");
  const auto none = AudioReader::Open(silent, -1, 0);
  EXPECT_EQ(none.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(none.status()), HasSubstr("holds no sound"));
  EXPECT_EQ(AudioReader::Open(silent, 0, 0).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(AudioReader::Open(silent, 77, 0).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(AudioReader::Open(Path("missing.wav"), -1, 0).status().code(), StatusCode::kNotFound);
  const std::string path = Make("a.wav", Clicks(48000, 1));
  std::stop_source stop;
  stop.request_stop();
  std::vector<float> samples;
  EXPECT_EQ(Open(path)->Read(48000, samples, stop.get_token()).code(), StatusCode::kCancelled);
}

class RenditionAudioTest : public AudioReaderTest {
 protected:
  // A rendition of six seconds in three segments, made by the room's own segmenter from clicks.
  RenditionFiles MakeRendition(SegmentContainer container) {
    RenditionFiles files;
    AudioSegmenter::Options options{.container = container,
                                    .starts = {0, 96000, 200000},
                                    .length = 288000,
                                    .language = "eng",
                                    .directory = scratch_->path()};
    auto segmenter = AudioSegmenter::Open(options, [&](const AudioSegment& segment) {
      files.paths.push_back(segment.path);
      return OkStatus();
    });
    EXPECT_TRUE(segmenter.ok()) << segmenter.status();
    const std::vector<float> clicks = ReadFile(Make("clicks.wav", Clicks(48000, 6)), 288000);
    EXPECT_TRUE((*segmenter)->Push(clicks).ok());
    EXPECT_TRUE((*segmenter)->Finish().ok());
    if (!(*segmenter)->init_segment().empty()) {
      EXPECT_TRUE(WriteFileAtomic(Path("init.mp4"), (*segmenter)->init_segment()).ok());
      files.paths.insert(files.paths.begin(), Path("init.mp4"));
    }
    return files;
  }
};

TEST_F(RenditionAudioTest, SampleZeroIsTheTimelinesZero) {
  for (const SegmentContainer container : {SegmentContainer::kMpegTs, SegmentContainer::kFragmentedMp4}) {
    const RenditionFiles files = MakeRendition(container);
    auto reader = OpenAudioRendition(files);
    ASSERT_TRUE(reader.ok()) << reader.status();
    const std::vector<float> samples = Read(**reader, 288000);
    ExpectClicks(samples, 6, 10);
    EXPECT_EQ((*reader)->damaged_packets(), 0);
    std::vector<float> rest = Read(**reader, 4096);
    EXPECT_TRUE((*reader)->ended());
  }
}

TEST_F(RenditionAudioTest, AMissingSegmentIsAnError) {
  RenditionFiles files = MakeRendition(SegmentContainer::kMpegTs);
  EXPECT_EQ(OpenAudioRendition({}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenAudioRendition({.paths = {Path("none.ts")}}).status().code(), StatusCode::kNotFound);
  files.paths[1] = Path("none.ts");
  auto reader = OpenAudioRendition(files);
  if (!reader.ok()) return;  // it was noticed when the beginning was read
  std::vector<float> samples;
  EXPECT_FALSE((*reader)->Read(288000, samples, {}).ok());
}

}  // namespace
}  // namespace waveshift::media

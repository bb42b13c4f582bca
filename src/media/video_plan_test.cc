// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/video_plan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "media/test_media.h"
#include "media/video_packets.h"

namespace waveshift::media {
namespace {

using testing::HasSubstr;

struct Packet {
  int64_t pts;
  int64_t dts;
  int size;
  bool key;
  bool shown;
};

class VideoPlanTest : public MediaTest {
 protected:
  VideoPlan Planned(const std::string& path, double seconds = 2, bool copy = true) {
    const auto info = ProbeMedia(path);
    EXPECT_TRUE(info.ok()) << info.status();
    if (!info.ok()) return {};
    auto plan = PlanVideo(*info, seconds, copy, {});
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (!plan.ok()) return {};
    ExpectSound(*plan);
    return std::move(plan).value();
  }

  void ExpectSound(const VideoPlan& plan) {
    ASSERT_FALSE(plan.segments.empty());
    EXPECT_EQ(plan.segments.front().start, 0);
    EXPECT_EQ(plan.segments.back().end, plan.length);
    for (size_t i = 0; i < plan.segments.size(); ++i) {
      EXPECT_LT(plan.segments[i].start, plan.segments[i].end);
      if (i > 0) {
        EXPECT_EQ(plan.segments[i].start, plan.segments[i - 1].end);
      }
      EXPECT_GT(plan.segments[i].packets, 0);
    }
    EXPECT_GE(plan.peak_bits_per_second, plan.average_bits_per_second);
    EXPECT_GT(plan.average_bits_per_second, 0);
  }

  std::vector<Packet> Packets(const std::string& path) {
    std::vector<Packet> packets;
    const auto info = ProbeMedia(path);
    EXPECT_TRUE(info.ok()) << info.status();
    auto reader = VideoPacketReader::Open(*info);
    EXPECT_TRUE(reader.ok()) << reader.status();
    if (!reader.ok()) return packets;
    PacketPtr packet(av_packet_alloc());
    while (true) {
      const auto more = (*reader)->Next(packet.get(), {});
      EXPECT_TRUE(more.ok()) << more.status();
      if (!more.ok() || !*more) break;
      packets.push_back({packet->pts, packet->dts, packet->size, (packet->flags & AV_PKT_FLAG_KEY) != 0,
                         (packet->flags & AV_PKT_FLAG_DISCARD) == 0});
      av_packet_unref(packet.get());
    }
    for (size_t i = 0; i < packets.size(); ++i) {
      EXPECT_LE(packets[i].dts, packets[i].pts);
      if (i > 0) {
        EXPECT_LT(packets[i - 1].dts, packets[i].dts);
      }
    }
    return packets;
  }

  static int64_t Total(const VideoPlan& plan) {
    int64_t total = 0;
    for (const PlannedSegment& segment : plan.segments) total += segment.packets;
    return total;
  }

  // The presentation times, rising, are `step` apart.
  static void ExpectEvenPictures(const std::vector<Packet>& packets, int64_t step, int64_t tolerance = 0) {
    std::vector<int64_t> times;
    for (const Packet& packet : packets) times.push_back(packet.pts);
    std::sort(times.begin(), times.end());
    for (size_t i = 1; i < times.size(); ++i)
      ASSERT_NEAR(times[i] - times[i - 1], step, tolerance) << "picture " << i;
  }

  void ExpectRefused(const std::string& path, const std::string& reason) {
    const auto info = ProbeMedia(path);
    ASSERT_TRUE(info.ok()) << info.status();
    const auto plan = PlanVideo(*info, 2, true, {});
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.status().code(), StatusCode::kInvalidArgument) << plan.status();
    EXPECT_THAT(Message(plan.status()), HasSubstr(path + ": "));
    EXPECT_THAT(Message(plan.status()), HasSubstr(reason));
  }
};

constexpr char kSource[] = "-f lavfi -i testsrc2=s=128x96:r=25:d=10 ";
constexpr char kX264[] =
    "-c:v libx264 -preset veryfast -pix_fmt yuv420p -bf 3 -g 25 -keyint_min 25 -sc_threshold 0 ";

TEST_F(VideoPlanTest, SegmentsBeginAtTheFirstKeyPacketOfEachMultiple) {
  const std::string path = Make("a.mp4", std::string(kSource) + kX264);
  const VideoPlan plan = Planned(path, 2);
  EXPECT_TRUE(plan.copy);
  EXPECT_EQ(plan.length, 480000);
  EXPECT_DOUBLE_EQ(plan.frame_rate, 25);
  EXPECT_EQ(plan.zero_seconds, 0);
  ASSERT_EQ(plan.segments.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(plan.segments[i].start, static_cast<Samples>(i) * 96000);
    EXPECT_EQ(plan.segments[i].packets, 50);
  }
  // 1.5 s fall between key packets: 0, 2, 3, 5, 6, 8, 9.
  const VideoPlan uneven = Planned(path, 1.5);
  std::vector<Samples> starts;
  for (const PlannedSegment& segment : uneven.segments) starts.push_back(segment.start / 48000);
  EXPECT_THAT(starts, testing::ElementsAre(0, 2, 3, 5, 6, 8, 9));
}

TEST_F(VideoPlanTest, OpenGopSegmentsBeginWithTheirLeadingPictures) {
  const std::string path =
      Make("a.mp4", std::string(kSource) + kX264 +
                        "-x264-params open-gop=1:b-adapt=0:keyint=24:min-keyint=1:scenecut=0");
  const VideoPlan plan = Planned(path, 2);
  EXPECT_EQ(Total(plan), 250);
  EXPECT_EQ(plan.length, 480000);
  const std::vector<Packet> packets = Packets(path);
  size_t at = 0;
  bool leading = false;
  for (const PlannedSegment& segment : plan.segments) {
    ASSERT_LT(at, packets.size());
    EXPECT_TRUE(packets[at].key);
    EXPECT_EQ(packets[at].dts, segment.first_dts);
    int64_t smallest = INT64_MAX;
    int64_t bytes = 0;
    const int64_t key_pts = packets[at].pts;
    for (int64_t i = 0; i < segment.packets; ++i, ++at) {
      smallest = std::min(smallest, packets[at].pts);
      bytes += packets[at].size;
    }
    leading = leading || smallest < key_pts;
    EXPECT_EQ(segment.start, (smallest - plan.zero_pts) * 48000 / 12800);
    EXPECT_EQ(segment.bytes, bytes);
  }
  EXPECT_EQ(at, packets.size());
  EXPECT_TRUE(leading) << "the test's file has no open GOP";
}

TEST_F(VideoPlanTest, ZeroIsTheFirstPicture) {
  const std::string path = Make("a.mkv", std::string(kSource) + kX264 + "-output_ts_offset 3.5");
  const VideoPlan plan = Planned(path);
  EXPECT_NEAR(plan.zero_seconds, 3.5, 0.0011);
  EXPECT_NEAR(static_cast<double>(plan.length), 480000, 48);
  const std::string ts = Make("a.ts", std::string(kSource) + kX264);
  const auto lines = Probe(ts, "v:0", "packet=pts_time");
  double smallest = 1e9;
  for (const std::string& line : lines) smallest = std::min(smallest, std::stod(line));
  EXPECT_NEAR(Planned(ts).zero_seconds, smallest, 1e-5);
}

TEST_F(VideoPlanTest, VariableFrameRate) {
  // A picture in 40 ms, then one a second.
  const std::string path = Make(
      "a.mp4", std::string(kSource) + "-vf select='lt(n,50)+not(mod(n,25))' -vsync vfr " + kX264 + "-bf 0");
  const VideoPlan plan = Planned(path);
  EXPECT_EQ(Total(plan), 58);
  // The last picture is at 9 s; it lasts as long as its packet says.
  EXPECT_GT(plan.length, 9 * 48000);
  EXPECT_LE(plan.length, 10 * 48000);
}

TEST_F(VideoPlanTest, EditListHidesPictures) {
  const std::string whole = Make("whole.mp4", std::string(kSource) + kX264 + "-g 250");
  // Seeking before a copy keeps the pictures from the last key packet on, and hides those before 1.0 s.
  const std::string path = Make("cut.mp4", "-ss 1.0 -i " + whole + " -c copy");
  const std::vector<Packet> packets = Packets(path);
  const auto hidden = std::count_if(packets.begin(), packets.end(), [](const Packet& p) { return !p.shown; });
  ASSERT_GT(hidden, 0) << "the test's file hides nothing";
  const VideoPlan plan = Planned(path);
  EXPECT_EQ(Total(plan), static_cast<int64_t>(packets.size()));
  EXPECT_NEAR(static_cast<double>(plan.length), 9 * 48000, 2000);
  int64_t first = INT64_MAX;
  for (const Packet& packet : packets) {
    if (packet.shown) first = std::min(first, packet.pts);
  }
  EXPECT_EQ(plan.zero_pts, first);
}

TEST_F(VideoPlanTest, RawStreamGetsItsTimes) {
  const std::string path =
      Make("a.h264", std::string(kSource) + kX264 + "-x264-params b-pyramid=normal:open-gop=1");
  const std::vector<Packet> packets = Packets(path);
  EXPECT_EQ(packets.size(), 250u);
  ExpectEvenPictures(packets, 1200000 / 25);
  const VideoPlan plan = Planned(path);
  EXPECT_EQ(plan.length, 480000);
}

TEST_F(VideoPlanTest, RawHevcStreamGetsItsTimes) {
  const std::string path =
      Make("a.hevc", std::string(kSource) +
                         "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25:bframes=3");
  const std::vector<Packet> packets = Packets(path);
  EXPECT_EQ(packets.size(), 250u);
  ExpectEvenPictures(packets, 1200000 / 25);
}

// The order that the bitstream gives is the order that the other container has written down.
TEST_F(VideoPlanTest, AviGetsTheOrderOfItsPictures) {
  const std::string mp4 = Make("a.mp4", std::string(kSource) + kX264 + "-x264-params b-pyramid=normal");
  const std::string avi = Make("a.avi", "-i " + mp4 + " -c copy");
  // The test's AVI counts fields.
  EXPECT_EQ(ProbeMedia(avi)->video->frame_rate, 25);
  const std::vector<Packet> with = Packets(mp4);
  const std::vector<Packet> without = Packets(avi);
  ASSERT_EQ(with.size(), without.size());
  const int64_t first =
      std::min_element(without.begin(), without.end(), [](auto& a, auto& b) { return a.pts < b.pts; })->pts;
  for (size_t i = 0; i < with.size(); ++i)
    EXPECT_EQ(with[i].pts / 512 * 2, without[i].pts - first) << "packet " << i;
}

TEST_F(VideoPlanTest, MatroskaHasWholeTimeStamps) {
  const std::string path = Make("a.mkv", std::string(kSource) + kX264);
  const std::vector<Packet> packets = Packets(path);
  EXPECT_EQ(packets.size(), 250u);
  ExpectEvenPictures(packets, 40, 1);
  EXPECT_EQ(Planned(path).segments.size(), 5u);
}

TEST_F(VideoPlanTest, NoPacketIsLost) {
  const std::string source = std::string(kSource);
  for (const auto& [name, arguments] : std::vector<std::pair<std::string, std::string>>{
           {"a.mkv", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25"},
           {"b.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25"},
           {"c.ts", kX264},
           {"d.mp4", std::string(kX264) + "-movflags frag_keyframe+empty_moov"}}) {
    const std::string path = Make(name, source + arguments);
    const auto expected = Probe(path, "v:0", "packet=size").size();
    EXPECT_EQ(Packets(path).size(), expected) << name;
    EXPECT_EQ(Total(Planned(path)), static_cast<int64_t>(expected)) << name;
    EXPECT_NEAR(static_cast<double>(Planned(path).length), 480000, 96) << name;
  }
}

TEST_F(VideoPlanTest, SkipToGivesTheSegmentsKeyPacket) {
  const std::string path = Make("a.mkv", std::string(kSource) + kX264);
  const auto info = ProbeMedia(path);
  const VideoPlan plan = Planned(path);
  auto reader = VideoPacketReader::Open(*info);
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->SkipTo(plan.segments[3].first_dts, {}).ok());
  PacketPtr packet(av_packet_alloc());
  int64_t last = INT64_MIN;
  int64_t count = 0;
  while ((*reader)->Next(packet.get(), {}).value()) {
    if (count++ == 0) {
      EXPECT_EQ(packet->dts, plan.segments[3].first_dts);
      EXPECT_TRUE(packet->flags & AV_PKT_FLAG_KEY);
    }
    EXPECT_GT(packet->dts, last);
    last = packet->dts;
    av_packet_unref(packet.get());
  }
  EXPECT_EQ(count, plan.segments[3].packets + plan.segments[4].packets);
  auto again = VideoPacketReader::Open(*info);
  EXPECT_EQ((*again)->SkipTo(plan.segments[3].first_dts + 1, {}).code(), StatusCode::kInvalidArgument);
}

TEST_F(VideoPlanTest, ReencodePlansEveryMultiple) {
  const std::string path = Make("a.avi", std::string(kSource) + "-c:v mpeg4 -bf 2 -g 250");
  const VideoPlan plan = Planned(path, 3, false);
  EXPECT_FALSE(plan.copy);
  ASSERT_EQ(plan.segments.size(), 4u);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(plan.segments[i].start, static_cast<Samples>(i) * 144000);
  EXPECT_EQ(plan.length, 480000);
  EXPECT_EQ(plan.segments[0].bytes, 0);
  EXPECT_EQ(Total(plan), 250);
}

TEST_F(VideoPlanTest, RatesCoverWhatTheFileTakes) {
  const std::string path = Make("a.ts", std::string(kSource) + kX264);
  const double rate = 8.0 * static_cast<double>(std::filesystem::file_size(path)) / 10;
  const VideoPlan plan = Planned(path);
  EXPECT_NEAR(static_cast<double>(plan.average_bits_per_second), rate, 0.15 * rate);
}

TEST_F(VideoPlanTest, CutOffFilesAreRefused) {
  const std::string mp4 = Make("a.mp4", std::string(kSource) + kX264 + "-movflags +faststart");
  CutOff(mp4, 0.6);
  ExpectRefused(mp4, "cut off: the index promises 10.0 s");
  const std::string mkv = Make("a.mkv", std::string(kSource) + kX264);
  CutOff(mkv, 0.6);
  ExpectRefused(mkv, "cut off");
  const std::string avi = Make("a.avi", std::string(kSource) + kX264);
  CutOff(avi, 0.6);
  ExpectRefused(avi, "cut off");
}

TEST_F(VideoPlanTest, JoinedRecordingsAreRefusedByName) {
  const std::string one = Make("one.ts", std::string(kSource) + kX264);
  const std::string late = Make("late.ts", "-i " + one + " -c copy -output_ts_offset 5000");
  const auto bytes = [](const std::string& path) { return ReadFile(path, 1 << 28).value(); };
  const std::string on = one + ".on.ts";
  const std::string back = one + ".back.ts";
  ASSERT_TRUE(WriteFileAtomic(on, bytes(one) + bytes(late)).ok());
  ASSERT_TRUE(WriteFileAtomic(back, bytes(one) + bytes(one)).ok());
  ExpectRefused(on, "jump on from");
  ExpectRefused(back, "jump back from");
  ExpectRefused(on, "ffmpeg -i FILE -c copy NEW.mkv");
  // In other formats a picture may stand for minutes.
  const std::string slides =
      Make("slides.mkv", std::string(kSource) + "-vf setpts=PTS+gte(N\\,50)*60/TB " + kX264);
  EXPECT_GT(Planned(slides).length, 60 * 48000);
}

TEST_F(VideoPlanTest, LongerSoundIsNoCutOff) {
  for (const char* name : {"a.mp4", "a.mkv", "a.avi", "a.ts"}) {
    const std::string path = Make(name, std::string(kSource) + "-f lavfi -i sine=d=30 -c:a aac " + kX264);
    EXPECT_NEAR(static_cast<double>(Planned(path).length), 480000, 96) << name;
  }
}

TEST_F(VideoPlanTest, WrongArguments) {
  const std::string sound = Make("a.m4a", "-f lavfi -i sine=d=1 -c:a aac");
  const auto only_sound = ProbeMedia(sound);
  EXPECT_EQ(PlanVideo(*only_sound, 2, true, {}).status().code(), StatusCode::kInvalidArgument);
  const std::string path = Make("a.avi", "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -c:v mpeg4");
  const auto info = ProbeMedia(path);
  EXPECT_EQ(PlanVideo(*info, 2, true, {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(PlanVideo(*info, 0, false, {}).status().code(), StatusCode::kInvalidArgument);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(PlanVideo(*info, 2, false, stop.get_token()).status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::media

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Every packet that is read without an index is FFmpeg's own, in every field.
#include "media/mp4_packets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "media/test_media.h"

namespace waveshift::media {
namespace {

struct Facts {
  int64_t pts = 0, dts = 0, duration = 0, position = 0;
  int flags = 0;
  std::string bytes;
  std::string skipped;  // what an edit list asks the decoder to leave out
  bool operator==(const Facts&) const = default;
};

std::string Words(const Facts& facts) {
  std::string words;
  for (const int64_t number : {facts.pts, facts.dts, facts.duration, facts.position, int64_t{facts.flags},
                               static_cast<int64_t>(facts.bytes.size())}) {
    words += std::to_string(number) + " ";
  }
  return words;
}

Facts FactsOf(const AVPacket& packet) {
  Facts facts{packet.pts, packet.dts, packet.duration, packet.pos, packet.flags, {}, {}};
  facts.bytes.assign(reinterpret_cast<const char*>(packet.data), static_cast<size_t>(packet.size));
  size_t size = 0;
  const uint8_t* skip = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (skip != nullptr) facts.skipped.assign(reinterpret_cast<const char*>(skip), size);
  return facts;
}

class Mp4PacketsTest : public MediaTest {
 protected:
  static InputPtr OpenStream(const std::string& path, int index) {
    auto input = OpenInput(path, true);
    EXPECT_TRUE(input.ok()) << Message(input.status());
    if (!input.ok()) return nullptr;
    DiscardOthers(input->get(), index);
    return std::move(*input);
  }
  static std::vector<Facts> FromDemuxer(AVFormatContext& input, int index) {
    std::vector<Facts> all;
    const PacketPtr packet(av_packet_alloc());
    while (ReadFrame(&input, packet.get()) >= 0) {
      if (packet->stream_index == index) all.push_back(FactsOf(*packet));
      av_packet_unref(packet.get());
    }
    return all;
  }
  static std::vector<Facts> FromFile(Mp4Packets& packets) {
    std::vector<Facts> all;
    const PacketPtr packet(av_packet_alloc());
    while (packets.Read(packet.get()) >= 0) {
      all.push_back(FactsOf(*packet));
      av_packet_unref(packet.get());
    }
    return all;
  }
  static std::unique_ptr<Mp4Packets> TakeOver(const std::string& path, int index, InputPtr& input) {
    input = OpenStream(path, index);
    if (!input) return nullptr;
    auto packets = Mp4Packets::TakeOver(path, index, input);
    EXPECT_TRUE(packets.ok()) << Message(packets.status());
    return packets.ok() ? std::move(*packets) : nullptr;
  }
  // Both ways give the same, and the file is of the kind that is taken over.
  static void ExpectSame(const std::string& path, int index) {
    SCOPED_TRACE(path + ", stream " + std::to_string(index));
    const InputPtr usual = OpenStream(path, index);
    ASSERT_NE(usual, nullptr);
    const std::vector<Facts> wanted = FromDemuxer(*usual, index);
    InputPtr light;
    const auto packets = TakeOver(path, index, light);
    ASSERT_NE(packets, nullptr);
    ASSERT_EQ(light->nb_streams, usual->nb_streams);
    const std::vector<Facts> got = FromFile(*packets);
    ASSERT_EQ(got.size(), wanted.size());
    for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(Words(got[i]), Words(wanted[i])) << "packet " << i;
    ASSERT_EQ(got, wanted);
    ASSERT_GT(got.size(), 80U);
    ExpectSeeks(*packets, wanted);
  }
  static void ExpectSeeks(Mp4Packets& packets, const std::vector<Facts>& wanted) {
    const PacketPtr packet(av_packet_alloc());
    for (const size_t target : {size_t{0}, size_t{3}, wanted.size() / 2, wanted.size() - 1}) {
      size_t key = target;
      while (key > 0 && (wanted[key].flags & AV_PKT_FLAG_KEY) == 0) --key;
      ASSERT_TRUE(packets.Seek(wanted[target].dts).ok());
      ASSERT_EQ(packets.Read(packet.get()), 0);
      EXPECT_TRUE(FactsOf(*packet) == wanted[key]) << "seek to packet " << target;
      av_packet_unref(packet.get());
    }
  }
};

constexpr char kVideo[] = "-f lavfi -i testsrc2=s=128x72:r=25:d=8 ";
constexpr char kSound[] = "-f lavfi -i sine=f=300:r=44100:d=8 ";

TEST_F(Mp4PacketsTest, ReorderedPicturesAndPrimedSound) {
  const std::string path = Make(
      "a.mp4", std::string(kVideo) + kSound + "-map 0 -map 1 -c:v libx264 -preset veryfast -bf 3 -c:a aac");
  ExpectSame(path, 0);
  ExpectSame(path, 1);
}

TEST_F(Mp4PacketsTest, PicturesInOrderAndIndexInFront) {
  const std::string path =
      Make("a.mp4", std::string(kVideo) + kSound +
                        "-map 0 -map 1 -c:v libx264 -preset ultrafast -bf 0 -c:a aac -movflags +faststart");
  ExpectSame(path, 0);
  ExpectSame(path, 1);
}

TEST_F(Mp4PacketsTest, ChangingRates) {
  const std::string path =
      Make("a.mov",
           std::string(kVideo) + kSound +
               "-map 0 -map 1 -vf select='not(eq(mod(n\\,5)\\,3))' -vsync vfr -c:v libx264 -preset veryfast "
               "-c:a alac");
  ExpectSame(path, 0);
  ExpectSame(path, 1);
}

TEST_F(Mp4PacketsTest, HevcAndAc3) {
  const std::string path =
      Make("a.mp4", std::string(kVideo) + kSound +
                        "-map 0 -map 1 -c:v libx265 -preset ultrafast -x265-params log-level=error -c:a ac3");
  ExpectSame(path, 0);
  ExpectSame(path, 1);
}

TEST_F(Mp4PacketsTest, LateTracksAndHiddenPictures) {
  const std::string whole =
      Make("whole.mp4", std::string(kVideo) + "-itsoffset 0.7 " + kSound +
                            "-map 0 -map 1 -c:v libx264 -preset veryfast -g 50 -c:a aac");
  ExpectSame(whole, 0);
  ExpectSame(whole, 1);
  // Cut between key pictures: an edit list hides what lies before.
  const std::string cut = Make("cut.mp4", "-ss 2.6 -i " + whole + " -c copy");
  ExpectSame(cut, 0);
  ExpectSame(cut, 1);
}

TEST_F(Mp4PacketsTest, OtherFilesStayWithTheDemuxer) {
  const std::string streams = std::string(kVideo) + kSound + "-map 0 -map 1 -c:v libx264 -preset ultrafast ";
  for (const std::string& path :
       {Make("a.mkv", streams + "-c:a aac"), Make("b.mp4", streams + "-c:a aac -movflags frag_keyframe"),
        Make("c.ts", streams + "-c:a aac")}) {
    const InputPtr usual = OpenStream(path, 0);
    InputPtr input;
    EXPECT_EQ(TakeOver(path, 0, input), nullptr) << path;
    EXPECT_EQ(FromDemuxer(*input, 0).size(), FromDemuxer(*usual, 0).size()) << path;
  }
  InputPtr input;
  EXPECT_EQ(TakeOver(Make("d.mov", streams + "-c:a pcm_s16le"), 1, input), nullptr);
}

TEST_F(Mp4PacketsTest, DamagedTablesAreNoHarm) {
  const std::string path =
      Make("a.mp4", std::string(kVideo) + kSound +
                        "-map 0 -map 1 -c:v libx264 -preset ultrafast -c:a aac -movflags +faststart");
  std::ifstream file(path, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(file)), {});
  const size_t movie = good.find("mdat");
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    std::string bad = good;
    for (int change = 0; change < 1 + trial % 6; ++change)
      bad[random() % movie] = static_cast<char>(random());
    const std::string broken = Path("broken.mp4");
    std::ofstream(broken, std::ios::binary) << bad;
    auto input = OpenInput(broken, true);
    if (!input.ok()) continue;
    for (int index = 0; index < static_cast<int>((*input)->nb_streams); ++index) {
      auto again = OpenInput(broken, true);
      if (!again.ok()) continue;
      DiscardOthers(again->get(), index);
      auto packets = Mp4Packets::TakeOver(broken, index, *again);
      if (packets.ok() && *packets) FromFile(**packets);
    }
  }
}

}  // namespace
}  // namespace waveshift::media

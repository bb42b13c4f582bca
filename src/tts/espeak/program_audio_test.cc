// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/program_audio.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace waveshift::tts {
namespace {

std::string Bytes(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

// As espeak-ng writes it: both lengths are made up.
std::string Wav(const std::string& data, uint32_t stated = 0x7FFFF000, int channels = 1, int bits = 16,
                uint32_t rate = 22050, int coding = 1) {
  return "RIFF" + Bytes(0x7FFFF024, 4) + "WAVEfmt " + Bytes(16, 4) + Bytes(static_cast<uint64_t>(coding), 2) +
         Bytes(static_cast<uint64_t>(channels), 2) + Bytes(rate, 4) + Bytes(uint64_t{2} * rate, 4) +
         Bytes(2, 2) + Bytes(static_cast<uint64_t>(bits), 2) + "data" + Bytes(stated, 4) + data;
}

TEST(ProgramAudio, ReadsWhatIsThereWhateverTheHeaderSays) {
  const std::string data = Bytes(0, 2) + Bytes(16384, 2) + Bytes(0x8000, 2) + Bytes(0xFFFF, 2);
  for (const uint32_t stated : {8U, 0x7FFFF000U, 0xFFFFFFFFU}) {
    const auto buffer = ParseProgramWav(Wav(data, stated));
    ASSERT_TRUE(buffer.ok()) << Message(buffer.status());
    EXPECT_EQ(buffer->sample_rate_hz, 22050);
    EXPECT_EQ(buffer->samples, (std::vector<float>{0, 0.5F, -1.0F, -1.0F / 32768}));
  }
}

TEST(ProgramAudio, LeavesOutWhatLiesBehindTheDataAndHalfASample) {
  EXPECT_EQ(ParseProgramWav(Wav("abcdef", 4)).value().samples.size(), 2u);
  EXPECT_EQ(ParseProgramWav(Wav("abc")).value().samples.size(), 1u);
  EXPECT_EQ(ParseProgramWav(Wav("")).value().samples.size(), 0u);
}

TEST(ProgramAudio, OtherChunksArePassedOver) {
  std::string wav = Wav("ab");
  wav.insert(12, "LIST" + Bytes(3, 4) + "xyz" + std::string(1, '\0'));
  EXPECT_EQ(ParseProgramWav(wav).value().samples.size(), 1u);
}

TEST(ProgramAudio, EveryCutOfAFileIsHandled) {
  const std::string wav = Wav("abcd");
  for (size_t n = 0; n < wav.size(); ++n) {
    const std::string cut = wav.substr(0, n);
    const auto buffer = ParseProgramWav(cut);
    if (n < 36) {
      EXPECT_EQ(buffer.status().code(), StatusCode::kDataLoss) << n;
    } else {
      EXPECT_LE(buffer.value().samples.size(), 2u) << n;
    }
  }
}

TEST(ProgramAudio, OtherFormatsAreErrors) {
  EXPECT_FALSE(ParseProgramWav("Error: no such voice").ok());
  EXPECT_FALSE(ParseProgramWav(Wav("abcd", 4, 2)).ok());
  EXPECT_FALSE(ParseProgramWav(Wav("abcd", 4, 1, 8)).ok());
  EXPECT_FALSE(ParseProgramWav(Wav("abcd", 4, 1, 16, 0)).ok());
  EXPECT_FALSE(ParseProgramWav(Wav("abcd", 4, 1, 16, 22050, 3)).ok());
  std::string endless = Wav("abcd");
  endless.insert(12, "LIST" + Bytes(0xFFFFFFFF, 4));
  EXPECT_FALSE(ParseProgramWav(endless).ok());
}

}  // namespace
}  // namespace waveshift::tts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "phonemes/japanese_internal.h"
#include "phonemes/kokoro_symbols.h"
#include "phonemes/mandarin_data_internal.h"
#include "phonemes/mandarin_file_internal.h"
#include "phonemes/mandarin_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

// The phrase's pinyin after all changes: "ni2 hao3".
std::string Pinyin(std::u32string_view phrase) {
  std::vector<MandarinWord> words;
  for (std::u32string& word : SegmentMandarin(phrase)) {
    std::vector<Syllable> syllables = ReadMandarinWord(word);
    words.push_back({std::move(word), std::move(syllables)});
  }
  ApplyToneSandhi(&words);
  std::string out;
  for (const MandarinWord& word : words) {
    for (const Syllable& syllable : word.syllables) {
      if (!out.empty()) out += ' ';
      out += syllable.base + std::to_string(syllable.tone);
    }
  }
  return out;
}

std::string Words(std::u32string_view run) {
  std::string out;
  for (const std::u32string& word : SegmentMandarin(run))
    out += (out.empty() ? "" : "/") + text::ToUtf8(word);
  return out;
}

TEST(Mandarin, Segmentation) {
  EXPECT_EQ(Words(U"委员会将于星期四再次开会"), "委员会/将/于/星期四/再次/开会");
  EXPECT_EQ(Words(U"我在银行工作"), "我/在/银行/工作");
  EXPECT_EQ(Words(U"好"), "好");
  EXPECT_EQ(Words(U""), "");
  // Every character is in one word, also where none is known.
  EXPECT_EQ(Words(U"㐀㐁㐂").size() >= 9, true);
}

TEST(Mandarin, PhraseReadings) {
  EXPECT_EQ(Pinyin(U"银行"), "yin2 hang2");
  EXPECT_EQ(Pinyin(U"行走"), "xing2 zou3");
  EXPECT_EQ(Pinyin(U"音乐"), "yin1 yue4");
  EXPECT_EQ(Pinyin(U"快乐"), "kuai4 le4");
  EXPECT_EQ(Pinyin(U"重庆"), "chong2 qing4");
  EXPECT_EQ(Pinyin(U"长大"), "zhang3 da4");
}

TEST(Mandarin, ThirdTones) {
  EXPECT_EQ(Pinyin(U"你好"), "ni2 hao3");
  EXPECT_EQ(Pinyin(U"老虎"), "lao2 hu3");
  EXPECT_EQ(Pinyin(U"展览馆"), "zhan2 lan2 guan3");
  EXPECT_EQ(Pinyin(U"小老虎"), "xiao3 lao2 hu3");
  EXPECT_EQ(Pinyin(U"很好"), "hen2 hao3");
  EXPECT_EQ(Pinyin(U"好吃"), "hao3 chi1");
}

TEST(Mandarin, YiAndBu) {
  EXPECT_EQ(Pinyin(U"一个"), "yi2 ge5");
  EXPECT_EQ(Pinyin(U"一天"), "yi4 tian1");
  EXPECT_EQ(Pinyin(U"一起"), "yi4 qi3");
  EXPECT_EQ(Pinyin(U"第一"), "di4 yi1");
  EXPECT_EQ(Pinyin(U"十一"), "shi2 yi1");
  EXPECT_EQ(Pinyin(U"星期一"), "xing1 qi1 yi1");
  EXPECT_EQ(Pinyin(U"统一"), "tong3 yi1");
  EXPECT_EQ(Pinyin(U"看一看"), "kan4 yi5 kan4");
  EXPECT_EQ(Pinyin(U"不是"), "bu2 shi4");
  EXPECT_EQ(Pinyin(U"不好"), "bu4 hao3");
  EXPECT_EQ(Pinyin(U"是不是"), "shi4 bu5 shi4");
  EXPECT_EQ(Pinyin(U"二零一一年"), "er4 ling2 yi1 yi1 nian2");
}

TEST(Mandarin, NeutralTonesAndEr) {
  EXPECT_EQ(Pinyin(U"朋友"), "peng2 you5");
  EXPECT_EQ(Pinyin(U"我们"), "wo3 men5");
  EXPECT_EQ(Pinyin(U"桌子"), "zhuo1 zi5");
  EXPECT_EQ(Pinyin(U"电子"), "dian4 zi3");
  EXPECT_EQ(Pinyin(U"好吗"), "hao3 ma5");
  EXPECT_EQ(Pinyin(U"我的书"), "wo3 de5 shu1");
  EXPECT_EQ(Pinyin(U"女儿"), "nv3 er2");
  EXPECT_EQ(Pinyin(U"花儿"), "hua1 er5");
  EXPECT_EQ(Pinyin(U"妈妈"), "ma1 ma5");
}

std::string Ipa(const std::string& base, int tone) { return text::ToUtf8(MandarinIpa({0, base, tone})); }

TEST(MandarinIpa, TheModelsManner) {
  EXPECT_EQ(Ipa("zhong", 1), "ꭧʊ→ŋ");
  EXPECT_EQ(Ipa("shi", 4), "ʂɨ↘");
  EXPECT_EQ(Ipa("ci", 2), "ʦʰɨ↗");
  EXPECT_EQ(Ipa("yuan", 2), "ɥɛ↗n");
  EXPECT_EQ(Ipa("xue", 2), "ɕɥe↗");
  EXPECT_EQ(Ipa("lv", 4), "ly↘");
  EXPECT_EQ(Ipa("liu", 4), "ljou↘");
  EXPECT_EQ(Ipa("gui", 4), "kwei↘");
  EXPECT_EQ(Ipa("lun", 2), "lwə↗n");
  EXPECT_EQ(Ipa("er", 2), "ɚ↗");
  EXPECT_EQ(Ipa("weng", 1), "wə→ŋ");
  EXPECT_EQ(Ipa("men", 5), "mən");
  EXPECT_EQ(Ipa("xyz", 1), "");
}

// Every reading of the data has sounds, and they are the model's.
TEST(MandarinIpa, EveryCharacterHasSounds) {
  const MandarinData& data = MandarinData::Get();
  size_t known = 0;
  for (char32_t c = 0x4E00; c <= 0x9FFF; ++c) {
    if (data.ReadingOf(c).empty()) continue;
    ++known;
    const std::vector<Syllable> syllables = ReadMandarinWord(std::u32string(1, c));
    ASSERT_EQ(syllables.size(), 1U);
    const std::u32string sounds = MandarinIpa(syllables.front());
    ASSERT_FALSE(sounds.empty()) << text::ToUtf8(std::u32string(1, c)) << " " << syllables.front().base;
    for (const char32_t s : sounds) ASSERT_TRUE(IsKokoroSymbol(s)) << text::ToUtf8(sounds);
  }
  EXPECT_GT(known, 20000U);
}

TEST(MandarinData, TheEmbeddedFileIsRightAndBrokenOnesAreNamed) {
  EXPECT_TRUE(MandarinData::Parse(MandarinFile()).ok());
  const auto error = [](std::string_view text) { return Message(MandarinData::Parse(text).status()); };
  EXPECT_EQ(error("一F"), "mandarin.txt:1: no part begins here");
  EXPECT_EQ(error("[readings]\nyi1"), "mandarin.txt:2: not PINYIN CHARACTERS");
  EXPECT_EQ(error("[hmm]\n一ab"), "mandarin.txt:2: not CHARACTER B M E S");
  EXPECT_EQ(error("[words]\n1一F"), "mandarin.txt:2: not SHARED REST FREQUENCY PINYIN");
  EXPECT_EQ(error("[words]\n0二F\n0一F"), "mandarin.txt:3: not in order");
  EXPECT_EQ(error("[words]\n0一"), "mandarin.txt:2: not SHARED REST FREQUENCY PINYIN");
}

TEST(KanaSounds, TheModelsManner) {
  const auto say = [](std::u32string_view kana) { return text::ToUtf8(KanaSounds(kana)); };
  EXPECT_EQ(say(U"トーキョー"), "toːkʲoː");
  EXPECT_EQ(say(U"こんにちは"), "koɲɲiʨiha");
  EXPECT_EQ(say(U"シンブン"), "ɕimbɯɴ");
  EXPECT_EQ(say(U"ガッコウ"), "ɡaʔkoɯ");
  EXPECT_EQ(say(U"ファイル"), "ɸaiɾɯ");
  EXPECT_EQ(say(U"ヒャクエン"), "çakɯeɴ");
  EXPECT_EQ(say(U"x!"), "");
  for (char32_t c = U'ァ'; c <= U'ヶ'; ++c) {
    const std::u32string sounds = KanaSounds(std::u32string(1, c));
    EXPECT_FALSE(sounds.empty()) << text::ToUtf8(std::u32string(1, c));
    for (const char32_t s : sounds) EXPECT_TRUE(IsKokoroSymbol(s));
  }
}

}  // namespace
}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <random>
#include <set>
#include <thread>

#include "phonemes/front_ends_internal.h"
#include "phonemes/kokoro_symbols.h"
#include "phonemes/mecab_process.h"
#include "phonemes/phonemizer.h"
#include "phonemes/punctuation_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<Phonemizer> Kokoro() { return *MakeKokoroPhonemizer(); }

std::string Say(const Phonemizer& phonemizer, std::string_view text, std::string_view language) {
  const auto phonemes = phonemizer.Phonemize(text, language);
  EXPECT_TRUE(phonemes.ok()) << Message(phonemes.status());
  return phonemes.ok() ? *phonemes : "";
}

TEST(KokoroSymbols, AreTheModelsTable) {
  const std::u32string_view all = KokoroSymbols();
  EXPECT_EQ(all.size(), 114U);
  EXPECT_EQ(std::set<char32_t>(all.begin(), all.end()).size(), 114U);
  EXPECT_EQ(text::ToUtf8(ToKokoroSymbols(U"  gã ¿ç「 ʀ  ")), "ɡa\u0303 ç ʁ");
}

// Whatever goes in, nothing comes out that the model has no number for.
TEST(KokoroPhonemizer, NoOtherSymbolEverLeaves) {
  const auto kokoro = Kokoro();
  const std::vector<std::string> texts = {"Naïve café façade, Zürich & Łódź: 3½ × €5 — “ok”…",
                                          "你好，Ａ１世界！「引」《書》〇々①",
                                          "ｶﾀｶﾅ ヴァイオリン ゔ 々 〆 ー っ",
                                          "नमस्ते १२३ ॐ।",
                                          "¿Ñandú? ¡Olé! «sí» ‹no› „q”",
                                          "<b>[[h@'loU]]</b> \\n {x} ^_^ | ~ ` @ # $ % *",
                                          "Привет 안녕 שלום مرحبا",
                                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ?!?!...---'''\"\"",
                                          "\x01\x02\x7f tab\there\r\nline",
                                          "😀👍🏽🇩🇪 ☃"};
  for (const char* language : {"en", "en-GB", "es", "fr", "it", "pt", "hi", "zh", "ja"}) {
    for (const std::string& text : texts) {
      const std::u32string sounds = text::ToCodePoints(Say(*kokoro, text, language));
      for (const char32_t c : sounds)
        EXPECT_TRUE(IsKokoroSymbol(c))
            << language << ": " << text << " U+" << std::hex << static_cast<unsigned>(c);
      EXPECT_EQ(sounds.find(U"  "), std::u32string::npos);
      EXPECT_FALSE(sounds.starts_with(U" ") || sounds.ends_with(U" "));
    }
  }
}

TEST(KokoroPhonemizer, RandomTextsGiveSymbolsToo) {
  const auto kokoro = Kokoro();
  std::mt19937 random(7);
  for (int n = 0; n < 60; ++n) {
    std::u32string text;
    for (int i = 0; i < 40; ++i) {
      static constexpr std::pair<char32_t, char32_t> kRanges[] = {
          {0x20, 0x7E},     {0xA0, 0x24F},    {0x300, 0x36F},   {0x900, 0x97F},
          {0x2000, 0x206F}, {0x3040, 0x30FF}, {0x4E00, 0x9FFF}, {0xFF01, 0xFF9F}};
      const auto& [first, last] = kRanges[random() % 8];
      text.push_back(first + random() % (last - first + 1));
      if (random() % 4 == 0) text.push_back(U' ');
    }
    for (const char* language : {"en", "fr", "hi", "zh", "ja"}) {
      for (const char32_t c : text::ToCodePoints(Say(*kokoro, text::ToUtf8(text), language)))
        ASSERT_TRUE(IsKokoroSymbol(c));
    }
  }
}

TEST(KokoroPhonemizer, KnowsItsLanguages) {
  const auto kokoro = Kokoro();
  for (const char* known : {"en", "en-US", "en-GB", "es", "es-MX", "fr", "fr-CA", "it", "pt", "pt-BR", "hi",
                            "zh", "zh-Hans", "cmn", "ja"}) {
    EXPECT_TRUE(kokoro->Knows(known)) << known;
    EXPECT_TRUE(kokoro->Check(known).ok()) << Message(kokoro->Check(known));
  }
  for (const char* unknown : {"de", "ru", "ko", "yue", "xx", "", "not a tag"})
    EXPECT_FALSE(kokoro->Knows(unknown)) << unknown;
  EXPECT_EQ(Message(kokoro->Phonemize("Hallo", "de").status()),
            "language 'de': kokoro speaks en, es, fr, hi, it, ja, pt and zh");
}

TEST(KokoroPhonemizer, EmptyAndRefusedTexts) {
  const auto kokoro = Kokoro();
  for (const char* language : {"en", "es", "zh", "ja"}) {
    EXPECT_EQ(Say(*kokoro, "", language), "");
    EXPECT_EQ(Say(*kokoro, " \n ", language), "");
    EXPECT_EQ(kokoro->Phonemize("\xc3", language).status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(kokoro->Phonemize(std::string(kLongestTextBytes + 1, 'a'), language).status().code(),
              StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(MakeKokoroPhonemizer({.espeak_program = ""}).ok());
  EXPECT_FALSE(MakeKokoroPhonemizer({.time_limit = milliseconds(0)}).ok());
}

TEST(KokoroPhonemizer, EnglishWordsInTheirPlace) {
  const auto kokoro = Kokoro();
  EXPECT_EQ(Say(*kokoro, "The apple, the pear.", "en"), "ði ˈæpᵊl, ðə pˈɛɹ.");
  EXPECT_EQ(Say(*kokoro, "to eat, to go to", "en"), "tʊ ˈit, tə ɡˌO tu");
  EXPECT_EQ(Say(*kokoro, "I can do what you can.", "en"), "ˌI kæn dˈu wˌʌt ju kˈæn.");
  EXPECT_EQ(Say(*kokoro, "They record the record.", "en"), "ðˌA ɹəkˈɔɹd ðə ɹˈɛkəɹd.");
  EXPECT_EQ(Say(*kokoro, "A dog at ten A M. A cat.", "en"), "ɐ dˈɔɡ æt tˈɛn ˈA ˈɛm. ɐ kˈæt.");
  EXPECT_EQ(Say(*kokoro, "We used to use it.", "en"), "wˌi jˈust tə jˈuz ɪt.");
  EXPECT_EQ(Say(*kokoro, "\"Yes\" - a well-known word", "en"), "“jˈɛs” — ɐ wˈɛlnˈOn wˈɜɹd");
}

TEST(KokoroPhonemizer, TraditionalChineseIsReadLikeSimplified) {
  const auto kokoro = Kokoro();
  EXPECT_EQ(Say(*kokoro, "我們在銀行開會，時間還長。", "zh-TW"),
            Say(*kokoro, "我们在银行开会，时间还长。", "zh"));
}

TEST(KokoroPhonemizer, ForeignWordsInMandarinAndJapanese) {
  const auto kokoro = Kokoro();
  EXPECT_EQ(Say(*kokoro, "我在Google工作。", "zh"), "wo↓ ʦai↘ ɡˈuɡᵊl kʊ→ŋʦwo↘.");
  EXPECT_THAT(Say(*kokoro, "Google で働く。", "ja"), testing::StartsWith("ɡˈuɡᵊl de hataɾa"));
}

TEST(Punctuation, CutsAndJoins) {
  for (const char32_t* text : {U"a, b", U" ¿a? (b) ", U"a", U"", U"?!", U"a b  c — d", U"…a"}) {
    std::u32string joined;
    for (const internal::Piece& piece : internal::SplitAtPunctuation(text)) joined += piece.text;
    EXPECT_EQ(joined, text);
  }
  const auto pieces = internal::SplitAtPunctuation(U"one two, three!");
  ASSERT_EQ(pieces.size(), 4U);
  EXPECT_EQ(pieces[0].text, U"one two");
  EXPECT_EQ(pieces[1].text, U", ");
  EXPECT_EQ(pieces[2].text, U"three");
  EXPECT_FALSE(pieces[3].is_words);
  EXPECT_EQ(internal::PlainText(U"好，「是」…ＡＢ１"), U"好,  “是” …AB1");
}

TEST(MecabProcess, IsReplacedWhenKilledAndBoundedWhenItHangs) {
  const MecabProcess mecab("mecab", "", milliseconds(3000));
  const auto before = mecab.Words("東京は");
  ASSERT_TRUE(before.ok()) << Message(before.status());
  ASSERT_EQ(before->size(), 2U);
  EXPECT_EQ((*before)[0].pronunciation, "トーキョー");
  EXPECT_EQ((*before)[1].pronunciation, "ワ");
  const int id = mecab.ProcessId();
  ::kill(id, SIGKILL);
  EXPECT_EQ(mecab.Words("東京は").value().size(), 2U);
  EXPECT_NE(mecab.ProcessId(), id);
  ::kill(mecab.ProcessId(), SIGSTOP);
  EXPECT_EQ(mecab.Words("東京は").status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(mecab.Words("EOS\nEOS\t").value().front().surface, "EOS");
}

TEST(MecabProcess, SaysWhatIsMissing) {
  const MecabProcess program("no-such-mecab", "", milliseconds(3000));
  EXPECT_EQ(Message(program.Words("a").status()),
            "no-such-mecab is not installed (looked on PATH); Japanese wants the package mecab");
  const MecabProcess dictionary("mecab", "/nowhere", milliseconds(3000));
  EXPECT_EQ(dictionary.Words("a").status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(dictionary.Words("a").status()), testing::StartsWith("/nowhere/sys.dic is not there"));
}

TEST(KokoroPhonemizer, ManyThreadsInManyLanguages) {
  const auto kokoro = Kokoro();
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"Good morning.", "en"}, {"你好，世界。", "zh"}, {"こんにちは。", "ja"}, {"Buenos días.", "es"}};
  std::vector<std::string> alone;
  for (const auto& [text, language] : lines) alone.push_back(Say(*kokoro, text, language));
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (size_t n = 0; n < 12; ++n) {
        const size_t k = (i + n) % lines.size();
        EXPECT_EQ(Say(*kokoro, lines[k].first, lines[k].second), alone[k]);
      }
    });
  }
}

}  // namespace
}  // namespace waveshift::phonemes

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/english_words_internal.h"

#include <algorithm>
#include <array>

namespace waveshift::phonemes::internal {
namespace {

// How a word of the grammar sounds inside a sentence, and, when it differs, before a pause ("I know you
// can.").
struct Entry {
  std::u32string_view word;
  std::u32string_view american;
  std::u32string_view british;
  std::u32string_view american_last;
  std::u32string_view british_last;
};

// In order of the words' code points.
constexpr auto kEntries = std::to_array<Entry>({{U"absolutely", U"ˈæbsəlˌutli", U"ˈabsəluːtli", U"", U""},
                                                {U"across", U"əkɹˈɔs", U"əkɹˈɒs", U"", U""},
                                                {U"almost", U"ˈɔlmOst", U"ˈɔːlmQst", U"", U""},
                                                {U"already", U"ˌɔlɹˈɛdi", U"ɔːlɹˈɛdi", U"", U""},
                                                {U"and", U"ænd", U"and", U"", U""},
                                                {U"anybody", U"ˈɛnibˌɑdi", U"ˈɛnɪbˌɒdi", U"", U""},
                                                {U"anyone", U"ˈɛniwˌʌn", U"ˈɛnɪwʌn", U"", U""},
                                                {U"anything", U"ˈɛniθˌɪŋ", U"ˈɛnɪθɪŋ", U"", U""},
                                                {U"are", U"ɑɹ", U"ɑː", U"", U""},
                                                {U"aren't", U"ˌɑɹnt", U"ˌɑːnt", U"", U""},
                                                {U"as", U"æz", U"az", U"", U""},
                                                {U"at", U"æt", U"at", U"", U""},
                                                {U"autumn", U"ˈɔTəm", U"ˈɔːtəm", U"", U""},
                                                {U"average", U"ˈævəɹɪʤ", U"ˈavəɹɪʤ", U"", U""},
                                                {U"be", U"bi", U"biː", U"bˈi", U"bˈiː"},
                                                {U"became", U"bəkˈAm", U"bɪkˈAm", U"", U""},
                                                {U"because", U"bəkˈʌz", U"bɪkˈɒz", U"", U""},
                                                {U"become", U"bəkˈʌm", U"bɪkˈʌm", U"", U""},
                                                {U"been", U"bɪn", U"biːn", U"bˌɪn", U"bˌiːn"},
                                                {U"but", U"bˌʌt", U"bˌʌt", U"", U""},
                                                {U"by", U"bI", U"bI", U"bˈI", U"bˈI"},
                                                {U"can", U"kæn", U"kan", U"kˈæn", U"kˈan"},
                                                {U"children", U"ʧˈɪldɹᵊn", U"ʧˈɪldɹᵊn", U"", U""},
                                                {U"could", U"kʊd", U"kʊd", U"kˈʊd", U"kˈʊd"},
                                                {U"couldn't", U"kˌʊdᵊnt", U"kˌʊdᵊnt", U"", U""},
                                                {U"december", U"disˈɛmbəɹ", U"dɪsˈɛmbə", U"", U""},
                                                {U"didn't", U"dˈɪdᵊnt", U"dˈɪdᵊnt", U"", U""},
                                                {U"different", U"dˈɪfəɹənt", U"dˈɪfəɹənt", U"", U""},
                                                {U"do", U"dˈu", U"dˈuː", U"", U""},
                                                {U"does", U"dˈʌz", U"dˈʌz", U"", U""},
                                                {U"dog", U"dˈɔɡ", U"dˈɒɡ", U"", U""},
                                                {U"dogs", U"dˈɔɡz", U"dˈɒɡz", U"", U""},
                                                {U"down", U"dˌWn", U"dˌWn", U"", U""},
                                                {U"during", U"dˈʊɹɪŋ", U"djˈʊəɹɪŋ", U"", U""},
                                                {U"economy", U"ikˈɑnəmi", U"ɪkˈɒnəmi", U"", U""},
                                                {U"every", U"ˈɛvəɹi", U"ˈɛvəɹi", U"", U""},
                                                {U"everybody", U"ˈɛvɹibədi", U"ˈɛvɹɪbɒdi", U"", U""},
                                                {U"everyone", U"ˈɛvɹiwən", U"ˈɛvɹɪwʌn", U"", U""},
                                                {U"everything", U"ˈɛvəɹiθˌɪŋ", U"ˈɛvɹɪθɪŋ", U"", U""},
                                                {U"everywhere", U"ˈɛvɹiwˌɛɹ", U"ˈɛvɹɪwɛː", U"", U""},
                                                {U"families", U"fˈæmᵊliz", U"fˈamᵊliz", U"", U""},
                                                {U"family", U"fˈæmᵊli", U"fˈamᵊli", U"", U""},
                                                {U"for", U"fɔɹ", U"fɔː", U"", U""},
                                                {U"from", U"fɹʌm", U"fɹɒm", U"", U""},
                                                {U"general", U"ʤˈɛnəɹəl", U"ʤˈɛnəɹəl", U"", U""},
                                                {U"get", U"ɡɛt", U"ɡɛt", U"ɡˈɛt", U"ɡˈɛt"},
                                                {U"go", U"ɡˌO", U"ɡˌQ", U"", U""},
                                                {U"gone", U"ɡɔn", U"ɡˈɒn", U"", U""},
                                                {U"got", U"ɡɑt", U"ɡɒt", U"ɡˈɑt", U"ɡˈɒt"},
                                                {U"government", U"ɡˈʌvəɹmᵊnt", U"ɡˈʌvnmᵊnt", U"", U""},
                                                {U"had", U"hæd", U"had", U"hˌæd", U"hˌad"},
                                                {U"has", U"hæz", U"haz", U"hˈæz", U"hˈaz"},
                                                {U"have", U"hæv", U"hav", U"hˈæv", U"hˈav"},
                                                {U"he", U"hi", U"hiː", U"", U""},
                                                {U"he'd", U"hid", U"hiːd", U"", U""},
                                                {U"he'll", U"hil", U"hiːl", U"", U""},
                                                {U"he's", U"hiz", U"hiːz", U"", U""},
                                                {U"her", U"hɜɹ", U"hɜː", U"hˌɜɹ", U"hˌɜː"},
                                                {U"him", U"hˌɪm", U"hˌɪm", U"", U""},
                                                {U"himself", U"hɪmsˈɛlf", U"hɪmsˈɛlf", U"", U""},
                                                {U"his", U"hɪz", U"hɪz", U"hˌɪz", U"hˌɪz"},
                                                {U"hospital", U"hˈɑspˌɪTᵊl", U"hˈɒspɪtᵊl", U"", U""},
                                                {U"how", U"hˌW", U"hˌW", U"", U""},
                                                {U"husband", U"hˈʌzbᵊnd", U"hˈʌzbᵊnd", U"", U""},
                                                {U"i", U"ˌI", U"ˌI", U"", U""},
                                                {U"i'd", U"ˌId", U"ˌId", U"", U""},
                                                {U"i'll", U"ˌIl", U"ˌIl", U"", U""},
                                                {U"i'm", U"ˌIm", U"ˌIm", U"", U""},
                                                {U"i've", U"ˌIv", U"ˌIv", U"", U""},
                                                {U"if", U"ɪf", U"ɪf", U"", U""},
                                                {U"industry", U"ˈɪndəstɹi", U"ˈɪndəstɹi", U"", U""},
                                                {U"inside", U"ˌɪnsˈId", U"ˌɪnsˈId", U"", U""},
                                                {U"interest", U"ˈɪntɹəst", U"ˈɪntɹɪst", U"", U""},
                                                {U"interesting", U"ˈɪntɹəstɪŋ", U"ˈɪntɹɪstɪŋ", U"", U""},
                                                {U"into", U"ˈɪntu", U"ˈɪntuː", U"", U""},
                                                {U"is", U"ɪz", U"ɪz", U"", U""},
                                                {U"it", U"ɪt", U"ɪt", U"", U""},
                                                {U"it'll", U"ˈɪTᵊl", U"ˈɪtᵊl", U"", U""},
                                                {U"it's", U"ɪts", U"ɪts", U"", U""},
                                                {U"its", U"ɪts", U"ɪts", U"", U""},
                                                {U"made", U"mˌAd", U"mˌAd", U"", U""},
                                                {U"magazine", U"mˈæɡəzˌin", U"maɡəzˈiːn", U"", U""},
                                                {U"make", U"mˌAk", U"mˌAk", U"", U""},
                                                {U"makes", U"mˌAks", U"mˌAks", U"", U""},
                                                {U"me", U"mˌi", U"mˌiː", U"", U""},
                                                {U"might", U"mˌIt", U"mˌIt", U"", U""},
                                                {U"movies", U"mˈuviz", U"mˈuːviz", U"", U""},
                                                {U"my", U"mI", U"mI", U"mˈI", U"mˈI"},
                                                {U"natural", U"nˈæʧəɹᵊl", U"nˈaʧəɹəl", U"", U""},
                                                {U"near", U"nˌɪɹ", U"nˌɪə", U"", U""},
                                                {U"not", U"nˌɑt", U"nˌɒt", U"", U""},
                                                {U"of", U"ʌv", U"ɒv", U"", U""},
                                                {U"office", U"ˈɔfəs", U"ˈɒfɪs", U"", U""},
                                                {U"officer", U"ˈɔfəsəɹ", U"ˈɒfɪsə", U"", U""},
                                                {U"on", U"ˌɔn", U"ˌɒn", U"", U""},
                                                {U"online", U"ˌɑnlˈIn", U"ɒnlˈIn", U"", U""},
                                                {U"or", U"ɔɹ", U"ɔː", U"", U""},
                                                {U"our", U"ˌWəɹ", U"ˌWə", U"", U""},
                                                {U"outside", U"ˌWtsˈId", U"ˌWtsˈId", U"", U""},
                                                {U"per", U"pɜɹ", U"pɜː", U"", U""},
                                                {U"president", U"pɹˈɛzədˌɛnt", U"pɹˈɛzɪdᵊnt", U"", U""},
                                                {U"put", U"pˌʊt", U"pˌʊt", U"", U""},
                                                {U"question", U"kwˈɛsʧᵊn", U"kwˈɛsʧᵊn", U"", U""},
                                                {U"questions", U"kwˈɛsʧᵊnz", U"kwˈɛsʧᵊnz", U"", U""},
                                                {U"really", U"ɹˈiᵊli", U"ɹˈɪəli", U"", U""},
                                                {U"research", U"ɹˈisˌɜɹʧ", U"ɹɪsˈɜːʧ", U"", U""},
                                                {U"said", U"sˈɛd", U"sˈɛd", U"", U""},
                                                {U"several", U"sˈɛvəɹəl", U"sˈɛvəɹəl", U"", U""},
                                                {U"shall", U"ʃˌæl", U"ʃˌal", U"", U""},
                                                {U"she", U"ʃi", U"ʃiː", U"", U""},
                                                {U"she'd", U"ʃid", U"ʃiːd", U"", U""},
                                                {U"she'll", U"ʃil", U"ʃiːl", U"", U""},
                                                {U"she's", U"ʃiz", U"ʃiːz", U"", U""},
                                                {U"should", U"ʃˌʊd", U"ʃˌʊd", U"", U""},
                                                {U"simple", U"sˈɪmpəl", U"sˈɪmpᵊl", U"", U""},
                                                {U"so", U"sˌO", U"sˌQ", U"", U""},
                                                {U"some", U"sˌʌm", U"sˌʌm", U"", U""},
                                                {U"someone", U"sˈʌmwˌʌn", U"sˈʌmwʌn", U"", U""},
                                                {U"something", U"sˈʌmθˌɪŋ", U"sˈʌmθɪŋ", U"", U""},
                                                {U"sorry", U"sˈɔɹi", U"sˈɒɹi", U"", U""},
                                                {U"sure", U"ʃˈʊɹ", U"ʃˈʊə", U"", U""},
                                                {U"than", U"ðən", U"ðən", U"", U""},
                                                {U"that", U"ðæt", U"ðat", U"ðˈæt", U"ðˈat"},
                                                {U"that's", U"ðæts", U"ðats", U"", U""},
                                                {U"their", U"ðɛɹ", U"ðɛː", U"", U""},
                                                {U"them", U"ðˌɛm", U"ðˌɛm", U"", U""},
                                                {U"there", U"ðɛɹ", U"ðɛː", U"ðˈɛɹ", U"ðˈɛː"},
                                                {U"there's", U"ðɛɹz", U"ðɛːz", U"ðˈɛɹz", U"ðˈɛːz"},
                                                {U"these", U"ðiz", U"ðiːz", U"ðˈiz", U"ðˈiːz"},
                                                {U"they", U"ðA", U"ðA", U"", U""},
                                                {U"they'd", U"ðAd", U"ðAd", U"", U""},
                                                {U"they'll", U"ðAl", U"ðAl", U"", U""},
                                                {U"they're", U"ðɛɹ", U"ðɛː", U"", U""},
                                                {U"they've", U"ðAv", U"ðAv", U"", U""},
                                                {U"this", U"ðɪs", U"ðɪs", U"ðˈɪs", U"ðˈɪs"},
                                                {U"those", U"ðOz", U"ðQz", U"ðˈOz", U"ðˈQz"},
                                                {U"though", U"ðˌO", U"ðˌQ", U"", U""},
                                                {U"through", U"θɹu", U"θɹuː", U"θɹˈu", U"θɹˈuː"},
                                                {U"up", U"ˌʌp", U"ˌʌp", U"", U""},
                                                {U"us", U"ˌʌs", U"ˌʌs", U"", U""},
                                                {U"wallet", U"wˈɑlət", U"wˈɒlɪt", U"", U""},
                                                {U"want", U"wˈɑnt", U"wˈɒnt", U"", U""},
                                                {U"wanted", U"wˈɑntᵻd", U"wˈɒntɪd", U"", U""},
                                                {U"wants", U"wˈɑnts", U"wˈɒnts", U"", U""},
                                                {U"was", U"wʌz", U"wɒz", U"", U""},
                                                {U"wasn't", U"wˈʌzᵊnt", U"wˈɒzᵊnt", U"", U""},
                                                {U"we", U"wi", U"wiː", U"", U""},
                                                {U"we'd", U"wid", U"wiːd", U"", U""},
                                                {U"we'll", U"wil", U"wiːl", U"", U""},
                                                {U"we're", U"wɪɹ", U"wɪə", U"", U""},
                                                {U"we've", U"wiv", U"wiːv", U"", U""},
                                                {U"welcome", U"wˈɛlkəm", U"wˈɛlkəm", U"", U""},
                                                {U"were", U"wɜɹ", U"wɜː", U"", U""},
                                                {U"weren't", U"wˌɜɹnt", U"wˌɜːnt", U"", U""},
                                                {U"what", U"wˌʌt", U"wˌɒt", U"", U""},
                                                {U"what's", U"wˌʌts", U"wˌɒts", U"", U""},
                                                {U"whatever", U"wəTˈɛvəɹ", U"wɒtˈɛvə", U"", U""},
                                                {U"when", U"wˌɛn", U"wˌɛn", U"", U""},
                                                {U"where", U"wˌɛɹ", U"wˌɛː", U"", U""},
                                                {U"which", U"wˌɪʧ", U"wˌɪʧ", U"", U""},
                                                {U"while", U"wˌIl", U"wˌIl", U"", U""},
                                                {U"who", U"hˌu", U"hˌuː", U"", U""},
                                                {U"who's", U"hˌuz", U"hˌuːz", U"", U""},
                                                {U"whose", U"hˌuz", U"hˌuːz", U"", U""},
                                                {U"why", U"wˌI", U"wˌI", U"", U""},
                                                {U"will", U"wɪl", U"wɪl", U"wˈɪl", U"wˈɪl"},
                                                {U"with", U"wɪð", U"wɪð", U"", U""},
                                                {U"without", U"wɪðˈWt", U"wɪðˈWt", U"", U""},
                                                {U"won't", U"wOnt", U"wQnt", U"wˈOnt", U"wˈQnt"},
                                                {U"would", U"wʊd", U"wʊd", U"wˈʊd", U"wˈʊd"},
                                                {U"you", U"ju", U"juː", U"", U""},
                                                {U"you'd", U"jud", U"juːd", U"", U""},
                                                {U"you'll", U"jul", U"juːl", U"", U""},
                                                {U"you're", U"jʊɹ", U"jɔː", U"", U""},
                                                {U"you've", U"juv", U"juːv", U"", U""},
                                                {U"your", U"jʊɹ", U"jɔː", U"", U""}});

constexpr std::u32string_view kVowels = U"AIOQWYaiuæɑɒɔəɛɜɪʊʌɐᵻ";

}  // namespace

std::optional<std::u32string_view> EnglishArticle(std::u32string_view word, bool british,
                                                  WhatFollows follows) {
  if (word == U"a") return U"ɐ";
  if (word == U"an") return U"ɐn";
  if (word == U"the") return follows == WhatFollows::kVowel ? U"ði" : U"ðə";
  if (word == U"in") return follows == WhatFollows::kPause ? U"ˈɪn" : U"ɪn";
  if (word == U"am") return follows == WhatFollows::kPause ? (british ? U"am" : U"æm") : U"ɐm";
  if (word == U"to") {
    if (follows == WhatFollows::kPause) return british ? U"tuː" : U"tu";
    return follows == WhatFollows::kVowel ? U"tʊ" : U"tə";
  }
  return std::nullopt;
}

std::optional<std::u32string> EnglishWord(std::u32string_view word, bool british, WhatFollows follows) {
  const auto* const entry =
      std::lower_bound(kEntries.begin(), kEntries.end(), word,
                       [](const Entry& e, std::u32string_view w) { return e.word < w; });
  if (entry == kEntries.end() || entry->word != word) return std::nullopt;
  const std::u32string_view last = british ? entry->british_last : entry->american_last;
  if (follows == WhatFollows::kPause && !last.empty()) return std::u32string(last);
  return std::u32string(british ? entry->british : entry->american);
}

WhatFollows StartOf(std::u32string_view sounds) {
  const size_t first = sounds.find_first_not_of(U"ˈˌ");
  if (first == std::u32string_view::npos) return WhatFollows::kPause;
  return kVowels.find(sounds[first]) != std::u32string_view::npos ? WhatFollows::kVowel
                                                                  : WhatFollows::kConsonant;
}

}  // namespace waveshift::phonemes::internal

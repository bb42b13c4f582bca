// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/english_heteronyms_internal.h"

#include <algorithm>
#include <array>
#include <span>

namespace waveshift::phonemes::internal {
namespace {

struct Heteronym {
  std::u32string_view word;
  std::u32string_view american_noun;  // or adjective
  std::u32string_view british_noun;
  std::u32string_view american_verb;
  std::u32string_view british_verb;
};

constexpr auto kHeteronyms =
    std::to_array<Heteronym>({{U"close", U"klˈOs", U"klˈQs", U"klˈOz", U"klˈQz"},
                              {U"conduct", U"kˈɑndˌʌkt", U"kˈɒndʌkt", U"kəndˈʌkt", U"kəndˈʌkt"},
                              {U"conflict", U"kˈɑnflˌɪkt", U"kˈɒnflɪkt", U"kənflˈɪkt", U"kənflˈɪkt"},
                              {U"content", U"kˈɑntˌɛnt", U"kˈɒntɛnt", U"kəntˈɛnt", U"kəntˈɛnt"},
                              {U"contract", U"kˈɑntɹˌækt", U"kˈɒntɹakt", U"kəntɹˈækt", U"kəntɹˈakt"},
                              {U"estimate", U"ˈɛstəmət", U"ˈɛstɪmət", U"ˈɛstəmˌAt", U"ˈɛstɪmAt"},
                              {U"excuse", U"ɪkskjˈus", U"ɪkskjˈuːs", U"ɪkskjˈuz", U"ɪkskjˈuːz"},
                              {U"export", U"ˈɛkspˌɔɹt", U"ˈɛkspɔːt", U"ɪkspˈɔɹt", U"ɪkspˈɔːt"},
                              {U"house", U"hˈWs", U"hˈWs", U"hˈWz", U"hˈWz"},
                              {U"increase", U"ˈɪnkɹˌis", U"ˈɪnkɹiːs", U"ɪnkɹˈis", U"ɪnkɹˈiːs"},
                              {U"insult", U"ˈɪnsˌʌlt", U"ˈɪnsʌlt", U"ɪnsˈʌlt", U"ɪnsˈʌlt"},
                              {U"object", U"ˈɑbʤəkt", U"ˈɒbʤɪkt", U"əbʤˈɛkt", U"əbʤˈɛkt"},
                              {U"permit", U"pˈɜɹmˌɪt", U"pˈɜːmɪt", U"pəɹmˈɪt", U"pəmˈɪt"},
                              {U"present", U"pɹˈɛzᵊnt", U"pɹˈɛzᵊnt", U"pɹəzˈɛnt", U"pɹɪzˈɛnt"},
                              {U"produce", U"pɹˈOdˌus", U"pɹˈɒdjuːs", U"pɹədˈus", U"pɹədjˈuːs"},
                              {U"progress", U"pɹˈɑɡɹˌɛs", U"pɹˈQɡɹɛs", U"pɹəɡɹˈɛs", U"pɹəɡɹˈɛs"},
                              {U"project", U"pɹˈɑʤˌɛkt", U"pɹˈɒʤɛkt", U"pɹəʤˈɛkt", U"pɹəʤˈɛkt"},
                              {U"protest", U"pɹˈOtˌɛst", U"pɹˈQtɛst", U"pɹətˈɛst", U"pɹətˈɛst"},
                              {U"rebel", U"ɹˈɛbᵊl", U"ɹˈɛbᵊl", U"ɹəbˈɛl", U"ɹɪbˈɛl"},
                              {U"record", U"ɹˈɛkəɹd", U"ɹˈɛkɔːd", U"ɹəkˈɔɹd", U"ɹɪkˈɔːd"},
                              {U"refuse", U"ɹˈɛfjus", U"ɹˈɛfjuːs", U"ɹəfjˈuz", U"ɹɪfjˈuːz"},
                              {U"separate", U"sˈɛpəɹət", U"sˈɛpəɹət", U"sˈɛpəɹˌAt", U"sˈɛpəɹAt"},
                              {U"subject", U"sˈʌbʤəkt", U"sˈʌbʤɪkt", U"səbʤˈɛkt", U"səbʤˈɛkt"},
                              {U"suspect", U"sˈʌspˌɛkt", U"sˈʌspɛkt", U"səspˈɛkt", U"səspˈɛkt"},
                              {U"tear", U"tˈɪɹ", U"tˈɪə", U"tˈɛɹ", U"tˈɛː"},
                              {U"transfer", U"tɹˈænsfˌɜɹ", U"tɹˈansfɜː", U"tɹænsfˈɜɹ", U"tɹansfˈɜː"},
                              {U"transport", U"tɹˈænspˌɔɹt", U"tɹˈanspɔːt", U"tɹænspˈɔɹt", U"tɹanspˈɔːt"},
                              {U"use", U"jˈus", U"jˈuːs", U"jˈuz", U"jˈuːz"},
                              {U"wind", U"wˈɪnd", U"wˈɪnd", U"wˈInd", U"wˈInd"}});

// After these words stands a verb.
constexpr auto kBeforeVerbs = std::to_array<std::u32string_view>(
    {U"to",       U"i",         U"you",    U"we",      U"they",   U"can",    U"could",
     U"will",     U"would",     U"shall",  U"should",  U"may",    U"might",  U"must",
     U"cannot",   U"can't",     U"don't",  U"doesn't", U"didn't", U"won't",  U"wouldn't",
     U"couldn't", U"shouldn't", U"please", U"let's",   U"who",    U"not",    U"do",
     U"did",      U"never",     U"always", U"i'll",    U"we'll",  U"you'll", U"they'll"});
// After these the past of "read" stands.
constexpr auto kBeforePast =
    std::to_array<std::u32string_view>({U"have", U"has", U"had", U"was", U"were", U"been", U"be", U"i've",
                                        U"we've", U"you've", U"they've", U"he", U"she", U"is", U"are"});
// "Their lives" are nouns; "he lives" is a verb.
constexpr auto kOwners = std::to_array<std::u32string_view>({U"my", U"your", U"his", U"her", U"our", U"their",
                                                             U"people's", U"the", U"of", U"many", U"own",
                                                             U"these", U"those", U"saved", U"save", U"nine"});

bool Has(std::span<const std::u32string_view> words, std::u32string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::optional<std::u32string_view> EnglishHeteronym(std::u32string_view word, std::u32string_view before,
                                                    std::u32string_view after, bool british) {
  if (word == U"read") {
    return Has(kBeforePast, before) ? U"ɹˈɛd" : british ? U"ɹˈiːd" : U"ɹˈid";
  }
  if (word == U"used") {
    return after == U"to" ? (british ? U"jˈuːst" : U"jˈust") : (british ? U"jˈuːzd" : U"jˈuzd");
  }
  if (word == U"lives") return Has(kOwners, before) ? U"lˈIvz" : U"lˈɪvz";
  if (word == U"live") return before == U"the" || before == U"a" ? U"lˈIv" : U"lˈɪv";
  const auto* const entry = std::find_if(kHeteronyms.begin(), kHeteronyms.end(),
                                         [word](const Heteronym& h) { return h.word == word; });
  if (entry == kHeteronyms.end()) return std::nullopt;
  if (Has(kBeforeVerbs, before)) return british ? entry->british_verb : entry->american_verb;
  return british ? entry->british_noun : entry->american_noun;
}

}  // namespace waveshift::phonemes::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/guess_language.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

#include "text/code_points.h"
#include "text/words.h"

namespace waveshift::text {
namespace {

struct ScriptLanguage {
  std::string_view script;
  std::string_view language;
};
constexpr std::array<ScriptLanguage, 24> kByScript = {
    {{"Arab", "ar"}, {"Armn", "hy"}, {"Beng", "bn"}, {"Bopo", "zh"}, {"Cyrl", "ru"}, {"Deva", "hi"},
     {"Ethi", "am"}, {"Geor", "ka"}, {"Grek", "el"}, {"Gujr", "gu"}, {"Guru", "pa"}, {"Hang", "ko"},
     {"Hani", "zh"}, {"Hebr", "he"}, {"Hira", "ja"}, {"Kana", "ja"}, {"Khmr", "km"}, {"Knda", "kn"},
     {"Laoo", "lo"}, {"Mlym", "ml"}, {"Mymr", "my"}, {"Taml", "ta"}, {"Telu", "te"}, {"Thai", "th"}}};

// Letters that of a script's languages only one has.
struct OwnLetters {
  std::string_view script;
  std::string_view language;
  std::u32string_view letters;
};
constexpr std::array<OwnLetters, 11> kOwnLetters = {{{"Cyrl", "uk", U"іїєґІЇЄҐ"},
                                                     {"Cyrl", "be", U"ўЎ"},
                                                     {"Arab", "ur", U"ٹڈڑںے"},
                                                     {"Arab", "fa", U"پچژگ"},
                                                     {"Latn", "es", U"ñÑ¿¡"},
                                                     {"Latn", "de", U"ßẞ"},
                                                     {"Latn", "pt", U"ãõÃÕ"},
                                                     {"Latn", "pl", U"łŁęĘśŚźŹ"},
                                                     {"Latn", "tr", U"ğĞıİ"},
                                                     {"Latn", "hu", U"őŐűŰ"},
                                                     {"Latn", "vi", U"ơƠưƯạảấầậắặềểệ"}}};

// Among the most frequent words of each language, those that help to tell it from the others.
struct CommonWords {
  std::string_view language;
  std::string_view words;  // folded, with a blank on both sides
};
constexpr std::array<CommonWords, 12> kCommonWords = {
    {{"en",
      " the and of to is in that it was for you with not are this have be at on we he she hello my by "},
     {"es", " el la de que y en los del las por con para una es no está como pero más su se al hola muy "},
     {"fr",
      " le la les de des et est une du que dans pour pas vous je nous avec sur qui au ce il elle bonjour "},
     {"it", " il la di che e è non per una sono con del della gli mi come anche ciao si al nel questo "},
     {"pt", " o a de que e não do da em um uma os para com é se você mais as no na isso olá muito "},
     {"de", " der die das und ist nicht ein eine ich sie zu den mit auf es wir von für im guten "},
     {"nl", " de het een en van is niet dat ik op te zijn met voor aan er maar ook goede "},
     {"pl", " nie się jest na to że w i do jak z co ale dzień "},
     {"tr", " bir ve bu için da de ne çok değil mi ben var "},
     {"sv", " och att det som är en på inte jag för av med den till "},
     {"hu", " a az és hogy nem egy van is meg de "},
     {"vi", " là và của không có được cho người một tôi "}}};
constexpr size_t kOwnLetterWeight = 3;
constexpr size_t kLeastHits = 2;

// One character of these scripts is a syllable or a word; an alphabet needs about three letters for one.
constexpr size_t kSyllableWeight = 3;
bool IsSyllabic(std::string_view script) {
  return script == "Hani" || script == "Hira" || script == "Kana" || script == "Hang";
}

// The script of most of what is said; "" for a text without letters. Japanese is written in Chinese
// characters as well, but never without kana.
std::string MainScript(const std::map<std::string, size_t>& letters) {
  const auto count = [&](const char* script) {
    const auto found = letters.find(script);
    return found == letters.end() ? size_t{0} : found->second;
  };
  const size_t kana = count("Hira") + count("Kana");
  const bool is_japanese = kana * 10 >= count("Hani") && kana > 0;
  std::map<std::string, size_t> weights;
  for (const auto& [script, number] : letters) {
    const bool is_kanji = is_japanese && (script == "Hani" || script == "Kana");
    weights[is_kanji ? "Hira" : script] += number * (IsSyllabic(script) ? kSyllableWeight : 1);
  }
  const auto most = std::max_element(weights.begin(), weights.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == weights.end() ? "" : most->first;
}

using Votes = std::map<std::string_view, size_t>;

Votes VotesOfLetters(std::string_view utf8, std::string_view script) {
  Votes votes;
  for (const char32_t c : ToCodePoints(utf8)) {
    for (const OwnLetters& row : kOwnLetters) {
      if (row.script == script && row.letters.find(c) != std::u32string_view::npos)
        votes[row.language] += kOwnLetterWeight;
    }
  }
  return votes;
}

std::string_view MostVoted(const Votes& votes) {
  const auto most = std::max_element(votes.begin(), votes.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == votes.end() ? std::string_view() : most->first;
}

// The winner must lead by half of what the next one has.
std::string GuessLatin(std::string_view utf8) {
  Votes votes = VotesOfLetters(utf8, "Latn");
  for (const Word& word : SplitWords(utf8, "")) {
    const std::string wanted = " " + word.folded + " ";
    for (const CommonWords& row : kCommonWords) {
      if (row.words.find(wanted) != std::string_view::npos) ++votes[row.language];
    }
  }
  const std::string_view best = MostVoted(votes);
  if (best.empty() || votes[best] < kLeastHits) return "";
  for (const auto& [language, count] : votes) {
    if (language != best && 2 * votes[best] < 3 * count) return "";
  }
  return std::string(best);
}

}  // namespace

std::string GuessLanguage(std::string_view utf8) {
  const std::string script = MainScript(LettersByScript(utf8));
  if (script == "Latn") return GuessLatin(utf8);
  const Votes votes = VotesOfLetters(utf8, script);
  if (!votes.empty()) return std::string(MostVoted(votes));
  for (const ScriptLanguage& row : kByScript) {
    if (row.script == script) return std::string(row.language);
  }
  return "";
}

}  // namespace waveshift::text

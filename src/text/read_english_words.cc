// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "text/read_english_internal.h"
#include "text/spell_numbers_internal.h"

namespace waveshift::text::internal {
namespace {

struct Abbreviation {
  std::string_view written;
  std::string_view said;
};
constexpr auto kTitles = std::to_array<Abbreviation>({{"Dr", "Doctor"},
                                                      {"Mr", "Mister"},
                                                      {"Mrs", "Missus"},
                                                      {"Ms", "Miz"},
                                                      {"Prof", "Professor"},
                                                      {"St", "Saint"},
                                                      {"Mt", "Mount"},
                                                      {"Ft", "Fort"},
                                                      {"Gen", "General"},
                                                      {"Col", "Colonel"},
                                                      {"Capt", "Captain"},
                                                      {"Lt", "Lieutenant"},
                                                      {"Sgt", "Sergeant"},
                                                      {"Rev", "Reverend"},
                                                      {"Sen", "Senator"},
                                                      {"Rep", "Representative"},
                                                      {"Gov", "Governor"},
                                                      {"Pres", "President"},
                                                      {"Hon", "Honorable"}});
constexpr auto kStreets = std::to_array<Abbreviation>({{"St", "Street"},
                                                       {"Ave", "Avenue"},
                                                       {"Blvd", "Boulevard"},
                                                       {"Rd", "Road"},
                                                       {"Dr", "Drive"},
                                                       {"Ln", "Lane"},
                                                       {"Sq", "Square"},
                                                       {"Hwy", "Highway"},
                                                       {"Jr", "Junior"},
                                                       {"Sr", "Senior"}});
constexpr auto kOthers = std::to_array<Abbreviation>(
    {{"approx", "approximately"}, {"vs", "versus"},        {"etc", "et cetera"},
     {"dept", "department"},      {"Dept", "Department"},  {"govt", "government"},
     {"Govt", "Government"},      {"Inc", "Incorporated"}, {"Ltd", "Limited"},
     {"Corp", "Corporation"},     {"Co", "Company"},       {"est", "established"},
     {"misc", "miscellaneous"},   {"max", "maximum"},      {"min", "minimum"},
     {"ext", "extension"},        {"Ext", "extension"},    {"Assn", "Association"},
     {"Univ", "University"},      {"Mon", "Monday"},       {"Tue", "Tuesday"},
     {"Tues", "Tuesday"},         {"Wed", "Wednesday"},    {"Thu", "Thursday"},
     {"Thurs", "Thursday"},       {"Fri", "Friday"},       {"Jan", "January"},
     {"Feb", "February"},         {"Apr", "April"},        {"Aug", "August"},
     {"Sept", "September"},       {"Oct", "October"},      {"Nov", "November"},
     {"Dec", "December"}});
constexpr auto kBeforeNumbers = std::to_array<Abbreviation>({{"no", "number"},
                                                             {"nos", "numbers"},
                                                             {"p", "page"},
                                                             {"pp", "pages"},
                                                             {"vol", "volume"},
                                                             {"fig", "figure"},
                                                             {"ch", "chapter"},
                                                             {"sec", "section"},
                                                             {"ver", "version"},
                                                             {"v", "version"},
                                                             {"ep", "episode"},
                                                             {"apt", "apartment"}});

template <typename Table>
std::string Lookup(const Table& table, std::string_view written) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Abbreviation& a) { return a.written == written; });
  return found == table.end() ? std::string(written) : std::string(found->said);
}

std::string SayTitle(const Groups& g) { return Lookup(kTitles, g[1]) + " "; }
std::string SayStreet(const Groups& g) { return " " + Lookup(kStreets, g[1]) + (g[2].empty() ? "" : "."); }
std::string SayOther(const Groups& g) { return Lookup(kOthers, g[1]) + (g[2].empty() ? "" : "."); }
std::string SayBeforeNumber(const Groups& g) {
  std::string lower = g[1];
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return Lookup(kBeforeNumbers, lower) + " ";
}
std::string SayForExample(const Groups&) { return "for example"; }
std::string SayThatIs(const Groups&) { return "that is"; }
std::string SayPhD(const Groups&) { return "P H D"; }
std::string SayEtAl(const Groups&) { return "and others"; }
std::string SayWith(const Groups&) { return "with "; }
std::string SayWithout(const Groups&) { return "without "; }
std::string SayYear(const Groups& g) { return g[1] == "B" ? "B C" : g[1] == "A" ? "A D" : g[0]; }
// "U.S.A." and "J. K. Rowling": letters with a breath less than a full stop.
std::string SayInitials(const Groups& g) {
  std::string out;
  for (const char c : g[1]) {
    if (c == '.') continue;
    if (!out.empty()) out.push_back(' ');
    out.push_back(c);
  }
  return out + (g[2].empty() ? "" : ".");
}
std::string SayInitial(const Groups& g) { return g[1] + " "; }

std::string SayKing(const Groups& g) {
  const int value = RomanValue(g[2]);
  return value == 0 ? g[0] : g[1] + " the " + EnglishOrdinal(value);
}
std::string SayPart(const Groups& g) {
  const int value = RomanValue(g[2]);
  return value == 0 ? g[0] : g[1] + " " + SpellNumber(value, "en");
}
// Elsewhere a Roman numeral is one only when it is short and no usual word or size.
std::string SayRoman(const Groups& g) {
  const int value = RomanValue(g[2]);
  return value == 0 || value > 39 ? g[0] : g[1] + " " + SpellNumber(value, "en");
}

// What ends at a full stop that is also the end of a sentence keeps it.
#define WS_STOP R"(\.(?=(\s*$|\s+["“]?[A-Z])?))"

constexpr auto kRules = std::to_array<ReadingRule>(
    {{R"(\b[Ee]\.\s?g\.,?)", SayForExample},
     {R"(\b[Ii]\.\s?e\.,?)", SayThatIs},
     {R"(\bPh\.?\s?D\b\.?)", SayPhD},
     {R"(\bet al\.)", SayEtAl},
     {R"(\bw/o\s)", SayWithout},
     {R"(\bw/\s?)", SayWith},
     {R"(\b(A|B)\.\s?[CD]\.)", SayYear},
     {R"((?<=[a-z0-9])\s(St|Ave|Blvd|Rd|Dr|Ln|Sq|Hwy|Jr|Sr)\.(?=(\s*$|\s+["“]?[A-Z])?))", SayStreet},
     {R"(\b(Dr|Mrs|Mr|Ms|Prof|St|Mt|Ft|Gen|Col|Capt|Lt|Sgt|Rev|Sen|Rep|Gov|Pres|Hon)\.\s?(?=[A-Z]))",
      SayTitle},
     {R"(\b(Dr|Mrs|Mr|Ms|Prof)\s(?=[A-Z]))", SayTitle},
     {R"(\b([Nn]os?|[Pp]p?|[Vv]ol|[Ff]ig|[Cc]h|[Ss]ec|[Vv]er|[Vv]|[Ee]p|[Aa]pt)\.\s?(?=\d))",
      SayBeforeNumber},
     {R"(\b(approx|vs|etc|[Dd]ept|[Gg]ovt|Inc|Ltd|Corp|Co|misc|max|min|[Ee]xt|Assn|Univ|Mon|Tues?|Wed|Thu|Thurs|)"
      R"(Fri|Jan|Feb|Apr|Aug|Sept|Oct|Nov|Dec))" WS_STOP,
      SayOther},
     {R"(\b(vs)\b(?!\.)())", SayOther},
     {R"(\b((?:[A-Z]\.){2,})(?=(\s*$|\s+["“]?[A-Z][a-z])?))", SayInitials},
     {R"(\b([A-Z])\.\s(?=[A-Z][a-z]))", SayInitial},
     {R"(\b(Henry|Louis|Charles|George|Edward|William|James|Richard|Philip|Elizabeth|Catherine|Napoleon|Ivan|)"
      R"(Peter|Paul|John|Pius|Leo|Benedict|Gregory|Alexander|Nicholas|Frederick|Ramses|Ferdinand|Alfonso)\s)"
      R"(([IVX]+)\b(?!['.]\w))",
      SayKing},
     {R"(\b([Cc]hapter|[Pp]art|[Bb]ook|[Aa]ct|[Ss]cene|[Vv]olume|[Ss]ection|[Pp]hase|[Tt]ype|[Cc]lass|[Ll]evel|)"
      R"([Ee]pisode|[Ss]eason|War|[Aa]rticle|[Aa]ppendix|[Ff]igure|[Tt]able|Title|[Ss]tage|Bowl|Symphony)\s)"
      R"(([IVXLC]+)\b)",
      SayPart},
     {R"(\b([A-Z][a-z]+)\s((?!XL\b|XXL\b)[IVX]{2,})\b)", SayRoman}});

}  // namespace

std::span<const ReadingRule> EnglishWordRules() { return kRules; }

}  // namespace waveshift::text::internal

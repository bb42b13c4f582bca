// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "phonemes/mandarin_data_internal.h"
#include "phonemes/mandarin_file_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes::internal {
namespace {

constexpr double kStep = 0.2;           // of the logarithms in the file, see tools/mandarin_data.py
constexpr double kAllWords = 60101750;  // what all frequencies add up to
constexpr char kNone = '~';
constexpr double kImpossible = 1e6;

bool IsNumber(char c) { return c >= '!' && c <= '~'; }
double Logarithm(char c) { return (c - '!') * kStep; }

// The characters up to the first ASCII one, which stays.
std::u32string TakeCharacters(std::string_view* line) {
  size_t end = 0;
  while (end < line->size() && static_cast<unsigned char>((*line)[end]) >= 0x80) ++end;
  std::u32string characters = text::ToCodePoints(line->substr(0, end));
  line->remove_prefix(end);
  return characters;
}

}  // namespace

Status MandarinData::ParseReadings(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return InvalidArgument("not PINYIN CHARACTERS");
  for (const char32_t c : text::ToCodePoints(line.substr(space + 1))) single_[c] = line.substr(0, space);
  return OkStatus();
}

Status MandarinData::ParseHmm(std::string_view line) {
  const std::u32string character = TakeCharacters(&line);
  if (character.size() != 1 || line.size() != 4 || !std::all_of(line.begin(), line.end(), IsNumber)) {
    return InvalidArgument("not CHARACTER B M E S");
  }
  std::array<uint8_t, 4>& costs = places_[character.front()];
  std::copy(line.begin(), line.end(), costs.begin());
  return OkStatus();
}

Status MandarinData::ParseWord(std::string_view line) {
  const auto refuse = [] { return InvalidArgument("not SHARED REST FREQUENCY PINYIN"); };
  if (line.empty() || line.front() < '0' || line.front() > '9') return refuse();
  const auto shared = static_cast<size_t>(line.front() - '0');
  line.remove_prefix(1);
  const std::u32string_view before = entries_.empty() ? std::u32string_view() : WordOf(entries_.back());
  if (shared > before.size()) return refuse();
  const std::u32string word = std::u32string(before.substr(0, shared)) + TakeCharacters(&line);
  if (line.empty() || !IsNumber(line.front()) || word.empty() || word.size() > 32) return refuse();
  if (!entries_.empty() && word <= before) return InvalidArgument("not in order");
  Entry entry;
  entry.begin = static_cast<uint32_t>(characters_.size());
  entry.length = static_cast<uint8_t>(word.size());
  entry.frequency = static_cast<uint8_t>(line.front());
  entry.reading = static_cast<uint32_t>(readings_.size());
  entry.reading_length = static_cast<uint16_t>(line.size() - 1);
  characters_ += word;
  readings_ += line.substr(1);
  entries_.push_back(entry);
  longest_word_ = std::max(longest_word_, word.size());
  return OkStatus();
}

StatusOr<MandarinData> MandarinData::Parse(std::string_view text) {
  MandarinData data;
  data.unknown_cost_ = std::log(kAllWords);
  Status (MandarinData::*parse)(std::string_view) = nullptr;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line == "[readings]") {
      parse = &MandarinData::ParseReadings;
    } else if (line == "[hmm]") {
      parse = &MandarinData::ParseHmm;
    } else if (line == "[words]") {
      parse = &MandarinData::ParseWord;
    } else {
      const Status status = parse == nullptr ? InvalidArgument("no part begins here") : (data.*parse)(line);
      if (!status.ok()) return Annotate(status, "mandarin.txt:" + std::to_string(number));
    }
  }
  return data;
}

const MandarinData& MandarinData::Get() {
  // A test parses the embedded file, so it cannot be wrong here.
  static const MandarinData* const data = new MandarinData(Parse(MandarinFile()).value());
  return *data;
}

std::optional<MandarinData::Word> MandarinData::Find(std::u32string_view word) const {
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), word,
                       [this](const Entry& e, std::u32string_view w) { return WordOf(e) < w; });
  if (entry == entries_.end() || WordOf(*entry) != word) return std::nullopt;
  Word found;
  found.is_phrase = entry->frequency == kNone;
  found.cost = unknown_cost_ - Logarithm(static_cast<char>(entry->frequency));
  found.reading = std::string_view(readings_).substr(entry->reading, entry->reading_length);
  return found;
}

std::string_view MandarinData::ReadingOf(char32_t c) const {
  const auto found = single_.find(c);
  return found == single_.end() ? std::string_view() : found->second;
}

double MandarinData::PlaceCost(char32_t c, WordPlace place) const {
  const auto found = places_.find(c);
  if (found == places_.end()) return kImpossible;
  const auto cost = static_cast<char>(found->second[place]);
  return cost == kNone ? kImpossible : Logarithm(cost);
}

}  // namespace waveshift::phonemes::internal

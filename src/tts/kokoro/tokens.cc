// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/tokens.h"

#include <algorithm>
#include <array>

namespace waveshift::tts {
namespace {

constexpr int64_t kEndMark = 0;

struct Row {
  char32_t symbol;
  int64_t token;
};

// The table that Kokoro-82M v1.0 was trained with (the "vocab" of its config.json), by symbol.
constexpr std::array<Row, 114> kTable = {
    {{U' ', 16},      {U'!', 5},   {U'"', 11},  {U'(', 12},  {U')', 13},  {U',', 3},   {U'.', 4},
     {U':', 2},       {U';', 1},   {U'?', 6},   {U'A', 24},  {U'I', 25},  {U'O', 31},  {U'Q', 33},
     {U'S', 35},      {U'T', 36},  {U'W', 39},  {U'Y', 41},  {U'a', 43},  {U'b', 44},  {U'c', 45},
     {U'd', 46},      {U'e', 47},  {U'f', 48},  {U'h', 50},  {U'i', 51},  {U'j', 52},  {U'k', 53},
     {U'l', 54},      {U'm', 55},  {U'n', 56},  {U'o', 57},  {U'p', 58},  {U'q', 59},  {U'r', 60},
     {U's', 61},      {U't', 62},  {U'u', 63},  {U'v', 64},  {U'w', 65},  {U'x', 66},  {U'y', 67},
     {U'z', 68},      {U'æ', 72},  {U'ç', 78},  {U'ð', 81},  {U'ø', 116}, {U'ŋ', 112}, {U'œ', 120},
     {U'ɐ', 70},      {U'ɑ', 69},  {U'ɒ', 71},  {U'ɔ', 76},  {U'ɕ', 77},  {U'ɖ', 80},  {U'ə', 83},
     {U'ɚ', 85},      {U'ɛ', 86},  {U'ɜ', 87},  {U'ɟ', 90},  {U'ɡ', 92},  {U'ɣ', 139}, {U'ɤ', 140},
     {U'ɥ', 99},      {U'ɨ', 101}, {U'ɪ', 102}, {U'ɯ', 110}, {U'ɰ', 111}, {U'ɲ', 114}, {U'ɳ', 113},
     {U'ɴ', 115},     {U'ɸ', 118}, {U'ɹ', 123}, {U'ɻ', 126}, {U'ɽ', 129}, {U'ɾ', 125}, {U'ʁ', 128},
     {U'ʂ', 130},     {U'ʃ', 131}, {U'ʈ', 132}, {U'ʊ', 135}, {U'ʋ', 136}, {U'ʌ', 138}, {U'ʎ', 143},
     {U'ʒ', 147},     {U'ʔ', 148}, {U'ʝ', 103}, {U'ʣ', 18},  {U'ʤ', 82},  {U'ʥ', 19},  {U'ʦ', 20},
     {U'ʧ', 133},     {U'ʨ', 21},  {U'ʰ', 162}, {U'ʲ', 164}, {U'ˈ', 156}, {U'ˌ', 157}, {U'ː', 158},
     {U'\u0303', 17}, {U'β', 75},  {U'θ', 119}, {U'χ', 142}, {U'ᵊ', 42},  {U'ᵝ', 22},  {U'ᵻ', 177},
     {U'—', 9},       {U'“', 14},  {U'”', 15},  {U'…', 10},  {U'→', 171}, {U'↓', 169}, {U'↗', 172},
     {U'↘', 173},     {U'ꭧ', 23}}};

}  // namespace

int64_t KokoroToken(char32_t symbol) {
  const auto* const row = std::lower_bound(kTable.begin(), kTable.end(), symbol,
                                           [](const Row& a, char32_t b) { return a.symbol < b; });
  return row != kTable.end() && row->symbol == symbol ? row->token : -1;
}

std::vector<int64_t> KokoroTokens(std::u32string_view symbols) {
  std::vector<int64_t> tokens = {kEndMark};
  for (const char32_t symbol : symbols) {
    const int64_t token = KokoroToken(symbol);
    if (token >= 0) tokens.push_back(token);
  }
  tokens.push_back(kEndMark);
  return tokens;
}

}  // namespace waveshift::tts

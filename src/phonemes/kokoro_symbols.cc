// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/kokoro_symbols.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/code_points.h"

namespace waveshift::phonemes {
namespace {

constexpr std::u32string_view kSymbols =
    U";:,.!?—…\"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijk"
    U"lmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳ"
    U"ɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ";

// IPA that espeak-ng or a rule may give, and what Kokoro has that is nearest.
constexpr std::array<std::pair<char32_t, char32_t>, 16> kNearest = {{{U'g', U'ɡ'},
                                                                     {U'ʑ', U'ʥ'},
                                                                     {U'ɫ', U'l'},
                                                                     {U'ɬ', U'l'},
                                                                     {U'ʀ', U'ʁ'},
                                                                     {U'ɦ', U'h'},
                                                                     {U'ħ', U'h'},
                                                                     {U'ɱ', U'm'},
                                                                     {U'ʉ', U'u'},
                                                                     {U'ɵ', U'ɤ'},
                                                                     {U'ɘ', U'ə'},
                                                                     {U'ɞ', U'ɜ'},
                                                                     {U'ʏ', U'y'},
                                                                     {U'ɭ', U'l'},
                                                                     {U'ʐ', U'ʒ'},
                                                                     {U'ɶ', U'œ'}}};

}  // namespace

std::u32string_view KokoroSymbols() { return kSymbols; }

bool IsKokoroSymbol(char32_t c) { return kSymbols.find(c) != std::u32string_view::npos; }

std::u32string ToKokoroSymbols(std::u32string_view ipa) {
  std::u32string plain;
  for (const char32_t c : ipa) {
    // ç is one symbol, ã are two.
    plain += IsKokoroSymbol(c) ? std::u32string(1, c) : text::Decompose(std::u32string_view(&c, 1));
  }
  std::u32string out;
  for (char32_t c : plain) {
    if (text::IsSpace(c)) c = U' ';
    const auto* const near =
        std::find_if(kNearest.begin(), kNearest.end(), [c](const auto& pair) { return pair.first == c; });
    if (near != kNearest.end()) c = near->second;
    if (!IsKokoroSymbol(c)) continue;
    if (c == U' ' && (out.empty() || out.back() == U' ')) continue;
    out.push_back(c);
  }
  while (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

}  // namespace waveshift::phonemes

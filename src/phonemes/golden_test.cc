// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Our phonemes against those of independent Python packages: tests/golden/phonemes/README.md. The bounds are
// what was measured, with a little room.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>
#include <set>
#include <vector>

#include "base/files.h"
#include "phonemes/front_ends_internal.h"
#include "phonemes/kokoro_symbols.h"
#include "phonemes/phonemizer.h"
#include "phonemes/punctuation_internal.h"
#include "text/code_points.h"

namespace waveshift::phonemes {
namespace {

struct Pair {
  std::string text;
  std::string phonemes;
};

std::vector<Pair> ReadPairs(const std::string& name) {
  const auto file =
      ReadFile(std::string(WAVESHIFT_SOURCE_DIR) + "/tests/golden/phonemes/" + name + ".tsv", 1 << 20);
  EXPECT_TRUE(file.ok()) << Message(file.status());
  std::vector<Pair> pairs;
  std::string_view rest = file.ok() ? std::string_view(*file) : std::string_view();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t tab = line.find('\t');
    if (tab == std::string_view::npos) {
      ADD_FAILURE() << name << ": no tab in " << line;
      continue;
    }
    pairs.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
  }
  return pairs;
}

size_t Distance(const std::u32string& a, const std::u32string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::u32string Without(std::u32string text, std::u32string_view symbols) {
  std::erase_if(text, [symbols](char32_t c) { return symbols.find(c) != std::u32string_view::npos; });
  return text;
}

struct Agreement {
  double exact = 0;         // share of lines
  double errors = 0;        // wrong symbols for each symbol of the other side
  double plain_errors = 0;  // without stress marks and spaces
};

template <typename Phonemize>
Agreement Compare(const std::vector<Pair>& pairs, const Phonemize& phonemize) {
  Agreement sum;
  double symbols = 0;
  double plain_symbols = 0;
  for (const Pair& pair : pairs) {
    const std::u32string wanted = text::ToCodePoints(pair.phonemes);
    const std::u32string ours = text::ToCodePoints(phonemize(pair.text));
    const std::u32string plain = Without(wanted, U"ˈˌ ");
    sum.exact += wanted == ours ? 1 : 0;
    sum.errors += static_cast<double>(Distance(wanted, ours));
    sum.plain_errors += static_cast<double>(Distance(plain, Without(ours, U"ˈˌ ")));
    symbols += static_cast<double>(wanted.size());
    plain_symbols += static_cast<double>(plain.size());
  }
  return {sum.exact / static_cast<double>(pairs.size()), sum.errors / symbols,
          sum.plain_errors / plain_symbols};
}

struct Expectation {
  const char* file;
  const char* language;
  size_t pairs;         // at least
  double exact;         // at least
  double errors;        // at most
  double plain_errors;  // at most
};

class GoldenPhonemes : public testing::TestWithParam<Expectation> {};

TEST_P(GoldenPhonemes, AgreesWithTheIndependentFrontEnd) {
  const Expectation& expected = GetParam();
  const std::vector<Pair> pairs = ReadPairs(expected.file);
  ASSERT_GE(pairs.size(), expected.pairs);
  std::set<std::string> different;
  for (const Pair& pair : pairs) different.insert(pair.text);
  EXPECT_EQ(different.size(), pairs.size()) << "the same sentence twice";
  const auto phonemizer = *MakeKokoroPhonemizer();
  const Agreement found = Compare(pairs, [&](const std::string& text) {
    const auto phonemes = phonemizer->Phonemize(text, expected.language);
    EXPECT_TRUE(phonemes.ok()) << Message(phonemes.status());
    return phonemes.ok() ? *phonemes : std::string();
  });
  std::cout << expected.file << ": exact " << found.exact << ", errors " << found.errors
            << ", without stress and spaces " << found.plain_errors << "\n";
  EXPECT_GE(found.exact, expected.exact);
  EXPECT_LE(found.errors, expected.errors);
  EXPECT_LE(found.plain_errors, expected.plain_errors);
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenPhonemes,
    testing::Values(Expectation{"en-US", "en-US", 200, 0.75, 0.010, 0.008},
                    Expectation{"en-GB", "en-GB", 200, 0.70, 0.012, 0.010},
                    Expectation{"zh", "zh", 200, 0.65, 0.013, 0.012}, Expectation{"es", "es", 50, 1, 0, 0},
                    Expectation{"fr", "fr", 50, 1, 0, 0}, Expectation{"it", "it", 50, 1, 0, 0},
                    Expectation{"pt", "pt-BR", 50, 1, 0, 0}, Expectation{"hi", "hi", 50, 1, 0, 0},
                    Expectation{"ja", "ja", 50, 0.5, 0.04, 0.035}),
    [](const auto& test) {
      std::string name = test.param.file;
      std::erase(name, '-');
      return name;
    });

// Segmentation, readings and IPA alone, against the front end that makes no tone changes.
TEST(GoldenPhonemesOfPlainMandarin, AgreesWithTheIndependentFrontEnd) {
  const std::vector<Pair> pairs = ReadPairs("zh-plain");
  ASSERT_GE(pairs.size(), 200U);
  const Agreement found = Compare(pairs, [](const std::string& text) {
    return text::ToUtf8(
        ToKokoroSymbols(internal::MandarinWithoutSandhi(internal::PlainText(text::ToCodePoints(text)))));
  });
  std::cout << "zh-plain: exact " << found.exact << ", errors " << found.errors << ", without spaces "
            << found.plain_errors << "\n";
  EXPECT_GE(found.exact, 0.79);
  EXPECT_LE(found.errors, 0.007);
  EXPECT_LE(found.plain_errors, 0.001);
}

}  // namespace
}  // namespace waveshift::phonemes

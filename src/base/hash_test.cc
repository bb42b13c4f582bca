// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <gtest/gtest.h>

namespace waveshift {
namespace {

// FIPS 180-4 example values.
TEST(Sha256, KnownValues) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, PiecesGiveTheHashOfTheWhole) {
  Sha256 hash;
  EXPECT_EQ(hash.Add("a").Add("").Add("bc").Hex(), Sha256Hex("abc"));
  EXPECT_EQ(hash.Hex(), Sha256Hex(""));
}

TEST(FieldHasher, IsTheHashOfLengthsAndFields) {
  const std::string framed = std::string("\x03\0\0\0\0\0\0\0abc", 11) + std::string("\0\0\0\0\0\0\0\0", 8);
  EXPECT_EQ(FieldHasher().Add(std::string_view("abc")).Add(std::string_view("")).Hex(), Sha256Hex(framed));
}

TEST(FieldHasher, FieldBordersCount) {
  const auto hash = [](std::string_view a, std::string_view b) { return FieldHasher().Add(a).Add(b).Hex(); };
  EXPECT_EQ(hash("ab", "c"), hash("ab", "c"));
  EXPECT_NE(hash("ab", "c"), hash("a", "bc"));
  EXPECT_NE(hash("abc", ""), hash("", "abc"));
}

TEST(FieldHasher, NumbersAreExact) {
  EXPECT_EQ(FieldHasher().Add(-12LL).Hex(), FieldHasher().Add(std::string_view("-12")).Hex());
  EXPECT_EQ(FieldHasher().Add(1.2).Hex(), FieldHasher().Add(std::string_view("1.2")).Hex());
  EXPECT_NE(FieldHasher().Add(0.1 + 0.2).Hex(), FieldHasher().Add(0.3).Hex());
}

}  // namespace
}  // namespace waveshift

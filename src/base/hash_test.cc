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

TEST(Md5, KnownDigestsAndPieces) {
  EXPECT_EQ(Md5().Hex(), "d41d8cd98f00b204e9800998ecf8427e");  // RFC 1321, A.5
  Md5 md5;
  EXPECT_EQ(md5.Add("a").Add("").Add("bc").Hex(), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(md5.Add("message digest").Hex(), "f96b697d7cb7938d525a2f31aaf161d0");  // it began anew
}

TEST(HmacSha256, TheCasesOfRfc4231) {
  EXPECT_EQ(HexOf(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HexOf(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      HexOf(HmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace waveshift

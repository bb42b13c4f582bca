// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Three sources: the worked examples of AWS's documentation ("Authenticating Requests: Using the
// Authorization Header" of S3, "Create a signed AWS API request" of IAM), AWS's test suite
// aws-sig-v4-test-suite, and for keys with spaces, Chinese, plus and percent what botocore 1.44.8 signs
// (S3SigV4Auth over an AWSRequest whose URL is quote(key, safe="/~"), its clock set to the time below).
#include "stores/r2/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "base/hash.h"

namespace waveshift::stores {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::chrono::system_clock::time_point At(int year, int month, int day, int hour, int minute, int second) {
  std::tm parts{};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  parts.tm_hour = hour;
  parts.tm_min = minute;
  parts.tm_sec = second;
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

const char kNothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The examples of S3's documentation.
class S3Examples : public testing::Test {
 protected:
  std::string Sign(const std::string& method, const std::string& path, const QueryParameters& query,
                   SignedHeaders headers, const std::string& payload) {
    SignableRequest request{method, path, query, std::move(headers), Sha256Hex(payload)};
    request.headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
    request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
    return Authorization(request, {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""},
                         {"us-east-1", "s3"}, At(2013, 5, 24, 0, 0, 0));
  }
  const std::pair<std::string, std::string> date_{"x-amz-date", "20130524T000000Z"};
};

TEST_F(S3Examples, GetObjectWithRange) {
  EXPECT_EQ(Sign("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}, date_}, ""),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(S3Examples, PutObject) {
  EXPECT_THAT(
      Sign("PUT", "/" + EncodeUri("test$file.text", true), {},
           {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, date_, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
           "Welcome to Amazon S3."),
      EndsWith("SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
               "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST_F(S3Examples, AQueryNameWithoutValue) {
  EXPECT_THAT(Sign("GET", "/", {{"lifecycle", ""}}, {date_}, ""),
              EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST_F(S3Examples, ListObjects) {
  EXPECT_THAT(Sign("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {date_}, ""),
              EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(IamExample, ListUsers) {
  const SignableRequest request{"GET",
                                "/",
                                {{"Version", "2010-05-08"}, {"Action", "ListUsers"}},
                                {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                                 {"host", "iam.amazonaws.com"},
                                 {"x-amz-date", "20150830T123600Z"}},
                                kNothing};
  const auto at = At(2015, 8, 30, 12, 36, 0);
  EXPECT_EQ(Sha256Hex(CanonicalRequest(request)),
            "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  EXPECT_EQ(StringToSign(request, {"us-east-1", "iam"}, at),
            "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
            "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  EXPECT_THAT(Authorization(request, {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""},
                            {"us-east-1", "iam"}, at),
              EndsWith("Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"));
}

// aws-sig-v4-test-suite: all share credentials, scope and time.
std::string SignOfSuite(const std::string& method, const std::string& path, const QueryParameters& query,
                        SignedHeaders headers) {
  headers.emplace_back("Host", "example.amazonaws.com");
  headers.emplace_back("X-Amz-Date", "20150830T123600Z");
  return Authorization({method, path, query, std::move(headers), kNothing},
                       {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""},
                       {"us-east-1", "service"}, At(2015, 8, 30, 12, 36, 0));
}

TEST(AwsTestSuite, Vanilla) {
  EXPECT_EQ(SignOfSuite("GET", "/", {}, {}),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_THAT(SignOfSuite("POST", "/", {}, {}),
              EndsWith("Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
}

TEST(AwsTestSuite, Queries) {
  EXPECT_THAT(SignOfSuite("GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}, {}),
              EndsWith("Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
}

TEST(AwsTestSuite, HeaderValuesAreTrimmed) {
  EXPECT_THAT(SignOfSuite("GET", "/", {}, {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}),
              EndsWith("SignedHeaders=host;my-header1;my-header2;x-amz-date, "
                       "Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"));
}

// What botocore signs for keys as they are here. The access key is made up.
class BotocoreGoldens : public testing::Test {
 protected:
  std::string Sign(const std::string& method, const std::string& path, const QueryParameters& query,
                   SignedHeaders headers, const std::string& payload, const std::string& token = "") {
    SignableRequest request{method, "/waveshift-media" + path, query, std::move(headers), Sha256Hex(payload)};
    request.headers.emplace_back("host", "0f1e2d3c4b5a69788796a5b4c3d2e1f0.r2.cloudflarestorage.com");
    request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
    request.headers.emplace_back("x-amz-date", "20260304T050607Z");
    if (!token.empty()) request.headers.emplace_back("x-amz-security-token", token);
    std::string secret;
    for (int i = 0; i < 16; ++i) secret += "3f2a";
    const std::string signed_by = Authorization(request, {"0123456789abcdef0123456789abcdef", secret, token},
                                                {}, At(2026, 3, 4, 5, 6, 7));
    EXPECT_THAT(signed_by, Not(HasSubstr("3f2a")));
    return signed_by;
  }
  static std::string Key(const std::string& key) { return "/" + EncodeUri(key, true); }
};

TEST_F(BotocoreGoldens, SpacesChineseAndBrackets) {
  EXPECT_EQ(Sign("GET", Key("users/u 1/t/audio-segments/sequence_0001_张 三 (男).wav"), {}, {}, ""),
            "AWS4-HMAC-SHA256 Credential=0123456789abcdef0123456789abcdef/20260304/auto/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            "Signature=49d00fa17ea34170667fb2294d97debf9823ec7d4bd384d94b138d9c81aa9eea");
}

TEST_F(BotocoreGoldens, PlusPercentAndConditions) {
  EXPECT_THAT(
      Sign("PUT", Key("a+b/100%/ü~*'!.bin"), {},
           {{"Content-Type", "application/octet-stream"},
            {"Cache-Control", "public,  max-age=31536000,   immutable"},
            {"If-None-Match", "*"}},
           "hello world"),
      EndsWith("SignedHeaders=cache-control;content-type;host;if-none-match;x-amz-content-sha256;x-amz-date, "
               "Signature=b7b060cd00948b40dfbf9b1fd68ed1b1d2202b9b120361214329a82356b7d9f1"));
}

TEST_F(BotocoreGoldens, AListWithATemporaryToken) {
  EXPECT_THAT(Sign("GET", "",
                   {{"list-type", "2"},
                    {"prefix", "hls/张 三+&=/"},
                    {"encoding-type", "url"},
                    {"max-keys", "1000"},
                    {"continuation-token", "1/A+b=="}},
                   {}, "", "token/with+chars=="),
              EndsWith("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
                       "Signature=619d03c3de68360a032c8e7250485fe60d80c4b9c4f6e1b5df69292e04a5517c"));
}

TEST_F(BotocoreGoldens, Multipart) {
  EXPECT_THAT(Sign("POST", Key("big/文件 %20.mp4"), {{"uploads", ""}}, {{"Content-Type", "video/mp4"}}, ""),
              EndsWith("Signature=04d5793b944826098b5aa9b0a48d8dbf1f45738e88f215cc19916da8ccb2d1d0"));
  EXPECT_THAT(Sign("PUT", Key("k"), {{"partNumber", "10"}, {"uploadId", "a b/c+d=="}}, {}, "part"),
              EndsWith("Signature=e0b9557da4834e11beb78113f4d140d02068d532cceaa560654003be0c4f3843"));
}

TEST(EncodeUri, OnlyUnreservedCharactersStay) {
  EXPECT_EQ(EncodeUri("aZ09-._~/ +%", true), "aZ09-._~/%20%2B%25");
  EXPECT_EQ(EncodeUri("a/b", false), "a%2Fb");
  EXPECT_EQ(EncodeUri("中!*'()", true), "%E4%B8%AD%21%2A%27%28%29");
}

TEST(EncodeQuery, SortedByEncodedName) {
  EXPECT_EQ(EncodeQuery({{"uploads", ""}}), "uploads=");
  EXPECT_EQ(EncodeQuery({{"b", "2"}, {"a b", "=&"}, {"a", "1"}, {"A", "x"}}), "A=x&a=1&a%20b=%3D%26&b=2");
  EXPECT_EQ(EncodeQuery({}), "");
}

}  // namespace
}  // namespace waveshift::stores

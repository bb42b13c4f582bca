// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/r2/s3_xml_internal.h"

namespace waveshift::stores::internal {
namespace {

TEST(ParseXml, ATree) {
  const auto xml = ParseXml(
      "<?xml version=\"1.0\"?>\n<a xmlns=\"http://x\"><b>1 &lt; 2</b><b/><x:c>\xE4\xB8\xAD</x:c></a>");
  ASSERT_TRUE(xml.ok()) << Message(xml.status());
  EXPECT_EQ(xml->name, "a");
  EXPECT_EQ(xml->children.size(), 3U);
  EXPECT_EQ(xml->Text("b"), "1 < 2");
  EXPECT_EQ(xml->Text("c"), "\xE4\xB8\xAD");
  EXPECT_EQ(xml->Text("none"), "");
}

TEST(ParseXml, WhatIsNone) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<a>";
  const std::string bomb = "<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><l>&b;&b;</l>";
  for (const std::string& bytes :
       {std::string(), std::string("<html><br></html>"), std::string("<a>"), std::string("<a></b>"),
        std::string("{}"), std::string("<a>\xFF</a>"), std::string("<a/><b/>"), deep, bomb})
    EXPECT_EQ(ParseXml(bytes).status().code(), StatusCode::kUnavailable) << bytes.substr(0, 50);
}

TEST(S3ErrorCode, OfErrorsOnly) {
  EXPECT_EQ(S3ErrorCode("<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"), "NoSuchKey");
  EXPECT_EQ(S3ErrorCode("<?xml version='1.0'?><Error xmlns='x'><Code>A\nB</Code></Error>"), "A?B");
  EXPECT_EQ(S3ErrorCode("<Errors><Code>NoSuchKey</Code></Errors>"), "");
  EXPECT_EQ(S3ErrorCode("<Error><Code>broken"), "");
  EXPECT_EQ(S3ErrorCode("<ok/>"), "");
  EXPECT_EQ(S3ErrorCode(""), "");
}

TEST(ParseListPage, KeysAreDecoded) {
  const auto page = ParseListPage(
      "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>a&amp;b</NextContinuationToken>"
      "<Contents><Key>a%20b/c+d%2B%E4%B8%AD.m3u8</Key><Size>12</Size><ETag>&quot;e1&quot;</ETag>"
      "<LastModified>2026-03-04T05:06:07.089Z</LastModified></Contents>"
      "<Contents><Key>z</Key><Size>0</Size><ETag>e2</ETag></Contents></ListBucketResult>");
  ASSERT_TRUE(page.ok()) << Message(page.status());
  EXPECT_EQ(page->next_token, "a&b");
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].key, "a b/c d+\xE4\xB8\xAD.m3u8");
  EXPECT_EQ(page->objects[0].size_bytes, 12);
  EXPECT_EQ(page->objects[0].etag, "e1");
  EXPECT_EQ(page->objects[0].modified_ms, 1772600767089);
  EXPECT_EQ(page->objects[1].modified_ms, 0);
}

TEST(ParseListPage, NothingIsGuessed) {
  for (const char* body :
       {"<a/>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key><Size>1</Size></"
        "Contents></ListBucketResult>"})
    EXPECT_EQ(ParseListPage(body).status().code(), StatusCode::kUnavailable) << body;
  // Without the encoding a percent sign is one.
  EXPECT_EQ(
      ParseListPage("<ListBucketResult><Contents><Key>50%</Key><Size>1</Size></Contents></ListBucketResult>")
          ->objects[0]
          .key,
      "50%");
}

TEST(ParseUploadsPage, KeysAreDecodedAndPagesFollow) {
  const auto page = ParseUploadsPage(
      "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextKeyMarker>a%20b</NextKeyMarker><NextUploadIdMarker>i&amp;2</NextUploadIdMarker>"
      "<Upload><Key>a%20b</Key><UploadId>i1</UploadId></Upload>"
      "<Upload><Key>a%20b</Key><UploadId>i&amp;2</UploadId></Upload></ListMultipartUploadsResult>");
  ASSERT_TRUE(page.ok()) << Message(page.status());
  ASSERT_EQ(page->uploads.size(), 2U);
  EXPECT_EQ(page->uploads[1], (std::pair<std::string, std::string>("a b", "i&2")));
  EXPECT_EQ(page->next_key, "a b");
  EXPECT_EQ(page->next_id, "i&2");
  const auto last = ParseUploadsPage(
      "<ListMultipartUploadsResult><NextKeyMarker>k</NextKeyMarker>"
      "<Upload><Key>50%</Key></Upload></ListMultipartUploadsResult>");
  EXPECT_EQ(last->uploads[0].first, "50%");
  EXPECT_EQ(last->next_key, "");
}

TEST(ParseUploadsPage, NothingIsGuessed) {
  for (const char* body :
       {"<a/>", "<ListBucketResult/>",
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>",
        "<ListMultipartUploadsResult><EncodingType>url</EncodingType><Upload><Key>%z</Key></Upload>"
        "</ListMultipartUploadsResult>"})
    EXPECT_EQ(ParseUploadsPage(body).status().code(), StatusCode::kUnavailable) << body;
}

TEST(CompleteBody, PartsInOrder) {
  EXPECT_EQ(CompleteBody({"e1", "e2"}),
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;e1&quot;</ETag></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>&quot;e2&quot;</ETag></Part></CompleteMultipartUpload>");
}

TEST(BareEtag, WithoutQuotes) {
  EXPECT_EQ(BareEtag("\"abc-2\""), "abc-2");
  EXPECT_EQ(BareEtag("W/\"abc\""), "abc");
  EXPECT_EQ(BareEtag("abc"), "abc");
  EXPECT_EQ(BareEtag("\""), "\"");
}

TEST(ParseIsoTime, UtcOnly) {
  EXPECT_EQ(ParseIsoTime("1970-01-01T00:00:01Z"), 1000);
  EXPECT_EQ(ParseIsoTime("2024-02-29T23:59:59.5Z"), 1709251199000);  // not in milliseconds: cut off
  for (const char* text : {"", "2024-13-01T00:00:00Z", "yesterday, at noon, or so", "2024-02-29 23:59:59Z"})
    EXPECT_EQ(ParseIsoTime(text), 0) << text;
}

}  // namespace
}  // namespace waveshift::stores::internal

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The XML that S3 speaks. Not for other rooms.
#ifndef WAVESHIFT_STORES_R2_S3_XML_INTERNAL_H_
#define WAVESHIFT_STORES_R2_S3_XML_INTERNAL_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "stores/object_store.h"

namespace waveshift::stores::internal {

struct XmlElement {
  std::string name;  // without a prefix
  std::string text;  // of this element alone
  std::vector<XmlElement> children;
  // The first child of this name, null when there is none.
  const XmlElement* Find(std::string_view child) const;
  // Its text, "" when there is none.
  std::string Text(std::string_view child) const;
};

// Unavailable when it is no XML, is nested deeper than 16 elements or declares a document type.
StatusOr<XmlElement> ParseXml(std::string_view bytes);

// The <Code> of an error answer, "" when the body is none.
std::string S3ErrorCode(std::string_view body);

struct ListPage {
  std::vector<ObjectInfo> objects;
  std::string next_token;  // "" at the end
};
// An answer to ListObjectsV2 with encoding-type=url.
StatusOr<ListPage> ParseListPage(std::string_view body);

struct UploadsPage {
  std::vector<std::pair<std::string, std::string>> uploads;  // key and upload id
  std::string next_key, next_id;                             // markers of the next page; "" at the end
};
// An answer to ListMultipartUploads with encoding-type=url.
StatusOr<UploadsPage> ParseUploadsPage(std::string_view body);

// What CompleteMultipartUpload wants: ETags in the order of the parts, which count from 1.
std::string CompleteBody(const std::vector<std::string>& etags);

// ETags without their quotes (and without W/).
std::string BareEtag(std::string_view etag);
// "2026-01-02T03:04:05.678Z" as Unix milliseconds; 0 when it is none.
int64_t ParseIsoTime(std::string_view text);
// Percent-encoding undone; '+' is a space. Nothing when it is broken.
std::optional<std::string> DecodeUri(std::string_view text);

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_R2_S3_XML_INTERNAL_H_

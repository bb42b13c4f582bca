// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <expat.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>

#include "stores/r2/s3_xml_internal.h"

namespace waveshift::stores::internal {
namespace {

constexpr size_t kMaxDepth = 16;

// Builds the tree. expat calls it; it throws nothing but what a full memory throws.
class Builder {
 public:
  StatusOr<XmlElement> Parse(std::string_view bytes) {
    const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"),
                                                                              &XML_ParserFree);
    if (!parser) return Internal("XML: out of memory");
    parser_ = parser.get();
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, &Builder::OnStart, &Builder::OnEnd);
    XML_SetCharacterDataHandler(parser_, &Builder::OnText);
    XML_SetStartDoctypeDeclHandler(parser_, &Builder::OnDoctype);
    if (XML_Parse(parser_, bytes.data(), static_cast<int>(bytes.size()), 1) != XML_STATUS_OK ||
        root_.children.empty())
      return Unavailable("the answer is not the XML of S3");
    return std::move(root_.children.front());
  }

 private:
  static void OnStart(void* self, const XML_Char* name, const XML_Char** /*attributes*/) {
    auto* const builder = static_cast<Builder*>(self);
    if (builder->open_.size() > kMaxDepth) {
      XML_StopParser(builder->parser_, XML_FALSE);
      return;
    }
    const std::string_view full = name;
    const size_t colon = full.rfind(':');
    XmlElement& parent = *builder->open_.back();
    parent.children.push_back(
        {std::string(colon == std::string_view::npos ? full : full.substr(colon + 1)), "", {}});
    builder->open_.push_back(&parent.children.back());
  }
  static void OnEnd(void* self, const XML_Char* /*name*/) { static_cast<Builder*>(self)->open_.pop_back(); }
  static void OnText(void* self, const XML_Char* text, int size) {
    static_cast<Builder*>(self)->open_.back()->text.append(text, static_cast<size_t>(size));
  }
  static void OnDoctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    XML_StopParser(static_cast<Builder*>(self)->parser_, XML_FALSE);
  }

  XML_Parser parser_ = nullptr;
  XmlElement root_;
  // From the root to the element that is open; only the last one's children grow, so the pointers stay.
  std::vector<XmlElement*> open_{&root_};
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// `count` digits from `at` on; -1 when they are none.
int Digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  const char* const end = text.data() + at + count;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value);
  return error == std::errc() && stop == end && value >= 0 ? value : -1;
}

}  // namespace

const XmlElement* XmlElement::Find(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

std::string XmlElement::Text(std::string_view child) const {
  const XmlElement* const element = Find(child);
  return element == nullptr ? "" : element->text;
}

StatusOr<XmlElement> ParseXml(std::string_view bytes) { return Builder().Parse(bytes); }

std::string S3ErrorCode(std::string_view body) {
  if (body.find("<Error") == std::string_view::npos) return "";
  const auto xml = ParseXml(body);
  if (!xml.ok() || xml->name != "Error") return "";
  std::string code = xml->Text("Code").substr(0, 80);
  for (char& c : code) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter) c = '?';  // it is quoted in messages
  }
  return code;
}

StatusOr<ListPage> ParseListPage(std::string_view body) {
  WS_ASSIGN_OR_RETURN(const XmlElement xml, ParseXml(body));
  if (xml.name != "ListBucketResult") return Unavailable("the answer is no list of objects");
  const bool is_encoded = xml.Text("EncodingType") == "url";
  ListPage page;
  for (const XmlElement& element : xml.children) {
    if (element.name != "Contents") continue;
    ObjectInfo info;
    const auto key = is_encoded ? DecodeUri(element.Text("Key")) : element.Text("Key");
    if (!key) return Unavailable("the list holds a key that is not percent-encoded");
    info.key = *key;
    const std::string size = element.Text("Size");
    const auto [stop, error] = std::from_chars(size.data(), size.data() + size.size(), info.size_bytes);
    if (error != std::errc() || stop != size.data() + size.size() || info.size_bytes < 0)
      return Unavailable("the list holds an object without a size");
    info.etag = BareEtag(element.Text("ETag"));
    info.modified_ms = ParseIsoTime(element.Text("LastModified"));
    page.objects.push_back(std::move(info));
  }
  if (xml.Text("IsTruncated") == "true") {
    page.next_token = xml.Text("NextContinuationToken");
    if (page.next_token.empty()) return Unavailable("the list is cut off and says not how to go on");
  }
  return page;
}

StatusOr<UploadsPage> ParseUploadsPage(std::string_view body) {
  WS_ASSIGN_OR_RETURN(const XmlElement xml, ParseXml(body));
  if (xml.name != "ListMultipartUploadsResult") return Unavailable("the answer is no list of uploads");
  const bool is_encoded = xml.Text("EncodingType") == "url";
  const auto key_in = [&](const XmlElement& element, std::string_view child) {
    return is_encoded ? DecodeUri(element.Text(child)) : element.Text(child);
  };
  UploadsPage page;
  for (const XmlElement& element : xml.children) {
    if (element.name != "Upload") continue;
    const auto key = key_in(element, "Key");
    if (!key) return Unavailable("the list holds a key that is not percent-encoded");
    page.uploads.emplace_back(*key, element.Text("UploadId"));
  }
  if (xml.Text("IsTruncated") != "true") return page;
  page.next_key = key_in(xml, "NextKeyMarker").value_or("");
  page.next_id = xml.Text("NextUploadIdMarker");
  if (page.next_key.empty()) return Unavailable("the list is cut off and says not how to go on");
  return page;
}

std::string CompleteBody(const std::vector<std::string>& etags) {
  std::string body = "<CompleteMultipartUpload>";
  for (size_t i = 0; i < etags.size(); ++i) {
    body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>&quot;" + etags[i] +
            "&quot;</ETag></Part>";
  }
  return body + "</CompleteMultipartUpload>";
}

std::string BareEtag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

int64_t ParseIsoTime(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':')
    return 0;
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  const int hour = Digits(text, 11, 2);
  const int minute = Digits(text, 14, 2);
  const int second = Digits(text, 17, 2);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || minute < 0 || second < 0)
    return 0;
  const std::chrono::sys_days date = std::chrono::year(year) / month / day;
  int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(date.time_since_epoch()).count() +
               ((hour * 60 + minute) * 60LL + second) * 1000;
  if (text[19] == '.' && Digits(text, 20, 3) >= 0) ms += Digits(text, 20, 3);
  return ms;
}

std::optional<std::string> DecodeUri(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

}  // namespace waveshift::stores::internal

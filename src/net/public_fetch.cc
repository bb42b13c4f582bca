// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/public_fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace waveshift::net {
namespace {

constexpr size_t kLongestUrl = 8192;
constexpr std::string_view kScheme = "https://";
constexpr std::string_view kHttpsPort = "443";

bool IsHexDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// RFC 3986: what may stand in a URL as it is.
bool IsUrlCharacter(char c) {
  const bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_alnum || (c != '\0' && std::string_view("-._~:/?#[]@!$&'()*+,;=").find(c) != std::string::npos);
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

using Url = std::unique_ptr<CURLU, void (*)(CURLU*)>;

// A part as the library that will connect understands it; "" when it is not there.
std::string PartOf(CURLU* url, CURLUPart part, unsigned int flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string value(text);
  curl_free(text);
  return value;
}

// "host" and "host:443" are the same.
std::string WithoutUsualPort(std::string_view host) {
  const std::string ending = ":" + std::string(kHttpsPort);
  if (host.ends_with(ending)) host.remove_suffix(ending.size());
  return Lower(host);
}

bool IsOnList(const std::vector<std::string>& allowed, const std::string& host) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& entry) {
    const std::string wanted = WithoutUsualPort(entry);
    if (!wanted.starts_with("*.")) return wanted == host;
    const std::string_view tail = std::string_view(wanted).substr(1);
    return host.size() > tail.size() && host.ends_with(tail);
  });
}

Status NotFollowed(const HttpResponse& response, const std::string& url) {
  if (response.status >= 300 && response.status < 400)
    return InvalidArgument(RedactedUrl(url) + ": redirects, which is not followed");
  return StatusOfHttp(response.status, RedactedUrl(url));
}

}  // namespace

std::string EncodedUrl(std::string_view url) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    const bool is_encoded =
        c == '%' && i + 2 < url.size() && IsHexDigit(url[i + 1]) && IsHexDigit(url[i + 2]);
    if (is_encoded || IsUrlCharacter(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

Status CheckAllowedHost(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  const size_t colon = host.find(':');
  const std::string_view name = host.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? kHttpsPort : host.substr(colon + 1);
  const bool is_name = !name.empty() && name.size() <= 253 && name.front() != '.' && name.back() != '.' &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '.' || c == '_';
                       });
  const bool is_port = !port.empty() && port.size() <= 5 &&
                       std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_name && is_port) return OkStatus();
  return InvalidArgument("must be host names (media.example.com, *.example.com, host:port)");
}

PublicFetcher::PublicFetcher(PublicFetchOptions options) : options_(std::move(options)) {}

StatusOr<std::string> PublicFetcher::CheckedUrl(std::string_view url) const {
  const std::string shown = RedactedUrl(url);
  if (url.size() > kLongestUrl) return InvalidArgument("the address is too long");
  if (Lower(url.substr(0, kScheme.size())) != kScheme)
    return InvalidArgument(shown + ": must begin with https://");
  const Url parsed(curl_url(), &curl_url_cleanup);
  if (parsed == nullptr) return Internal("out of memory");
  const std::string encoded = EncodedUrl(url);
  if (curl_url_set(parsed.get(), CURLUPART_URL, encoded.c_str(), 0) != CURLUE_OK)
    return InvalidArgument(shown + ": is no URL");
  if (!PartOf(parsed.get(), CURLUPART_USER).empty() || !PartOf(parsed.get(), CURLUPART_PASSWORD).empty())
    return InvalidArgument(shown + ": must not hold a user name");
  const std::string host = PartOf(parsed.get(), CURLUPART_HOST);
  const std::string port = PartOf(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!IsOnList(options_.allowed_hosts, WithoutUsualPort(host + ":" + port)))
    return InvalidArgument(shown + ": the host is not on the list of allowed ones");
  curl_url_set(parsed.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return PartOf(parsed.get(), CURLUPART_URL);
}

StatusOr<HttpRequest> PublicFetcher::RequestFor(std::string_view url, int64_t max_bytes) const {
  HttpRequest request;
  WS_ASSIGN_OR_RETURN(request.url, CheckedUrl(url));
  request.max_response_bytes = max_bytes;
  request.timeouts = options_.timeouts;
  request.may_connect = options_.is_public;
  request.known_addresses = options_.known_addresses;
  request.ca_file = options_.ca_file;
  return request;
}

StatusOr<std::string> PublicFetcher::Get(std::string_view url, int64_t max_bytes,
                                         const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(HttpRequest request, RequestFor(url, max_bytes));
  request.timeouts.total = std::min(request.timeouts.total, options_.longest_get);
  auto response = Retry(options_.retry, {}, stop, [&](int) { return client_.Send(request, stop); });
  WS_RETURN_IF_ERROR(response.status());
  WS_RETURN_IF_ERROR(NotFollowed(*response, request.url));
  return std::move(response->body);
}

Status PublicFetcher::GetToFile(std::string_view url, int64_t max_bytes, const std::string& path,
                                const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const HttpRequest request, RequestFor(url, max_bytes));
  const auto response =
      Retry(options_.retry, {}, stop, [&](int) { return client_.SendToFile(request, path, stop); });
  WS_RETURN_IF_ERROR(response.status());
  return NotFollowed(*response, request.url);
}

}  // namespace waveshift::net

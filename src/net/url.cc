// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>

#include "net/http_message.h"

namespace waveshift::net {
namespace {

using CurlUrl = std::unique_ptr<CURLU, void (*)(CURLU*)>;

// "" when the URL has no such part.
std::string Part(const CurlUrl& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK || text == nullptr) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

std::string UrlParts::Origin() const {
  const bool is_usual = port == (scheme == "https" ? 443 : 80);
  return scheme + "://" + host + (is_usual ? "" : ":" + std::to_string(port));
}

StatusOr<UrlParts> SplitUrl(const std::string& text) {
  const std::string shown = RedactedUrl(text);
  const CurlUrl url(curl_url(), &curl_url_cleanup);
  if (url == nullptr) return Internal("out of memory");
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return InvalidArgument(shown + ": is no URL");
  UrlParts parts;
  parts.scheme = Part(url, CURLUPART_SCHEME);
  if (parts.scheme != "http" && parts.scheme != "https")
    return InvalidArgument(shown + ": must begin with https:// or http://");
  parts.host = Part(url, CURLUPART_HOST);
  if (parts.host.empty()) return InvalidArgument(shown + ": names no host");
  std::transform(parts.host.begin(), parts.host.end(), parts.host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::string port = Part(url, CURLUPART_PORT);
  std::from_chars(port.data(), port.data() + port.size(), parts.port);
  parts.path = Part(url, CURLUPART_PATH);
  if (parts.path.empty()) parts.path = "/";
  parts.has_user = !Part(url, CURLUPART_USER).empty() || !Part(url, CURLUPART_PASSWORD).empty();
  parts.has_query = !Part(url, CURLUPART_QUERY).empty();
  parts.has_fragment = !Part(url, CURLUPART_FRAGMENT).empty();
  return parts;
}

StatusOr<std::string> ResolveUrl(const std::string& base, const std::string& location) {
  const CurlUrl url(curl_url(), &curl_url_cleanup);
  if (url == nullptr) return Internal("out of memory");
  if (curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK)
    return InvalidArgument(RedactedUrl(base) + ": is no URL");
  // A URL that is set over another one is read relative to it. Other schemes than HTTP's are refused when
  // the request is sent.
  constexpr unsigned kFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;
  if (location.empty() || curl_url_set(url.get(), CURLUPART_URL, location.c_str(), kFlags) != CURLUE_OK)
    return InvalidArgument(RedactedUrl(base) + ": redirects to what is no URL");
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
    return InvalidArgument(RedactedUrl(base) + ": redirects to what is no URL");
  std::string resolved(text);
  curl_free(text);
  return resolved;
}

}  // namespace waveshift::net

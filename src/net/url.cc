// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>

#include <memory>
#include <string>

#include "net/http_message.h"

namespace waveshift::net {

StatusOr<std::string> ResolveUrl(const std::string& base, const std::string& location) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), &curl_url_cleanup);
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

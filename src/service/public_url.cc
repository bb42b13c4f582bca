// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/public_url.h"

#include "base/files.h"
#include "service/http_types.h"

namespace waveshift::service {

std::vector<std::string> KeysOfPublicUrl(std::string_view base, std::string_view url) {
  std::vector<std::string> keys;
  while (base.ends_with('/')) base.remove_suffix(1);
  if (base.empty() || !url.starts_with(base) || url.substr(base.size(), 1) != "/") return keys;
  const std::string_view path = url.substr(base.size() + 1);
  if (IsSafeRelativePath(path)) keys.emplace_back(path);
  const auto decoded = ParseTarget(url.substr(base.size()));
  if (decoded.ok() && IsSafeRelativePath(std::string_view(decoded->path).substr(1))) {
    std::string key = decoded->path.substr(1);
    if (keys.empty() || keys.front() != key) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace waveshift::service

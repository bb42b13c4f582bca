// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "stores/r2/sigv4.h"

#include <algorithm>
#include <ctime>
#include <map>

#include "base/hash.h"

namespace waveshift::stores {
namespace {

constexpr char kAlgorithm[] = "AWS4-HMAC-SHA256";

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// Without white space around it, and one space for several within.
std::string Squeezed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// By name in lower case; several values of one name are joined in their order.
std::map<std::string, std::string> CanonicalHeaders(const SignedHeaders& headers) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : headers) {
    std::string lower = name;
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto [it, is_new] = sorted.emplace(lower, Squeezed(value));
    if (!is_new) it->second += "," + Squeezed(value);
  }
  return sorted;
}

std::string NamesOf(const std::map<std::string, std::string>& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string ScopeOf(const SigningScope& scope, const std::string& date) {
  return date + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

}  // namespace

std::string EncodeUri(std::string_view text, bool keep_slash) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || (keep_slash && c == '/')) {
      out.push_back(c);
      continue;
    }
    const auto u = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kDigits[u >> 4]);
    out.push_back(kDigits[u & 15]);
  }
  return out;
}

std::string EncodeQuery(const QueryParameters& query) {
  QueryParameters encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query)
    encoded.emplace_back(EncodeUri(name, false), EncodeUri(value, false));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out.push_back('&');
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string AmzDate(std::chrono::system_clock::time_point at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

std::string CanonicalRequest(const SignableRequest& request) {
  const auto headers = CanonicalHeaders(request.headers);
  std::string out = request.method + "\n" + (request.path.empty() ? "/" : request.path) + "\n" +
                    EncodeQuery(request.query) + "\n";
  for (const auto& [name, value] : headers) out.append(name).append(":").append(value).append("\n");
  return out.append("\n").append(NamesOf(headers)).append("\n").append(request.payload_hash);
}

std::string StringToSign(const SignableRequest& request, const SigningScope& scope,
                         std::chrono::system_clock::time_point at) {
  const std::string date = AmzDate(at);
  return std::string(kAlgorithm) + "\n" + date + "\n" + ScopeOf(scope, date.substr(0, 8)) + "\n" +
         Sha256Hex(CanonicalRequest(request));
}

std::string Authorization(const SignableRequest& request, const S3Credentials& credentials,
                          const SigningScope& scope, std::chrono::system_clock::time_point at) {
  const std::string day = AmzDate(at).substr(0, 8);
  std::string key = HmacSha256("AWS4" + credentials.secret_access_key, day);
  key = HmacSha256(key, scope.region);
  key = HmacSha256(key, scope.service);
  key = HmacSha256(key, "aws4_request");
  const std::string signature = HexOf(HmacSha256(key, StringToSign(request, scope, at)));
  return std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + "/" + ScopeOf(scope, day) +
         ", SignedHeaders=" + NamesOf(CanonicalHeaders(request.headers)) + ", Signature=" + signature;
}

}  // namespace waveshift::stores

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AWS Signature Version 4, with which S3 requests prove who sends them. Formulas: "AWS Signature Version 4
// for API requests" (canonical request, string to sign, signing key). Only the Authorization header is made;
// the payload is signed by its hash, in one piece.
#ifndef WAVESHIFT_STORES_R2_SIGV4_H_
#define WAVESHIFT_STORES_R2_SIGV4_H_

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waveshift::stores {

struct S3Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // of temporary credentials, "" = none
};

struct SigningScope {
  std::string region = "auto";  // R2 has no other
  std::string service = "s3";
};

using QueryParameters =
    std::vector<std::pair<std::string, std::string>>;  // names and values as they are meant
using SignedHeaders = std::vector<std::pair<std::string, std::string>>;

struct SignableRequest {
  std::string method;
  std::string path;          // percent-encoded, as it goes over the wire; begins with '/'
  QueryParameters query;     // not encoded
  SignedHeaders headers;     // all that are signed; "host" and "x-amz-date" are among them
  std::string payload_hash;  // SHA-256 in hex, or "UNSIGNED-PAYLOAD"
};

// Percent-encodes everything but letters, digits and "-._~"; '/' stays where `keep_slash`. A path of S3 is
// encoded once.
std::string EncodeUri(std::string_view text, bool keep_slash);
// "a=1&b=" in the order of the encoded names: the canonical form, which is also what is sent. "" when there
// are none.
std::string EncodeQuery(const QueryParameters& query);
// "20130524T000000Z"
std::string AmzDate(std::chrono::system_clock::time_point at);

// The steps, for tests and messages. None of them holds the secret.
std::string CanonicalRequest(const SignableRequest& request);
std::string StringToSign(const SignableRequest& request, const SigningScope& scope,
                         std::chrono::system_clock::time_point at);

// The value of the Authorization header. `at` is the time in "x-amz-date".
std::string Authorization(const SignableRequest& request, const S3Credentials& credentials,
                          const SigningScope& scope, std::chrono::system_clock::time_point at);

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_R2_SIGV4_H_

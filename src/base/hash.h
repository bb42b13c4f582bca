// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_BASE_HASH_H_
#define WAVESHIFT_BASE_HASH_H_

#include <memory>
#include <string>
#include <string_view>

namespace waveshift {

// SHA-256 of a sequence of fields. Each field is hashed with its length before it, so ("ab","c") and
// ("a","bc") differ.
class FieldHasher {
 public:
  FieldHasher();
  ~FieldHasher();
  FieldHasher(const FieldHasher&) = delete;
  FieldHasher& operator=(const FieldHasher&) = delete;
  FieldHasher& Add(std::string_view field);
  FieldHasher& Add(long long value);
  // A number as its shortest exact text.
  FieldHasher& Add(double value);
  // 64 lower-case hex digits. The hasher is used up.
  std::string Hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// SHA-256 of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  Sha256& Add(std::string_view bytes);
  // 64 lower-case hex digits. The next Add begins anew.
  std::string Hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// SHA-256 of bytes as 64 lower-case hex digits.
std::string Sha256Hex(std::string_view bytes);

// MD5 of bytes that come piece by piece: what object stores call an ETag. It guards against damage, not
// against attackers.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(Md5&& other) noexcept;
  Md5& operator=(Md5&& other) noexcept;
  Md5& Add(std::string_view bytes);
  // 32 lower-case hex digits. The next Add begins anew.
  std::string Hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// HMAC with SHA-256 (RFC 2104) of bytes: 32 bytes, not hex.
std::string HmacSha256(std::string_view key, std::string_view bytes);

// Bytes as lower-case hex digits.
std::string HexOf(std::string_view bytes);

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_HASH_H_

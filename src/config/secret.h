// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A token or key that is not printed by accident: there is no conversion to text, streams print the mask.
#ifndef WAVESHIFT_CONFIG_SECRET_H_
#define WAVESHIFT_CONFIG_SECRET_H_

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace waveshift::config {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool is_set() const { return !value_.empty(); }
  // The value itself, for the one place that sends or compares it.
  const std::string& reveal() const { return value_; }
  // "" when not set, "********", or for long ones "******** (ends in ab)", so that two keys can be told
  // apart.
  std::string Masked() const {
    static constexpr size_t kLong = 20;
    if (value_.empty()) return "";
    if (value_.size() < kLong) return "********";
    return "******** (ends in " + value_.substr(value_.size() - 2) + ")";
  }
  friend std::ostream& operator<<(std::ostream& out, const Secret& secret) { return out << secret.Masked(); }

 private:
  std::string value_;
};

}  // namespace waveshift::config

#endif  // WAVESHIFT_CONFIG_SECRET_H_

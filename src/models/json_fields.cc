// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/json_fields_internal.h"

namespace waveshift::models::internal {
namespace {

using nlohmann::json;

constexpr size_t kMostTextBytes = 500;

bool HasControlCharacter(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7F;
  });
}

}  // namespace

Fields::Fields(const json& object, std::string where) : json_(object), where_(std::move(where)) {
  if (!json_.is_object()) status_ = InvalidArgument(where_ + ": must be an object");
}

void Fields::Fail(const std::string& key, const std::string& what) {
  if (status_.ok()) status_ = InvalidArgument(where_ + "." + key + ": " + what);
}

void Fields::Keep(const Status& status) {
  if (status_.ok()) status_ = status;
}

const json* Fields::Find(const char* key) {
  if (!status_.ok()) return nullptr;
  const auto it = json_.find(key);
  return it == json_.end() ? nullptr : &*it;
}

bool Fields::Has(const char* key) const { return json_.is_object() && json_.contains(key); }

std::string Fields::Text(const char* key) {
  const json* const value = Find(key);
  if (value == nullptr) {
    Fail(key, "is missing");
    return "";
  }
  if (!value->is_string()) {
    Fail(key, "must be a text");
    return "";
  }
  auto text = value->get<std::string>();
  if (text.empty() || text.size() > kMostTextBytes) Fail(key, "must have 1 to 500 bytes");
  if (HasControlCharacter(text)) Fail(key, "holds control characters");
  return status_.ok() ? text : "";
}

std::string Fields::TextOr(const char* key, const std::string& other) { return Has(key) ? Text(key) : other; }

bool Fields::SwitchOr(const char* key, bool other) {
  const json* const value = Find(key);
  if (value == nullptr) return other;
  if (!value->is_boolean()) {
    Fail(key, "must be true or false");
    return other;
  }
  return value->get<bool>();
}

int64_t Fields::Integer(const char* key, int64_t low, int64_t high) {
  const json* const value = Find(key);
  if (value == nullptr) {
    Fail(key, "is missing");
    return low;
  }
  // A number above int64 would wrap in get().
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() || value->get<uint64_t>() <= static_cast<uint64_t>(high)) &&
                    value->get<int64_t>() >= low && value->get<int64_t>() <= high;
  if (!fits) {
    Fail(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return low;
  }
  return value->get<int64_t>();
}

std::vector<std::pair<const json*, std::string>> Fields::List(const char* key, size_t most) {
  std::vector<std::pair<const json*, std::string>> elements;
  const json* const value = Find(key);
  if (value == nullptr) return elements;
  if (!value->is_array() || value->size() > most) {
    Fail(key, "must be a list of at most " + std::to_string(most));
    return elements;
  }
  for (size_t i = 0; i < value->size(); ++i) {
    elements.emplace_back(&(*value)[i], where_ + "." + key + "[" + std::to_string(i) + "]");
  }
  return elements;
}

std::vector<std::pair<std::string, const json*>> Fields::Members(const char* key, size_t most) {
  std::vector<std::pair<std::string, const json*>> members;
  const json* const value = Find(key);
  if (value == nullptr) return members;
  if (!value->is_object() || value->size() > most) {
    Fail(key, "must be an object of at most " + std::to_string(most) + " members");
    return members;
  }
  for (const auto& [name, member] : value->items()) {
    if (name.empty() || name.size() > 200 || HasControlCharacter(name)) {
      Fail(key, "has a member with a bad name");
      return {};
    }
    members.emplace_back(name, &member);
  }
  return members;
}

}  // namespace waveshift::models::internal

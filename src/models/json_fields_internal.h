// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fields of a JSON object, with the place of each in messages. Room-internal.
#ifndef WAVESHIFT_MODELS_JSON_FIELDS_INTERNAL_H_
#define WAVESHIFT_MODELS_JSON_FIELDS_INTERNAL_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/status.h"

namespace waveshift::models::internal {

// Reads fields of one object. The first fault is kept and every later read gives an empty value, so a reader
// of many fields asks for the status once, at its end. `json` outlives it.
class Fields {
 public:
  // `where` is the object's place: "models.json: models[2]".
  Fields(const nlohmann::json& json, std::string where);

  const std::string& where() const { return where_; }
  const Status& status() const { return status_; }
  // Keeps the first fault: "WHERE.key: WHAT".
  void Fail(const std::string& key, const std::string& what);
  // Keeps the first fault of somebody who read deeper.
  void Keep(const Status& status);

  bool Has(const char* key) const;
  // At most 500 bytes without control characters.
  std::string Text(const char* key);
  std::string TextOr(const char* key, const std::string& other);
  bool SwitchOr(const char* key, bool other);
  int64_t Integer(const char* key, int64_t low, int64_t high);
  // The list's elements with their places, none when it is not there.
  std::vector<std::pair<const nlohmann::json*, std::string>> List(const char* key, size_t most);
  // The object's members with their places.
  std::vector<std::pair<std::string, const nlohmann::json*>> Members(const char* key, size_t most);

 private:
  const nlohmann::json* Find(const char* key);

  const nlohmann::json& json_;
  const std::string where_;
  Status status_;
};

}  // namespace waveshift::models::internal

#endif  // WAVESHIFT_MODELS_JSON_FIELDS_INTERNAL_H_

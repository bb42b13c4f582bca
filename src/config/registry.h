// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Joins the names of configuration keys to typed members. Every group of settings is a struct with three
// functions:
//   void Register(Registry&)        names each key once, with its type, limits and meaning
//   Status Validate() const         what must hold between several keys
//   std::string ToString() const    "KEY=value" lines, secrets masked
#ifndef WAVESHIFT_CONFIG_REGISTRY_H_
#define WAVESHIFT_CONFIG_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/secret.h"

namespace waveshift::config {

struct RegistryEntry {
  std::string key;
  std::string help;               // one line
  std::string values;             // what may be set: "auto, cpu, cuda", "0 to 65535", "" when it is free text
  std::string flag;               // "--port", "" when no flag stands for it
  std::vector<std::string> also;  // other names of the key, used when it is not set itself
  bool is_secret = false;
  std::function<Status(std::string_view)>
      parse;                          // the message does not name the key and never quotes a secret
  std::function<std::string()> show;  // masked

  RegistryEntry& WithFlag(std::string_view name) {
    flag = name;
    return *this;
  }
  RegistryEntry& Also(std::string_view name) {
    also.emplace_back(name);
    return *this;
  }
};

// The members that are registered must outlive the registry. One thread.
class Registry {
 public:
  RegistryEntry& Text(std::string_view key, std::string* target, std::string_view help);
  // One of `words`; upper and lower case are the same, the member gets the spelling of the list.
  RegistryEntry& Word(std::string_view key, std::string* target, std::vector<std::string> words,
                      std::string_view help);
  RegistryEntry& Integer(std::string_view key, int* target, int low, int high, std::string_view help);
  RegistryEntry& Number(std::string_view key, double* target, double low, double high, std::string_view help);
  // A number, or `word` for none.
  RegistryEntry& OptionalNumber(std::string_view key, std::optional<double>* target, double low, double high,
                                std::string_view word, std::string_view help);
  // true/false, 1/0, yes/no, on/off.
  RegistryEntry& Switch(std::string_view key, bool* target, std::string_view help);
  // http:// or https:// with a host, without user, query and fragment; a slash at the end is cut off.
  RegistryEntry& Url(std::string_view key, std::string* target, std::string_view help);
  RegistryEntry& Hidden(std::string_view key, Secret* target, std::string_view help);

  const std::vector<RegistryEntry>& entries() const { return entries_; }
  const RegistryEntry* Find(std::string_view key) const;
  // "KEY=value" lines, secrets masked.
  std::string ToString() const;

 private:
  RegistryEntry& Add(std::string_view key, std::string_view help);

  std::vector<RegistryEntry> entries_;
};

// What the groups' ToString() is made of.
template <typename Group>
std::string ShowGroup(Group group) {  // a copy, because Register() wants to write
  Registry registry;
  group.Register(registry);
  return registry.ToString();
}

}  // namespace waveshift::config

#endif  // WAVESHIFT_CONFIG_REGISTRY_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "config/registry.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace waveshift::config {
namespace {

constexpr size_t kMaxValueBytes = 8192;

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// The value for a message: short, on one line.
std::string Quote(std::string_view value) {
  std::string out = "\"";
  for (const char c : value.substr(0, 60)) {
    const auto u = static_cast<unsigned char>(c);
    out.push_back(u < 0x20 || u == 0x7F ? '?' : c);
  }
  return out + (value.size() > 60 ? "...\"" : "\"");
}

bool HasControlCharacter(std::string_view value) {
  for (const char c : value) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7F) return true;
  }
  return false;
}

std::string ShowNumber(double value) {
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end.ptr);
}

template <typename T>
bool ParseWhole(std::string_view text, T& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Status ParseUrl(std::string_view value, std::string& target) {
  const std::string scheme = Lower(value.substr(0, value.find("://")));
  const std::string complaint = "must be an http:// or https:// address, not " + Quote(value);
  if ((scheme != "http" && scheme != "https") || value.size() <= scheme.size() + 3)
    return InvalidArgument(complaint);
  const std::string_view rest = value.substr(scheme.size() + 3);
  const std::string_view host = rest.substr(0, rest.find('/'));
  // Not quoted: what stands before the @ may be a password.
  if (host.find('@') != std::string_view::npos)
    return InvalidArgument("must not hold a user name or password");
  if (host.empty() || host.starts_with(':')) return InvalidArgument(complaint);
  for (const char c : rest) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u >= 0x7F || c == '?' || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\') {
      return InvalidArgument(complaint);
    }
  }
  target = scheme + "://" + std::string(rest);
  while (target.ends_with('/')) target.pop_back();
  return OkStatus();
}

Status ParseSwitch(std::string_view value, bool& target) {
  const std::string word = Lower(value);
  for (const std::string_view yes : {"true", "1", "yes", "on"}) {
    if (word == yes) {
      target = true;
      return OkStatus();
    }
  }
  for (const std::string_view no : {"false", "0", "no", "off"}) {
    if (word == no) {
      target = false;
      return OkStatus();
    }
  }
  return InvalidArgument("must be true or false, not " + Quote(value));
}

Status ParseWord(std::string_view value, const std::vector<std::string>& words, std::string& target) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    if (Lower(value) == Lower(words[i])) {
      target = words[i];
      return OkStatus();
    }
    list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return InvalidArgument("must be " + list + ", not " + Quote(value));
}

}  // namespace

RegistryEntry& Registry::Add(std::string_view key, std::string_view help) {
  RegistryEntry entry;
  entry.key = key;
  entry.help = help;
  entries_.push_back(std::move(entry));
  return entries_.back();
}

RegistryEntry& Registry::Text(std::string_view key, std::string* target, std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  entry.parse = [target](std::string_view value) {
    if (value.size() > kMaxValueBytes)
      return OutOfRange("is longer than " + std::to_string(kMaxValueBytes) + " bytes");
    if (HasControlCharacter(value)) return InvalidArgument("must not hold control characters");
    *target = value;
    return OkStatus();
  };
  entry.show = [target] { return *target; };
  return entry;
}

RegistryEntry& Registry::Word(std::string_view key, std::string* target, std::vector<std::string> words,
                              std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  for (const std::string& word : words) entry.values += (entry.values.empty() ? "" : ", ") + word;
  entry.parse = [target, words = std::move(words)](std::string_view value) {
    return ParseWord(value, words, *target);
  };
  entry.show = [target] { return *target; };
  return entry;
}

RegistryEntry& Registry::Integer(std::string_view key, int* target, int low, int high,
                                 std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  entry.values = std::to_string(low) + " to " + std::to_string(high);
  entry.parse = [=](std::string_view value) {
    int number = 0;
    if (!ParseWhole(value, number) || number < low || number > high) {
      return InvalidArgument("must be a whole number from " + std::to_string(low) + " to " +
                             std::to_string(high) + ", not " + Quote(value));
    }
    *target = number;
    return OkStatus();
  };
  entry.show = [target] { return std::to_string(*target); };
  return entry;
}

RegistryEntry& Registry::Number(std::string_view key, double* target, double low, double high,
                                std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  entry.values = ShowNumber(low) + " to " + ShowNumber(high);
  entry.parse = [=](std::string_view value) {
    double number = 0;
    if (!ParseWhole(value, number) || !std::isfinite(number) || number < low || number > high) {
      return InvalidArgument("must be a number from " + ShowNumber(low) + " to " + ShowNumber(high) +
                             ", not " + Quote(value));
    }
    *target = number;
    return OkStatus();
  };
  entry.show = [target] { return ShowNumber(*target); };
  return entry;
}

RegistryEntry& Registry::OptionalNumber(std::string_view key, std::optional<double>* target, double low,
                                        double high, std::string_view word, std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  const std::string none(word);
  entry.values = none + ", " + ShowNumber(low) + " to " + ShowNumber(high);
  entry.parse = [=](std::string_view value) {
    double number = 0;
    if (Lower(value) == none) {
      target->reset();
      return OkStatus();
    }
    if (!ParseWhole(value, number) || !std::isfinite(number) || number < low || number > high) {
      return InvalidArgument("must be " + none + " or a number from " + ShowNumber(low) + " to " +
                             ShowNumber(high) + ", not " + Quote(value));
    }
    *target = number;
    return OkStatus();
  };
  entry.show = [target, none] { return *target ? ShowNumber(**target) : none; };
  return entry;
}

RegistryEntry& Registry::Switch(std::string_view key, bool* target, std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  entry.values = "true, false";
  entry.parse = [target](std::string_view value) { return ParseSwitch(value, *target); };
  entry.show = [target] { return std::string(*target ? "true" : "false"); };
  return entry;
}

RegistryEntry& Registry::Url(std::string_view key, std::string* target, std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  entry.parse = [target](std::string_view value) { return ParseUrl(value, *target); };
  entry.show = [target] { return *target; };
  return entry;
}

RegistryEntry& Registry::Hidden(std::string_view key, Secret* target, std::string_view help) {
  RegistryEntry& entry = Add(key, help);
  entry.is_secret = true;
  entry.parse = [target](std::string_view value) {
    if (value.size() > kMaxValueBytes)
      return OutOfRange("is longer than " + std::to_string(kMaxValueBytes) + " bytes");
    // It goes into HTTP headers.
    if (HasControlCharacter(value) || value.find(' ') != std::string_view::npos) {
      return InvalidArgument("must not hold spaces or control characters");
    }
    *target = Secret(std::string(value));
    return OkStatus();
  };
  entry.show = [target] { return target->Masked(); };
  return entry;
}

const RegistryEntry* Registry::Find(std::string_view key) const {
  for (const RegistryEntry& entry : entries_) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::string Registry::ToString() const {
  std::string out;
  for (const RegistryEntry& entry : entries_) out += entry.key + "=" + entry.show() + "\n";
  return out;
}

}  // namespace waveshift::config

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// .env files: KEY=value lines as data. Nothing in them is executed or expanded.
//   # comment            whole lines, and behind an unquoted value after white space
//   export KEY=value     the word export is allowed
//   KEY=a b=c            unquoted: up to the end of the line, white space around it cut off; any further '='
//                        belongs to it
//   KEY='a\n$b'          single quotes: exactly as it stands
//   KEY="a\n\"b\""       double quotes: \n \r \t \\ \" \$ are escapes; others stay as they stand
// A quoted value may go over several lines. A byte order mark, CRLF and empty lines are accepted. Of two
// lines with one key the last counts.
#ifndef WAVESHIFT_CONFIG_DOTENV_H_
#define WAVESHIFT_CONFIG_DOTENV_H_

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::config {

inline constexpr size_t kMaxDotEnvBytes = 256 << 10;

struct DotEnvValue {
  std::string value;
  int line = 0;  // 1-based, where the key stands
};

struct DotEnv {
  std::string name = ".env";  // for messages
  std::map<std::string, DotEnvValue> values;
};

// InvalidArgument names `name` and the line, and quotes no value. OutOfRange above kMaxDotEnvBytes.
StatusOr<DotEnv> ParseDotEnv(std::string_view bytes, std::string_view name);

// Reads and parses a file; a missing one is an empty DotEnv.
StatusOr<DotEnv> ReadDotEnv(const std::string& path);

}  // namespace waveshift::config

#endif  // WAVESHIFT_CONFIG_DOTENV_H_

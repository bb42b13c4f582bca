// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Logs as single lines with fields, for people or for machines. Where the lines go is the caller's business:
// this room writes to nothing.
//   text: 2026-01-31T08:15:02.120Z INFO  job started | task_id=7f2 engine=espeak
//   JSON: {"time":"2026-01-31T08:15:02.120Z","level":"info","message":"job started","task_id":"7f2"}
#ifndef WAVESHIFT_TELEMETRY_LOG_H_
#define WAVESHIFT_TELEMETRY_LOG_H_

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace waveshift::telemetry {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

// "debug", "info", "warning" (also "warn"), "error" (also "critical"), any case; "text", "json".
// InvalidArgument else.
StatusOr<LogLevel> ParseLogLevel(std::string_view word);
StatusOr<LogFormat> ParseLogFormat(std::string_view word);

// Name and value. Values are any text; names should be identifiers.
using LogFields = std::vector<std::pair<std::string, std::string>>;

// Takes one finished line, without line end. Calls come one at a time, from any thread; it must not log.
using LogSink = std::function<void(std::string_view line)>;

struct LoggerOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  LogSink sink;  // null: lines are dropped
};

// Any thread. Never throws, never blocks on anything but the sink. Control characters in messages and values
// are escaped, so that a line stays one line; messages are cut at 16 KiB.
class Logger {
 public:
  explicit Logger(LoggerOptions options);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  bool IsEnabled(LogLevel level) const;
  // The line has the fields of this thread's LogScopes, outermost first, then `fields`; of two with one name
  // the later one counts.
  void Log(LogLevel level, std::string_view message, const LogFields& fields = {});
  void Debug(std::string_view message, const LogFields& fields = {}) {
    Log(LogLevel::kDebug, message, fields);
  }
  void Info(std::string_view message, const LogFields& fields = {}) { Log(LogLevel::kInfo, message, fields); }
  void Warning(std::string_view message, const LogFields& fields = {}) {
    Log(LogLevel::kWarning, message, fields);
  }
  void Error(std::string_view message, const LogFields& fields = {}) {
    Log(LogLevel::kError, message, fields);
  }

  // From now on every occurrence in messages and values becomes "******". Texts under four bytes are not
  // taken: they would hide harmless words.
  void AddSecret(std::string_view secret);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

// Adds fields to every line that this thread logs while it lives:
//   LogScope scope({{"task_id", id}});
// To be destroyed on the same thread, in reverse order.
class LogScope {
 public:
  // With braces: one field is not taken for two iterators or for a scope.
  LogScope(std::initializer_list<LogFields::value_type> fields) : LogScope(LogFields(fields)) {}
  explicit LogScope(LogFields fields);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

  // The fields of this thread's scopes, for handing them to another thread's scope.
  static LogFields Current();

 private:
  size_t count_;
};

}  // namespace waveshift::telemetry

#endif  // WAVESHIFT_TELEMETRY_LOG_H_

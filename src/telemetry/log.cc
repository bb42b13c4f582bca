// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <shared_mutex>

namespace waveshift::telemetry {
namespace {

constexpr size_t kMaxMessageBytes = 16384;
constexpr size_t kMinSecretBytes = 4;
constexpr char kMask[] = "******";

thread_local LogFields scope_fields;

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

struct LevelWords {
  const char* json;
  const char* text;
};
LevelWords WordsOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return {"debug", "DEBUG"};
    case LogLevel::kInfo:
      return {"info", "INFO "};
    case LogLevel::kWarning:
      return {"warning", "WARN "};
    case LogLevel::kError:
      break;
  }
  return {"error", "ERROR"};
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// "2026-01-31T08:15:02.120Z"
std::string UtcNow() {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts = {};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> date;
  const size_t length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 16> rest;
  std::snprintf(rest.data(), rest.size(), ".%03dZ", static_cast<int>(ms));
  return std::string(date.data(), length) + rest.data();
}

// One line, whatever the text: nobody writes a line of their own into the log.
std::string OneLine(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (u < 0x20 || u == 0x7F) {
      std::array<char, 8> hex;
      std::snprintf(hex.data(), hex.size(), "\\x%02x", static_cast<unsigned>(u));
      out += hex.data();
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// A value of the text form: in quotes when it could be misread.
std::string TextValue(const std::string& value) {
  if (!value.empty() && value.find_first_of(" =\"|") == std::string::npos) return OneLine(value);
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return OneLine(quoted + "\"");
}

std::string TextLine(LogLevel level, const std::string& message, const LogFields& fields) {
  std::string line = UtcNow() + " " + WordsOf(level).text + " " + OneLine(message);
  for (size_t i = 0; i < fields.size(); ++i) {
    line += (i == 0 ? " | " : " ") + OneLine(fields[i].first) + "=" + TextValue(fields[i].second);
  }
  return line;
}

std::string JsonLine(LogLevel level, const std::string& message, const LogFields& fields) {
  nlohmann::ordered_json line = {{"time", UtcNow()}, {"level", WordsOf(level).json}, {"message", message}};
  for (const auto& [name, value] : fields) {
    // The line's own three names stay what they are.
    line[line.contains(name) && (name == "time" || name == "level" || name == "message") ? name + "_"
                                                                                         : name] = value;
  }
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void Merge(LogFields& all, const LogFields& more) {
  for (const auto& field : more) {
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const auto& old) { return old.first == field.first; });
    if (it == all.end()) {
      all.push_back(field);
    } else {
      it->second = field.second;
    }
  }
}

// Lines are complete when they come here.
class RawFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    out.append(message.payload.data(), message.payload.data() + message.payload.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<RawFormatter>(); }
};

class FunctionSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(LogSink take) : base_sink(std::make_unique<RawFormatter>()), take_(std::move(take)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (!take_) return;
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    take_(std::string_view(line.data(), line.size()));
  }
  void flush_() override {}

 private:
  const LogSink take_;
};

}  // namespace

StatusOr<LogLevel> ParseLogLevel(std::string_view word) {
  const std::string lower = Lower(word);
  if (lower == "debug") return LogLevel::kDebug;
  if (lower == "info") return LogLevel::kInfo;
  if (lower == "warning" || lower == "warn") return LogLevel::kWarning;
  if (lower == "error" || lower == "critical") return LogLevel::kError;
  return InvalidArgument("log level: must be debug, info, warning or error, not \"" +
                         OneLine(word.substr(0, 40)) + "\"");
}

StatusOr<LogFormat> ParseLogFormat(std::string_view word) {
  const std::string lower = Lower(word);
  if (lower == "text") return LogFormat::kText;
  if (lower == "json") return LogFormat::kJson;
  return InvalidArgument("log format: must be text or json, not \"" + OneLine(word.substr(0, 40)) + "\"");
}

class Logger::Impl {
 public:
  explicit Impl(LoggerOptions options)
      : format_(options.format),
        logger_("waveshift", std::make_shared<FunctionSink>(std::move(options.sink))) {
    logger_.set_level(SpdlogLevel(options.level));
    // Its own handler would print to standard error.
    logger_.set_error_handler([](const std::string&) {});
  }

  bool IsEnabled(LogLevel level) const { return logger_.should_log(SpdlogLevel(level)); }

  void Log(LogLevel level, std::string_view message, const LogFields& fields) {
    LogFields all;
    Merge(all, scope_fields);
    Merge(all, fields);
    std::string text = Redact(message);
    if (text.size() > kMaxMessageBytes) text = text.substr(0, kMaxMessageBytes) + "...";
    for (auto& [name, value] : all) {
      value = Redact(value);
      if (value.size() > kMaxMessageBytes) value = value.substr(0, kMaxMessageBytes) + "...";
    }
    const std::string line =
        format_ == LogFormat::kJson ? JsonLine(level, text, all) : TextLine(level, text, all);
    logger_.log(SpdlogLevel(level), spdlog::string_view_t(line.data(), line.size()));
  }

  void AddSecret(std::string_view secret) {
    if (secret.size() < kMinSecretBytes) return;
    const std::unique_lock lock(secrets_mutex_);
    secrets_.emplace_back(secret);
    // A secret that holds another one goes first, or its rest would stay.
    std::sort(secrets_.begin(), secrets_.end(),
              [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  }

 private:
  std::string Redact(std::string_view text) const {
    std::string out(text);
    const std::shared_lock lock(secrets_mutex_);
    for (const std::string& secret : secrets_) {
      for (size_t at = out.find(secret); at != std::string::npos;
           at = out.find(secret, at + sizeof kMask - 1)) {
        out.replace(at, secret.size(), kMask);
      }
    }
    return out;
  }

  const LogFormat format_;
  spdlog::logger logger_;
  mutable std::shared_mutex secrets_mutex_;
  std::vector<std::string> secrets_;
};

Logger::Logger(LoggerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Logger::~Logger() = default;

bool Logger::IsEnabled(LogLevel level) const { return impl_->IsEnabled(level); }

void Logger::Log(LogLevel level, std::string_view message, const LogFields& fields) {
  if (!IsEnabled(level)) return;
  try {
    impl_->Log(level, message, fields);
  } catch (const std::exception&) {
    // Out of memory, or a sink that throws: a job does not end because its log cannot be written.
  }
}

void Logger::AddSecret(std::string_view secret) { impl_->AddSecret(secret); }

LogScope::LogScope(LogFields fields) : count_(fields.size()) {
  for (auto& field : fields) scope_fields.push_back(std::move(field));
}

LogScope::~LogScope() { scope_fields.resize(scope_fields.size() - std::min(count_, scope_fields.size())); }

LogFields LogScope::Current() { return scope_fields; }

}  // namespace waveshift::telemetry

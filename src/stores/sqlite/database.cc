// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include "stores/sqlite/database_internal.h"

namespace waveshift::stores::internal {
namespace {

constexpr int kBusyMs = 10000;
constexpr int kWalTries = 100;
constexpr std::chrono::milliseconds kWalPause{50};

}  // namespace

void Statement::Bound(int code) {
  ++bound_;
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

Statement& Statement::Bind(std::string_view text) {
  // A null pointer would mean NULL.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  Bound(sqlite3_bind_text64(statement_.get(), bound_ + 1, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::Bind(int64_t number) {
  Bound(sqlite3_bind_int64(statement_.get(), bound_ + 1, number));
  return *this;
}

Statement& Statement::BindNull() {
  Bound(sqlite3_bind_null(statement_.get(), bound_ + 1));
  return *this;
}

Statement& Statement::BindOptional(std::string_view text) { return text.empty() ? BindNull() : Bind(text); }

StatusOr<bool> Statement::Step() {
  if (bind_error_ != SQLITE_OK) return database_->Error(bind_error_);
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->Error(code);
}

Status Statement::Run() {
  while (true) {
    WS_ASSIGN_OR_RETURN(const bool has_row, Step());
    if (!has_row) return OkStatus();
  }
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
  bind_error_ = SQLITE_OK;
}

std::string Statement::Text(int column) const {
  const void* bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes), static_cast<size_t>(size));
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &connection,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Database> database(new Database(path, connection));
  if (connection == nullptr) return Internal(path + ": out of memory");
  if (code != SQLITE_OK) return database->Error(code);
  WS_RETURN_IF_ERROR(database->SetUp());
  return database;
}

Status Database::SetUp() const {
  sqlite3_busy_timeout(connection_.get(), kBusyMs);
  // The schema of a file from outside may not call functions with side effects.
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (sqlite3_db_readonly(connection_.get(), "main") == 1) return Error(SQLITE_READONLY);
  WS_RETURN_IF_ERROR(Execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL"));
  return UseWal();
}

// The busy handler is not asked when the journal's mode changes, so waiting is done here. A file system that
// cannot do WAL (no shared memory) keeps its mode: that is slower, not wrong.
Status Database::UseWal() const {
  for (int i = 1;; ++i) {
    WS_ASSIGN_OR_RETURN(Statement statement, Prepare("PRAGMA journal_mode = WAL"));
    const Status status = statement.Run();
    if (status.ok() || status.code() != StatusCode::kUnavailable || i == kWalTries) return status;
    std::this_thread::sleep_for(kWalPause);
  }
}

StatusOr<Statement> Database::Prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return Error(code);
  return Statement(this, statement);
}

Status Database::Execute(const char* sql) const {
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? OkStatus() : Error(code);
}

int64_t Database::Changes() const { return sqlite3_changes64(connection_.get()); }

Status Database::Error(int code) const {
  const int last = sqlite3_errcode(connection_.get());
  const char* text =
      (last & 0xFF) == (code & 0xFF) ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(code);
  const std::string message = path_ + ": " + text;
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable(message);
    case SQLITE_CORRUPT:
      return DataLoss(message);
    case SQLITE_NOTADB:
      return DataLoss(path_ + ": is no SQLite database");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return InvalidArgument(path_ + ": cannot be written (" + text + ")");
    case SQLITE_CANTOPEN:
      return InvalidArgument(path_ + ": cannot be opened or made (" + text +
                             "); is the folder there and writable?");
    case SQLITE_CONSTRAINT:
      if (sqlite3_extended_errcode(connection_.get()) == SQLITE_CONSTRAINT_PRIMARYKEY ||
          sqlite3_extended_errcode(connection_.get()) == SQLITE_CONSTRAINT_UNIQUE) {
        return AlreadyExists(message);
      }
      return Internal(message);
    case SQLITE_TOOBIG:
      return OutOfRange(message);
    default:
      return Internal(message);
  }
}

StatusOr<Transaction> Transaction::Begin(const Database& database) {
  WS_RETURN_IF_ERROR(database.Execute("BEGIN IMMEDIATE"));
  return Transaction(&database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) database_->Execute("ROLLBACK").IgnoreError();
}

Status Transaction::Commit() {
  WS_RETURN_IF_ERROR(database_->Execute("COMMIT"));
  database_ = nullptr;
  return OkStatus();
}

}  // namespace waveshift::stores::internal

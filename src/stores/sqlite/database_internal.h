// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// SQLite without its resource handling. Not for other rooms.
#ifndef WAVESHIFT_STORES_SQLITE_DATABASE_INTERNAL_H_
#define WAVESHIFT_STORES_SQLITE_DATABASE_INTERNAL_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace waveshift::stores::internal {

class Database;

// A prepared statement with its parameters. Parameters are bound in order; the database keeps a copy.
class Statement {
 public:
  Statement& Bind(std::string_view text);
  Statement& Bind(int64_t number);
  Statement& BindNull();
  // NULL for "".
  Statement& BindOptional(std::string_view text);

  // True when there is a row to read, false at the end.
  StatusOr<bool> Step();
  // Runs to the end; rows are dropped.
  Status Run();
  // Ready to be bound and run again.
  void Reset();

  // Columns of the present row; NULL is "" and 0.
  std::string Text(int column) const;
  int64_t Integer(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  Statement(const Database* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  void Bound(int code);

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
  int bind_error_ = SQLITE_OK;
};

// One connection. Not for two threads at once.
class Database {
 public:
  // Opens or makes the file; WAL, foreign keys, every commit on the disk, other processes are waited for up
  // to 10 s. DataLoss when it is damaged or no database; InvalidArgument when it cannot be opened or written.
  static StatusOr<std::unique_ptr<Database>> Open(const std::string& path);

  StatusOr<Statement> Prepare(std::string_view sql) const;
  // Statements without parameters, separated by ';'.
  Status Execute(const char* sql) const;
  // Rows that the last statement changed.
  int64_t Changes() const;

  // A failed call's code as a status that names the file: Unavailable (busy), DataLoss (damaged),
  // InvalidArgument (no permission), AlreadyExists (a key is there), Internal (disk full and others).
  Status Error(int code) const;
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  Database(std::string path, sqlite3* connection) : path_(std::move(path)), connection_(connection) {}
  Status SetUp() const;
  Status UseWal() const;

  const std::string path_;
  const std::unique_ptr<sqlite3, Close> connection_;
};

// BEGIN IMMEDIATE ... COMMIT; rolls back unless it was committed.
class Transaction {
 public:
  static StatusOr<Transaction> Begin(const Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Status Commit();

 private:
  explicit Transaction(const Database* database) : database_(database) {}
  const Database* database_;
};

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_SQLITE_DATABASE_INTERNAL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "stores/sqlite/schema_internal.h"

#include <array>

namespace waveshift::stores::internal {
namespace {

// Version 1: the union of what the product's tables have had up to its V4. Times are Unix milliseconds.
constexpr char kVersion1[] = R"sql(
CREATE TABLE users (
  id TEXT PRIMARY KEY NOT NULL, name TEXT, email TEXT UNIQUE, emailVerified INTEGER, image TEXT, hashedPassword TEXT,
  createdAt INTEGER, updatedAt INTEGER);
CREATE TABLE media_tasks (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users(id),
  status TEXT NOT NULL, progress INTEGER DEFAULT 0,
  file_path TEXT NOT NULL, file_name TEXT NOT NULL, file_size INTEGER NOT NULL, file_type TEXT NOT NULL,
  target_language TEXT DEFAULT 'chinese', translation_style TEXT DEFAULT 'normal',
  audio_path TEXT, video_path TEXT,
  workflow_id TEXT, workflow_status TEXT, transcription_id TEXT,
  error_message TEXT, error_details TEXT,
  created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER);
CREATE INDEX idx_media_user_status ON media_tasks(user_id, status);
CREATE INDEX idx_media_created ON media_tasks(created_at);
CREATE INDEX idx_media_workflow ON media_tasks(workflow_id);
CREATE TABLE transcriptions (
  id TEXT PRIMARY KEY NOT NULL,
  task_id TEXT NOT NULL REFERENCES media_tasks(id),
  source_language TEXT, target_language TEXT NOT NULL, style TEXT NOT NULL,
  model_name TEXT, model_provider TEXT DEFAULT 'gemini',
  total_segments INTEGER NOT NULL, duration_ms INTEGER,
  created_at INTEGER NOT NULL, processing_time_ms INTEGER);
CREATE INDEX idx_transcriptions_task ON transcriptions(task_id);
CREATE TABLE transcription_segments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  transcription_id TEXT NOT NULL REFERENCES transcriptions(id),
  sequence INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
  content_type TEXT NOT NULL, speaker TEXT,
  original TEXT NOT NULL, translation TEXT NOT NULL,
  audio_key TEXT,
  tts_audio_key TEXT, tts_status TEXT DEFAULT 'pending', tts_duration_ms INTEGER, tts_processing_time_ms INTEGER, tts_error TEXT,
  is_first INTEGER NOT NULL DEFAULT 0, is_last INTEGER NOT NULL DEFAULT 0);
CREATE INDEX idx_segments_lookup ON transcription_segments(transcription_id, sequence);
CREATE INDEX idx_segments_time ON transcription_segments(transcription_id, start_ms, end_ms);
CREATE INDEX idx_segments_tts_ready ON transcription_segments(transcription_id, sequence, audio_key, tts_status);
CREATE INDEX idx_segments_tts_progress ON transcription_segments(transcription_id, tts_status);
CREATE INDEX idx_segments_tts_audio ON transcription_segments(transcription_id, sequence, tts_audio_key);
PRAGMA user_version = 1;
)sql";

// Element i brings a file from user_version i to i + 1 and writes that number.
constexpr std::array<const char*, 1> kMigrations = {kVersion1};

StatusOr<int64_t> UserVersion(const Database& database) {
  WS_ASSIGN_OR_RETURN(Statement statement, database.Prepare("PRAGMA user_version"));
  WS_RETURN_IF_ERROR(statement.Step().status());
  return statement.Integer(0);
}

StatusOr<std::set<std::string>> Columns(const Database& database, std::string_view table) {
  WS_ASSIGN_OR_RETURN(Statement statement, database.Prepare("SELECT name FROM pragma_table_info(?1)"));
  statement.Bind(table);
  std::set<std::string> names;
  while (true) {
    WS_ASSIGN_OR_RETURN(const bool has_row, statement.Step());
    if (!has_row) return names;
    names.insert(statement.Text(0));
  }
}

StatusOr<bool> HasTables(const Database& database) {
  WS_ASSIGN_OR_RETURN(
      Statement statement,
      database.Prepare(
          "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' LIMIT 1"));
  return statement.Step();
}

// Which of the migrations are missing, done in one transaction: two processes that open a new file at once do
// not both make the tables.
Status Migrate(const Database& database) {
  WS_ASSIGN_OR_RETURN(const int64_t first_look, UserVersion(database));
  if (first_look == static_cast<int64_t>(kMigrations.size())) return OkStatus();
  WS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database));
  WS_ASSIGN_OR_RETURN(const int64_t version, UserVersion(database));
  if (version < 0 || version > static_cast<int64_t>(kMigrations.size())) {
    return FailedPrecondition(database.path() + ": was made by a newer WaveShift (schema " +
                              std::to_string(version) + ", this one knows " +
                              std::to_string(kMigrations.size()) + ")");
  }
  if (version == 0) {
    WS_ASSIGN_OR_RETURN(const bool has_tables, HasTables(database));
    if (has_tables)
      return OkStatus();  // the product's own database, or another program's: nothing is changed
  }
  for (size_t i = static_cast<size_t>(version); i < kMigrations.size(); ++i) {
    WS_RETURN_IF_ERROR(database.Execute(kMigrations[i]));
  }
  return transaction.Commit();
}

}  // namespace

StatusOr<SchemaNames> PrepareSchema(const Database& database) {
  WS_RETURN_IF_ERROR(Migrate(database));
  TableColumns tables;
  for (const char* table : kProductTables) {
    WS_ASSIGN_OR_RETURN(tables[table], Columns(database, table));
  }
  WS_ASSIGN_OR_RETURN(SchemaNames names, SchemaNamesOf(database.path(), tables));
  if (!names.has_progress || !names.has_started_at || !names.has_completed_at) {
    return InvalidArgument(
        database.path() +
        ": table media_tasks has no column progress, started_at or completed_at (its schema is too "
        "old)");
  }
  return names;
}

}  // namespace waveshift::stores::internal

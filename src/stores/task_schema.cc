// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "stores/task_schema_internal.h"

namespace waveshift::stores::internal {
namespace {

constexpr std::array<const char*, 13> kTaskColumns = {
    "id",         "user_id",          "status",       "file_path",  "file_name",
    "file_size",  "file_type",        "video_path",   "audio_path", "translation_style",
    "created_at", "transcription_id", "error_message"};
constexpr std::array<const char*, 9> kTranscriptionColumns = {
    "id",          "task_id",    "target_language",   "style", "total_segments", "model_provider",
    "duration_ms", "created_at", "processing_time_ms"};
constexpr std::array<const char*, 7> kSegmentColumns = {"id",     "transcription_id", "sequence", "start_ms",
                                                        "end_ms", "content_type",     "speaker"};

const std::set<std::string>& ColumnsOf(const TableColumns& tables, const std::string& table) {
  static const std::set<std::string> kNone;
  const auto it = tables.find(table);
  return it == tables.end() ? kNone : it->second;
}

template <size_t N>
Status Require(const std::string& where, const TableColumns& tables, const char* table,
               const std::array<const char*, N>& names) {
  const std::set<std::string>& columns = ColumnsOf(tables, table);
  if (columns.empty()) {
    return InvalidArgument(where + ": is no WaveShift database (it has no table " + table + ")");
  }
  for (const char* name : names) {
    if (columns.contains(name)) continue;
    return InvalidArgument(where + ": table " + table + " has no column " + name +
                           " (its schema is too old)");
  }
  return OkStatus();
}

// The first of the two that is there.
StatusOr<std::string> Choose(const std::string& where, const std::set<std::string>& columns, const char* name,
                             const char* old_name) {
  if (columns.contains(name)) return std::string(name);
  if (columns.contains(old_name)) return std::string(old_name);
  return InvalidArgument(where + ": table transcription_segments has neither column " + name + " nor " +
                         old_name);
}

}  // namespace

StatusOr<SchemaNames> SchemaNamesOf(const std::string& where, const TableColumns& tables) {
  WS_RETURN_IF_ERROR(Require(where, tables, "media_tasks", kTaskColumns));
  WS_RETURN_IF_ERROR(Require(where, tables, "transcriptions", kTranscriptionColumns));
  WS_RETURN_IF_ERROR(Require(where, tables, "transcription_segments", kSegmentColumns));
  const std::set<std::string>& segments = ColumnsOf(tables, "transcription_segments");
  const std::set<std::string>& tasks = ColumnsOf(tables, "media_tasks");
  SchemaNames names;
  WS_ASSIGN_OR_RETURN(names.original, Choose(where, segments, "original", "original_text"));
  WS_ASSIGN_OR_RETURN(names.translation, Choose(where, segments, "translation", "translated_text"));
  names.has_audio_key = segments.contains("audio_key");
  names.user_columns = ColumnsOf(tables, "users");
  names.has_progress = tasks.contains("progress");
  names.has_started_at = tasks.contains("started_at");
  names.has_completed_at = tasks.contains("completed_at");
  return names;
}

std::string TaskSelectSql(const SchemaNames& names) {
  const auto optional = [](bool is_there, const std::string& column) {
    return is_there ? column : "NULL AS " + column;
  };
  // The product fills video_path only after it has split the upload; until then file_path is what there is.
  return "SELECT id, status, " + optional(names.has_progress, "progress") +
         ", target_language, COALESCE(NULLIF(video_path, ''), file_path) AS video_path, audio_path, "
         "error_message, "
         "created_at, " +
         optional(names.has_started_at, "started_at") + ", " +
         optional(names.has_completed_at, "completed_at") + " FROM media_tasks ";
}

std::string ClaimSql(const SchemaNames& names) {
  std::string sql = "UPDATE media_tasks SET status = 'processing', error_message = NULL";
  if (names.has_progress) sql += ", progress = 0";
  if (names.has_started_at) sql += ", started_at = ?2";
  if (names.has_completed_at) sql += ", completed_at = NULL";
  return sql + " WHERE id = ?1 AND status <> 'processing' RETURNING id";
}

std::string ProgressSql() {
  return "UPDATE media_tasks SET progress = ?2 WHERE id = ?1 AND status = 'processing' AND "
         "COALESCE(progress, 0) < "
         "?2";
}

std::string FinishSql(const SchemaNames& names) {
  std::string sql = "UPDATE media_tasks SET status = ?2, error_message = ?3";
  if (names.has_completed_at) {
    sql +=
        ", completed_at = CASE WHEN status = ?2 AND completed_at IS NOT NULL THEN completed_at ELSE ?4 END";
  }
  if (names.has_progress) sql += ", progress = CASE WHEN ?2 = 'completed' THEN 100 ELSE progress END";
  return sql + " WHERE id = ?1 RETURNING id";
}

std::string SegmentColumnsSql(const SchemaNames& names) {
  return "id, sequence, start_ms, end_ms, content_type, speaker, " + names.original + " AS original, " +
         names.translation + " AS translation, " + (names.has_audio_key ? "audio_key" : "'' AS audio_key");
}

// Products differ in what else a user must have.
std::string LocalUserSql(const SchemaNames& names, long long now_ms) {
  if (names.user_columns.empty()) return "";
  std::string columns = "id";
  std::string values = "'local'";
  for (const auto& [column, value] : {std::pair<std::string, std::string>{"name", "'local'"},
                                      {"email", "'local@localhost'"},
                                      {"createdAt", std::to_string(now_ms)},
                                      {"updatedAt", std::to_string(now_ms)}}) {
    if (!names.user_columns.contains(column)) continue;
    columns += ", " + column;
    values += ", " + value;
  }
  return "INSERT OR IGNORE INTO users (" + columns + ") VALUES (" + values + ")";
}

}  // namespace waveshift::stores::internal

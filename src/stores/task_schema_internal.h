// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The product's tables as they may look, and the statements that both SQL stores (SQLite, D1) run on them.
// Not for other rooms.
#ifndef WAVESHIFT_STORES_TASK_SCHEMA_INTERNAL_H_
#define WAVESHIFT_STORES_TASK_SCHEMA_INTERNAL_H_

#include <array>
#include <map>
#include <set>
#include <string>

#include "base/status.h"

namespace waveshift::stores::internal {

// Columns by table; a table that is missing has none.
using TableColumns = std::map<std::string, std::set<std::string>>;

// The tables whose columns SchemaNamesOf wants to know.
inline constexpr std::array<const char*, 4> kProductTables = {"media_tasks", "transcriptions",
                                                              "transcription_segments", "users"};

// What differs between the schema's versions (V2: original_text, translated_text).
struct SchemaNames {
  std::string original = "original";
  std::string translation = "translation";
  bool has_audio_key = false;          // of segments, from V4 on
  std::set<std::string> user_columns;  // empty when there is no table users
  // Columns of media_tasks that are written only where they are.
  bool has_progress = true;
  bool has_started_at = true;
  bool has_completed_at = true;
};

// InvalidArgument says what `where` (a path, a database's name) lacks to be the product's database.
StatusOr<SchemaNames> SchemaNamesOf(const std::string& where, const TableColumns& tables);

// Statements with the numbered parameters ?1, ?2, ... that both stores bind. All may be repeated without
// harm.

// Columns: id, status, progress, target_language, video_path, audio_path, error_message, created_at,
// started_at, completed_at; under these names. The rest (WHERE, ORDER BY) follows.
std::string TaskSelectSql(const SchemaNames& names);
// ?1 id, ?2 now. One row when it was claimed.
std::string ClaimSql(const SchemaNames& names);
// ?1 id, ?2 percent.
std::string ProgressSql();
// ?1 id, ?2 status, ?3 error message or NULL, ?4 now.
std::string FinishSql(const SchemaNames& names);
// What follows TaskSelectSql.
inline constexpr char kProcessingSql[] = "WHERE status = 'processing' ";
inline constexpr char kNewestFirstSql[] = "ORDER BY created_at DESC, rowid DESC";
// ?1 id: the id of the transcription that the task names, else of its newest one; a workflow that was
// repeated has left several.
inline constexpr char kTranscriptionIdSql[] =
    "SELECT t.id AS id FROM transcriptions t WHERE t.task_id = ?1 ORDER BY t.id IS (SELECT transcription_id "
    "FROM "
    "media_tasks WHERE id = ?1) DESC, t.created_at DESC, t.rowid DESC LIMIT 1";
// Columns of transcription_segments in the order of SegmentRow: id, sequence, start_ms, end_ms, content_type,
// speaker, original, translation; under these names.
std::string SegmentColumnsSql(const SchemaNames& names);
// Inserts the user that tasks of this program belong to, unless it is there. "" when there is no table users.
std::string LocalUserSql(const SchemaNames& names, long long now_ms);
inline constexpr char kLocalUser[] = "local";
// ?1 id, ?2 user, ?3 status, ?4 file path, ?5 file name, ?6 file type, ?7 language, ?8 video path or NULL, ?9
// audio path or NULL, ?10 transcription or NULL, ?11 now.
inline constexpr char kInsertTaskSql[] =
    "INSERT INTO media_tasks (id, user_id, status, progress, file_path, file_name, file_size, file_type, "
    "target_language, translation_style, video_path, audio_path, transcription_id, created_at) "
    "VALUES (?1, ?2, ?3, 0, ?4, ?5, 0, ?6, ?7, 'normal', ?8, ?9, ?10, ?11)";
// ?1 id, ?2 task, ?3 language, ?4 number of segments, ?5 duration, ?6 now.
inline constexpr char kInsertTranscriptionSql[] =
    "INSERT INTO transcriptions (id, task_id, target_language, style, model_provider, total_segments, "
    "duration_ms, "
    "created_at, processing_time_ms) VALUES (?1, ?2, ?3, 'normal', 'waveshift', ?4, ?5, ?6, ?6)";
// ?1 id; in this order.
inline constexpr std::array<const char*, 3> kDeleteSql = {
    "DELETE FROM transcription_segments WHERE transcription_id IN (SELECT id FROM transcriptions WHERE "
    "task_id = ?1)",
    "DELETE FROM transcriptions WHERE task_id = ?1", "DELETE FROM media_tasks WHERE id = ?1"};

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_TASK_SCHEMA_INTERNAL_H_

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tasks in an SQLite file with the product's tables. One connection, one mutex: a call takes well under a
// millisecond, and several processes may use the file at once.
#include <algorithm>
#include <mutex>
#include <utility>

#include "stores/object_store.h"
#include "stores/sqlite/database_internal.h"
#include "stores/sqlite/schema_internal.h"
#include "stores/task_rules_internal.h"
#include "stores/task_store.h"

namespace waveshift::stores {
namespace {

using internal::Database;
using internal::SchemaNames;
using internal::Statement;
using internal::Transaction;

Task ReadTask(const Statement& row) {
  Task task;
  task.id = row.Text(0);
  task.status = row.Text(1);
  task.progress = static_cast<int>(std::clamp<int64_t>(row.Integer(2), 0, 100));
  task.target_language = row.Text(3);
  task.video_path = row.Text(4);
  task.audio_path = row.Text(5);
  task.error_message = row.Text(6);
  task.created_at_ms = row.Integer(7);
  task.started_at_ms = row.Integer(8);
  task.completed_at_ms = row.Integer(9);
  return task;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class SqliteTaskStore : public TaskStore {
 public:
  SqliteTaskStore(std::unique_ptr<Database> database, SchemaNames names)
      : database_(std::move(database)), names_(std::move(names)) {}

  Status Create(const NewTask& task) override;
  StatusOr<Task> Get(const std::string& id) override;
  StatusOr<std::vector<Task>> List(int limit, int offset) override;
  StatusOr<std::vector<Task>> ListProcessing(int limit) override;
  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) override;
  StatusOr<bool> Claim(const std::string& id) override;
  Status SetProgress(const std::string& id, int percent) override;
  Status Finish(const std::string& id, const std::string& status, const std::string& error_message) override;
  Status Delete(const std::string& id) override;
  std::string Describe() const override { return "SQLite database " + database_->path(); }

 private:
  StatusOr<std::vector<Task>> Select(const std::string& clauses, int limit, int offset);
  // All of these want mutex_ held.
  Status CheckExists(const std::string& id) const;
  Status AddLocalUser(int64_t now_ms) const;
  Status AddTask(const NewTask& task, const std::string& transcription_id, int64_t now_ms) const;
  Status AddTranscript(const NewTask& task, const std::string& transcription_id, int64_t now_ms) const;
  Status AddSegments(const std::vector<text::TranscriptLine>& lines,
                     const std::string& transcription_id) const;
  StatusOr<std::vector<internal::SegmentRow>> ReadSegments(const std::string& task_id) const;

  const std::unique_ptr<Database> database_;
  const SchemaNames names_;
  std::mutex mutex_;
};

Status SqliteTaskStore::CheckExists(const std::string& id) const {
  WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare("SELECT 1 FROM media_tasks WHERE id = ?1"));
  WS_ASSIGN_OR_RETURN(const bool found, statement.Bind(id).Step());
  return found ? OkStatus() : internal::NoSuchTask(id);
}

// The row that media_tasks.user_id points to.
Status SqliteTaskStore::AddLocalUser(int64_t now_ms) const {
  const std::string sql = internal::LocalUserSql(names_, now_ms);
  if (sql.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare(sql));
  return statement.Run();
}

Status SqliteTaskStore::AddTask(const NewTask& task, const std::string& transcription_id,
                                int64_t now_ms) const {
  WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare(internal::kInsertTaskSql));
  statement.Bind(task.id).Bind(internal::kLocalUser).Bind(kStatusCreated).Bind(task.video_path);
  statement.Bind(task.file_name.empty() ? BaseName(task.video_path) : task.file_name);
  statement.Bind(ContentTypeOf(task.video_path)).Bind(task.target_language);
  statement.BindOptional(task.video_path)
      .BindOptional(task.audio_path)
      .BindOptional(transcription_id)
      .Bind(now_ms);
  return statement.Run();
}

Status SqliteTaskStore::AddTranscript(const NewTask& task, const std::string& transcription_id,
                                      int64_t now_ms) const {
  const std::vector<text::TranscriptLine> lines = internal::LinesToStore(task);
  int64_t duration_ms = 0;
  for (const text::TranscriptLine& line : lines) duration_ms = std::max(duration_ms, line.end_ms);
  WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare(internal::kInsertTranscriptionSql));
  statement.Bind(transcription_id)
      .Bind(task.id)
      .Bind(task.target_language)
      .Bind(static_cast<int64_t>(lines.size()));
  WS_RETURN_IF_ERROR(statement.Bind(duration_ms).Bind(now_ms).Run());
  return AddSegments(lines, transcription_id);
}

Status SqliteTaskStore::AddSegments(const std::vector<text::TranscriptLine>& lines,
                                    const std::string& transcription_id) const {
  WS_ASSIGN_OR_RETURN(
      Statement statement,
      database_->Prepare("INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, "
                         "content_type, speaker, " +
                         names_.original + ", " + names_.translation +
                         (names_.has_audio_key ? ", audio_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
                                               : ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")));
  for (const text::TranscriptLine& line : lines) {
    statement.Bind(transcription_id)
        .Bind(line.sequence)
        .Bind(line.start_ms)
        .Bind(line.end_ms)
        .Bind(line.content_type);
    statement.BindOptional(line.speaker).Bind(line.original).Bind(line.translation);
    if (names_.has_audio_key) statement.BindOptional(line.audio_key);
    WS_RETURN_IF_ERROR(statement.Run());
    statement.Reset();
  }
  return OkStatus();
}

Status SqliteTaskStore::Create(const NewTask& task) {
  WS_RETURN_IF_ERROR(internal::CheckNewTask(task));
  const int64_t now_ms = internal::NowMs();
  const std::string transcription_id = task.lines.empty() ? "" : task.id + "-transcript";
  const std::lock_guard lock(mutex_);
  WS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  const Status present = CheckExists(task.id);
  if (present.ok()) return internal::TaskExists(task.id);
  if (present.code() != StatusCode::kNotFound) return present;
  WS_RETURN_IF_ERROR(AddLocalUser(now_ms));
  WS_RETURN_IF_ERROR(AddTask(task, transcription_id, now_ms));
  if (!task.lines.empty()) WS_RETURN_IF_ERROR(AddTranscript(task, transcription_id, now_ms));
  return transaction.Commit();
}

StatusOr<Task> SqliteTaskStore::Get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  WS_ASSIGN_OR_RETURN(Statement statement,
                      database_->Prepare(internal::TaskSelectSql(names_) + "WHERE id = ?1"));
  WS_ASSIGN_OR_RETURN(const bool found, statement.Bind(id).Step());
  if (!found) return internal::NoSuchTask(id);
  return ReadTask(statement);
}

StatusOr<std::vector<Task>> SqliteTaskStore::List(int limit, int offset) {
  WS_RETURN_IF_ERROR(internal::CheckPage(limit, offset));
  return Select(internal::kNewestFirstSql, limit, offset);
}

StatusOr<std::vector<Task>> SqliteTaskStore::ListProcessing(int limit) {
  WS_RETURN_IF_ERROR(internal::CheckPage(limit, 0));
  return Select(std::string(internal::kProcessingSql) + internal::kNewestFirstSql, limit, 0);
}

StatusOr<std::vector<Task>> SqliteTaskStore::Select(const std::string& clauses, int limit, int offset) {
  const std::lock_guard lock(mutex_);
  WS_ASSIGN_OR_RETURN(Statement statement,
                      database_->Prepare(internal::TaskSelectSql(names_) + clauses + " LIMIT ?1 OFFSET ?2"));
  statement.Bind(int64_t{limit}).Bind(int64_t{offset});
  std::vector<Task> tasks;
  while (true) {
    WS_ASSIGN_OR_RETURN(const bool has_row, statement.Step());
    if (!has_row) return tasks;
    tasks.push_back(ReadTask(statement));
  }
}

StatusOr<std::vector<internal::SegmentRow>> SqliteTaskStore::ReadSegments(const std::string& task_id) const {
  WS_ASSIGN_OR_RETURN(Statement statement,
                      database_->Prepare("SELECT " + internal::SegmentColumnsSql(names_) +
                                         " FROM transcription_segments WHERE transcription_id = (" +
                                         internal::kTranscriptionIdSql + ") ORDER BY id"));
  statement.Bind(task_id);
  std::vector<internal::SegmentRow> rows;
  while (true) {
    WS_ASSIGN_OR_RETURN(const bool has_row, statement.Step());
    if (!has_row) return rows;
    rows.push_back({statement.Integer(0), statement.Text(1), statement.Text(2), statement.Text(3),
                    statement.Text(4), statement.Text(5), statement.Text(6), statement.Text(7),
                    statement.Text(8)});
    // Several times as many rows as lines would be duplicates upon duplicates.
    if (rows.size() > 4 * text::kMaxTranscriptLines)
      return OutOfRange("task " + task_id + ": has too many segments");
  }
}

StatusOr<std::vector<text::TranscriptLine>> SqliteTaskStore::ReadTranscript(const std::string& id) {
  std::vector<internal::SegmentRow> rows;
  {
    const std::lock_guard lock(mutex_);
    WS_RETURN_IF_ERROR(CheckExists(id));
    WS_ASSIGN_OR_RETURN(rows, ReadSegments(id));
  }
  return internal::LinesOf(id, std::move(rows));
}

StatusOr<bool> SqliteTaskStore::Claim(const std::string& id) {
  const std::lock_guard lock(mutex_);
  WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare(internal::ClaimSql(names_)));
  WS_ASSIGN_OR_RETURN(const bool claimed, statement.Bind(id).Bind(internal::NowMs()).Step());
  if (claimed) {
    WS_RETURN_IF_ERROR(statement.Run());  // to its end, which commits it
    return true;
  }
  WS_RETURN_IF_ERROR(CheckExists(id));
  return false;
}

Status SqliteTaskStore::SetProgress(const std::string& id, int percent) {
  const std::lock_guard lock(mutex_);
  WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare(internal::ProgressSql()));
  WS_RETURN_IF_ERROR(statement.Bind(id).Bind(int64_t{std::clamp(percent, 0, 100)}).Run());
  return database_->Changes() > 0 ? OkStatus() : CheckExists(id);
}

Status SqliteTaskStore::Finish(const std::string& id, const std::string& status,
                               const std::string& error_message) {
  WS_RETURN_IF_ERROR(internal::CheckFinalStatus(status));
  const std::lock_guard lock(mutex_);
  WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare(internal::FinishSql(names_)));
  statement.Bind(id).Bind(status).BindOptional(error_message).Bind(internal::NowMs());
  WS_RETURN_IF_ERROR(statement.Run());
  return database_->Changes() > 0 ? OkStatus() : internal::NoSuchTask(id);
}

Status SqliteTaskStore::Delete(const std::string& id) {
  const std::lock_guard lock(mutex_);
  WS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  WS_RETURN_IF_ERROR(CheckExists(id));
  for (const char* sql : internal::kDeleteSql) {
    WS_ASSIGN_OR_RETURN(Statement statement, database_->Prepare(sql));
    WS_RETURN_IF_ERROR(statement.Bind(id).Run());
  }
  return transaction.Commit();
}

}  // namespace

StatusOr<std::unique_ptr<TaskStore>> OpenSqliteTaskStore(const std::string& path) {
  WS_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(path));
  WS_ASSIGN_OR_RETURN(SchemaNames names, internal::PrepareSchema(*database));
  return std::make_unique<SqliteTaskStore>(std::move(database), std::move(names));
}

}  // namespace waveshift::stores

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tasks in D1. Every call is one request where it can be (a batch is one transaction): D1 has one thread, and
// the account a limit of requests. Every statement bears being repeated, because an answer may be lost after
// its request was carried out.
#include "stores/d1/d1_task_store.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

#include <nlohmann/json.hpp>

#include "stores/d1/d1_client_internal.h"
#include "stores/d1/d1_shared_internal.h"
#include "stores/object_store.h"
#include "stores/task_rules_internal.h"
#include "stores/task_schema_internal.h"

namespace waveshift::stores {
namespace {

using internal::Cell;
using internal::D1Answer;
using internal::D1Row;
using internal::D1Rows;
using internal::D1Statement;
using internal::SchemaNames;
using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr int kRowsAPage = 500;
// Rows are inserted out of one parameter, which may have 2,000,000 bytes (1.3).
constexpr size_t kMaxParameterBytes = 1'500'000;

int64_t NumberIn(const D1Row& row, const std::string& column) {
  return internal::WholeNumber(Cell(row, column)).value_or(0);
}

Task TaskOf(const D1Row& row) {
  Task task;
  task.id = Cell(row, "id");
  task.status = Cell(row, "status");
  task.progress = static_cast<int>(std::clamp<int64_t>(NumberIn(row, "progress"), 0, 100));
  task.target_language = Cell(row, "target_language");
  task.video_path = Cell(row, "video_path");
  task.audio_path = Cell(row, "audio_path");
  task.error_message = Cell(row, "error_message");
  task.created_at_ms = NumberIn(row, "created_at");
  task.started_at_ms = NumberIn(row, "started_at");
  task.completed_at_ms = NumberIn(row, "completed_at");
  return task;
}

internal::SegmentRow SegmentOf(const D1Row& row) {
  return {NumberIn(row, "id"),   Cell(row, "sequence"),     Cell(row, "start_ms"),
          Cell(row, "end_ms"),   Cell(row, "content_type"), Cell(row, "speaker"),
          Cell(row, "original"), Cell(row, "translation"),  Cell(row, "audio_key")};
}

internal::D1Value TextOrNull(const std::string& text) {
  return text.empty() ? internal::D1Value(nullptr) : internal::D1Value(text);
}

D1Statement SelectState(const std::string& id, const SchemaNames& names) {
  return {internal::TaskSelectSql(names) + "WHERE id = ?1", {id}};
}

// Inserts the lines that `rows` (an array of arrays) holds.
D1Statement InsertSegments(const std::string& transcription_id, const Json& rows, const SchemaNames& names) {
  // The last value is taken where there is a column for it.
  const std::string key_column = names.has_audio_key ? ", audio_key" : "";
  const std::string key_value = names.has_audio_key ? ", json_extract(value, '$[7]')" : "";
  static constexpr char kValues[] =
      "SELECT ?1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), "
      "json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'), "
      "json_extract(value, '$[6]')";
  return {
      "INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, content_type, "
      "speaker, " +
          names.original + ", " + names.translation + key_column + ") " + kValues + key_value +
          " FROM json_each(?2) ORDER BY key",
      {transcription_id, rows.dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

void AddSegments(const std::vector<text::TranscriptLine>& lines, const std::string& transcription_id,
                 const SchemaNames& names, std::vector<D1Statement>& batch) {
  Json rows = Json::array();
  size_t bytes = 0;
  for (const text::TranscriptLine& line : lines) {
    // JSON writes a control character in six bytes.
    const size_t most =
        6 * (line.speaker.size() + line.original.size() + line.translation.size() + line.audio_key.size()) +
        600;
    if (bytes + most > kMaxParameterBytes && !rows.empty()) {
      batch.push_back(InsertSegments(transcription_id, std::exchange(rows, Json::array()), names));
      bytes = 0;
    }
    bytes += most;
    rows.push_back({line.sequence, line.start_ms, line.end_ms, line.content_type,
                    line.speaker.empty() ? Json(nullptr) : Json(line.speaker), line.original,
                    line.translation, line.audio_key.empty() ? Json(nullptr) : Json(line.audio_key)});
  }
  if (!rows.empty()) batch.push_back(InsertSegments(transcription_id, rows, names));
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::vector<D1Statement> CreateBatch(const NewTask& task, const SchemaNames& names, int64_t now_ms) {
  const std::string transcription_id = task.lines.empty() ? "" : task.id + "-transcript";
  std::vector<D1Statement> batch;
  if (std::string user = internal::LocalUserSql(names, now_ms); !user.empty())
    batch.push_back({std::move(user), {}});
  batch.push_back({internal::kInsertTaskSql,
                   {task.id, internal::kLocalUser, kStatusCreated, task.video_path,
                    task.file_name.empty() ? BaseName(task.video_path) : task.file_name,
                    ContentTypeOf(task.video_path), task.target_language, TextOrNull(task.video_path),
                    TextOrNull(task.audio_path), TextOrNull(transcription_id), now_ms}});
  if (task.lines.empty()) return batch;
  const std::vector<text::TranscriptLine> lines = internal::LinesToStore(task);
  int64_t duration_ms = 0;
  for (const text::TranscriptLine& line : lines) duration_ms = std::max(duration_ms, line.end_ms);
  batch.push_back({internal::kInsertTranscriptionSql,
                   {transcription_id, task.id, task.target_language, static_cast<int64_t>(lines.size()),
                    duration_ms, now_ms}});
  AddSegments(lines, transcription_id, names, batch);
  return batch;
}

class D1TaskStore : public TaskStore {
 public:
  D1TaskStore(std::shared_ptr<internal::D1Shared> shared, CallGuard guard)
      : shared_(std::move(shared)), options_(shared_->options), guard_(std::move(guard)) {}

  Status Create(const NewTask& task) override;
  StatusOr<Task> Get(const std::string& id) override;
  StatusOr<std::vector<Task>> List(int limit, int offset) override;
  StatusOr<std::vector<Task>> ListProcessing(int limit) override;
  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) override;
  StatusOr<bool> Claim(const std::string& id) override;
  Status SetProgress(const std::string& id, int percent) override;
  Status Finish(const std::string& id, const std::string& status, const std::string& error_message) override;
  Status Delete(const std::string& id) override;
  std::unique_ptr<TaskStore> With(CallGuard guard) override {
    if (!guard.stop.stop_possible()) guard.stop = guard_.stop;
    return std::make_unique<D1TaskStore>(shared_, std::move(guard));
  }
  std::string Describe() const override { return "D1 database " + options_.database_id; }

 private:
  using Batch = std::function<std::vector<D1Statement>(const SchemaNames&)>;

  StatusOr<SchemaNames> Schema();
  StatusOr<SchemaNames> AskForSchema(milliseconds patience);
  StatusOr<std::vector<Task>> Select(const std::string& clauses);
  // Runs what `make` makes of the schema. A schema that changed since it was looked at is looked at again,
  // once.
  StatusOr<D1Answer> Run(const Batch& make, const internal::D1Call& call);
  StatusOr<D1Answer> Look(const Batch& make) { return Run(make, ReadCall(options_.look_patience)); }
  StatusOr<D1Answer> Write(const std::string& id, const Batch& make);
  internal::D1Call ReadCall(milliseconds patience) const {
    return {.patience = patience, .longest_attempt = {}, .stop = guard_.stop, .before_attempt = {}};
  }

  const std::shared_ptr<internal::D1Shared> shared_;
  const D1Options& options_;
  const CallGuard guard_;
};

// One caller asks for all. The others wait for it as long as they would for D1, and share its error.
StatusOr<SchemaNames> D1TaskStore::Schema() {
  const bool is_late = guard_.stop.stop_requested();
  const std::stop_token stop = is_late ? std::stop_token() : guard_.stop;
  const auto end = std::chrono::steady_clock::now() + options_.look_patience;
  std::unique_lock lock(shared_->schema_mutex);
  const bool others_ask = shared_->is_schema_asked;
  const auto may_go_on = [&] { return shared_->schema || !shared_->is_schema_asked; };
  if (!shared_->schema_changed.wait_until(lock, stop, end, may_go_on)) {
    return stop.stop_requested() ? Cancelled("stopped")
                                 : DeadlineExceeded("D1: gave no answer when it was asked for its schema");
  }
  if (shared_->schema) return *shared_->schema;
  const Status& failure = shared_->schema_failure;
  if (others_ask && !failure.ok() && failure.code() != StatusCode::kCancelled) return failure;
  shared_->is_schema_asked = true;
  const std::shared_ptr<void> asked(nullptr, [&](void*) {
    if (!lock.owns_lock()) lock.lock();
    shared_->is_schema_asked = false;
    shared_->schema_changed.notify_all();
  });
  lock.unlock();
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
  auto names = AskForSchema(std::max(milliseconds(1), left));
  lock.lock();
  shared_->schema_failure = names.status();
  if (names.ok()) shared_->schema = *names;
  return names;
}

StatusOr<SchemaNames> D1TaskStore::AskForSchema(milliseconds patience) {
  std::vector<D1Statement> batch;
  batch.reserve(internal::kProductTables.size());
  for (const char* table : internal::kProductTables)
    batch.push_back({"SELECT name FROM pragma_table_info(?1)", {std::string(table)}});
  WS_ASSIGN_OR_RETURN(const D1Answer answer, shared_->client.Run(batch, ReadCall(patience)));
  internal::TableColumns tables;
  for (size_t i = 0; i < internal::kProductTables.size(); ++i) {
    for (const D1Row& row : answer.results[i]) tables[internal::kProductTables[i]].insert(Cell(row, "name"));
  }
  auto names = internal::SchemaNamesOf(Describe(), tables);
  if (!names.ok())
    return FailedPrecondition(Message(names.status()) + "; is CLOUDFLARE_D1_DATABASE_ID right?");
  if (!options_.write_progress) names->has_progress = names->has_started_at = names->has_completed_at = false;
  return names;
}

StatusOr<D1Answer> D1TaskStore::Run(const Batch& make, const internal::D1Call& call) {
  WS_ASSIGN_OR_RETURN(SchemaNames names, Schema());
  auto answer = shared_->client.Run(make(names), call);
  if (answer.status().code() != StatusCode::kFailedPrecondition ||
      Message(answer.status()).find("no such") == std::string::npos) {
    return answer;
  }
  {
    const std::lock_guard lock(shared_->schema_mutex);
    shared_->schema.reset();
  }
  WS_ASSIGN_OR_RETURN(names, Schema());
  return shared_->client.Run(make(names), call);
}

// When it is this writer's turn.
StatusOr<D1Answer> D1TaskStore::Write(const std::string& id, const Batch& make) {
  const bool is_late = guard_.stop.stop_requested();
  const milliseconds patience =
      is_late ? std::min(internal::kLatePatience, options_.patience) : options_.patience;
  if (!shared_->writers.Enter(id, patience, is_late ? std::stop_token() : guard_.stop)) {
    if (guard_.stop.stop_requested() && !is_late) return Cancelled("stopped");
    return DeadlineExceeded("D1: an earlier write to task " + id + " has found no answer");
  }
  const std::shared_ptr<void> turn(nullptr, [&](void*) { shared_->writers.Leave(id); });
  return Run(make, {.patience = patience,
                    .longest_attempt = guard_.longest_write,
                    .stop = guard_.stop,
                    .before_attempt = guard_.before_write});
}

Status D1TaskStore::Create(const NewTask& task) {
  WS_RETURN_IF_ERROR(internal::CheckNewTask(task));
  const int64_t now_ms = internal::NowMs();
  const auto created =
      Write(task.id, [&](const SchemaNames& names) { return CreateBatch(task, names, now_ms); });
  if (created.ok()) return OkStatus();
  if (created.status().code() != StatusCode::kAlreadyExists) return created.status();
  // Perhaps it was this call that made it, and the answer was lost.
  const auto present = Get(task.id);
  if (present.status().code() == StatusCode::kNotFound) return created.status();  // another row's constraint
  WS_RETURN_IF_ERROR(present.status());
  const bool ours = present->created_at_ms == now_ms && present->video_path == task.video_path &&
                    present->audio_path == task.audio_path &&
                    present->target_language == task.target_language;
  return ours ? OkStatus() : internal::TaskExists(task.id);
}

StatusOr<Task> D1TaskStore::Get(const std::string& id) {
  WS_ASSIGN_OR_RETURN(const D1Answer answer, Look([&](const SchemaNames& names) {
                        return std::vector<D1Statement>{SelectState(id, names)};
                      }));
  if (answer.results[0].empty()) return internal::NoSuchTask(id);
  return TaskOf(answer.results[0].front());
}

StatusOr<std::vector<Task>> D1TaskStore::List(int limit, int offset) {
  WS_RETURN_IF_ERROR(internal::CheckPage(limit, offset));
  return Select(std::string(internal::kNewestFirstSql) + " LIMIT " + std::to_string(limit) + " OFFSET " +
                std::to_string(offset));
}

StatusOr<std::vector<Task>> D1TaskStore::ListProcessing(int limit) {
  WS_RETURN_IF_ERROR(internal::CheckPage(limit, 0));
  return Select(std::string(internal::kProcessingSql) + internal::kNewestFirstSql + " LIMIT " +
                std::to_string(limit));
}

StatusOr<std::vector<Task>> D1TaskStore::Select(const std::string& clauses) {
  WS_ASSIGN_OR_RETURN(const D1Answer answer, Look([&](const SchemaNames& names) {
                        return std::vector<D1Statement>{{internal::TaskSelectSql(names) + clauses, {}}};
                      }));
  std::vector<Task> tasks;
  for (const D1Row& row : answer.results[0]) tasks.push_back(TaskOf(row));
  return tasks;
}

StatusOr<std::vector<text::TranscriptLine>> D1TaskStore::ReadTranscript(const std::string& id) {
  WS_ASSIGN_OR_RETURN(const D1Answer found,
                      Run(
                          [&](const SchemaNames&) {
                            return std::vector<D1Statement>{
                                {"SELECT 1 AS one FROM media_tasks WHERE id = ?1", {id}},
                                {internal::kTranscriptionIdSql, {id}}};
                          },
                          ReadCall(options_.patience)));
  if (found.results[0].empty()) return internal::NoSuchTask(id);
  if (found.results[1].empty()) return std::vector<text::TranscriptLine>{};
  const std::string transcription_id = Cell(found.results[1].front(), "id");
  std::vector<internal::SegmentRow> rows;
  // Pages go by the row's id: several rows of one sequence may lie on both sides of a border.
  for (int64_t last_id = -1;;) {
    const std::string rest = " FROM transcription_segments WHERE transcription_id = ?1 AND id > " +
                             std::to_string(last_id) + " ORDER BY id LIMIT " + std::to_string(kRowsAPage);
    WS_ASSIGN_OR_RETURN(const D1Answer page, Run(
                                                 [&](const SchemaNames& names) {
                                                   return std::vector<D1Statement>{
                                                       {"SELECT " + internal::SegmentColumnsSql(names) + rest,
                                                        {transcription_id}}};
                                                 },
                                                 ReadCall(options_.patience)));
    for (const D1Row& row : page.results[0]) rows.push_back(SegmentOf(row));
    if (page.results[0].size() < kRowsAPage) break;
    if (rows.size() > 4 * text::kMaxTranscriptLines)
      return OutOfRange("task " + id + ": has too many segments");
    if (rows.back().id <= last_id) return DataLoss("task " + id + ": its segments have no row ids");
    last_id = rows.back().id;
  }
  return internal::LinesOf(id, std::move(rows));
}

StatusOr<bool> D1TaskStore::Claim(const std::string& id) {
  const int64_t now_ms = internal::NowMs();
  bool writes_start = false;
  WS_ASSIGN_OR_RETURN(const D1Answer answer, Write(id, [&](const SchemaNames& names) {
                        writes_start = names.has_started_at;
                        D1Statement claim{internal::ClaimSql(names), {id}};
                        if (writes_start) claim.params.emplace_back(now_ms);
                        return std::vector<D1Statement>{std::move(claim), SelectState(id, names)};
                      }));
  if (answer.results[1].empty()) return internal::NoSuchTask(id);
  if (!answer.results[0].empty()) return true;
  if (!answer.repeated) return false;
  // An attempt whose answer was lost may have claimed it. The time it wrote says whether it did.
  if (writes_start) return NumberIn(answer.results[1].front(), "started_at") == now_ms;
  return Unavailable("D1: it is not known whether task " + id + " was claimed, because an answer was lost");
}

Status D1TaskStore::SetProgress(const std::string& id, int percent) {
  WS_ASSIGN_OR_RETURN(
      const D1Answer answer, Write(id, [&](const SchemaNames& names) {
        std::vector<D1Statement> batch = {{"SELECT 1 AS one FROM media_tasks WHERE id = ?1", {id}}};
        if (names.has_progress)
          batch.push_back({internal::ProgressSql(), {id, int64_t{std::clamp(percent, 0, 100)}}});
        return batch;
      }));
  return answer.results[0].empty() ? internal::NoSuchTask(id) : OkStatus();
}

Status D1TaskStore::Finish(const std::string& id, const std::string& status,
                           const std::string& error_message) {
  WS_RETURN_IF_ERROR(internal::CheckFinalStatus(status));
  const int64_t now_ms = internal::NowMs();
  WS_ASSIGN_OR_RETURN(
      const D1Answer answer, Write(id, [&](const SchemaNames& names) {
        D1Statement finish{internal::FinishSql(names), {id, status, TextOrNull(error_message)}};
        if (names.has_completed_at) finish.params.emplace_back(now_ms);
        return std::vector<D1Statement>{std::move(finish)};
      }));
  return answer.results[0].empty() ? internal::NoSuchTask(id) : OkStatus();
}

Status D1TaskStore::Delete(const std::string& id) {
  WS_ASSIGN_OR_RETURN(
      const D1Answer answer, Write(id, [&](const SchemaNames&) {
        std::vector<D1Statement> batch = {{"SELECT 1 AS one FROM media_tasks WHERE id = ?1", {id}}};
        for (const char* sql : internal::kDeleteSql) batch.push_back({sql, {id}});
        return batch;
      }));
  // After a lost answer the first attempt may have deleted it.
  return answer.results[0].empty() && !answer.repeated ? internal::NoSuchTask(id) : OkStatus();
}

}  // namespace

std::unique_ptr<TaskStore> MakeD1TaskStore(D1Options options) {
  const std::stop_token stop = options.stop;
  return std::make_unique<D1TaskStore>(std::make_shared<internal::D1Shared>(std::move(options)),
                                       CallGuard{.stop = stop, .before_write = {}});
}

}  // namespace waveshift::stores

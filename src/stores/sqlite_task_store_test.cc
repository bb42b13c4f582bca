// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What only a database file can get wrong: other schemas, odd rows, damage, other processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "stores/task_store.h"

namespace waveshift::stores {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// The product's schema V2: other names of two columns, no tts_* and no audio_key.
constexpr char kSchemaV2[] = R"sql(
CREATE TABLE users (id text PRIMARY KEY NOT NULL, name text, email text NOT NULL, emailVerified integer, image text,
  hashedPassword text, createdAt integer NOT NULL, updatedAt integer NOT NULL);
CREATE TABLE media_tasks (id text PRIMARY KEY NOT NULL, user_id text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  created_at integer NOT NULL, started_at integer, completed_at integer, file_name text NOT NULL, file_size integer NOT NULL,
  file_type text NOT NULL, file_path text NOT NULL, audio_path text, video_path text, target_language text DEFAULT 'chinese',
  translation_style text DEFAULT 'normal', status text NOT NULL, progress integer DEFAULT 0, workflow_id text,
  workflow_status text, transcription_id text, error_message text, error_details text);
CREATE TABLE transcriptions (id text PRIMARY KEY NOT NULL, task_id text NOT NULL REFERENCES media_tasks(id) ON DELETE CASCADE,
  source_language text, target_language text NOT NULL, style text NOT NULL, model_name text, model_provider text DEFAULT 'gemini',
  total_segments integer NOT NULL, duration_ms integer, created_at integer NOT NULL, processing_time_ms integer);
CREATE TABLE transcription_segments (id integer PRIMARY KEY AUTOINCREMENT, transcription_id text NOT NULL
  REFERENCES transcriptions(id) ON DELETE CASCADE, sequence integer NOT NULL, start_ms integer NOT NULL, end_ms integer NOT NULL,
  content_type text NOT NULL, speaker text, original_text text NOT NULL, translated_text text NOT NULL);
INSERT INTO users (id, email, createdAt, updatedAt) VALUES ('u', 'u@example.com', 1, 1);
INSERT INTO media_tasks (id, user_id, created_at, file_name, file_size, file_type, file_path, status)
  VALUES ('p', 'u', 1720000000000, 'f.mp4', 5, 'video/mp4', 'users/u/p/original.mp4', 'uploaded');
INSERT INTO transcriptions (id, task_id, target_language, style, total_segments, created_at) VALUES ('tr', 'p', 'chinese', 'normal', 2, 1);
INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, content_type, speaker, original_text, translated_text)
  VALUES ('tr', 1, 0, 900, 'speech', NULL, 'Hello', '你好'), ('tr', 2, 1000, 2000, 'speech', 'B', 'Bye', '再见');
)sql";

class SqliteTaskStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::Make();
    ASSERT_TRUE(scratch.ok());
    scratch_ = std::make_unique<ScratchDirectory>(*std::move(scratch));
    path_ = scratch_->path() + "/tasks.db";
  }
  std::unique_ptr<TaskStore> Open() const {
    auto store = OpenSqliteTaskStore(path_);
    EXPECT_TRUE(store.ok()) << Message(store.status());
    return store.ok() ? *std::move(store) : nullptr;
  }
  Status OpenError() const { return OpenSqliteTaskStore(path_).status(); }

  // What another program does to the file; gives the first column of the last row.
  std::string Sql(const std::string& sql) const {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    std::string answer;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<std::string*>(out) = values[0] == nullptr ? "NULL" : values[0];
      return 0;
    };
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), keep, &answer, &error), SQLITE_OK)
        << (error == nullptr ? "" : error);
    sqlite3_free(error);
    sqlite3_close(db);
    return answer;
  }
  NewTask OneLine(const std::string& id) const {
    NewTask task;
    task.id = id;
    task.target_language = "zh";
    task.video_path = "in/video.mp4";
    text::TranscriptLine line;
    line.sequence = 1;
    line.end_ms = 1000;
    line.content_type = "speech";
    line.translation = "你好";
    task.lines.push_back(line);
    return task;
  }
  // Row `values`: sequence, start_ms, end_ms, content_type, speaker, original, translation.
  void AddRow(const std::string& task_id, const std::string& values) const {
    Sql("INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, content_type, "
        "speaker, original, "
        "translation) SELECT id, " +
        values + " FROM transcriptions WHERE task_id = '" + task_id + "'");
  }
  std::string ReadError(const std::string& id) const {
    const auto lines = Open()->ReadTranscript(id);
    EXPECT_EQ(lines.status().code(), StatusCode::kInvalidArgument);
    return Message(lines.status());
  }

  std::unique_ptr<ScratchDirectory> scratch_;
  std::string path_;
};

TEST_F(SqliteTaskStoreTest, ANewFileHasTheProductsSchema) {
  ASSERT_TRUE(Open()->Create(OneLine("t")).ok());
  EXPECT_EQ(Sql("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(Sql("PRAGMA user_version"), "1");
  EXPECT_EQ(Sql("PRAGMA foreign_key_check"), "");
  EXPECT_EQ(Sql("SELECT user_id || ',' || file_path || ',' || file_name || ',' || file_type || ',' || "
                "translation_style FROM media_tasks"),
            "local,in/video.mp4,video.mp4,video/mp4,normal");
  EXPECT_EQ(Sql("SELECT name FROM users WHERE id = 'local'"), "local");
  EXPECT_EQ(
      Sql("SELECT t.id = m.transcription_id FROM transcriptions t JOIN media_tasks m ON m.id = t.task_id"),
      "1");
  EXPECT_EQ(Sql("SELECT total_segments FROM transcriptions"), "1");
  EXPECT_EQ(Sql("SELECT tts_status || is_first || is_last FROM transcription_segments"), "pending00");
  for (const char* index :
       {"idx_media_user_status", "idx_media_created", "idx_media_workflow", "idx_transcriptions_task",
        "idx_segments_lookup", "idx_segments_time", "idx_segments_tts_ready", "idx_segments_tts_progress",
        "idx_segments_tts_audio"}) {
    EXPECT_EQ(Sql("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND name = '" +
                  std::string(index) + "'"),
              "1")
        << index;
  }
}

TEST_F(SqliteTaskStoreTest, WhatWasWrittenIsThereWhenOpenedAgain) {
  ASSERT_TRUE(Open()->Create(OneLine("t")).ok());
  const auto again = Open();
  EXPECT_EQ(again->Get("t")->status, kStatusCreated);
  EXPECT_EQ(again->ReadTranscript("t")->size(), 1U);
  EXPECT_THAT(again->Describe(), HasSubstr(path_));
}

// The product's worker writes the column; rows without a clip have NULL in it.
TEST_F(SqliteTaskStoreTest, ClipsThatAWorkerCut) {
  const auto store = Open();
  NewTask task = OneLine("t");
  task.lines[0].audio_key = "https://m/1.wav";
  ASSERT_TRUE(store->Create(task).ok());
  AddRow("t", "2, 1000, 2000, 'speech', 'B', '', 'x'");
  EXPECT_EQ(store->ReadTranscript("t")->at(0).audio_key, "https://m/1.wav");
  EXPECT_EQ(store->ReadTranscript("t")->at(1).audio_key, "");
  Sql("UPDATE transcription_segments SET audio_key = 'https://m/2.wav' WHERE sequence = 2");
  EXPECT_EQ(store->ReadTranscript("t")->at(1).audio_key, "https://m/2.wav");
  Sql("UPDATE transcription_segments SET audio_key = printf('%.*c', 5000, 'x') WHERE sequence = 2");
  EXPECT_THAT(ReadError("t"), HasSubstr("audio_key is longer than"));
}

TEST_F(SqliteTaskStoreTest, ADatabaseOfSchemaV2) {
  Sql(kSchemaV2);
  const auto store = Open();
  const auto task = store->Get("p");
  ASSERT_TRUE(task.ok());
  EXPECT_EQ(task->status, "uploaded");
  EXPECT_EQ(task->video_path, "users/u/p/original.mp4");  // until the product has split it
  EXPECT_EQ(task->target_language, "chinese");
  EXPECT_EQ(task->created_at_ms, 1720000000000);
  const auto lines = store->ReadTranscript("p");
  ASSERT_TRUE(lines.ok()) << Message(lines.status());
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0].translation, "你好");
  EXPECT_EQ((*lines)[0].original, "Hello");
  EXPECT_EQ((*lines)[0].speaker, "");
  EXPECT_EQ((*lines)[0].audio_key, "");
  ASSERT_TRUE(store->Create(OneLine("t")).ok());  // its users want an e-mail address
  EXPECT_EQ(store->ReadTranscript("t")->at(0).translation, "你好");
  EXPECT_TRUE(store->Claim("p").value());
  EXPECT_TRUE(store->Finish("p", "failed", "why").ok());
  EXPECT_TRUE(store->Delete("p").ok());
  EXPECT_EQ(Sql("PRAGMA user_version"), "0");  // it is not ours to change
  EXPECT_EQ(Sql("PRAGMA foreign_key_check"), "");
}

TEST_F(SqliteTaskStoreTest, OddRowsAreUnderstood) {
  ASSERT_TRUE(Open()->Create(OneLine("t")).ok());
  AddRow("t", "'2', '1000', '2000.0', 'speech', NULL, '', ''");
  AddRow("t", "1, 100, 900, '', 'N/A', 'again', 'the newer row'");
  const auto lines = Open()->ReadTranscript("t");
  ASSERT_TRUE(lines.ok()) << Message(lines.status());
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0].translation, "the newer row");
  EXPECT_EQ((*lines)[0].content_type, "speech");
  EXPECT_EQ((*lines)[1].sequence, 2);
  EXPECT_EQ((*lines)[1].end_ms, 2000);
  EXPECT_EQ((*lines)[1].speaker, "");
  EXPECT_EQ((*lines)[1].translation, "");
}

TEST_F(SqliteTaskStoreTest, ABadRowThatANewerOneReplacesDoesNoHarm) {
  ASSERT_TRUE(Open()->Create(OneLine("t")).ok());
  AddRow("t", "2, 'soon', 0, 'speech', 'A', '', 'bad'");
  AddRow("t", "2, 1000, 2000, 'speech', 'A', '', 'good'");
  EXPECT_EQ(Open()->ReadTranscript("t")->at(1).translation, "good");
}

TEST_F(SqliteTaskStoreTest, BadRowsAreNamed) {
  for (const auto& [values, complaint] :
       {std::pair<std::string, std::string>{"2, 1000, 1000, 'speech', 'A', '', 'x'",
                                            "row 2 (sequence 2): end_ms (1000)"},
        {"2, 1000, 5, 'speech', 'A', '', 'x'",
         "row 2 (sequence 2): end_ms (5) must be after start_ms (1000)"},
        {"2, -1, 5, 'speech', 'A', '', 'x'", "row 2 (sequence 2): start_ms (-1) is negative"},
        {"2, 'soon', 5, 'speech', 'A', '', 'x'",
         "row 2 (sequence 2): start_ms must be a whole number, not \"soon\""},
        {"2, 0, 5.5, 'speech', 'A', '', 'x'", "row 2 (sequence 2): end_ms must be a whole number"},
        {"'second', 0, 5, 'speech', 'A', '', 'x'", "row 2: sequence must be a whole number"},
        {"2, 0, 5, 'speech', 'A', '', CAST(x'C080' AS TEXT)", "row 2 (sequence 2): translation is not UTF-8"},
        {"2, 0, 5, 'speech', 'A', '', CAST(zeroblob(20001) AS TEXT)",
         "row 2 (sequence 2): translation is longer"}}) {
    ASSERT_TRUE(Open()->Create(OneLine("t")).ok());
    AddRow("t", values);
    EXPECT_THAT(ReadError("t"), HasSubstr("task t: segment " + complaint));
    ASSERT_TRUE(Open()->Delete("t").ok());
    Sql("DELETE FROM sqlite_sequence");
  }
}

TEST_F(SqliteTaskStoreTest, OfSeveralTranscriptsTheNamedOneElseTheNewest) {
  NewTask task = OneLine("t");
  task.lines.clear();
  ASSERT_TRUE(Open()->Create(task).ok());
  Sql("INSERT INTO transcriptions (id, task_id, target_language, style, total_segments, created_at) VALUES "
      "('a', 't', 'x', 'y', 0, 5),"
      "('b', 't', 'x', 'y', 0, 9), ('c', 't', 'x', 'y', 0, 7);"
      "INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, content_type, "
      "original, translation) VALUES "
      "('a', 1, 0, 1, 'speech', '', 'a'), ('b', 1, 0, 1, 'speech', '', 'b'), ('c', 1, 0, 1, 'speech', '', "
      "'c')");
  EXPECT_EQ(Open()->ReadTranscript("t")->at(0).translation, "b");
  Sql("UPDATE media_tasks SET transcription_id = 'a'");
  EXPECT_EQ(Open()->ReadTranscript("t")->at(0).translation, "a");
  Sql("UPDATE media_tasks SET transcription_id = 'gone'");
  EXPECT_EQ(Open()->ReadTranscript("t")->at(0).translation, "b");
}

TEST_F(SqliteTaskStoreTest, OtherFilesAreRefusedByName) {
  ASSERT_TRUE(WriteFileAtomic(path_, std::string(5000, 'x')).ok());
  EXPECT_EQ(OpenError().code(), StatusCode::kDataLoss);
  EXPECT_EQ(Message(OpenError()), path_ + ": is no SQLite database");
  EXPECT_EQ(ReadFile(path_, 10000).value(), std::string(5000, 'x'));

  fs::remove(path_);
  Sql("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_EQ(OpenError().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(OpenError()),
              HasSubstr(path_ + ": is no WaveShift database (it has no table media_tasks)"));
  EXPECT_EQ(Sql("SELECT COUNT(*) FROM sqlite_schema"), "1");
}

TEST_F(SqliteTaskStoreTest, SchemasThatAreTooOldOrTooNew) {
  Sql(kSchemaV2);
  Sql("ALTER TABLE transcription_segments RENAME COLUMN translated_text TO translatedText");
  EXPECT_THAT(Message(OpenError()), HasSubstr("neither column translation nor translated_text"));
  Sql("ALTER TABLE transcription_segments RENAME COLUMN start_ms TO start");
  EXPECT_THAT(Message(OpenError()), HasSubstr("table transcription_segments has no column start_ms"));
  Sql("PRAGMA user_version = 99");
  EXPECT_EQ(OpenError().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(OpenError()), HasSubstr("newer WaveShift"));
}

TEST_F(SqliteTaskStoreTest, DamageIsNamedAndIsNotNotFound) {
  {
    const auto store = Open();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(store->Create(OneLine("task " + std::to_string(i))).ok());
  }
  Sql("PRAGMA wal_checkpoint(TRUNCATE)");
  std::string bytes = ReadFile(path_, 1 << 24).value();
  ASSERT_GT(bytes.size(), 16384U);
  std::fill(bytes.begin() + 4096, bytes.end(), '\xA5');
  ASSERT_TRUE(WriteFileAtomic(path_, bytes).ok());
  const auto store = OpenSqliteTaskStore(path_);
  const Status status = store.ok() ? (*store)->Get("task 1").status() : store.status();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss) << Message(status);
  EXPECT_THAT(Message(status), HasSubstr(path_));
}

TEST_F(SqliteTaskStoreTest, FoldersThatAreMissingOrClosed) {
  const auto missing = OpenSqliteTaskStore(scratch_->path() + "/none/tasks.db");
  EXPECT_EQ(missing.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(missing.status()), HasSubstr("/none/tasks.db: cannot be opened or made"));
  EXPECT_FALSE(OpenSqliteTaskStore(scratch_->path()).ok());
  if (::geteuid() == 0) return;  // root may write everywhere
  fs::permissions(scratch_->path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(OpenError().code(), StatusCode::kInvalidArgument);
  fs::permissions(scratch_->path(), fs::perms::owner_all);
  ASSERT_TRUE(Open()->Create(OneLine("t")).ok());
  fs::permissions(path_, fs::perms::owner_read);
  EXPECT_EQ(OpenError().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(OpenError()), HasSubstr("cannot be written"));
}

TEST_F(SqliteTaskStoreTest, ManyOpenANewFileAtOnce) {
  std::atomic<int> opened{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto store = OpenSqliteTaskStore(path_);
      if (store.ok() && (*store)->Create(OneLine("t" + std::to_string(i))).ok()) ++opened;
    });
  }
  threads.clear();
  EXPECT_EQ(opened, 8);
  EXPECT_EQ(Sql("SELECT COUNT(*) FROM media_tasks"), "8");
  EXPECT_EQ(Sql("SELECT COUNT(*) FROM users"), "1");
}

TEST_F(SqliteTaskStoreTest, AWriterElsewhereIsWaitedFor) {
  const auto store = Open();
  ASSERT_TRUE(store->Create(OneLine("t")).ok());
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  std::atomic<bool> done{false};
  std::jthread claimer([&] {
    EXPECT_TRUE(store->Claim("t").value_or(false));
    done = true;
  });
  // Reading goes on beside the writer.
  EXPECT_TRUE(OpenSqliteTaskStore(path_).value()->Get("t").ok());
  EXPECT_FALSE(done);
  ASSERT_EQ(sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  claimer.join();
  EXPECT_TRUE(done);
  sqlite3_close(db);
}

TEST_F(SqliteTaskStoreTest, ACreateThatFailsLeavesNothing) {
  const auto store = Open();
  ASSERT_TRUE(store->Create(OneLine("t")).ok());
  Sql("CREATE TRIGGER refuse BEFORE INSERT ON transcription_segments BEGIN SELECT RAISE(ABORT, 'no room'); "
      "END");
  const Status refused = store->Create(OneLine("u"));
  EXPECT_EQ(refused.code(), StatusCode::kInternal);
  EXPECT_THAT(Message(refused), HasSubstr("no room"));
  EXPECT_EQ(store->Get("u").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Sql("SELECT COUNT(*) FROM transcriptions"), "1");
  Sql("DROP TRIGGER refuse");
  EXPECT_TRUE(store->Create(OneLine("u")).ok());
}

}  // namespace
}  // namespace waveshift::stores

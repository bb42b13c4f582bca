// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// D1 when it fails: each row of the retry table (data contract 1.4), lost answers, schemas, and how much is
// asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/test_peer.h"

namespace waveshift::stores {
namespace {

using testing::HasSubstr;
using testing::Not;

PeerJson D1Error(int status, int code, const std::string& message) {
  const PeerJson body = {{"success", false},
                         {"errors", {{{"code", code}, {"message", message}}}},
                         {"messages", PeerJson::array()},
                         {"result", nullptr}};
  return {{"do", "answer"},
          {"status", status},
          {"headers", {{"content-type", "application/json"}}},
          {"body", body.dump()}};
}

NewTask SmallTask(const std::string& id, int lines = 2) {
  NewTask task;
  task.id = id;
  task.target_language = "english";
  task.video_path = "users/u/" + id + "/video.mp4";
  for (int i = 0; i < lines; ++i) {
    text::TranscriptLine line;
    line.sequence = i + 1;
    line.start_ms = i * 1000;
    line.end_ms = i * 1000 + 900;
    line.content_type = "speech";
    line.translation = "line " + std::to_string(i + 1);
    task.lines.push_back(line);
  }
  return task;
}

class D1Faults : public testing::Test {
 protected:
  void SetUp() override {
    peer_.Reset("V4");
    store_ = MakeD1TaskStore(peer_.D1());
    ASSERT_TRUE(store_->Create(SmallTask("t")).ok());
    before_ = peer_.Log().size();
  }
  // Requests since the store was made ready.
  size_t Requests() { return peer_.Log().size() - before_; }
  // The fault for the next `times` requests.
  void Fail(PeerJson fault, int times = 1) {
    fault["times"] = times;
    peer_.Plan(PeerJson::array({fault}));
    before_ = peer_.Log().size();
  }
  Task Row(const std::string& id) {
    peer_.Plan(PeerJson::array());
    const auto task = MakeD1TaskStore(peer_.D1())->Get(id);
    EXPECT_TRUE(task.ok()) << Message(task.status());
    return task.ok() ? *task : Task{};
  }

  CloudflarePeer& peer_ = CloudflarePeer::Get();
  std::unique_ptr<TaskStore> store_;
  size_t before_ = 0;
};

struct FaultRow {
  const char* name;
  PeerJson fault;
};

TEST_F(D1Faults, WhatIsTriedAgainAndThenSucceeds) {
  const std::vector<FaultRow> rows = {
      {"overloaded", D1Error(429, 7429, "D1 DB is overloaded. Requests queued for too long.")},
      {"queue", D1Error(429, 7429, "Too many requests queued.")},
      {"internal 400", D1Error(400, 7500, "internal error; reference = abc123")},
      {"internal 500", D1Error(500, 7500, "internal error; reference = abc123")},
      {"reset", D1Error(400, 7500, "D1 storage caused object to be reset.")},
      {"code update", D1Error(500, 7500, "D1 DB reset because its code was updated.")},
      {"resolve", D1Error(500, 7500, "Cannot resolve D1 DB due to transient issue on remote node.")},
      {"connection lost", D1Error(500, 7500, "Network connection lost.")},
      {"timed out", D1Error(400, 7500, "D1 DB storage operation exceeded timeout which timed out")},
      {"no body 500", {{"do", "answer"}, {"status", 500}}},
      {"html 502", {{"do", "answer"}, {"status", 502}, {"body", "<html><h1>502 Bad Gateway</h1></html>"}}},
      {"503", {{"do", "answer"}, {"status", 503}, {"body", "busy"}}},
      {"524", {{"do", "answer"}, {"status", 524}, {"body", "error code: 524"}}},
      {"530", {{"do", "answer"}, {"status", 530}, {"body", "error code: 1016"}}},
      {"html 200", {{"do", "answer"}, {"status", 200}, {"body", "<html>hello</html>"}}},
      {"wrong json", {{"do", "answer"}, {"status", 200}, {"body", R"({"success":true,"result":[]})"}}},
      {"drop", {{"do", "drop"}}},
      {"cut 0", {{"do", "cut"}, {"after", 0}}},
      {"cut 1", {{"do", "cut"}, {"after", 1}}},
      {"cut 77", {{"do", "cut"}, {"after", 77}}},
      {"truncated", {{"do", "truncate"}, {"after", 40}}},
      {"cut request", {{"do", "cut_request"}, {"after", 1}}},
  };
  for (const FaultRow& row : rows) {
    Fail(row.fault, 2);
    const auto task = store_->Get("t");
    EXPECT_TRUE(task.ok()) << row.name << ": " << Message(task.status());
    EXPECT_EQ(Requests(), 3U) << row.name;
  }
}

TEST_F(D1Faults, WhatIsNotTriedAgain) {
  const struct {
    const char* name;
    PeerJson fault;
    StatusCode code;
    const char* says;
  } rows[] = {
      {"sql", D1Error(400, 7500, "near \"SELEC\": syntax error at offset 0: SQLITE_ERROR"),
       StatusCode::kInternal, "syntax error"},
      {"daily", D1Error(400, 7500, "Your account has exceeded D1's free tier daily read limit"),
       StatusCode::kResourceExhausted, "00:00 UTC"},
      {"token 401", D1Error(401, 10000, "Authentication error"), StatusCode::kPermissionDenied,
       "CLOUDFLARE_API_TOKEN"},
      {"token 400", D1Error(400, 10000, "Authentication error"), StatusCode::kPermissionDenied,
       "CLOUDFLARE_API_TOKEN"},
      {"token 403", D1Error(403, 9109, "Unauthorized to access requested resource"),
       StatusCode::kPermissionDenied, "CLOUDFLARE_API_TOKEN"},
      {"account", D1Error(403, 7403, "The given account is not valid"), StatusCode::kPermissionDenied,
       "CLOUDFLARE_ACCOUNT_ID"},
      {"database", D1Error(404, 7404, "The database could not be found"), StatusCode::kFailedPrecondition,
       "CLOUDFLARE_D1_DATABASE_ID"},
      {"uuid", D1Error(400, 7400, "malformed"), StatusCode::kFailedPrecondition, "CLOUDFLARE_D1_DATABASE_ID"},
      {"route", D1Error(404, 7003, "Could not route"), StatusCode::kFailedPrecondition,
       "CLOUDFLARE_ACCOUNT_ID"},
      {"another server",
       {{"do", "answer"}, {"status", 404}, {"body", "<h1>nginx</h1>"}},
       StatusCode::kFailedPrecondition,
       "CLOUDFLARE_API_BASE_URL"},
      {"html 403",
       {{"do", "answer"}, {"status", 403}, {"body", "<html>blocked</html>"}},
       StatusCode::kPermissionDenied,
       "HTTP 403"}};
  for (const auto& row : rows) {
    Fail(row.fault, 5);
    const auto task = store_->Get("t");
    EXPECT_EQ(task.status().code(), row.code) << row.name << ": " << Message(task.status());
    EXPECT_THAT(Message(task.status()), HasSubstr(row.says)) << row.name;
    EXPECT_EQ(Requests(), 1U) << row.name;
  }
  Fail({{"do", "drop"}}, 0);
  EXPECT_EQ(store_->Get("none").status().code(), StatusCode::kNotFound);
}

TEST_F(D1Faults, WhatDoesNotEndIsGivenUp) {
  Fail(D1Error(429, 7429, "D1 DB is overloaded."), 100);
  EXPECT_EQ(store_->Get("t").status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Requests(), 7U);
  Fail({{"do", "answer"}, {"status", 500}}, 100);
  EXPECT_EQ(store_->Get("t").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Requests(), 7U);
  Fail({{"do", "drop"}}, 100);
  EXPECT_EQ(store_->Get("t").status().code(), StatusCode::kUnavailable);
  D1Options impatient = peer_.D1();
  impatient.look_patience = std::chrono::milliseconds(600);
  const auto store = MakeD1TaskStore(impatient);
  Fail({{"do", "stall"}}, 100);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(store->Get("t").status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST_F(D1Faults, TheAccountsLimit) {
  PeerJson fault = D1Error(429, 971, "Please wait and consider throttling your request speed");
  fault["headers"]["retry-after"] = "0";
  Fail(fault, 2);
  EXPECT_TRUE(store_->Get("t").ok());
  EXPECT_EQ(Requests(), 3U);
  // Without a time to wait: nothing is asked for the rest of the window.
  fault["headers"].erase("retry-after");
  Fail(fault, 1);
  EXPECT_EQ(store_->Get("t").status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(store_->Finish("t", kStatusCompleted, "").code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Requests(), 1U);
}

TEST_F(D1Faults, TheBudgetOfRequestsHolds) {
  D1Options options = peer_.D1();
  options.limits = {.per_second = 0.001, .burst = 4};
  const auto store = MakeD1TaskStore(options);
  Fail({{"do", "drop"}}, 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(store->Get("t").ok());  // and one for the schema
  EXPECT_EQ(store->Get("t").status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Requests(), 4U);
}

// Every write, with an answer that is lost after it was carried out, and with one that never was.
TEST_F(D1Faults, LostAnswersDoNoHarm) {
  const PeerJson lost[] = {{{"do", "apply_then_drop"}},
                           {{"do", "apply_then_answer"}, {"status", 500}},
                           {{"do", "drop"}},
                           {{"do", "cut"}, {"after", 10}}};
  int number = 0;
  for (const PeerJson& fault : lost) {
    const std::string id = "lost" + std::to_string(++number);
    Fail(fault, 2);
    EXPECT_TRUE(store_->Create(SmallTask(id)).ok()) << fault;
    EXPECT_EQ(store_->Create(SmallTask(id)).code(), StatusCode::kAlreadyExists);
    EXPECT_EQ(store_->ReadTranscript(id)->size(), 2U);
    Fail(fault, 2);
    const auto claimed = store_->Claim(id);
    EXPECT_TRUE(claimed.ok() && *claimed) << fault << Message(claimed.status());
    EXPECT_FALSE(store_->Claim(id).value());
    Fail(fault, 1);
    EXPECT_FALSE(store_->Claim(id).value()) << fault;  // somebody else's claim is not taken for ours
    Fail(fault, 2);
    EXPECT_TRUE(store_->SetProgress(id, 30).ok()) << fault;
    EXPECT_EQ(Row(id).progress, 30);
    Fail(fault, 2);
    EXPECT_TRUE(store_->Finish(id, kStatusCompleted, "").ok()) << fault;
    EXPECT_EQ(Row(id).status, kStatusCompleted);
    Fail(fault, 2);
    EXPECT_TRUE(store_->Delete(id).ok()) << fault;
    EXPECT_EQ(store_->Get(id).status().code(), StatusCode::kNotFound);
  }
}

TEST_F(D1Faults, NoSecretInAnyMessage) {
  const D1Options options = peer_.D1();
  for (PeerJson fault :
       {D1Error(400, 7500, "you sent Bearer " + options.api_token + " to us"),
        D1Error(500, 7500, options.api_token + "\n" + options.api_token), PeerJson{{"do", "drop"}}}) {
    Fail(fault, 100);
    const auto task = store_->Get("t");
    EXPECT_FALSE(task.ok());
    EXPECT_THAT(Message(task.status()), Not(HasSubstr(options.api_token)));
    EXPECT_THAT(Message(task.status()), Not(HasSubstr("\n")));
  }
  EXPECT_THAT(store_->Describe(), Not(HasSubstr(options.api_token)));
}

TEST_F(D1Faults, WrongSettingsAreNamedByTheRealThing) {
  const auto get = [&](const std::function<void(D1Options&)>& spoil) {
    D1Options options = peer_.D1();
    spoil(options);
    return MakeD1TaskStore(options)->Get("t").status();
  };
  EXPECT_EQ(get([](D1Options&) {}).code(), StatusCode::kOk);
  const Status token = get([](D1Options& o) { o.api_token = "wrong"; });
  EXPECT_EQ(token.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(Message(token), HasSubstr("CLOUDFLARE_API_TOKEN"));
  EXPECT_EQ(get([](D1Options& o) { o.account_id = "other"; }).code(), StatusCode::kPermissionDenied);
  const Status database = get([](D1Options& o) { o.database_id = "other"; });
  EXPECT_EQ(database.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(database), HasSubstr("CLOUDFLARE_D1_DATABASE_ID"));
}

TEST_F(D1Faults, AStopEndsWaitingAndLeavesTimeToSayHowItEnded) {
  std::stop_source stop;
  D1Options options = peer_.D1();
  options.stop = stop.get_token();
  options.first_delay = std::chrono::hours(1);
  options.patience = std::chrono::hours(9);
  options.clock.sleep = [&](std::chrono::milliseconds time, const std::stop_token& token) {
    EXPECT_GT(time, std::chrono::seconds(9));
    EXPECT_TRUE(token.stop_possible());
    stop.request_stop();
  };
  const auto store = MakeD1TaskStore(options);
  ASSERT_TRUE(store->Get("t").ok());
  Fail({{"do", "drop"}}, 2);  // the first one is on a kept connection, which is tried again at once
  EXPECT_EQ(store->Claim("t").status().code(), StatusCode::kCancelled);
  EXPECT_TRUE(store->Finish("t", kStatusCancelled, "").ok());
}

TEST_F(D1Faults, AWholeTaskIsFewRequests) {
  const auto store = MakeD1TaskStore(peer_.D1());
  Fail({{"do", "drop"}}, 0);
  EXPECT_TRUE(store->Get("t").ok());
  EXPECT_TRUE(store->Get("t").ok());
  EXPECT_TRUE(store->Claim("t").value());
  EXPECT_EQ(store->ReadTranscript("t")->size(), 2U);
  EXPECT_TRUE(store->SetProgress("t", 50).ok());
  EXPECT_TRUE(store->Finish("t", kStatusCompleted, "").ok());
  EXPECT_EQ(Requests(), 8U);  // one for the schema, two for the transcript
}

TEST_F(D1Faults, LongTranscriptsComeInPages) {
  ASSERT_TRUE(store_->Create(SmallTask("long", 1203)).ok());
  // A step of the workflow that was repeated: the sequences around a page's border again.
  peer_.Sql(
      "INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, content_type, "
      "original, "
      "translation) SELECT transcription_id, sequence, start_ms, end_ms, content_type, original, 'again ' || "
      "sequence FROM transcription_segments WHERE transcription_id = 'long-transcript' AND sequence BETWEEN "
      "490 "
      "AND 510");
  Fail({{"do", "drop"}, {"skip", 2}}, 1);
  const auto lines = store_->ReadTranscript("long");
  ASSERT_TRUE(lines.ok()) << Message(lines.status());
  ASSERT_EQ(lines->size(), 1203U);
  EXPECT_EQ(lines->at(488).translation, "line 489");
  EXPECT_EQ(lines->at(500).translation, "again 501");
  EXPECT_EQ(lines->at(1202).translation, "line 1203");
  EXPECT_EQ(Requests(), 5U);  // one look, three pages, one of them twice
}

TEST_F(D1Faults, LargeTranscriptsAreWrittenInOneTransaction) {
  NewTask task = SmallTask("large", 300);
  for (auto& line : task.lines) line.original = std::string(9000, 'o') + "\"\\\n\x01张";
  ASSERT_TRUE(store_->Create(task).ok());
  const auto lines = store_->ReadTranscript("large");
  ASSERT_TRUE(lines.ok());
  ASSERT_EQ(lines->size(), 300U);
  EXPECT_EQ(lines->at(299).original, task.lines[299].original);
  peer_.Sql(
      "CREATE TRIGGER refuse BEFORE INSERT ON transcription_segments BEGIN SELECT RAISE(ABORT, 'no room'); "
      "END");
  task.id = "refused";
  const Status refused = store_->Create(task);
  EXPECT_EQ(refused.code(), StatusCode::kInternal);
  EXPECT_THAT(Message(refused), HasSubstr("no room"));
  EXPECT_EQ(store_->Get("refused").status().code(), StatusCode::kNotFound);
}

TEST_F(D1Faults, NumbersOfAllKinds) {
  peer_.Sql(
      "UPDATE media_tasks SET created_at = 1720000000000.0, progress = NULL, status = 'uploaded', video_path "
      "= ''");
  peer_.Sql("UPDATE transcription_segments SET end_ms = '950', speaker = 7 WHERE sequence = 1");
  const Task task = Row("t");
  EXPECT_EQ(task.created_at_ms, 1720000000000);
  EXPECT_EQ(task.progress, 0);
  EXPECT_EQ(task.video_path, "users/u/t/video.mp4");  // what was uploaded
  const auto lines = store_->ReadTranscript("t");
  ASSERT_TRUE(lines.ok()) << Message(lines.status());
  EXPECT_EQ(lines->at(0).end_ms, 950);
  EXPECT_EQ(lines->at(0).speaker, "7");
  peer_.Sql("UPDATE transcription_segments SET start_ms = 'soon' WHERE sequence = 2");
  const auto broken = store_->ReadTranscript("t");
  EXPECT_EQ(broken.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(broken.status()), HasSubstr("task t: segment row 2 (sequence 2): start_ms"));
}

TEST_F(D1Faults, ASchemaThatChangesIsLookedAtAgain) {
  EXPECT_EQ(store_->ReadTranscript("t")->at(0).translation, "line 1");
  peer_.Sql("ALTER TABLE transcription_segments RENAME COLUMN translation TO translated_text");
  peer_.Sql("ALTER TABLE transcription_segments RENAME COLUMN original TO original_text");
  const auto lines = store_->ReadTranscript("t");
  ASSERT_TRUE(lines.ok()) << Message(lines.status());
  EXPECT_EQ(lines->at(0).translation, "line 1");
  peer_.Sql("ALTER TABLE transcription_segments RENAME COLUMN translated_text TO translatedText");
  const auto lost = store_->ReadTranscript("t");
  EXPECT_EQ(lost.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(lost.status()), HasSubstr("neither column translation nor translated_text"));
}

TEST_F(D1Faults, WithoutTheOptionalColumns) {
  peer_.Reset("without progress");
  const auto store = MakeD1TaskStore(peer_.D1());
  peer_.Sql("INSERT INTO users (id, email, createdAt, updatedAt) VALUES ('u', 'u@example.com', 1, 1)");
  peer_.Sql(
      "INSERT INTO media_tasks (id, user_id, created_at, file_name, file_size, file_type, file_path, status) "
      "VALUES "
      "('p', 'u', 5, 'f', 1, 'video/mp4', 'f.mp4', 'uploaded')");
  EXPECT_TRUE(store->Claim("p").value());
  EXPECT_TRUE(store->SetProgress("p", 50).ok());
  EXPECT_EQ(store->Get("p")->progress, 0);
  EXPECT_EQ(store->SetProgress("none", 50).code(), StatusCode::kNotFound);
  EXPECT_TRUE(store->Finish("p", "failed", "why").ok());
  EXPECT_EQ(store->Get("p")->status, "failed");
  EXPECT_EQ(store->Get("p")->error_message, "why");
  // Whether a claim whose answer was lost is ours cannot be told without the time that it writes.
  Fail({{"do", "apply_then_drop"}});
  EXPECT_EQ(store->Claim("p").status().code(), StatusCode::kUnavailable);
}

TEST_F(D1Faults, TheProductsOwnColumnsStayWhenAsked) {
  D1Options options = peer_.D1();
  options.write_progress = false;
  const auto store = MakeD1TaskStore(options);
  peer_.Sql("UPDATE media_tasks SET progress = 90, started_at = 3, completed_at = 4, error_message = 'old'");
  EXPECT_TRUE(store->Claim("t").value());
  EXPECT_TRUE(store->SetProgress("t", 95).ok());
  EXPECT_TRUE(store->Finish("t", kStatusCompleted, "").ok());
  const PeerJson row = peer_.Sql(
      "SELECT status, progress, started_at, completed_at, error_message FROM media_tasks WHERE id = 't'")[0];
  EXPECT_EQ(row, (PeerJson{{"status", "completed"},
                           {"progress", 90},
                           {"started_at", 3},
                           {"completed_at", 4},
                           {"error_message", nullptr}}));
}

TEST_F(D1Faults, AnotherDatabaseIsRefusedByName) {
  peer_.Reset("");
  const auto task = MakeD1TaskStore(peer_.D1())->Get("t");
  EXPECT_EQ(task.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(task.status()), HasSubstr("D1 database test-database: is no WaveShift database"));
}

}  // namespace
}  // namespace waveshift::stores

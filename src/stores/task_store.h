// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tasks and their transcripts: the tables media_tasks, transcriptions and transcription_segments of the
// WaveShift product (schema V4).
#ifndef WAVESHIFT_STORES_TASK_STORE_H_
#define WAVESHIFT_STORES_TASK_STORE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "text/transcript.h"

namespace waveshift::stores {

// Status words of media_tasks.status that the engine itself writes; others (uploaded, transcribing, ...)
// belong to the product.
inline constexpr char kStatusCreated[] = "created";
inline constexpr char kStatusProcessing[] = "processing";
inline constexpr char kStatusCompleted[] = "completed";
inline constexpr char kStatusCancelled[] = "cancelled";
inline constexpr char kDefaultFailureStatus[] = "error";

struct Task {
  std::string id;
  std::string status;
  int progress = 0;             // percent, 0..100
  std::string target_language;  // as stored: "chinese", "english" or BCP-47
  std::string video_path;       // object key or URL
  std::string audio_path;       // "" when none
  std::string error_message;    // "" when none
  int64_t created_at_ms = 0;
  int64_t started_at_ms = 0;  // 0 when not
  int64_t completed_at_ms = 0;
};

struct NewTask {
  std::string id;
  std::string target_language;
  std::string video_path;
  std::string audio_path;
  std::string file_name;
  std::vector<text::TranscriptLine> lines;
};

// For work that can be stopped, or that another process may take over.
struct CallGuard {
  // Ends what calls wait for (Cancelled); calls that come later have a few seconds.
  std::stop_token stop;
  // Asked before each attempt of a write, so that whoever may have lost the right to write (a lease) can say
  // so: its error ends the call.
  std::function<Status()> before_write;
  // No attempt of a write takes longer; 0: as long as the store lets it.
  std::chrono::milliseconds longest_write{0};
};

// All functions may be called from any thread. Unavailable when the store cannot be reached, which is never
// mixed up with NotFound.
class TaskStore {
 public:
  virtual ~TaskStore() = default;
  // Writes the task and its transcript in one transaction. AlreadyExists when the id is there.
  virtual Status Create(const NewTask& task) = 0;
  virtual StatusOr<Task> Get(const std::string& id) = 0;
  // Newest first.
  virtual StatusOr<std::vector<Task>> List(int limit, int offset) = 0;
  // Tasks whose status is "processing", newest first, at most `limit`.
  virtual StatusOr<std::vector<Task>> ListProcessing(int limit) = 0;
  // The transcript: lines in order, duplicates of a sequence resolved (highest row id). Empty when the task
  // has none yet.
  virtual StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) = 0;

  // Takes the task for work in one conditional statement: false when it is "processing" already (somebody has
  // it). Clears error_message.
  virtual StatusOr<bool> Claim(const std::string& id) = 0;
  // Writes progress; never goes back, and does nothing once the task is no longer processing.
  virtual Status SetProgress(const std::string& id, int percent) = 0;
  // Ends the work: status, progress 100 when completed, error_message ("" clears), completed_at. Repeating it
  // is harmless.
  virtual Status Finish(const std::string& id, const std::string& status,
                        const std::string& error_message) = 0;
  virtual Status Delete(const std::string& id) = 0;  // NotFound when it is not there
  // The same store for guarded work. The store outlives it.
  virtual std::unique_ptr<TaskStore> With(CallGuard guard);
  virtual std::string Describe() const = 0;
};

// SQLite file (made with its schema when missing; opened in WAL mode, a busy database is waited for).
StatusOr<std::unique_ptr<TaskStore>> OpenSqliteTaskStore(const std::string& path);
std::unique_ptr<TaskStore> MakeMemoryTaskStore();

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_TASK_STORE_H_

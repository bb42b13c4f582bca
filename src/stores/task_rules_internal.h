// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the task stores of this room share: which tasks may be stored, and how rows of transcription_segments
// become lines. Not for other rooms.
#ifndef WAVESHIFT_STORES_TASK_RULES_INTERNAL_H_
#define WAVESHIFT_STORES_TASK_RULES_INTERNAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "stores/task_store.h"

namespace waveshift::stores::internal {

// A row as the database gives it: NULL as "", numbers as text.
struct SegmentRow {
  int64_t id = 0;
  std::string sequence;
  std::string start_ms;
  std::string end_ms;
  std::string content_type;
  std::string speaker;
  std::string original;
  std::string translation;
  std::string audio_key;
};

// A whole number, also as "12.0" (JSON and REAL columns write it so).
std::optional<int64_t> WholeNumber(const std::string& text);

// Checks the rows and makes lines of them: of one sequence the row with the highest id counts; sorted by
// time. InvalidArgument names task, row and column. Rows may come in any order.
StatusOr<std::vector<text::TranscriptLine>> LinesOf(const std::string& task_id, std::vector<SegmentRow> rows);

// InvalidArgument names the field, or the line that ReadTranscript would refuse.
Status CheckNewTask(const NewTask& task);
// The task with its lines as they will be read: duplicates of a sequence resolved (the last one counts).
std::vector<text::TranscriptLine> LinesToStore(const NewTask& task);

// InvalidArgument for "", "processing" and what is no word.
Status CheckFinalStatus(const std::string& status);
Status CheckPage(int limit, int offset);
Status NoSuchTask(const std::string& id);
Status TaskExists(const std::string& id);

int64_t NowMs();

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_TASK_RULES_INTERNAL_H_

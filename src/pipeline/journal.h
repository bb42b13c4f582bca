// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a killed job leaves for the next run, kept in the object store beside the output:
//   PREFIX/lines/KEY.wav + KEY.json  a spoken take at the engine's own rate, and the voice that spoke it;
//                                    KEY hashes all that shaped it
//   PREFIX/state.json                the fingerprint of the whole job, how many segments are published
//   PREFIX/notes/NAME.json           what was decided about a line's words, what a language model
//                                    suggested, what was measured of the original sound
// Every object is written whole or not at all, so whatever is there may be trusted after a kill at any
// moment.
#ifndef WAVESHIFT_PIPELINE_JOURNAL_H_
#define WAVESHIFT_PIPELINE_JOURNAL_H_

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audio/buffer.h"
#include "base/status.h"
#include "stores/object_store.h"

namespace waveshift::pipeline {

// A take as it is kept: 16-bit PCM at the engine's rate. Loading gives exactly what saving returned.
struct Take {
  audio::MonoBuffer audio;
  std::string voice;
  std::vector<std::string> warnings;
  std::string engine;  // that spoke; "" = the job's own
};

// Which copy of each of a rendition's published objects is the valid one: 1 is the object with the plain
// name.
struct RenditionCopies {
  int init = 1;
  std::vector<int> segments;
  bool operator==(const RenditionCopies&) const = default;
};

struct JournalState {
  std::string fingerprint;
  int64_t published_segments = 0;
  bool complete = false;                               // everything was written, the job ended as completed
  std::map<std::string, RenditionCopies> copies = {};  // by the rendition's folder, e.g. "audio/dubbed"
};

class Journal {
 public:
  // `store` outlives the journal. One job at a time (the job holds its lease); its stages may call from their
  // own threads.
  Journal(stores::ObjectStore& store, std::string prefix);

  // The state of the run before; empty when there is none or it is rubbish. A store that cannot be reached is
  // an error: it has not said that there is none.
  StatusOr<std::optional<JournalState>> LoadState();
  Status SaveState(const JournalState& state);

  // The keys of the takes and notes that are there; call once before HasTake and LoadNote.
  Status IndexTakes();
  bool HasTake(const std::string& key) const;
  // NotFound when it is not there, DataLoss when it is damaged (it is removed then).
  // A take that was saved or loaded lately comes from memory.
  StatusOr<Take> LoadTake(const std::string& key);
  // Writes it and gives back what LoadTake would.
  StatusOr<Take> SaveTake(const std::string& key, const Take& take);

  // Small texts under names of letters, digits and '-'. Nothing when there is none or it cannot be read.
  std::optional<std::string> LoadNote(const std::string& name);
  Status SaveNote(const std::string& name, const std::string& text);

  Status Clear();

  const std::string& prefix() const { return prefix_; }

 private:
  // A take as it lies in the store.
  struct Stored {
    std::string key;
    std::string wav;
    std::string meta;
  };
  StatusOr<Stored> Fetch(const std::string& key);
  void Remember(const Stored& stored);
  std::string WavKey(const std::string& key) const;
  std::string MetaKey(const std::string& key) const;
  std::string NoteKey(const std::string& name) const;
  stores::ObjectStore& store_;
  std::string prefix_;
  mutable std::mutex mutex_;
  std::set<std::string> takes_;  // guarded by mutex_
  std::set<std::string> notes_;  // guarded by mutex_
  // The latest ones first: a line is read about ten times, and the store may be far away.
  std::list<Stored> recent_;  // guarded by mutex_
  size_t recent_bytes_ = 0;   // guarded by mutex_
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_JOURNAL_H_

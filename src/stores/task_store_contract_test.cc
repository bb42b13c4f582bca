// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The contract over every task store of this room. Another one is one more line at the end.
#include "stores/task_store_contract.h"

#include "base/files.h"

namespace waveshift::stores {
namespace {

// Keeps `value` alive as long as the pair, and gives a pointer to it.
template <typename T>
T* Own(TaskStorePair& pair, T value) {
  auto owner = std::make_shared<T>(std::move(value));
  T* pointer = owner.get();
  pair.owners.push_back(std::move(owner));
  return pointer;
}

TaskStorePair MakeSqlite() {
  TaskStorePair pair;
  const auto* folder = Own(pair, ScratchDirectory::Make().value());
  pair.first = Own(pair, OpenSqliteTaskStore(folder->path() + "/tasks.db").value())->get();
  pair.second = Own(pair, OpenSqliteTaskStore(folder->path() + "/tasks.db").value())->get();
  return pair;
}

TaskStorePair MakeMemory() {
  TaskStorePair pair;
  pair.first = Own(pair, MakeMemoryTaskStore())->get();
  pair.second = pair.first;
  return pair;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, TaskStoreContract,
                         testing::Values(TaskStoreUnderTest{"sqlite", &MakeSqlite}), NameOfTaskStore);
INSTANTIATE_TEST_SUITE_P(Memory, TaskStoreContract,
                         testing::Values(TaskStoreUnderTest{"memory", &MakeMemory}), NameOfTaskStore);

}  // namespace
}  // namespace waveshift::stores

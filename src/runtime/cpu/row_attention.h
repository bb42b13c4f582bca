// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Attention of many rows to many keys, all of which every row sees.
#ifndef WAVESHIFT_RUNTIME_CPU_ROW_ATTENTION_H_
#define WAVESHIFT_RUNTIME_CPU_ROW_ATTENTION_H_

#include <cstdint>

#include "runtime/cpu/isa.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

// Heads lie side by side in each row: head h's values begin at h * width.
struct RowAttention {
  const float* q = nullptr;
  int64_t q_row = 0;  // step between rows
  int64_t queries = 0;
  const float* k = nullptr;
  int64_t k_row = 0;
  const float* v = nullptr;
  int64_t v_row = 0;
  int64_t keys = 0;  // at least one
  int64_t heads = 0;
  int64_t width = 0;  // of a head
  float scale = 1;
  const float* key_bias = nullptr;  // [heads, keys], or nullptr
  float* out = nullptr;             // not the memory of q, k or v
  int64_t out_row = 0;
};

// out = softmax over keys j of scale (q k_j + key_bias_j), times v, for each query and head, on all workers.
// What comes out of a row is the same, bit for bit, on any number of threads. Scratch memory: as much as k
// and v take, shared, and 36 rows of scores for each worker.
void AttendRows(Isa isa, const RowAttention& attention, Workers* workers);

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_ROW_ATTENTION_H_

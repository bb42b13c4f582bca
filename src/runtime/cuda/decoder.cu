// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Sixteen rows of a matrix are a unit of work. The units of all layers, in their order, go to the blocks in
// turn, so that each knows from the start which ones will be its own and can have their weights under way
// however far the computation is.
#include "runtime/cuda/decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "runtime/cuda/attention_internal.cuh"
#include "runtime/cuda/packing.h"
#include "runtime/cuda/product_internal.cuh"

namespace waveshift::cuda {
namespace {

constexpr int kWarps = 16;
constexpr int kThreads = kWarps * kLanes;
constexpr int kRowsOfTile = 8;
constexpr int kTilesOfWarp = 5;  // of a part, at most
constexpr int kPad = 16;         // as in product.cu
constexpr int kPadTo = 64;
constexpr size_t kSlackBytes = 512;
constexpr int kFactorsOfThread = 2 * RowNorm::kMostWidth / kThreads;
// Attention: half a block has one head of one row.
constexpr int kTeamThreads = kThreads / 2;
constexpr int kTeamWarps = kWarps / 2;
constexpr int kCellsAtOnce = 4;
constexpr int kBarriersOfLayer = 5;

enum Kind { kQkv, kOut, kUp, kDown, kHead, kKinds };

// How a kind of matrix is divided: `parts` pieces of the depth, of each so many tiles for each warp.
struct Division {
  int tiles;
  int parts;
  int tiles_of_warp;
  int row_tiles;
  int offset;  // of its first unit among a layer's
  int out;
};

struct UnitPointers {
  const uint4* weights;
  const uint32_t* scales;
  const float* bias;
};

struct LayerPointers {
  UnitPointers units[kDown + 1];
  NormFactors norm_attn;
  NormFactors norm_ff;
  __half* keys;
  __half* values;
};

struct StepParameters {
  const LayerPointers* stored_layers;  // copied to shared memory, since each use would wait for them
  UnitPointers head;
  NormFactors norm;
  NormFactors final_norm;
  Division divisions[kKinds];
  int units_of_layer;
  int layer_count;
  int rows;
  int width;
  int heads;
  DecoderStep step;
  float* queries;
  __half* attended;
  __half* wide;
  uint32_t* counter;
  uint32_t arrived;
  float scale;
  int slot_tiles;   // of all warps
  int stride;       // of rows of the width in shared memory, in halves
  int wide_stride;  // of what is there of rows of four times the width
  bool wide_is_resident;
};

// A block's way through its units.
class Cursor {
 public:
  __device__ Cursor(const StepParameters& p, const LayerPointers* layers) : p_(p), layers_(layers) {
    tile_ = FirstTile();
    Find();
  }
  __device__ bool done() const { return kind_ == kKinds; }
  __device__ int kind() const { return kind_; }
  __device__ int layer() const { return layer_; }
  __device__ int tile() const { return tile_; }
  __device__ int part() const { return part_; }
  __device__ const Division& division() const { return p_.divisions[kind_]; }
  __device__ const UnitPointers& pointers() const {
    return kind_ == kHead ? p_.head : layers_[layer_].units[kind_];
  }
  __device__ void NextUnit() {
    part_ = 0;
    tile_ += static_cast<int>(gridDim.x);
    Find();
  }
  __device__ void NextPart() {
    if (++part_ == division().parts) NextUnit();
  }

 private:
  __device__ int FirstTile() const {
    const int first = layer_ * p_.units_of_layer + p_.divisions[kind_].offset;
    const int blocks = static_cast<int>(gridDim.x);
    const int ahead = (static_cast<int>(blockIdx.x) - first) % blocks;
    return ahead < 0 ? ahead + blocks : ahead;
  }
  __device__ void Find() {
    while (kind_ != kKinds && tile_ >= p_.divisions[kind_].row_tiles) {
      if (kind_ == kDown) {
        kind_ = ++layer_ == p_.layer_count ? kHead : kQkv;
      } else {
        ++kind_;
      }
      if (kind_ != kKinds) tile_ = FirstTile();
    }
  }

  const StepParameters& p_;
  const LayerPointers* const layers_;
  int kind_ = kQkv;
  int layer_ = 0;
  int tile_ = 0;
  int part_ = 0;
};

// Weights under way; each lane's 16 bytes of a tile lie where only that lane writes and reads.
template <bool kBytes, int kSlots>
class StepRing {
 public:
  __device__ StepRing(const StepParameters& p, const LayerPointers* layers, char* memory)
      : cursor_(p, layers),
        slot_tiles_(p.slot_tiles),
        tiles_(reinterpret_cast<uint4*>(memory)),
        words_(
            reinterpret_cast<uint32_t*>(memory + static_cast<size_t>(kSlots) * p.slot_tiles * kTileBytes)) {
#pragma unroll
    for (int i = 0; i < kSlots; ++i) Load();
  }
  static __host__ __device__ size_t Bytes(const StepParameters& p) {
    return static_cast<size_t>(kSlots) * p.slot_tiles *
           (kTileBytes + (kBytes ? sizeof(uint32_t) * kLanes : 0));
  }

  __device__ void Wait() { WaitForCopies<kSlots - 1>(); }
  __device__ WeightTile<kBytes> Tile(int i, int tiles_of_warp) const {
    const int place = Place(read_, i, tiles_of_warp);
    return WeightTile<kBytes>(tiles_[place], kBytes ? words_[place] : 0);
  }
  // The part that was read makes room for another.
  __device__ void Next() {
    read_ = read_ + 1 == kSlots ? 0 : read_ + 1;
    Load();
  }

 private:
  static __device__ int Lane() { return static_cast<int>(threadIdx.x) % kLanes; }
  static __device__ int Warp() { return static_cast<int>(threadIdx.x) / kLanes; }
  __device__ int Place(int slot, int i, int tiles_of_warp) const {
    return (slot * slot_tiles_ + Warp() * tiles_of_warp + i) * kLanes + Lane();
  }
  __device__ void Load() {
    if (!cursor_.done()) {
      const Division& d = cursor_.division();
      const UnitPointers unit = cursor_.pointers();
      const int first = (cursor_.part() * kWarps + Warp()) * d.tiles_of_warp;
      const int count = min(d.tiles_of_warp, d.tiles - first);
      const int64_t at = static_cast<int64_t>(cursor_.tile()) * d.tiles + first;
      for (int i = 0; i < count; ++i) {
        const int place = Place(written_, i, d.tiles_of_warp);
        CopyAhead(tiles_ + place, unit.weights + (at + i) * kLanes + Lane(), policy_);
        if (kBytes) CopyWordAhead(words_ + place, unit.scales + (at + i) * 8 + Lane() / 4);
      }
      cursor_.NextPart();
    }
    EndCopies();
    written_ = written_ + 1 == kSlots ? 0 : written_ + 1;
  }

  Cursor cursor_;
  const int slot_tiles_;
  uint4* const tiles_;
  uint32_t* const words_;
  const uint64_t policy_ = ReadOncePolicy();
  int read_ = 0;
  int written_ = 0;
};

// All blocks are here, and what they wrote is seen.
__device__ void SyncGrid(uint32_t* counter, uint32_t* target) {
  *target += gridDim.x;
  __syncthreads();
  if (threadIdx.x == 0) {
    asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(counter) : "memory");
    uint32_t found = 0;
    do {
      asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(found) : "l"(counter) : "memory");
    } while (static_cast<int32_t>(found - *target) < 0);
  }
  __syncthreads();
}

// Norm factors on their way to shared memory, [weight, bias].
class FactorLoader {
 public:
  __device__ FactorLoader(const NormFactors& norm, int width) : width_(width) {
#pragma unroll
    for (int i = 0; i < kFactorsOfThread; ++i) {
      const int at = i * kThreads + static_cast<int>(threadIdx.x);
      values_[i] = at < width       ? __ldg(norm.weight + at)
                   : at < 2 * width ? __ldg(norm.bias + at - width)
                                    : 0.0F;
    }
  }
  __device__ void Store(float* factors) const {
#pragma unroll
    for (int i = 0; i < kFactorsOfThread; ++i) {
      const int at = i * kThreads + static_cast<int>(threadIdx.x);
      if (at < 2 * width_) factors[at] = values_[i];
    }
  }

 private:
  const int width_;
  float values_[kFactorsOfThread];
};

// Each warp has rows of x, which other blocks wrote.
__device__ void NormRows(const StepParameters& p, __half* rows, const float* factors, float eps,
                         const NormFactors* second) {
  for (int row = static_cast<int>(threadIdx.x) / kLanes; row < p.rows; row += kWarps) {
    RowNorm norm;
    norm.LoadFresh(p.step.x + static_cast<int64_t>(row) * p.width, p.width);
    norm.Normalize(p.width, factors, factors + p.width, eps);
    if (second != nullptr) norm.Normalize(p.width, second->weight, second->bias, second->eps);
    norm.StoreHalves(rows + row * p.stride, p.width);
  }
  __syncthreads();
}

// Columns [begin, end) of rows of `depth` halves, which other blocks wrote.
__device__ void CopyRows(const StepParameters& p, __half* rows, int stride, const __half* from, int depth,
                         int begin, int end) {
  const int vectors = (end - begin) / 8;
#pragma unroll 4
  for (int i = threadIdx.x; i < p.rows * vectors; i += kThreads) {
    const int row = i / vectors;
    const int column = i % vectors * 8;
    *reinterpret_cast<uint4*>(rows + row * stride + column) =
        __ldcg(reinterpret_cast<const uint4*>(from + static_cast<int64_t>(row) * depth + begin + column));
  }
  __syncthreads();
}

// A value that a thread makes of a unit: of which row and column, and where it goes.
class Value {
 public:
  __device__ Value(const StepParameters& p, int kind, int tile)
      : row_(static_cast<int>(threadIdx.x) / 16), column_(tile * 16 + static_cast<int>(threadIdx.x) % 16) {
    is_there_ = row_ < p.rows && column_ < p.divisions[kind].out;
    if (is_there_ && (kind == kOut || kind == kDown)) old_ = __ldcg(p.step.x + Place(p.width));
  }
  __device__ bool is_there() const { return is_there_; }
  // Where its sum lies in a warp's share.
  __device__ int place() const {
    return ((row_ / 8 * 4) + column_ % 16 / 8 * 2 + row_ % 2) * kLanes + column_ % 8 * 4 + row_ % 8 / 2;
  }
  __device__ void Finish(const StepParameters& p, int kind, const LayerPointers& layer, float value) const {
    switch (kind) {
      case kQkv:
        return Split(p, layer, value);
      case kUp:
        p.wide[Place(4 * p.width)] = __float2half_rn(Gelu(value));
        return;
      case kHead:
        p.step.logits[Place(p.divisions[kHead].out)] = value;
        return;
      default:
        p.step.x[Place(p.width)] = old_ + value;
    }
  }

 private:
  __device__ int64_t Place(int width) const { return static_cast<int64_t>(row_) * width + column_; }
  __device__ void Split(const StepParameters& p, const LayerPointers& layer, float value) const {
    if (column_ < p.width) {
      p.queries[Place(p.width)] = value;
      return;
    }
    const int column = column_ % p.width;
    __half* cells = column_ < 2 * p.width ? layer.keys : layer.values;
    cells[static_cast<int64_t>(p.step.own_cell[row_]) * p.width + column] = __float2half_rn(value);
  }

  const int row_;
  const int column_;
  bool is_there_;
  float old_ = 0;
};

// One head of one row, by half a block. kTeam lanes have a cell at a time, eight values each.
template <int kTeam>
class HeadOfRow {
 public:
  static constexpr int kWidth = kTeam * kValuesOfLane;
  static constexpr int kTeams = kTeamThreads / kTeam;
  struct Shared {
    float most[kTeamWarps];
    float sum[kTeamWarps];
    float values[kTeamWarps][kWidth];
  };

  // Loads cells that older steps filled.
  __device__ HeadOfRow(const StepParameters& p, const LayerPointers& layer, int item) : p_(p) {
    is_there_ = item < p.rows * p.heads;
    if (!is_there_) return;
    row_ = item / p.heads;
    place_ = item % p.heads * kWidth + static_cast<int>(threadIdx.x) % kTeam * kValuesOfLane;
    keys_ = layer.keys + place_;
    values_ = layer.values + place_;
    count_ = p.step.count[row_];
    list_ = p.step.lists + p.step.begin[row_];
#pragma unroll
    for (int i = 0; i < kCellsAtOnce; ++i) {
      const int at = Team() + i * kTeams;
      if (at < count_ - 1) Load(i, list_[at]);
    }
    for (int at = Team() + kCellsAtOnce * kTeams; at < count_ - 1; at += kTeams) Prefetch(list_[at]);
  }

  __device__ void Attend(Shared* shared) {
    if (!is_there_) return;
    float query[kValuesOfLane];
#pragma unroll
    for (int i = 0; i < kValuesOfLane; ++i) {
      query[i] = __ldcg(p_.queries + static_cast<int64_t>(row_) * p_.width + place_ + i) * p_.scale;
    }
    Seen seen;
    for (int first = Team(); first < count_; first += kTeams * kCellsAtOnce) {
#pragma unroll
      for (int i = 0; i < kCellsAtOnce; ++i) {
        const int at = first + i * kTeams;
        if (at < count_ && (first != Team() || at == count_ - 1)) Load(i, list_[at]);
      }
#pragma unroll
      for (int i = 0; i < kCellsAtOnce; ++i) {
        if (first + i * kTeams >= count_) break;
        seen.AddCell<kTeam>(query, loaded_keys_[i], loaded_values_[i]);
      }
    }
    PutTogether(&seen, shared);
  }

 private:
  static __device__ int Team() { return static_cast<int>(threadIdx.x) % kTeamThreads / kTeam; }
  __device__ void Load(int i, int64_t cell) {
    loaded_keys_[i] = __ldcg(reinterpret_cast<const uint4*>(keys_ + cell * p_.width));
    loaded_values_[i] = __ldcg(reinterpret_cast<const uint4*>(values_ + cell * p_.width));
  }
  // Brings a cell that is loaded later nearer.
  __device__ void Prefetch(int64_t cell) const {
    asm volatile("prefetch.global.L2 [%0];" ::"l"(keys_ + cell * p_.width));
    asm volatile("prefetch.global.L2 [%0];" ::"l"(values_ + cell * p_.width));
  }
  __device__ void PutTogether(Seen* seen, Shared* shared) {
#pragma unroll
    for (int distance = kTeam; distance < kLanes; distance *= 2) seen->AddOther(distance);
    const int lane = static_cast<int>(threadIdx.x) % kLanes;
    const int warp = static_cast<int>(threadIdx.x) % kTeamThreads / kLanes;
    if (lane == 0) {
      shared->most[warp] = seen->most;
      shared->sum[warp] = seen->sum;
    }
    if (lane < kTeam) {
#pragma unroll
      for (int i = 0; i < kValuesOfLane; ++i)
        shared->values[warp][lane * kValuesOfLane + i] = seen->values[i];
    }
    SyncHalf();
    const int i = static_cast<int>(threadIdx.x) % kTeamThreads;
    if (i < kWidth) {
      float most = -INFINITY;
#pragma unroll
      for (int w = 0; w < kTeamWarps; ++w) most = fmaxf(most, shared->most[w]);
      float sum = 0;
      float value = 0;
#pragma unroll
      for (int w = 0; w < kTeamWarps; ++w) {
        const float weight = __expf(shared->most[w] - most);
        sum += weight * shared->sum[w];
        value += weight * shared->values[w][i];
      }
      const int64_t head = place_ / kWidth * kWidth;
      p_.attended[static_cast<int64_t>(row_) * p_.width + head + i] = __float2half_rn(value / sum);
    }
    SyncHalf();
  }
  static __device__ void SyncHalf() {
    const int half = static_cast<int>(threadIdx.x) / kTeamThreads;
    asm volatile("bar.sync %0, %1;" ::"r"(1 + half), "n"(kTeamThreads) : "memory");
  }

  const StepParameters& p_;
  bool is_there_;
  int row_ = 0;
  int place_ = 0;
  int count_ = 0;
  const int32_t* list_ = nullptr;
  const __half* keys_ = nullptr;
  const __half* values_ = nullptr;
  uint4 loaded_keys_[kCellsAtOnce];
  uint4 loaded_values_[kCellsAtOnce];
};

// What a block has of shared memory.
template <int kRowTiles, int kTeam>
struct BlockMemory {
  LayerPointers* layers;
  float* factors;  // of the next norm
  float* shares;   // [warp][row tile][which of four][lane]
  typename HeadOfRow<kTeam>::Shared* heads;
  __half* rows;

  __device__ BlockMemory(const StepParameters& p, char* memory) {
    layers = reinterpret_cast<LayerPointers*>(memory);
    factors = reinterpret_cast<float*>(layers + p.layer_count);
    shares = factors + 2 * p.width;
    heads = reinterpret_cast<typename HeadOfRow<kTeam>::Shared*>(shares + ShareFloats());
    rows = reinterpret_cast<__half*>(heads + 2);
  }
  static __host__ __device__ constexpr int ShareFloats() { return kWarps * kRowTiles * 4 * kLanes; }
};

template <int kRowTiles, bool kBytes, int kTeam, int kSlots>
class BlockStep {
 public:
  __device__ BlockStep(const StepParameters& p, char* memory)
      : p_(p),
        memory_(p, memory),
        ring_(p, CopiedLayers(p, memory_.layers), memory + FixedBytes(p)),
        units_(p, memory_.layers),
        target_(p.arrived) {
    LoadBias();
  }

  __device__ void Run() {
    FactorLoader(memory_.layers[0].norm_attn, p_.width).Store(memory_.factors);
    __syncthreads();
    for (int layer = 0; layer < p_.layer_count; ++layer) RunLayer(layer);
    NormRows(p_, memory_.rows, memory_.factors, p_.norm.eps, &p_.final_norm);
    RunUnits(kHead, p_.layer_count, p_.stride);
  }

  // Behind what BlockMemory takes, so that the ring is aligned.
  static __host__ __device__ size_t FixedBytes(const StepParameters& p) {
    const int most = p.stride > p.wide_stride ? p.stride : p.wide_stride;
    const size_t bytes =
        sizeof(float) * static_cast<size_t>(2 * p.width + BlockMemory<kRowTiles, kTeam>::ShareFloats()) +
        2 * sizeof(typename HeadOfRow<kTeam>::Shared) +
        sizeof(__half) * static_cast<size_t>(most) * static_cast<size_t>(p.rows) + kSlackBytes;
    return (bytes + 127) / 128 * 128;
  }

 private:
  static __device__ const LayerPointers* CopiedLayers(const StepParameters& p, LayerPointers* to) {
    const int words = p.layer_count * static_cast<int>(sizeof(LayerPointers) / sizeof(uint32_t));
    for (int i = threadIdx.x; i < words; i += kThreads) {
      reinterpret_cast<uint32_t*>(to)[i] = __ldg(reinterpret_cast<const uint32_t*>(p.stored_layers) + i);
    }
    __syncthreads();
    return to;
  }
  __device__ void RunLayer(int layer) {
    const LayerPointers& l = memory_.layers[layer];
    const FactorLoader feed_forward(l.norm_ff, p_.width);
    NormRows(p_, memory_.rows, memory_.factors, l.norm_attn.eps, nullptr);
    RunUnits(kQkv, layer, p_.stride);
    const int half = static_cast<int>(threadIdx.x) / kTeamThreads;
    const int item = 2 * static_cast<int>(blockIdx.x) + half;
    HeadOfRow<kTeam> head(p_, l, item);
    feed_forward.Store(memory_.factors);
    SyncGrid(p_.counter, &target_);

    head.Attend(memory_.heads + half);
    for (int more = item + 2 * static_cast<int>(gridDim.x); more < p_.rows * p_.heads;
         more += 2 * static_cast<int>(gridDim.x)) {
      HeadOfRow<kTeam>(p_, l, more).Attend(memory_.heads + half);
    }
    SyncGrid(p_.counter, &target_);

    CopyRows(p_, memory_.rows, p_.stride, p_.attended, p_.width, 0, p_.width);
    RunUnits(kOut, layer, p_.stride);
    SyncGrid(p_.counter, &target_);

    NormRows(p_, memory_.rows, memory_.factors, l.norm_ff.eps, nullptr);
    const bool is_last = layer + 1 == p_.layer_count;
    const FactorLoader next(is_last ? p_.norm : memory_.layers[layer + 1].norm_attn, p_.width);
    RunUnits(kUp, layer, p_.stride);
    next.Store(memory_.factors);
    SyncGrid(p_.counter, &target_);

    if (p_.wide_is_resident)
      CopyRows(p_, memory_.rows, p_.wide_stride, p_.wide, 4 * p_.width, 0, 4 * p_.width);
    RunUnits(kDown, layer, p_.wide_stride);
    SyncGrid(p_.counter, &target_);
  }

  // The bias of the next unit's value.
  __device__ void LoadBias() {
    next_bias_ = units_.done() ? 0.0F : __ldg(units_.pointers().bias + units_.tile() * 16 + threadIdx.x % 16);
  }

  // This block's units of a matrix.
  __device__ void RunUnits(int kind, int layer, int stride) {
    const Division& d = p_.divisions[kind];
    const int lane = static_cast<int>(threadIdx.x) % kLanes;
    const int warp = static_cast<int>(threadIdx.x) / kLanes;
    constexpr int kTile = kBytes ? 32 : 16;
    const __half* own[kRowTiles];
#pragma unroll
    for (int t = 0; t < kRowTiles; ++t) {
      const int row = t * kRowsOfTile + lane / 4;
      own[t] =
          memory_.rows + (row < p_.rows ? row : 0) * stride + lane % 4 * 4 + warp * d.tiles_of_warp * kTile;
    }
    while (units_.kind() == kind && units_.layer() == layer) {
      const int tile = units_.tile();
      const Value value(p_, kind, tile);
      const float bias = next_bias_;
      units_.NextUnit();
      LoadBias();
      float sums[kRowTiles][4] = {};
      for (int part = 0; part < d.parts; ++part) AddPart(kind, part, own, sums);
      const float sum = ShareSums(sums, value);
      if (value.is_there()) value.Finish(p_, kind, memory_.layers[kind == kHead ? 0 : layer], sum + bias);
    }
  }

  __device__ void AddPart(int kind, int part, const __half* const (&own)[kRowTiles],
                          float (&sums)[kRowTiles][4]) {
    constexpr int kTile = kBytes ? 32 : 16;
    const Division& d = p_.divisions[kind];
    const int warp = static_cast<int>(threadIdx.x) / kLanes;
    const int part_depth = kWarps * d.tiles_of_warp * kTile;
    int begin = part * part_depth;
    if (kind == kDown && !p_.wide_is_resident) {
      __syncthreads();
      CopyRows(p_, memory_.rows, p_.wide_stride, p_.wide, 4 * p_.width, begin,
               min(4 * p_.width, begin + part_depth));
      begin = 0;
    }
    ring_.Wait();
    const int tiles = min(d.tiles_of_warp, d.tiles - (part * kWarps + warp) * d.tiles_of_warp);
#pragma unroll
    for (int i = 0; i < kTilesOfWarp; ++i) {
      if (i >= tiles) break;
      const WeightTile<kBytes> weights = ring_.Tile(i, d.tiles_of_warp);
#pragma unroll
      for (int t = 0; t < kRowTiles; ++t) weights.AddTo(sums[t], own[t] + begin + i * kTile);
    }
    ring_.Next();
  }

  // The sum of the warps' shares of a thread's value.
  __device__ float ShareSums(const float (&sums)[kRowTiles][4], const Value& value) {
    const int lane = static_cast<int>(threadIdx.x) % kLanes;
    const int warp = static_cast<int>(threadIdx.x) / kLanes;
    __syncthreads();
#pragma unroll
    for (int t = 0; t < kRowTiles; ++t) {
#pragma unroll
      for (int i = 0; i < 4; ++i)
        memory_.shares[((warp * kRowTiles + t) * 4 + i) * kLanes + lane] = sums[t][i];
    }
    __syncthreads();
    float sum = 0;
    if (value.is_there()) {
#pragma unroll
      for (int w = 0; w < kWarps; ++w) sum += memory_.shares[w * kRowTiles * 4 * kLanes + value.place()];
    }
    return sum;
  }

  const StepParameters& p_;
  const BlockMemory<kRowTiles, kTeam> memory_;
  StepRing<kBytes, kSlots> ring_;
  Cursor units_;
  uint32_t target_;
  float next_bias_ = 0;
};

template <int kRowTiles, bool kBytes, int kTeam, int kSlots>
__global__ void __launch_bounds__(kThreads, 1) StepKernel(const __grid_constant__ StepParameters p) {
  extern __shared__ __align__(128) char memory[];
  BlockStep<kRowTiles, kBytes, kTeam, kSlots>(p, memory).Run();
}

// cudaErrorInvalidConfiguration when it wants more shared memory than there is.
template <int kRowTiles, bool kBytes, int kTeam, int kSlots>
cudaError_t Start(Stream* stream, const StepParameters& p, int blocks) {
  using Block = BlockStep<kRowTiles, kBytes, kTeam, kSlots>;
  const size_t shared = Block::FixedBytes(p) + StepRing<kBytes, kSlots>::Bytes(p);
  if (shared > SharedLimit()) return cudaErrorInvalidConfiguration;
  const auto kernel = StepKernel<kRowTiles, kBytes, kTeam, kSlots>;
  AllowShared(stream, kernel, shared);
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(kThreads);
  config.dynamicSmemBytes = shared;
  config.stream = stream->handle();
  cudaLaunchAttribute together = {};
  together.id = cudaLaunchAttributeCooperative;
  together.val.cooperative = 1;
  config.attrs = &together;
  config.numAttrs = 1;
  return cudaLaunchKernelEx(&config, kernel, p);
}

template <bool kBytes, int kTeam>
cudaError_t Start(Stream* stream, const StepParameters& p, int blocks) {
  switch ((p.rows + kRowsOfTile - 1) / kRowsOfTile) {
    case 1: {
      const cudaError_t error = Start<1, kBytes, kTeam, 4>(stream, p, blocks);
      return error == cudaErrorInvalidConfiguration ? Start<1, kBytes, kTeam, 3>(stream, p, blocks) : error;
    }
    case 2:
      return Start<2, kBytes, kTeam, 3>(stream, p, blocks);
    default:
      return Start<3, kBytes, kTeam, 3>(stream, p, blocks);
  }
}

Division Divide(const Matrix& matrix, int offset) {
  const int tile = matrix.form() == MatrixForm::kQ8_0 ? 32 : 16;
  const auto tiles = static_cast<int>(matrix.depth() / tile);
  const int part_tiles = kWarps * (tile == 32 ? (kTilesOfWarp + 1) / 2 : kTilesOfWarp);
  const int parts = (tiles + part_tiles - 1) / part_tiles;
  return {.tiles = tiles,
          .parts = parts,
          .tiles_of_warp = (tiles + kWarps * parts - 1) / (kWarps * parts),
          .row_tiles = static_cast<int>(TilesOf(matrix.rows(), kTileRows)),
          .offset = offset,
          .out = static_cast<int>(matrix.rows())};
}

}  // namespace

// What kernels need of a model; a friend of Matrix.
struct DecoderPointers {
  static UnitPointers Of(const Matrix& matrix) {
    return {matrix.weights_.as<uint4>(), matrix.scales_.as<uint32_t>(), matrix.bias_.as<float>()};
  }
};

struct Decoder::State {
  StepParameters parameters = {};
};

Decoder::~Decoder() = default;

StatusOr<std::unique_ptr<Decoder>> Decoder::Make(const DecoderModel& model) {
  const Matrix& first = *model.layers.front().qkv;
  const int64_t head_width = first.depth() / model.heads;
  if (first.form() == MatrixForm::kF32 || first.depth() > RowNorm::kMostWidth || first.depth() % 64 != 0 ||
      (head_width != 16 && head_width != 64)) {
    return Unimplemented("CUDA: a step of this form or width cannot be one kernel");
  }
  for (const DecoderLayer& layer : model.layers) {
    for (const Matrix* matrix : {layer.qkv, layer.out, layer.up, layer.down, model.head}) {
      if (matrix->form() != first.form())
        return Unimplemented("CUDA: a step of several forms cannot be one kernel");
    }
  }
  int cooperative = 0;
  int blocks = 0;
  cudaDeviceGetAttribute(&cooperative, cudaDevAttrCooperativeLaunch, 0);
  cudaDeviceGetAttribute(&blocks, cudaDevAttrMultiProcessorCount, 0);
  if (cooperative == 0 || blocks == 0 || SharedLimit() < (size_t{200} << 10)) {
    return Unimplemented("CUDA: this device cannot compute a step as one kernel");
  }
  std::unique_ptr<Decoder> decoder(new Decoder());
  decoder->blocks_ = blocks;
  WS_RETURN_IF_ERROR(decoder->Prepare(model));
  return decoder;
}

Status Decoder::Prepare(const DecoderModel& model) {
  std::vector<LayerPointers> pointers;
  for (const DecoderLayer& layer : model.layers) {
    pointers.push_back({.units = {DecoderPointers::Of(*layer.qkv), DecoderPointers::Of(*layer.out),
                                  DecoderPointers::Of(*layer.up), DecoderPointers::Of(*layer.down)},
                        .norm_attn = layer.norm_attn,
                        .norm_ff = layer.norm_ff,
                        .keys = static_cast<__half*>(layer.keys),
                        .values = static_cast<__half*>(layer.values)});
  }
  WS_ASSIGN_OR_RETURN(layers_, MemoryOf(std::span<const LayerPointers>(pointers)));
  const int64_t width = model.layers.front().qkv->depth();
  WS_ASSIGN_OR_RETURN(counter_, MemoryOf(std::span<const uint32_t>(std::array<uint32_t, 1>{0})));
  WS_ASSIGN_OR_RETURN(queries_, Memory::Allocate(kMostRows * width * 4));
  WS_ASSIGN_OR_RETURN(attended_, Memory::Allocate(kMostRows * width * 2));
  WS_ASSIGN_OR_RETURN(wide_, Memory::Allocate(kMostRows * width * 8));
  state_ = std::make_unique<State>();
  StepParameters& p = state_->parameters;
  p.stored_layers = layers_.as<LayerPointers>();
  p.head = DecoderPointers::Of(*model.head);
  p.norm = model.norm;
  p.final_norm = model.final_norm;
  p.layer_count = static_cast<int>(model.layers.size());
  p.width = static_cast<int>(width);
  p.heads = static_cast<int>(model.heads);
  p.queries = queries_.as<float>();
  p.attended = attended_.as<__half>();
  p.wide = wide_.as<__half>();
  p.counter = counter_.as<uint32_t>();
  p.scale = 1 / std::sqrt(static_cast<float>(p.width / p.heads));
  const DecoderLayer& layer = model.layers.front();
  has_bytes_ = layer.qkv->form() == MatrixForm::kQ8_0;
  int offset = 0;
  for (const auto& [kind, matrix] : {std::pair<Kind, const Matrix*>{kQkv, layer.qkv},
                                     {kOut, layer.out},
                                     {kUp, layer.up},
                                     {kDown, layer.down}}) {
    p.divisions[kind] = Divide(*matrix, offset);
    offset += p.divisions[kind].row_tiles;
  }
  p.units_of_layer = offset;
  p.divisions[kHead] = Divide(*model.head, 0);
  for (const Division& d : p.divisions) p.slot_tiles = std::max(p.slot_tiles, kWarps * d.tiles_of_warp);
  return OkStatus();
}

void Decoder::Step(Stream* stream, const DecoderStep& step) {
  StepParameters p = state_->parameters;
  p.rows = static_cast<int>(step.rows);
  p.step = step;
  p.arrived = arrived_;
  p.stride = static_cast<int>(RoundUp(p.width, kPadTo) + kPad);
  // Few rows are there as a whole, others a part at a time.
  p.wide_is_resident = step.rows <= kRowsOfTile;
  const Division& down = p.divisions[kDown];
  const int64_t part =
      std::min<int64_t>(4 * p.width, int64_t{kWarps} * down.tiles_of_warp * (has_bytes_ ? 32 : 16));
  p.wide_stride = static_cast<int>(RoundUp(p.wide_is_resident ? 4 * p.width : part, kPadTo) + kPad);
  const bool narrow = p.width / p.heads == 16;
  cudaError_t error = cudaSuccess;
  if (has_bytes_) {
    error = narrow ? cuda::Start<true, 2>(stream, p, blocks_) : cuda::Start<true, 8>(stream, p, blocks_);
  } else {
    error = narrow ? cuda::Start<false, 2>(stream, p, blocks_) : cuda::Start<false, 8>(stream, p, blocks_);
  }
  stream->Note(error);
  // What never began never arrives.
  if (error == cudaSuccess) arrived_ += static_cast<uint32_t>(kBarriersOfLayer * p.layer_count * blocks_);
}

}  // namespace waveshift::cuda

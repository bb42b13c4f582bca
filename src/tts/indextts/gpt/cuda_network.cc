// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "runtime/cuda/device.h"
#include "runtime/cuda/language.h"
#include "runtime/cuda/packing.h"
#include "tts/indextts/gpt/network.h"

namespace waveshift::tts::indextts {
namespace {

using cuda::Matrix;
using cuda::MatrixForm;
using cuda::Memory;
using cuda::NormFactors;
using cuda::ProductThen;

constexpr int64_t kManyRows = 16;
constexpr float kNormEps = 1e-5F;
// Steps of so few rows come again and again: their kernels are recorded and started together.
constexpr int64_t kMostRecordedRows = 64;
// Room for lists of cells at first; when more is needed, everything is recorded anew.
constexpr int64_t kListAtFirst = 16384;

struct Norm {
  Memory weight;
  Memory bias;
  NormFactors factors() const { return {weight.as<float>(), bias.as<float>(), kNormEps}; }
};

struct Layer {
  Norm norm_attn;
  Matrix qkv;
  Matrix out;
  Norm norm_ff;
  Matrix up;
  Matrix down;
};

// Whether the last cell that each row sees is its own, and no other is new.
bool SeesOwnOnly(const NetworkStep& step) {
  if (step.rows == 1) return true;
  for (const NetworkStep::Group& group : step.groups) {
    if (group.sees.empty()) return false;
    for (int64_t row = 0; row < step.rows; ++row) {
      if (group.sees[group.sees.size() - static_cast<size_t>(step.rows - row)] != (1U << row)) return false;
    }
  }
  return true;
}

Status Unfit(const std::string& what) { return Unimplemented("gpt: CUDA's own kernels have no " + what); }

class CudaNetwork final : public GptNetwork {
 public:
  CudaNetwork(std::shared_ptr<const ggml::GgufFile> file, const GptSizes& sizes)
      : file_(std::move(file)), sizes_(sizes) {}
  Status Open(const NetworkOptions& options);
  int64_t cells() const override { return cells_; }
  Status Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) override;

 private:
  // What decides a recording.
  struct Shape {
    int64_t groups = 0;
    int64_t rows = 0;  // of each
    NetworkStep::Want want = NetworkStep::Want::kCells;
    // Rows see no other new row: beams do, rows that follow each other do not.
    bool sees_own_only = false;
    bool operator<(const Shape& other) const {
      return std::tie(groups, rows, want, sees_own_only) <
             std::tie(other.groups, other.rows, other.want, other.sees_own_only);
    }
  };

  // Rows that follow each other are those of one line, and always as many: they may be multiplied as suits
  // their number. Beams must give the same whatever stands beside them.
  static bool IsForManyRows(const Shape& shape) {
    return !shape.sees_own_only && shape.groups == 1 && shape.rows >= kManyRows;
  }
  StatusOr<Memory> LoadVector(const std::string& name) const;
  StatusOr<Norm> LoadNorm(const std::string& name) const;
  StatusOr<Matrix> LoadMatrix(const std::string& name, int64_t rows, int64_t depth) const;
  Status LoadLayers();
  Status MakeRoom(int64_t rows, int64_t list, int64_t values);
  Status UploadStep(const NetworkStep& step, int64_t values);
  void Launch(const Shape& shape);
  void Block(const Shape& shape, size_t layer, bool only_cells);
  void Finish(const Shape& shape);
  void Normed(const Norm& norm, const Matrix& matrix, cuda::ProductCall* call);
  Status Play(const Shape& shape);
  void* CellsOf(size_t layer, bool values) const;

  const std::shared_ptr<const ggml::GgufFile> file_;
  const GptSizes sizes_;
  std::unique_ptr<cuda::Stream> stream_;
  std::vector<Layer> layers_;
  Norm norm_;
  Norm final_norm_;
  Matrix head_;
  int64_t cells_ = 0;
  bool cells_are_halves_ = true;
  int64_t cell_bytes_ = 0;  // of keys or values of a layer
  Memory memory_;           // [layers, keys then values, cells, width]

  // Of a step; made anew when it needs more.
  int64_t rows_ = 0;  // that there is room for
  int64_t list_ = 0;
  int64_t values_ = 0;         // of results
  cuda::PinnedMemory staged_;  // as `given_`
  cuda::PinnedMemory made_;    // results
  Memory given_;     // inputs [rows, width], then of each row: own cell, begin, count; then the lists
  Memory queries_;   // [rows, width]
  Memory attended_;  // [rows, width], halves or floats as matrices want
  Memory wide_;      // [rows, 4 width], likewise
  Memory normed_;    // [rows, width], for matrices in 32 bits, and what the head gets
  Memory results_;   // logits or hidden rows
  std::map<Shape, std::unique_ptr<cuda::Recording>> recordings_;
};

StatusOr<Memory> CudaNetwork::LoadVector(const std::string& name) const {
  const ggml::StoredTensor* tensor = file_->FindTensor(name);
  std::vector<float> values(static_cast<size_t>(tensor->values()));
  ggml::ReadRows(tensor->type, tensor->bytes, values);
  return cuda::MemoryOf(std::span<const float>(values));
}

StatusOr<Norm> CudaNetwork::LoadNorm(const std::string& name) const {
  Norm norm;
  WS_ASSIGN_OR_RETURN(norm.weight, LoadVector(name + ".weight"));
  WS_ASSIGN_OR_RETURN(norm.bias, LoadVector(name + ".bias"));
  return norm;
}

// Matrices in 4 bits become halves: there is more memory than on the processor, and less to win.
StatusOr<Matrix> CudaNetwork::LoadMatrix(const std::string& name, int64_t rows, int64_t depth) const {
  if (depth % 32 != 0) return Unfit("products of depth " + std::to_string(depth));
  const ggml::StoredTensor* tensor = file_->FindTensor(name + ".weight");
  const ggml::StoredTensor* bias_tensor = file_->FindTensor(name + ".bias");
  std::vector<float> bias(static_cast<size_t>(rows));
  ggml::ReadRows(bias_tensor->type, bias_tensor->bytes, bias);
  if (tensor->type == ggml::TensorType::kQ8_0) return Matrix::OfBlocks(rows, depth, tensor->bytes, bias);
  if (tensor->type == ggml::TensorType::kF16) {
    const auto* halves = reinterpret_cast<const uint16_t*>(tensor->bytes.data());
    return Matrix::OfHalves(rows, depth, {halves, static_cast<size_t>(rows * depth)}, bias);
  }
  std::vector<float> values(static_cast<size_t>(tensor->values()));
  ggml::ReadRows(tensor->type, tensor->bytes, values);
  if (tensor->type == ggml::TensorType::kF32) return Matrix::OfFloats(rows, depth, values, bias);
  std::vector<uint16_t> halves(values.size());
  std::transform(values.begin(), values.end(), halves.begin(), cuda::HalfOf);
  return Matrix::OfHalves(rows, depth, halves, bias);
}

Status CudaNetwork::LoadLayers() {
  const int64_t width = sizes_.width;
  for (int64_t i = 0; i < sizes_.layers; ++i) {
    const std::string name = "gpt.blocks." + std::to_string(i) + ".";
    Layer& layer = layers_.emplace_back();
    WS_ASSIGN_OR_RETURN(layer.norm_attn, LoadNorm(name + "norm_attn"));
    WS_ASSIGN_OR_RETURN(layer.qkv, LoadMatrix(name + "attn.qkv", 3 * width, width));
    WS_ASSIGN_OR_RETURN(layer.out, LoadMatrix(name + "attn.out", width, width));
    WS_ASSIGN_OR_RETURN(layer.norm_ff, LoadNorm(name + "norm_ff"));
    WS_ASSIGN_OR_RETURN(layer.up, LoadMatrix(name + "ff.up", 4 * width, width));
    WS_ASSIGN_OR_RETURN(layer.down, LoadMatrix(name + "ff.down", width, 4 * width));
    // They hand rows to each other.
    if (layer.out.input_bytes() != layer.qkv.input_bytes() ||
        layer.down.input_bytes() != layer.up.input_bytes()) {
      return Unfit("layers of which some are in 32 bits and some are not");
    }
  }
  WS_ASSIGN_OR_RETURN(norm_, LoadNorm("gpt.norm"));
  WS_ASSIGN_OR_RETURN(final_norm_, LoadNorm("gpt.final_norm"));
  WS_ASSIGN_OR_RETURN(head_, LoadMatrix("gpt.code_head", sizes_.codes, width));
  return OkStatus();
}

Status CudaNetwork::Open(const NetworkOptions& options) {
  if (sizes_.width % sizes_.heads != 0 || !cuda::CanAttend(sizes_.width / sizes_.heads)) {
    return Unfit("heads of width " + std::to_string(sizes_.width / std::max<int64_t>(1, sizes_.heads)));
  }
  WS_ASSIGN_OR_RETURN(stream_, cuda::Stream::Open());
  WS_RETURN_IF_ERROR(LoadLayers());
  cells_ = options.cells;
  cells_are_halves_ = options.cell_type == ggml::TensorType::kF16;
  cell_bytes_ = cells_ * sizes_.width * (cells_are_halves_ ? 2 : 4);
  WS_ASSIGN_OR_RETURN(memory_, Memory::Allocate(2 * sizes_.layers * cell_bytes_));
  return MakeRoom(kMostRecordedRows, kListAtFirst, kMostRecordedRows * sizes_.codes);
}

void* CudaNetwork::CellsOf(size_t layer, bool values) const {
  return memory_.as<char>() + (2 * static_cast<int64_t>(layer) + (values ? 1 : 0)) * cell_bytes_;
}

Status CudaNetwork::MakeRoom(int64_t rows, int64_t list, int64_t values) {
  if (rows <= rows_ && list <= list_ && values <= values_) return OkStatus();
  rows = std::max(rows, rows_);
  list = std::max(list, list_);
  values = std::max(values, values_);
  recordings_.clear();  // they know where everything was
  rows_ = 0;
  const int64_t width = sizes_.width;
  const int64_t given = 4 * (rows * (width + 3) + list);
  WS_ASSIGN_OR_RETURN(staged_, cuda::PinnedMemory::Allocate(given));
  WS_ASSIGN_OR_RETURN(made_, cuda::PinnedMemory::Allocate(4 * values));
  WS_ASSIGN_OR_RETURN(given_, Memory::Allocate(given));
  WS_ASSIGN_OR_RETURN(queries_, Memory::Allocate(4 * rows * width));
  WS_ASSIGN_OR_RETURN(attended_, Memory::Allocate(4 * rows * width));
  WS_ASSIGN_OR_RETURN(wide_, Memory::Allocate(16 * rows * width));
  WS_ASSIGN_OR_RETURN(normed_, Memory::Allocate(4 * rows * width));
  WS_ASSIGN_OR_RETURN(results_, Memory::Allocate(4 * values));
  rows_ = rows;
  list_ = list;
  values_ = values;
  return OkStatus();
}

// Inputs, each row's own cell and the list of those that it sees. Rows that follow each other see beginnings
// of one list.
Status CudaNetwork::UploadStep(const NetworkStep& step, int64_t values) {
  const int64_t rows = static_cast<int64_t>(step.groups.size()) * step.rows;
  int64_t list = 0;
  for (const NetworkStep::Group& group : step.groups) {
    list += static_cast<int64_t>(group.cells.size()) * (group.sees.empty() ? 1 : step.rows);
  }
  WS_RETURN_IF_ERROR(MakeRoom(rows, list, values));
  auto* inputs = staged_.as<float>();
  std::copy(step.inputs.begin(), step.inputs.end(), inputs);
  auto* own = staged_.as<int32_t>() + rows * sizes_.width;
  int32_t* begin = own + rows;
  int32_t* count = begin + rows;
  int32_t* const first = count + rows;
  int32_t* next = first;
  for (const NetworkStep::Group& group : step.groups) {
    const auto cells = static_cast<int64_t>(group.cells.size());
    own = std::copy(group.cells.end() - step.rows, group.cells.end(), own);
    for (int64_t row = 0; row < step.rows; ++row) {
      *begin++ = static_cast<int32_t>(next - first);
      if (group.sees.empty()) {
        *count++ = static_cast<int32_t>(cells - (step.rows - 1 - row));
        continue;
      }
      const int32_t* const from = next;
      for (size_t i = 0; i < group.cells.size(); ++i) {
        if (((group.sees[i] >> row) & 1u) != 0) *next++ = group.cells[i];
      }
      *count++ = static_cast<int32_t>(next - from);
    }
    if (group.sees.empty()) next = std::copy(group.cells.begin(), group.cells.end(), next);
  }
  stream_->Upload(given_.data(), staged_.as<char>(), (next - staged_.as<int32_t>()) * 4);
  return OkStatus();
}

// What a product behind a norm gets: where it cannot do it on the way, it is done before.
void CudaNetwork::Normed(const Norm& norm, const Matrix& matrix, cuda::ProductCall* call) {
  const auto* x = given_.as<float>();
  if (!call->many_rows && cuda::CanNormOnTheWay(matrix, call->rows)) {
    call->unnormed = x;
    call->norm = norm.factors();
    return;
  }
  const bool halves = matrix.form() != MatrixForm::kF32;
  cuda::Normalize(stream_.get(), {.from = x,
                                  .width = sizes_.width,
                                  .rows = call->rows,
                                  .first = norm.factors(),
                                  .floats = halves ? nullptr : normed_.as<float>(),
                                  .halves = halves ? normed_.data() : nullptr});
  call->from = normed_.data();
}

void CudaNetwork::Block(const Shape& shape, size_t index, bool only_cells) {
  const Layer& layer = layers_[index];
  const int64_t rows = shape.groups * shape.rows;
  const auto* own = given_.as<int32_t>() + rows * sizes_.width;
  const bool many = IsForManyRows(shape);
  cuda::ProductCall qkv = {.matrix = &layer.qkv,
                           .rows = rows,
                           .many_rows = many,
                           .then = ProductThen::kSplit,
                           .to = queries_.data(),
                           .keys = CellsOf(index, false),
                           .values = CellsOf(index, true),
                           .cells_are_halves = cells_are_halves_,
                           .own_cell = own};
  Normed(layer.norm_attn, layer.qkv, &qkv);
  cuda::Multiply(stream_.get(), qkv);
  if (only_cells) return;
  const int64_t head_width = sizes_.width / sizes_.heads;
  cuda::Attend(stream_.get(), {.queries = queries_.as<float>(),
                               .rows = rows,
                               .heads = sizes_.heads,
                               .head_width = head_width,
                               .keys = CellsOf(index, false),
                               .values = CellsOf(index, true),
                               .cells_are_halves = cells_are_halves_,
                               .lists = own + 3 * rows,
                               .begin = own + rows,
                               .count = own + 2 * rows,
                               .only_last_is_new = shape.sees_own_only,
                               .scale = 1 / std::sqrt(static_cast<float>(head_width)),
                               .to = attended_.data(),
                               .to_halves = layer.out.form() != MatrixForm::kF32});
  cuda::Multiply(stream_.get(), {.matrix = &layer.out,
                                 .rows = rows,
                                 .from = attended_.data(),
                                 .many_rows = many,
                                 .then = ProductThen::kAdd,
                                 .to = given_.data()});
  cuda::ProductCall up = {
      .matrix = &layer.up, .rows = rows, .many_rows = many, .then = ProductThen::kGelu, .to = wide_.data()};
  Normed(layer.norm_ff, layer.up, &up);
  cuda::Multiply(stream_.get(), up);
  cuda::Multiply(stream_.get(), {.matrix = &layer.down,
                                 .rows = rows,
                                 .from = wide_.data(),
                                 .many_rows = many,
                                 .then = ProductThen::kAdd,
                                 .to = given_.data()});
}

// Both final norms, and the head where logits are wanted.
void CudaNetwork::Finish(const Shape& shape) {
  const bool is_last = shape.want == NetworkStep::Want::kLastLogits;
  const bool is_hidden = shape.want == NetworkStep::Want::kHidden;
  const int64_t rows = is_last ? shape.groups : shape.groups * shape.rows;
  const bool halves = head_.form() != MatrixForm::kF32;
  cuda::Normalize(stream_.get(), {.from = given_.as<float>(),
                                  .width = sizes_.width,
                                  .rows = rows,
                                  .every = is_last ? shape.rows : 1,
                                  .first = norm_.factors(),
                                  .second = final_norm_.factors(),
                                  .floats = is_hidden ? results_.as<float>()
                                            : halves  ? nullptr
                                                      : normed_.as<float>(),
                                  .halves = halves && !is_hidden ? normed_.data() : nullptr});
  if (is_hidden) return;
  cuda::Multiply(stream_.get(),
                 {.matrix = &head_, .rows = rows, .from = normed_.data(), .to = results_.data()});
}

void CudaNetwork::Launch(const Shape& shape) {
  const bool only_cells = shape.want == NetworkStep::Want::kCells;
  for (size_t i = 0; i < layers_.size(); ++i) Block(shape, i, only_cells && i + 1 == layers_.size());
  if (!only_cells) Finish(shape);
}

Status CudaNetwork::Play(const Shape& shape) {
  if (shape.groups * shape.rows > kMostRecordedRows || shape.want != NetworkStep::Want::kAllLogits) {
    Launch(shape);
    return OkStatus();
  }
  auto it = recordings_.find(shape);
  if (it == recordings_.end()) {
    WS_ASSIGN_OR_RETURN(auto recording, stream_->Record([&] { Launch(shape); }));
    it = recordings_.emplace(shape, std::move(recording)).first;
  }
  stream_->Play(*it->second);
  return OkStatus();
}

Status CudaNetwork::Compute(const NetworkStep& step, std::span<float> result, const std::stop_token& stop) {
  if (stop.stop_requested()) return Cancelled("stopped");
  const Shape shape = {static_cast<int64_t>(step.groups.size()), step.rows, step.want, SeesOwnOnly(step)};
  WS_RETURN_IF_ERROR(UploadStep(step, static_cast<int64_t>(result.size())));
  WS_RETURN_IF_ERROR(Play(shape));
  if (!result.empty()) {
    stream_->Download(made_.as<char>(), results_.data(), static_cast<int64_t>(result.size_bytes()));
  }
  WS_RETURN_IF_ERROR(stream_->Wait());
  std::copy_n(made_.as<float>(), result.size(), result.begin());
  return OkStatus();
}

}  // namespace

Status CheckCudaNetwork(const ggml::GgufFile& file, const GptSizes& sizes) {
  WS_RETURN_IF_ERROR(cuda::CheckDevice());
  if (sizes.width % 32 != 0 || sizes.width % sizes.heads != 0 ||
      !cuda::CanAttend(sizes.width / sizes.heads)) {
    return Unfit("heads or rows of this width");
  }
  return file.FindTensor("gpt.code_head.weight") == nullptr ? Unfit("such a file") : OkStatus();
}

StatusOr<std::unique_ptr<GptNetwork>> MakeCudaNetwork(const std::shared_ptr<const ggml::GgufFile>& file,
                                                      const GptSizes& sizes, const NetworkOptions& options) {
  WS_RETURN_IF_ERROR(CheckCudaNetwork(*file, sizes));
  auto network = std::make_unique<CudaNetwork>(file, sizes);
  WS_RETURN_IF_ERROR(network->Open(options));
  return network;
}

}  // namespace waveshift::tts::indextts

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/tensor_stream.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace waveshift::tts::indextts {
namespace {

using ggml::TensorType;

constexpr int64_t kChunkValues = 1 << 20;
constexpr int64_t kTile = 32;  // of a transposition; a tile of both sides fits into the first cache

int64_t Product(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  for (const int64_t extent : shape) product *= extent;
  return product;
}

// Encodes pieces of one tensor and appends them to the file.
class Sink {
 public:
  Sink(TensorType type, int64_t row_values, int threads, const std::stop_token& stop,
       ggml::GgufWriter* writer)
      : type_(type), row_values_(row_values), threads_(threads), stop_(stop), writer_(*writer) {
    if (threads_ <= 0) threads_ = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }

  // Whole rows.
  Status Append(std::span<const float> values) {
    if (stop_.stop_requested()) return Cancelled("stopped; nothing was written");
    const int64_t rows = static_cast<int64_t>(values.size()) / row_values_;
    const auto parts = static_cast<size_t>(std::clamp<int64_t>(rows, 1, threads_));
    std::vector<std::string> bytes(parts);
    std::vector<Status> statuses(parts);
    {
      std::vector<std::jthread> helpers;
      for (size_t i = 1; i < parts; ++i) {
        helpers.emplace_back([&, i] { statuses[i] = Encode(Part(values, rows, i, parts), &bytes[i]); });
      }
      statuses[0] = Encode(Part(values, rows, 0, parts), &bytes[0]);
    }
    for (size_t i = 0; i < parts; ++i) {
      WS_RETURN_IF_ERROR(statuses[i]);
      WS_RETURN_IF_ERROR(writer_.Append(bytes[i]));
    }
    return OkStatus();
  }

 private:
  std::span<const float> Part(std::span<const float> values, int64_t rows, size_t i, size_t parts) const {
    const auto at = [&](size_t part) {
      return static_cast<size_t>(rows * static_cast<int64_t>(part) / static_cast<int64_t>(parts) *
                                 row_values_);
    };
    return values.subspan(at(i), at(i + 1) - at(i));
  }
  Status Encode(std::span<const float> values, std::string* bytes) const {
    return AppendRows(type_, values, row_values_, bytes);
  }

  const TensorType type_;
  const int64_t row_values_;
  int threads_;
  const std::stop_token& stop_;
  ggml::GgufWriter& writer_;
};

// Rows that are read at once: at least one.
int64_t ChunkRows(int64_t rows, int64_t row_values) {
  return std::clamp<int64_t>(kChunkValues / row_values, 1, rows);
}

Status Keep(const TensorSource& source, Sink* sink) {
  const CheckpointTensor& tensor = source.file.tensors().at(source.spec.source);
  const int64_t width = source.spec.shape.back();
  const int64_t rows = tensor.values() / width;
  const int64_t chunk = ChunkRows(rows, width);
  std::vector<float> values;
  for (int64_t row = 0; row < rows; row += chunk) {
    values.resize(static_cast<size_t>(std::min(chunk, rows - row) * width));
    WS_RETURN_IF_ERROR(source.file.Read(tensor, row * width, values));
    WS_RETURN_IF_ERROR(sink->Append(values));
  }
  return OkStatus();
}

// to[column - first][row] = from[row][column] for the columns from `first` on that `to` has rows for.
void TransposeColumns(const std::vector<float>& from, int64_t rows, int64_t columns, int64_t first,
                      std::vector<float>* to) {
  const int64_t count = static_cast<int64_t>(to->size()) / rows;
  for (int64_t row = 0; row < rows; row += kTile) {
    for (int64_t column = 0; column < count; column += kTile) {
      for (int64_t c = column; c < std::min(column + kTile, count); ++c) {
        for (int64_t r = row; r < std::min(row + kTile, rows); ++r) {
          (*to)[static_cast<size_t>(c * rows + r)] = from[static_cast<size_t>(r * columns + first + c)];
        }
      }
    }
  }
}

Status Transpose(const TensorSource& source, Sink* sink) {
  const CheckpointTensor& tensor = source.file.tensors().at(source.spec.source);
  const int64_t rows = tensor.shape[0];
  const int64_t columns = tensor.shape[1];
  std::vector<float> whole(static_cast<size_t>(rows * columns));
  WS_RETURN_IF_ERROR(source.file.Read(tensor, 0, whole));
  const int64_t chunk = ChunkRows(columns, rows);
  std::vector<float> values;
  for (int64_t column = 0; column < columns; column += chunk) {
    values.resize(static_cast<size_t>(std::min(chunk, columns - column) * rows));
    TransposeColumns(whole, rows, columns, column, &values);
    WS_RETURN_IF_ERROR(sink->Append(values));
  }
  return OkStatus();
}

// w = g v / |v| for one index of the first dimension, in double.
Status FoldOne(float gain, std::span<float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  if (!(squares > 0))
    return InvalidArgument("has a direction of length zero, which weight norm cannot scale");
  const double factor = gain / std::sqrt(squares);
  for (float& value : values) value = static_cast<float>(value * factor);
  return OkStatus();
}

Status Fold(const TensorSource& source, Sink* sink) {
  const CheckpointTensor& gains = source.file.tensors().at(source.spec.source + "_g");
  const CheckpointTensor& directions = source.file.tensors().at(source.spec.source + "_v");
  const int64_t count = directions.shape[0];
  const int64_t width = Product(directions.shape) / count;
  std::vector<float> gain(static_cast<size_t>(count));
  WS_RETURN_IF_ERROR(source.file.Read(gains, 0, gain));
  const int64_t chunk = ChunkRows(count, width);
  std::vector<float> values;
  for (int64_t first = 0; first < count; first += chunk) {
    const int64_t here = std::min(chunk, count - first);
    values.resize(static_cast<size_t>(here * width));
    WS_RETURN_IF_ERROR(source.file.Read(directions, first * width, values));
    for (int64_t i = 0; i < here; ++i) {
      WS_RETURN_IF_ERROR(
          FoldOne(gain[static_cast<size_t>(first + i)],
                  std::span(values).subspan(static_cast<size_t>(i * width), static_cast<size_t>(width))));
    }
    WS_RETURN_IF_ERROR(sink->Append(values));
  }
  return OkStatus();
}

}  // namespace

Status WriteTensor(const TensorSource& source, TensorType type, int threads, const std::stop_token& stop,
                   ggml::GgufWriter* writer) {
  Sink sink(type, source.spec.shape.back(), threads, stop, writer);
  Status status;
  switch (source.spec.treatment) {
    case Treatment::kTranspose:
      status = Transpose(source, &sink);
      break;
    case Treatment::kFoldWeightNorm:
      status = Fold(source, &sink);
      break;
    case Treatment::kKeep:
      status = Keep(source, &sink);
      break;
    case Treatment::kDrop:
      return OkStatus();
  }
  if (status.code() != StatusCode::kInvalidArgument) return status;
  return Annotate(status, source.file.path() + ": tensor " + source.spec.source);
}

}  // namespace waveshift::tts::indextts

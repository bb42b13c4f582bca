// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/mdx/parameters.h"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "audio/real_fft.h"
#include "base/files.h"

namespace waveshift::separation::mdx {
namespace {

using nlohmann::json;

constexpr int64_t kMostBytes = 64 << 10;
constexpr std::string_view kKnownModel = "Kim_Vocal_2.onnx";
// The largest stretch: 2^12 spectra would be a minute and a half.
constexpr int64_t kMostTimeBits = 12;

// Reads an object's keys; the first error stays.
class Reader {
 public:
  Reader(const json& object, const std::string& name) : object_(object), name_(name) {}

  int64_t Integer(const char* key, int64_t otherwise, int64_t least, int64_t most) {
    if (!object_.contains(key)) return otherwise;
    const json& value = object_[key];
    if (value.is_number_integer() && value >= least && value <= most) return value.get<int64_t>();
    Fail(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return otherwise;
  }
  double Number(const char* key, double otherwise, double least, double most) {
    if (!object_.contains(key)) return otherwise;
    const json& value = object_[key];
    if (value.is_number() && value >= least && value <= most) return value.get<double>();
    Fail(key, "a number from " + json(least).dump() + " to " + json(most).dump());
    return otherwise;
  }
  bool Switch(const char* key, bool otherwise) {
    if (!object_.contains(key)) return otherwise;
    if (object_[key].is_boolean()) return object_[key].get<bool>();
    Fail(key, "true or false");
    return otherwise;
  }
  bool IsInstrumental(const char* key) {
    if (!object_.contains(key) || object_[key] == "Vocals") return false;
    if (object_[key] == "Instrumental") return true;
    Fail(key, "\"Vocals\" or \"Instrumental\"");
    return false;
  }
  void Fail(const std::string& key, const std::string& wanted) {
    if (status_.ok()) status_ = InvalidArgument(name_ + ": " + key + ": must be " + wanted);
  }
  const Status& status() const { return status_; }

 private:
  const json& object_;
  const std::string& name_;
  Status status_;
};

}  // namespace

size_t Parameters::fade() const {
  return static_cast<size_t>(std::llround(overlap * static_cast<double>(valid())));
}

StatusOr<Parameters> ParseParameters(std::string_view text, const std::string& name) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return InvalidArgument(name + ": is no JSON object");
  Reader reader(object, name);
  Parameters made;
  made.n_fft = static_cast<size_t>(reader.Integer("mdx_n_fft_scale_set", 7680, 64, 65536));
  made.hop = static_cast<size_t>(reader.Integer("hop_length", 1024, 16, 16384));
  made.dim_f = static_cast<size_t>(reader.Integer("mdx_dim_f_set", 3072, 4, 32769));
  made.dim_t = size_t{1} << reader.Integer("mdx_dim_t_set", 8, 2, kMostTimeBits);
  made.compensation = reader.Number("compensate", 1.0, 0.1, 10);
  made.instrumental = reader.IsInstrumental("primary_stem");
  made.denoise = reader.Switch("denoise", false);
  made.overlap = reader.Number("overlap", 0.25, 0, 0.5);
  WS_RETURN_IF_ERROR(reader.status());
  if (!audio::RealFft::Supports(made.n_fft)) {
    reader.Fail("mdx_n_fft_scale_set", "even, without prime factors above 5");
  } else if (made.dim_f > made.bins()) {
    reader.Fail("mdx_dim_f_set", std::to_string(made.bins()) + " at most with this mdx_n_fft_scale_set");
  } else if (made.hop > made.n_fft / 2) {
    reader.Fail("hop_length", "half of mdx_n_fft_scale_set at most");
  } else if (made.chunk() < 2 * made.n_fft) {
    reader.Fail("mdx_dim_t_set", "larger: a stretch must be longer than two spectra");
  }
  WS_RETURN_IF_ERROR(reader.status());
  return made;
}

StatusOr<Parameters> LoadParameters(const std::string& model_path) {
  std::filesystem::path beside(model_path);
  const bool known = beside.filename() == kKnownModel;
  beside.replace_extension(".json");
  const auto text = ReadFile(beside.string(), kMostBytes);
  if (text.ok()) return ParseParameters(*text, beside.string());
  if (text.status().code() != StatusCode::kNotFound) return text.status();
  if (known) return Parameters();
  return FailedPrecondition("mdx: " + beside.string() +
                            " is missing: it says the model's sizes (docs/models.md)");
}

}  // namespace waveshift::separation::mdx

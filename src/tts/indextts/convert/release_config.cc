// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/release_config.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kMaxBytes = 64 << 10;
constexpr int64_t kLargest = 1 << 24;

std::optional<int64_t> WholeNumber(const YAML::Node& node) {
  if (!node.IsDefined() || !node.IsScalar()) return std::nullopt;
  const std::string& text = node.Scalar();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value >= 0 && value <= kLargest ? std::optional<int64_t>(value) : std::nullopt;
}

// Takes values out of a document; the first that is wrong is kept in status().
class Taker {
 public:
  Taker(const YAML::Node& root, const std::string& name) : root_(root), name_(name) {}
  const Status& status() const { return status_; }

  void Size(const std::string& key, int64_t* into) {
    const std::optional<int64_t> value = WholeNumber(Find(key));
    if (value) *into = *value;
    if (!value) Fail(key, "must be a whole number from 0 to " + std::to_string(kLargest));
  }
  void SizeOr(const std::string& key, int64_t* into) {
    if (Find(key).IsDefined()) Size(key, into);
  }
  void List(const std::string& key, std::vector<int64_t>* into) {
    const YAML::Node node = Find(key);
    if (!TakeList(node, into)) Fail(key, "must be a list of whole numbers");
  }
  // Lists that must all be the same.
  void EqualLists(const std::string& key, size_t count, std::vector<int64_t>* into) {
    const YAML::Node node = Find(key);
    if (!node.IsDefined() || !node.IsSequence() || node.size() != count || count == 0) {
      Fail(key, "must be a list of " + std::to_string(count) + " lists");
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      std::vector<int64_t> list;
      if (!TakeList(node[i], &list)) Fail(key, "must be lists of whole numbers");
      if (i > 0 && list != *into) Fail(key, "the lists must be the same for all kernels");
      *into = std::move(list);
    }
  }
  // The key is missing (unless it is `required`) or has one of these values; others are networks of another
  // kind.
  void OneOf(const std::string& key, const std::vector<std::string>& values, bool required = true) {
    const YAML::Node node = Find(key);
    if (!node.IsDefined() && !required) return;
    for (const std::string& value : values) {
      if (node.IsDefined() && node.IsScalar() && node.Scalar() == value) return;
    }
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : " or ") + value;
    Fail(key, "only " + list + " is known");
  }
  // A file name beside the configuration.
  void FileOr(const std::string& key, std::string* into) {
    const YAML::Node node = Find(key);
    if (!node.IsDefined()) return;
    if (!node.IsScalar() || !IsSafeRelativePath(node.Scalar())) {
      Fail(key, "must be the name of a file in this folder");
      return;
    }
    *into = node.Scalar();
  }
  std::string TextOr(const std::string& key, const std::string& otherwise) {
    const YAML::Node node = Find(key);
    return node.IsDefined() && node.IsScalar() ? node.Scalar() : otherwise;
  }
  void Fail(const std::string& key, const std::string& what) {
    if (status_.ok()) status_ = InvalidArgument(name_ + ": " + key + ": " + what);
  }

 private:
  // "gpt.layers" -> root["gpt"]["layers"]; an undefined node when there is none.
  YAML::Node Find(const std::string& key) const {
    YAML::Node node;
    node.reset(root_);
    for (size_t begin = 0; begin <= key.size();) {
      const size_t end = std::min(key.find('.', begin), key.size());
      if (!node.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
      const YAML::Node& parent = node;
      const YAML::Node child = parent[key.substr(begin, end - begin)];
      if (!child.IsDefined()) return YAML::Node(YAML::NodeType::Undefined);
      node.reset(child);
      begin = end + 1;
    }
    return node;
  }
  static bool TakeList(const YAML::Node& node, std::vector<int64_t>* into) {
    if (!node.IsDefined() || !node.IsSequence()) return false;
    for (const YAML::Node& item : node) {
      const std::optional<int64_t> value = WholeNumber(item);
      if (!value) return false;
      into->push_back(*value);
    }
    return true;
  }

  const YAML::Node& root_;
  const std::string& name_;
  Status status_;
};

void TakeMel(Taker& take, MelSizes* mel) {
  take.SizeOr("dataset.mel.sample_rate", &mel->sample_rate_hz);
  take.SizeOr("dataset.mel.n_fft", &mel->fft);
  take.SizeOr("dataset.mel.hop_length", &mel->hop);
  take.SizeOr("dataset.mel.win_length", &mel->window);
  take.SizeOr("dataset.mel.n_mels", &mel->bands);
  int64_t bands = mel->bands;
  take.SizeOr("bigvgan.num_mels", &bands);
  if (bands != mel->bands) take.Fail("bigvgan.num_mels", "must equal dataset.mel.n_mels");
  int64_t rate = mel->sample_rate_hz;
  take.SizeOr("bigvgan.sampling_rate", &rate);
  if (rate != mel->sample_rate_hz) take.Fail("bigvgan.sampling_rate", "must equal dataset.mel.sample_rate");
}

void TakeConditioning(Taker& take, Architecture* a) {
  take.OneOf("gpt.condition_type", {"conformer_perceiver"});
  take.OneOf("gpt.condition_module.input_layer", {"conv2d2"});
  take.Size("gpt.condition_module.output_size", &a->conformer.width);
  take.Size("gpt.condition_module.linear_units", &a->conformer.feed_forward);
  take.Size("gpt.condition_module.attention_heads", &a->conformer.heads);
  take.Size("gpt.condition_module.num_blocks", &a->conformer.blocks);
  a->perceiver.heads = a->conformer.heads;
  int64_t multiple = 4;
  take.Size("gpt.condition_module.perceiver_mult", &multiple);
  a->perceiver.feed_forward = a->gpt.width * multiple * 2 / 3;
}

void TakeGpt(Taker& take, GptSizes* gpt) {
  take.OneOf("gpt.use_mel_codes_as_input", {"true"}, false);
  take.OneOf("gpt.train_solo_embeddings", {"false"}, false);
  take.OneOf("gpt.activation_function", {"gelu_new", "gelu_pytorch_tanh"}, false);
  take.Size("gpt.model_dim", &gpt->width);
  take.Size("gpt.heads", &gpt->heads);
  take.Size("gpt.layers", &gpt->layers);
  take.Size("gpt.max_mel_tokens", &gpt->max_codes);
  take.Size("gpt.max_text_tokens", &gpt->max_text_tokens);
  take.Size("gpt.number_text_tokens", &gpt->text_tokens);
  take.Size("gpt.number_mel_codes", &gpt->codes);
  take.Size("gpt.start_mel_token", &gpt->start_code);
  take.Size("gpt.stop_mel_token", &gpt->stop_code);
  take.SizeOr("gpt.start_text_token", &gpt->start_text);
  take.SizeOr("gpt.stop_text_token", &gpt->stop_text);
  take.SizeOr("gpt.mel_length_compression", &gpt->samples_per_code);
}

void TakeVocoder(Taker& take, Architecture* a) {
  take.OneOf("bigvgan.resblock", {"1"});
  take.OneOf("bigvgan.activation", {"snakebeta"});
  take.OneOf("bigvgan.snake_logscale", {"true"});
  take.OneOf("bigvgan.feat_upsample", {"false"}, false);
  take.OneOf("bigvgan.cond_d_vector_in_each_upsampling_layer", {"true"});
  take.Size("bigvgan.upsample_initial_channel", &a->vocoder.channels);
  take.List("bigvgan.upsample_rates", &a->vocoder.rates);
  take.List("bigvgan.upsample_kernel_sizes", &a->vocoder.kernels);
  take.List("bigvgan.resblock_kernel_sizes", &a->vocoder.block_kernels);
  take.EqualLists("bigvgan.resblock_dilation_sizes", a->vocoder.block_kernels.size(),
                  &a->vocoder.block_dilations);
  take.Size("bigvgan.speaker_embedding_dim", &a->speaker.width);
  int64_t width = 0;
  take.Size("bigvgan.gpt_dim", &width);
  if (width != a->gpt.width) take.Fail("bigvgan.gpt_dim", "must equal gpt.model_dim");
}

StatusOr<ReleaseConfig> Take(const YAML::Node& root, const std::string& name) {
  if (!root.IsMap()) return InvalidArgument(name + ": must be a list of keys and values");
  Taker take(root, name);
  ReleaseConfig config;
  Architecture& a = config.architecture;
  // 1.0 has no version; from 2.0 on it is another network.
  a.version = take.TextOr("version", "1.0");
  if (!a.version.starts_with("1.") || a.version.size() > 16) {
    take.Fail("version", "only IndexTTS 1.x can be converted, not " + a.version.substr(0, 16));
  }
  take.FileOr("gpt_checkpoint", &config.gpt_file);
  take.FileOr("bigvgan_checkpoint", &config.vocoder_file);
  take.FileOr("dataset.bpe_model", &config.tokenizer_file);
  TakeMel(take, &a.mel);
  TakeGpt(take, &a.gpt);
  TakeConditioning(take, &a);
  TakeVocoder(take, &a);
  WS_RETURN_IF_ERROR(take.status());
  return config;
}

}  // namespace

StatusOr<ReleaseConfig> ParseReleaseConfig(std::string_view bytes, const std::string& name) {
  if (static_cast<int64_t>(bytes.size()) > kMaxBytes) {
    return InvalidArgument(name + ": is larger than " + std::to_string(kMaxBytes) + " bytes");
  }
  try {
    return Take(YAML::Load(std::string(bytes)), name);
  } catch (const YAML::DeepRecursion&) {  // the library's own guard of the stack
    return InvalidArgument(name + ": is nested too deep");
  } catch (const YAML::Exception& error) {
    return InvalidArgument(name + ": line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

StatusOr<ReleaseConfig> ReadReleaseConfig(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMaxBytes));
  return ParseReleaseConfig(bytes, path);
}

}  // namespace waveshift::tts::indextts

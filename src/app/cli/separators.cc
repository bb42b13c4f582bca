// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/separators.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "separation/deepfilter/deepfilter.h"
#include "separation/mdx/mdx.h"

namespace waveshift::app {
namespace {

using pipeline::BackgroundMode;
using SeparatorPtr = std::shared_ptr<const separation::Separator>;

constexpr std::string_view kMdx = "mdx";
constexpr std::string_view kDeepFilter = "deepfilter";

onnx::Device DeviceOf(const BackgroundChoice& choice) {
  if (choice.device == "cuda") return onnx::Device::kCuda;
  return choice.device == "cpu" ? onnx::Device::kCpu : onnx::Device::kAuto;
}

std::string MdxPath(const BackgroundChoice& choice) {
  return (choice.mdx_dir.empty() ? choice.model_dir + "/mdx" : choice.mdx_dir) + "/" + choice.mdx_model;
}

SeparatorPtr Make(std::string_view name, const BackgroundChoice& choice) {
  if (name == kMdx) {
    return separation::MakeMdx(
        {.model_path = MdxPath(choice), .threads = choice.threads, .device = DeviceOf(choice)});
  }
  return separation::MakeDeepFilter(
      {.folder = choice.model_dir + "/deepfilter", .threads = choice.threads, .device = DeviceOf(choice)});
}

SeparatorPtr Shared(std::string_view name, const BackgroundChoice& choice) {
  using Key = std::tuple<std::string, std::string, std::string, std::string, int>;
  static std::mutex mutex;
  static auto* const separators = new std::map<Key, SeparatorPtr>;
  const std::lock_guard lock(mutex);
  SeparatorPtr& separator =
      (*separators)[Key(name, choice.model_dir, MdxPath(choice), choice.device, choice.threads)];
  if (separator == nullptr) separator = Make(name, choice);
  return separator;
}

// The best that is ready; `reasons` gets why the others are not.
SeparatorPtr BestReady(const BackgroundChoice& choice, std::vector<std::string>& reasons) {
  if (HasMdxModel(choice)) {
    SeparatorPtr mdx = Shared(kMdx, choice);
    const Status ready = mdx->CheckReady();
    if (ready.ok()) return mdx;
    reasons.push_back(Message(ready));
  }
  SeparatorPtr deepfilter = Shared(kDeepFilter, choice);
  const Status ready = deepfilter->CheckReady();
  if (ready.ok()) return deepfilter;
  reasons.push_back(Message(ready));
  return nullptr;
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

}  // namespace

BackgroundChoice BackgroundChoiceFrom(const config::Settings& settings) {
  const config::SourceAudioSettings& wanted = settings.source_audio;
  return {.background = wanted.background,
          .separator = wanted.separator,
          .may_separate = wanted.enable_vocal_separation,
          .model_dir = settings.model_dir,
          .mdx_dir = wanted.separator_model_dir,
          .mdx_model = wanted.vocal_separation_model,
          .device = settings.device};
}

bool HasMdxModel(const BackgroundChoice& choice) {
  std::error_code error;
  return std::filesystem::exists(MdxPath(choice), error);
}

std::shared_ptr<const separation::Separator> SeparatorFor(const BackgroundChoice& choice) {
  return Shared(choice.separator, choice);
}

StatusOr<service::Background> MakeBackground(const BackgroundChoice& choice) {
  service::Background background;
  background.mode = choice.background == "none" ? BackgroundMode::kNone : BackgroundMode::kDuck;
  const bool separate = choice.background == "separate";
  if (!separate && (choice.background != "auto" || !choice.may_separate)) return background;
  std::vector<std::string> reasons;
  if (choice.separator == "auto") {
    background.separator = BestReady(choice, reasons);
  } else {
    background.separator = Shared(choice.separator, choice);
    WS_RETURN_IF_ERROR(background.separator->CheckReady());
  }
  if (background.separator != nullptr) {
    background.mode = BackgroundMode::kSeparate;
    if (!reasons.empty()) background.notices.push_back(Joined(reasons));
    return background;
  }
  if (separate) return FailedPrecondition("--background separate: " + Joined(reasons));
  background.notices.push_back("the original sound is ducked, not separated: " + Joined(reasons));
  return background;
}

}  // namespace waveshift::app

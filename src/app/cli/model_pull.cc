// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// `waveshift models pull`.
#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/model_store_commands.h"
#include "app/cli/share_progress.h"
#include "config/settings.h"
#include "models/pull.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::ordered_json;
using models::Model;
using models::PulledFile;
using models::PulledModel;
using Clock = std::chrono::steady_clock;

// Before that, the rate is chance.
constexpr double kFirstGuessS = 1;

StatusOr<std::vector<const Model*>> Choose(const PullFlags& flags, const models::Catalogue& catalogue) {
  if (flags.names.empty() && !flags.all_default)
    return UsageError("name models to pull (waveshift models list), or say --all-default");
  std::vector<const Model*> chosen;
  if (flags.all_default) {
    for (const Model& model : catalogue.models) {
      if (model.is_default) chosen.push_back(&model);
    }
  }
  for (const std::string& name : flags.names) {
    WS_ASSIGN_OR_RETURN(const Model* const model, catalogue.Find(name));
    if (std::find(chosen.begin(), chosen.end(), model) == chosen.end()) chosen.push_back(model);
  }
  return chosen;
}

std::string LicenceLine(const Model& model) {
  return model.name + ": " + model.title + ", licence: " + model.licence +
         (model.home.empty() ? "" : " (" + model.home + ")");
}

// What to do next, with the folder in it.
std::string NextStep(const Model& model, const std::string& folder) {
  std::string text = model.next;
  const std::string what = "{folder}";
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + folder.size()))
    text.replace(at, what.size(), folder);
  return text;
}

Json FileJson(const PulledFile& file) {
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  return {{"path", file.file->path},     {"is_there", file.is_there},
          {"was_there", file.was_there}, {"source", text(file.source)},
          {"sha256", text(file.sha256)}, {"sha256_from", text(file.sha256_from)}};
}

Json PulledJson(const PulledModel& pulled, const std::string& folder) {
  Json files = Json::array();
  for (const PulledFile& file : pulled.files) files.push_back(FileJson(file));
  Json json = {{"name", pulled.model->name}, {"licence", pulled.model->licence}};
  json["home"] = pulled.model->home.empty() ? Json(nullptr) : Json(pulled.model->home);
  json["next"] = pulled.model->next.empty() ? Json(nullptr) : Json(NextStep(*pulled.model, folder));
  json["files"] = std::move(files);
  return json;
}

std::string PulledText(const PulledModel& pulled, const std::string& folder) {
  int64_t bytes = 0;
  size_t fetched = 0;
  std::set<std::string> first_seen;
  for (const PulledFile& file : pulled.files) {
    if (file.was_there || !file.is_there) continue;
    ++fetched;
    bytes += file.file->size_bytes;
    if (file.sha256_from == "first download") first_seen.insert(file.file->path);
  }
  std::string text = pulled.model->name + ": ";
  text += fetched == 0 ? "is there" : std::to_string(fetched) + " files fetched";
  text += ", in " + folder + "\n";
  for (const std::string& path : first_seen)
    text += "  " + path + ": nobody said its SHA-256; it was recorded, and is compared from now on\n";
  if (!pulled.model->next.empty()) text += "  next: " + NextStep(*pulled.model, folder) + "\n";
  return text;
}

models::PullOptions OptionsFrom(const config::Settings& settings) {
  models::PullOptions options{.folder = settings.model_dir,
                              .offline = settings.models.offline,
                              .mirror_url = settings.models.mirror_url};
  options.site_urls["huggingface"] = settings.models.huggingface_url;
  options.site_urls["modelscope"] = settings.models.modelscope_url;
  return options;
}

// Percent of the bytes, and how long the rest will take at the rate so far.
class BytesProgress {
 public:
  explicit BytesProgress(ProgressStyle style) : shown_("pull", style) {}
  void Update(const models::PullProgress& progress) {
    if (first_bytes_ < 0) first_bytes_ = progress.bytes_done;
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    const auto came = static_cast<double>(progress.bytes_done - first_bytes_);
    const auto left = static_cast<double>(progress.bytes_total - progress.bytes_done);
    const double eta_s = seconds > kFirstGuessS && came > 0 ? left * seconds / came : -1;
    shown_.Update(static_cast<double>(progress.bytes_done) /
                      static_cast<double>(std::max<int64_t>(progress.bytes_total, 1)),
                  eta_s);
  }
  void Done() { shown_.Update(1); }
  void Notice(const std::string& line) { shown_.Notice(line); }

 private:
  ShareProgress shown_;
  const Clock::time_point began_ = Clock::now();
  int64_t first_bytes_ = -1;  // what was there already
};

}  // namespace

Status RunPull(const PullFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const ProgressStyle style, StyleOf(flags.common));
  WS_ASSIGN_OR_RETURN(const config::Settings* const settings, context.Settings());
  WS_ASSIGN_OR_RETURN(const models::Catalogue catalogue, CatalogueFor(*settings));
  WS_ASSIGN_OR_RETURN(const auto chosen, Choose(flags, catalogue));
  models::PullOptions options = OptionsFrom(*settings);
  std::vector<PulledModel> pulled;
  {
    BytesProgress progress(style);
    options.on_progress = [&](const models::PullProgress& at) { progress.Update(at); };
    options.on_notice = [&](const std::string& line) { progress.Notice(line); };
    for (const Model* model : chosen) progress.Notice(LicenceLine(*model));
    WS_ASSIGN_OR_RETURN(pulled, models::Pull(catalogue, chosen, options, context.stop()));
    progress.Done();
  }
  Json list = Json::array();
  std::string text;
  for (const PulledModel& each : pulled) {
    list.push_back(PulledJson(each, settings->model_dir));
    text += PulledText(each, settings->model_dir);
  }
  if (!flags.common.json) return PrintOut(text);
  const Json document = {{"folder", settings->model_dir}, {"models", std::move(list)}};
  return PrintOut(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace waveshift::app

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/model_store_commands.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/model_file_commands.h"
#include "app/cli/share_progress.h"
#include "config/settings.h"
#include "models/folder.h"
#include "models/folder_lock.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::ordered_json;
using models::FileReport;
using models::FileState;
using models::Model;
using models::ModelReport;

struct StoreFlags {
  std::vector<std::string> names;
  OutputFlags common;
};

std::string Dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string SizeText(const Model& model) {
  return (model.size_is_exact() ? "" : "~") + MebibyteText(model.size_bytes());
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? "-" : text;
}

// How many characters of UTF-8 a text has, near enough for columns of a table.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Columns as wide as their widest cell, two spaces between them, none behind the last.
std::string Table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text += std::string(widths[i] + 2 - Width(row[i]), ' ');
    }
    text += "\n";
  }
  return text;
}

Json FilesJson(const ModelReport& report) {
  Json files = Json::array();
  for (const FileReport& file : report.files) {
    Json json = {{"path", file.file->path},
                 {"state", Word(file.state)},
                 {"size_bytes", file.file->size_bytes},
                 {"size_is_exact", file.file->is_known()},
                 {"bytes_there", file.bytes_there},
                 {"optional", file.file->optional}};
    json["detail"] = file.detail.empty() ? Json(nullptr) : Json(file.detail);
    files.push_back(std::move(json));
  }
  return files;
}

Json ModelJson(const ModelReport& report) {
  const Model& model = *report.model;
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  return {{"name", model.name},
          {"kind", model.kind},
          {"engine", text(model.engine)},
          {"title", model.title},
          {"languages", model.languages},
          {"licence", model.licence},
          {"home", text(model.home)},
          {"default", model.is_default},
          {"size_bytes", model.size_bytes()},
          {"size_is_exact", model.size_is_exact()},
          {"state", Word(report.state)},
          {"files", FilesJson(report)}};
}

// What the commands work on.
struct Store {
  const config::Settings* settings = nullptr;
  models::Catalogue catalogue;
};

StatusOr<Store> Open(CommandContext& context) {
  Store store;
  WS_ASSIGN_OR_RETURN(store.settings, context.Settings());
  WS_ASSIGN_OR_RETURN(store.catalogue, CatalogueFor(*store.settings));
  return store;
}

Status ListModels(const StoreFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const Store store, Open(context));
  const std::string& folder = store.settings->model_dir;
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "KIND", "LANGUAGES", "SIZE", "STATE", "WHAT", "LICENCE"}};
  for (const Model& model : store.catalogue.models) {
    const ModelReport report = models::LookAt(model, folder);
    list.push_back(ModelJson(report));
    rows.push_back({model.name, model.kind, Joined(model.languages), SizeText(model),
                    std::string(Word(report.state)), model.title, model.licence});
  }
  if (flags.common.json) return PrintOut(Dump({{"folder", folder}, {"models", std::move(list)}}));
  return PrintOut(Table(rows));
}

// A name of the catalogue, or a GGUF file?
bool IsFileArgument(const std::string& argument) {
  std::error_code ignored;
  return argument.find('/') != std::string::npos || argument.ends_with(".gguf") ||
         std::filesystem::is_regular_file(argument, ignored);
}

// The models by name; without names those of which something is there.
StatusOr<std::vector<const Model*>> ChooseForVerify(const StoreFlags& flags, const Store& store) {
  std::vector<const Model*> chosen;
  for (const std::string& name : flags.names) {
    WS_ASSIGN_OR_RETURN(chosen.emplace_back(), store.catalogue.Find(name));
  }
  if (!flags.names.empty()) return chosen;
  for (const Model& model : store.catalogue.models) {
    if (models::LookAt(model, store.settings->model_dir).state != FileState::kAbsent)
      chosen.push_back(&model);
  }
  return chosen;
}

int64_t BytesThere(const std::vector<const Model*>& chosen, const std::string& folder) {
  int64_t bytes = 0;
  for (const Model* model : chosen) {
    for (const FileReport& file : models::LookAt(*model, folder).files) {
      if (file.state == FileState::kPresent) bytes += file.bytes_there;
    }
  }
  return bytes;
}

std::string VerifyText(const ModelReport& report) {
  std::string text = report.model->name + ": " + std::string(Word(report.state)) + "\n";
  for (const FileReport& file : report.files) {
    const bool fine = file.state == FileState::kPresent && file.detail.empty();
    if (fine || (file.state == FileState::kAbsent && file.file->optional)) continue;
    text += "  " + file.file->path + ": " + std::string(Word(file.state)) +
            (file.detail.empty() ? "" : ", " + file.detail) + "\n";
  }
  return text;
}

// What is wrong, as the command's exit code tells it: damage before absence.
Status Verdict(const std::vector<ModelReport>& reports) {
  for (const FileState wrong : {FileState::kDamaged, FileState::kPartial, FileState::kAbsent}) {
    for (const ModelReport& report : reports) {
      if (report.state != wrong) continue;
      const std::string what = report.model->name + ": is " + std::string(Word(wrong)) +
                               " (waveshift models pull " + report.model->name + ")";
      return wrong == FileState::kDamaged ? DataLoss(what) : FailedPrecondition(what);
    }
  }
  return OkStatus();
}

Status VerifyModels(const StoreFlags& flags, CommandContext& context) {
  if (flags.names.size() == 1 && IsFileArgument(flags.names.front()))
    return VerifyModelFile(flags.names.front(), flags.common, context.stop());
  WS_ASSIGN_OR_RETURN(const ProgressStyle style, StyleOf(flags.common));
  WS_ASSIGN_OR_RETURN(const Store store, Open(context));
  WS_ASSIGN_OR_RETURN(const auto chosen, ChooseForVerify(flags, store));
  const std::string& folder = store.settings->model_dir;
  const auto all = static_cast<double>(std::max<int64_t>(BytesThere(chosen, folder), 1));
  std::vector<ModelReport> reports;
  {
    ShareProgress progress("verify", style);
    int64_t bytes = 0;
    const auto on_bytes = [&](int64_t more) {
      bytes += more;
      progress.Update(std::min(static_cast<double>(bytes) / all, 1.0));
    };
    for (const Model* model : chosen) {
      WS_ASSIGN_OR_RETURN(reports.emplace_back(), models::Verify(*model, folder, on_bytes, context.stop()));
    }
    progress.Update(1);
  }
  Json list = Json::array();
  std::string text;
  for (const ModelReport& report : reports) {
    list.push_back(
        {{"name", report.model->name}, {"state", Word(report.state)}, {"files", FilesJson(report)}});
    text += VerifyText(report);
  }
  if (reports.empty()) text = "no model of the catalogue is in " + folder + "\n";
  Status verdict = Verdict(reports);
  WS_RETURN_IF_ERROR(PrintOut(
      flags.common.json ? Dump({{"folder", folder}, {"ok", verdict.ok()}, {"models", std::move(list)}})
                        : text));
  return verdict;
}

Status RemoveModels(const StoreFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const Store store, Open(context));
  const std::string& folder = store.settings->model_dir;
  std::vector<const Model*> chosen;
  for (const std::string& name : flags.names) {
    WS_ASSIGN_OR_RETURN(chosen.emplace_back(), store.catalogue.Find(name));
  }
  std::error_code ignored;
  std::optional<models::FolderLock> lock;  // a folder that is not there is not made either
  if (std::filesystem::is_directory(folder, ignored)) {
    WS_ASSIGN_OR_RETURN(lock, models::FolderLock::Take(folder, {}, context.stop()));
  }
  Json list = Json::array();
  std::string text;
  for (const Model* model : chosen) {
    WS_ASSIGN_OR_RETURN(const models::Removed removed, models::Remove(*model, folder));
    list.push_back({{"name", model->name}, {"removed", removed.paths}, {"bytes", removed.bytes}});
    text += model->name + ": " +
            (removed.paths.empty() ? "was not there" : "removed, " + MebibyteText(removed.bytes)) + "\n";
  }
  return PrintOut(flags.common.json ? Dump({{"folder", folder}, {"models", std::move(list)}}) : text);
}

using Action = Status (*)(const StoreFlags&, CommandContext&);

CLI::App* AddAction(CLI::App& models, CommandContext& context, const char* name, const char* description,
                    Action action, WithProgress with_progress, const std::shared_ptr<StoreFlags>& flags) {
  CLI::App* command = models.add_subcommand(name, description);
  AddOutputFlags(*command, flags->common, with_progress);
  command->callback([flags, &context, action] {
    context.action = [flags, &context, action] { return action(*flags, context); };
  });
  return command;
}

void AddPull(CLI::App& models, CommandContext& context) {
  auto flags = std::make_shared<PullFlags>();
  CLI::App* command = models.add_subcommand(
      "pull", "Fetches models, goes on with what was begun, and mends what is damaged; shows each licence");
  command->add_option("NAME", flags->names, "Models of `waveshift models list`");
  command->add_flag("--all-default", flags->all_default, "Those that ./setup.sh fetches");
  command->add_flag_callback(
      "--offline", [&context] { context.overrides["WAVESHIFT_OFFLINE"] = "true"; },
      "Fetch nothing; fail when something is missing");
  AddOutputFlags(*command, flags->common, WithProgress::kYes);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunPull(*flags, context); }; });
}

}  // namespace

StatusOr<models::Catalogue> CatalogueFor(const config::Settings& settings) {
  return models::LoadCatalogue(settings.models.catalogue);
}

std::vector<std::string> MissingDefaultModels(const config::Settings& settings, const std::string& engine) {
  std::vector<std::string> names;
  const auto catalogue = CatalogueFor(settings);
  if (!catalogue.ok()) return names;
  for (const Model& model : catalogue->models) {
    if (!model.is_default || (!engine.empty() && model.engine != engine)) continue;
    if (models::LookAt(model, settings.model_dir).state != FileState::kPresent) names.push_back(model.name);
  }
  return names;
}

void AddModelStoreCommands(CLI::App& models, CommandContext& context) {
  AddAction(models, context, "list",
            "Models: what there is, how large, under which licence, and whether it is here", &ListModels,
            WithProgress::kNo, std::make_shared<StoreFlags>());
  AddPull(models, context);
  auto verify = std::make_shared<StoreFlags>();
  AddAction(models, context, "verify",
            "Reads models and compares their hashes; of a GGUF file also structure, sizes and every tensor",
            &VerifyModels, WithProgress::kYes, verify)
      ->add_option("NAME|FILE", verify->names, "Models, or one GGUF file; without any, all that are here");
  auto remove = std::make_shared<StoreFlags>();
  AddAction(models, context, "rm", "Removes a model's files from the model folder, and nothing else",
            &RemoveModels, WithProgress::kNo, remove)
      ->add_option("NAME", remove->names, "Models of `waveshift models list`")
      ->required();
}

}  // namespace waveshift::app

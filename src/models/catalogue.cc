// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/catalogue.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "models/catalogue_checks_internal.h"
#include "models/json_fields_internal.h"

namespace waveshift::models {
namespace {

using internal::Fields;
using nlohmann::json;

constexpr int64_t kMostCatalogueBytes = 4 << 20;
constexpr int64_t kMostFileBytes = int64_t{1} << 40;
constexpr int kMostDepth = 12;
constexpr size_t kMostModels = 1000;
constexpr size_t kMostFiles = 2000;  // of one model
constexpr size_t kMostSources = 20;
constexpr size_t kMostParts = 200;

// A text that must pass `check`.
std::string Checked(Fields& fields, const char* key, bool (*check)(std::string_view), const char* what) {
  std::string text = fields.Text(key);
  if (fields.status().ok() && !check(text)) fields.Fail(key, std::string("must be ") + what);
  return text;
}

std::string Sha256Field(Fields& fields) {
  return Checked(fields, "sha256", &internal::IsSha256, "64 lower-case hex digits");
}

std::string AddressField(Fields& fields, const char* key) {
  return Checked(fields, key, &internal::IsAddress, "an address with http:// or https://");
}

StatusOr<Site> ParseSite(const json& object, const std::string& where) {
  Fields fields(object, where);
  Site site;
  site.base_url = AddressField(fields, "base_url");
  if (site.base_url.ends_with('/')) fields.Fail("base_url", "must not end with a slash");
  site.form = Checked(fields, "form", &internal::IsSiteForm, "made of {repository}, {revision} and {path}");
  WS_RETURN_IF_ERROR(fields.status());
  return site;
}

StatusOr<Package> ParsePackage(const json& object, const std::string& where) {
  Fields fields(object, where);
  Package package;
  const std::string registry = fields.Text("registry");
  if (registry == "address") {
    package.registry = Package::Registry::kAddress;
    package.url = AddressField(fields, "url");
    package.size_bytes = fields.Integer("size", 1, kMostFileBytes);
  } else if (registry == "pypi" || registry == "npm") {
    package.registry = registry == "npm" ? Package::Registry::kNpm : Package::Registry::kPypi;
    package.name = Checked(fields, "package", &internal::IsPackageName, "a package's name");
    package.version = Checked(fields, "version", &internal::IsPlainWord, "an exact version");
    if (fields.Has("platform")) {
      package.platform = Checked(fields, "platform", &internal::IsPlainWord, "a platform's name");
      package.python = Checked(fields, "python", &internal::IsPlainWord, "a version of Python");
    }
  } else {
    fields.Fail("registry", "must be pypi, npm or address");
  }
  package.sha256 = Sha256Field(fields);
  WS_RETURN_IF_ERROR(fields.status());
  return package;
}

StatusOr<FilePart> ParsePart(const json& object, const std::string& where, const Catalogue& catalogue) {
  Fields fields(object, where);
  FilePart part{.package = fields.Text("package"), .member = fields.Text("member")};
  part.inside = fields.TextOr("inside", "");
  if (!catalogue.packages.contains(part.package)) fields.Fail("package", "no such package is listed");
  WS_RETURN_IF_ERROR(fields.status());
  return part;
}

StatusOr<FileSource> ParseSource(const json& object, const std::string& where, const Catalogue& catalogue) {
  Fields fields(object, where);
  FileSource source;
  if (fields.Has("parts")) {
    for (const auto& [part, place] : fields.List("parts", kMostParts)) {
      WS_ASSIGN_OR_RETURN(source.parts.emplace_back(), ParsePart(*part, place, catalogue));
    }
    if (source.parts.empty()) fields.Fail("parts", "must not be empty");
  } else if (fields.Has("url")) {
    source.url = AddressField(fields, "url");
  } else {
    source.site = fields.Text("site");
    if (!catalogue.sites.contains(source.site)) fields.Fail("site", "no such site is listed");
    source.repository = Checked(fields, "repository", &internal::IsRepository, "OWNER/NAME");
    source.revision = Checked(fields, "revision", &internal::IsPlainWord, "a branch, tag or commit");
    source.path = Checked(fields, "path", &internal::IsPlainPath, "a plain relative path");
  }
  WS_RETURN_IF_ERROR(fields.status());
  return source;
}

StatusOr<ModelFile> ParseFile(const json& object, const std::string& where, const Catalogue& catalogue) {
  Fields fields(object, where);
  ModelFile file;
  file.path = Checked(fields, "path", &internal::IsModelPath,
                      "a plain relative path that does not end with .part, .part.json or .sha256");
  if (fields.Has("sha256")) file.sha256 = Sha256Field(fields);
  file.size_bytes = fields.Integer(file.is_known() ? "size" : "about_size", 1, kMostFileBytes);
  file.optional = fields.SwitchOr("optional", false);
  for (const auto& [source, place] : fields.List("sources", kMostSources)) {
    WS_ASSIGN_OR_RETURN(file.sources.emplace_back(), ParseSource(*source, place, catalogue));
    // A package's archive is bounded by its hash alone, what comes out of it by the file's exact size.
    if (!file.is_known() && !file.sources.back().parts.empty()) fields.Fail("sha256", "is missing");
  }
  if (fields.status().ok() && file.sources.empty()) fields.Fail("sources", "must name at least one");
  WS_RETURN_IF_ERROR(fields.status());
  return file;
}

StatusOr<Model> ParseModel(const json& object, const std::string& where, const Catalogue& catalogue) {
  Fields fields(object, where);
  Model model;
  model.name = Checked(fields, "name", &internal::IsModelName, "of a-z, 0-9, '.', '_' and '-', at most 64");
  model.kind = fields.Text("kind");
  model.engine = fields.TextOr("engine", "");
  model.title = fields.Text("title");
  model.licence = fields.Text("licence");
  if (fields.Has("home")) model.home = AddressField(fields, "home");
  model.next = fields.TextOr("next", "");
  model.is_default = fields.SwitchOr("default", false);
  for (const auto& [language, place] : fields.List("languages", 200)) {
    const bool fine = language->is_string() && internal::IsPlainWord(language->get_ref<const std::string&>());
    if (!fine) return InvalidArgument(place + ": must be a language's code");
    model.languages.push_back(language->get<std::string>());
  }
  for (const auto& [file, place] : fields.List("files", kMostFiles)) {
    WS_ASSIGN_OR_RETURN(model.files.emplace_back(), ParseFile(*file, place, catalogue));
  }
  if (fields.status().ok() && model.files.empty()) fields.Fail("files", "must name at least one");
  WS_RETURN_IF_ERROR(fields.status());
  return model;
}

// Two models must not share a file, and no file can be another's folder.
Status CheckPaths(const Catalogue& catalogue, const std::string& name) {
  std::set<std::string> paths;
  std::set<std::string> folders;
  std::set<std::string> names;
  for (const Model& model : catalogue.models) {
    if (!names.insert(model.name).second)
      return InvalidArgument(name + ": two models are called " + model.name);
    for (const ModelFile& file : model.files) {
      if (!paths.insert(file.path).second)
        return InvalidArgument(name + ": " + file.path + " is listed twice");
      for (size_t at = file.path.find('/'); at != std::string::npos; at = file.path.find('/', at + 1))
        folders.insert(file.path.substr(0, at));
    }
  }
  for (const std::string& path : paths) {
    if (folders.contains(path)) return InvalidArgument(name + ": " + path + " is a file and a folder");
  }
  return OkStatus();
}

StatusOr<json> ParseBounded(std::string_view text, const std::string& name) {
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMostDepth;
    return !too_deep;
  };
  json value = json::parse(text, watch, /*allow_exceptions=*/false);
  if (too_deep) return InvalidArgument(name + ": is nested too deeply");
  if (value.is_discarded() || !value.is_object()) return InvalidArgument(name + ": is no JSON object");
  return value;
}

}  // namespace

int64_t Model::size_bytes() const {
  int64_t sum = 0;
  for (const ModelFile& file : files) sum += file.size_bytes;
  return sum;
}

bool Model::size_is_exact() const {
  return std::all_of(files.begin(), files.end(), [](const ModelFile& file) { return file.is_known(); });
}

StatusOr<const Model*> Catalogue::Find(std::string_view name) const {
  std::string names;
  for (const Model& model : models) {
    if (model.name == name) return &model;
    names += (names.empty() ? "" : ", ") + model.name;
  }
  return NotFound("no model is called \"" + std::string(name.substr(0, 80)) + "\" (there are: " + names +
                  ")");
}

StatusOr<Catalogue> ParseCatalogue(std::string_view text, const std::string& name) {
  WS_ASSIGN_OR_RETURN(const json root, ParseBounded(text, name));
  Fields fields(root, name);
  Catalogue catalogue;
  for (const auto& [key, site] : fields.Members("sites", 100)) {
    WS_ASSIGN_OR_RETURN(catalogue.sites[key], ParseSite(*site, name + ": sites." + key));
  }
  for (const auto& [key, package] : fields.Members("packages", kMostModels)) {
    WS_ASSIGN_OR_RETURN(catalogue.packages[key], ParsePackage(*package, name + ": packages." + key));
  }
  for (const auto& [model, place] : fields.List("models", kMostModels)) {
    const std::string where = name + ": " + place.substr(name.size() + 1);
    WS_ASSIGN_OR_RETURN(catalogue.models.emplace_back(), ParseModel(*model, where, catalogue));
  }
  WS_RETURN_IF_ERROR(fields.status());
  if (catalogue.models.empty()) return InvalidArgument(name + ": lists no models");
  WS_RETURN_IF_ERROR(CheckPaths(catalogue, name));
  return catalogue;
}

StatusOr<Catalogue> LoadCatalogue(const std::string& path) {
  if (path.empty()) return ParseCatalogue(BuiltInCatalogueJson(), "models.json");
  WS_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMostCatalogueBytes));
  return ParseCatalogue(text, path);
}

}  // namespace waveshift::models

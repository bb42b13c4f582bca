// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The list of models that the program knows: what each is, its files with sizes and SHA-256, and where they
// come from. The list that ships is share/models.json, which is also read by tools/fetch_models.py; a user
// may bring another one, so everything in it is checked before anything is done with it.
#ifndef WAVESHIFT_MODELS_CATALOGUE_H_
#define WAVESHIFT_MODELS_CATALOGUE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::models {

// A site that holds many repositories of model files.
struct Site {
  std::string base_url;  // without a slash at its end
  std::string form;      // "{repository}/resolve/{revision}/{path}", behind base_url and a slash
};

// An archive with files in it, fetched whole.
struct Package {
  enum class Registry { kPypi, kNpm, kAddress };
  Registry registry = Registry::kPypi;
  std::string name;         // as the registry has it; "" for kAddress
  std::string version;      // exact; "" for kAddress
  std::string platform;     // PyPI packages with compiled code: as `pip download --platform` takes it
  std::string python;       // with platform: the Python version to ask for
  std::string url;          // kAddress
  int64_t size_bytes = -1;  // kAddress
  std::string sha256;       // of the archive, 64 lower-case hex digits
};

// A file inside a package; `inside` names a file within that file when it is an archive itself.
struct FilePart {
  std::string package;  // key in Catalogue::packages
  std::string member;
  std::string inside;
};

// One place that has a file: parts of packages, joined in order; or an address; or a path in a site's
// repository. Exactly one of `parts`, `url` and `site` is set.
struct FileSource {
  std::vector<FilePart> parts;
  std::string url;
  std::string site;  // key in Catalogue::sites
  std::string repository, revision, path;
};

struct ModelFile {
  std::string path;  // below the model folder, safe
  // Exact when sha256 is known, else about right: for progress, disk space and as a limit.
  int64_t size_bytes = 0;
  std::string sha256;               // 64 lower-case hex digits; "": nobody has told us yet
  bool optional = false;            // the model works without it (licence texts)
  std::vector<FileSource> sources;  // in the order in which they are asked

  bool is_known() const { return !sha256.empty(); }
};

struct Model {
  std::string name;  // "kokoro"
  std::string kind;  // "voice", "separation", ...
  std::string engine;
  std::string title;
  std::vector<std::string> languages;  // none: it does not depend on one
  std::string licence;
  std::string home;  // the authors' page
  std::string next;  // what to do when it is there; "{folder}" stands for the model folder. "": nothing
  bool is_default = false;
  std::vector<ModelFile> files;

  int64_t size_bytes() const;
  bool size_is_exact() const;
};

struct Catalogue {
  std::map<std::string, Site> sites;
  std::map<std::string, Package> packages;
  std::vector<Model> models;

  // NotFound names the models that there are.
  StatusOr<const Model*> Find(std::string_view name) const;
};

// `name` stands for the list in messages, which name the field at fault: "x.json: models[2].files[0].path:
// ...". InvalidArgument for anything that is not exactly as it must be.
StatusOr<Catalogue> ParseCatalogue(std::string_view json, const std::string& name);

// The list that was built in when `path` is "", else the file's.
StatusOr<Catalogue> LoadCatalogue(const std::string& path);

// share/models.json as it was when the program was built.
std::string_view BuiltInCatalogueJson();

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_CATALOGUE_H_

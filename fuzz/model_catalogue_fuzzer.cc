// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "base/files.h"
#include "fuzzing.h"
#include "models/catalogue.h"

namespace {

using waveshift::fuzz::Require;
namespace models = waveshift::models;

bool IsOneLine(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

void CheckFile(const models::Catalogue& catalogue, const models::ModelFile& file) {
  Require(waveshift::IsSafeRelativePath(file.path), "a path stays in the folder");
  Require(file.path.front() != '.' && file.path.front() != '-', "no hidden file, no option");
  Require(file.size_bytes > 0, "a size");
  Require(file.sha256.empty() || file.sha256.size() == 64, "a hash");
  Require(!file.sources.empty(), "a source");
  for (const models::FileSource& source : file.sources) {
    for (const models::FilePart& part : source.parts)
      Require(catalogue.packages.contains(part.package), "a package that is listed");
    if (source.parts.empty() && source.url.empty())
      Require(catalogue.sites.contains(source.site), "a site that is listed");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto catalogue = models::ParseCatalogue(waveshift::fuzz::BytesOf(data, size), "x.json");
  if (!catalogue.ok()) {
    Require(IsOneLine(waveshift::Message(catalogue.status())), "a reason in one line");
    return 0;
  }
  std::set<std::string> paths;
  for (const models::Model& model : catalogue->models) {
    Require(model.size_bytes() > 0 && IsOneLine(model.title + model.licence + model.next),
            "texts in one line");
    Require(catalogue->Find(model.name).value() == &model, "names are unique");
    for (const models::ModelFile& file : model.files) {
      CheckFile(*catalogue, file);
      Require(paths.insert(file.path).second, "a file belongs to one model");
    }
  }
  for (const auto& [key, package] : catalogue->packages)
    Require(package.name.find_first_of(" =;") == std::string::npos && !package.name.starts_with('-'),
            "a plain name");
  return 0;
}

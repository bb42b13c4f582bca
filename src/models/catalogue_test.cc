// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/catalogue.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "models/test_files.h"

namespace waveshift::models {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kSha(64, 'a');

json Small() {
  json file = {{"path", "v/net.onnx"}, {"size", 12}, {"sha256", kSha}};
  file["sources"] =
      json::array({{{"parts", {{{"package", "p"}, {"member", "p/part.bin"}}}}},
                   {{"url", "https://models.example/net.onnx"}},
                   {{"site", "hub"}, {"repository", "a/b"}, {"revision", "main"}, {"path", "n.onnx"}}});
  json model = {
      {"name", "voice"}, {"kind", "voice"}, {"title", "A voice"}, {"licence", "MIT"}, {"default", true}};
  model["languages"] = {"en", "pt-BR"};
  model["files"] = json::array({file});
  json catalogue;
  catalogue["sites"]["hub"] = {{"base_url", "https://hub.example"},
                               {"form", "{repository}/resolve/{revision}/{path}"}};
  catalogue["packages"]["p"] = {{"registry", "pypi"}, {"package", "p"}, {"version", "1.0"}, {"sha256", kSha}};
  catalogue["models"] = json::array({model});
  return catalogue;
}

std::string WhyRefused(const json& catalogue) {
  return Message(ParseCatalogue(catalogue.dump(), "x.json").status());
}

TEST(Catalogue, ReadsEveryField) {
  const auto catalogue = ParseCatalogue(Small().dump(), "x.json");
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  const Model& model = **catalogue->Find("voice");
  EXPECT_TRUE(model.is_default);
  EXPECT_EQ(model.licence, "MIT");
  EXPECT_EQ(model.languages.back(), "pt-BR");
  EXPECT_EQ(model.size_bytes(), 12);
  EXPECT_TRUE(model.size_is_exact());
  const ModelFile& file = model.files.front();
  ASSERT_EQ(file.sources.size(), 3U);
  EXPECT_EQ(file.sources[0].parts.front().member, "p/part.bin");
  EXPECT_EQ(file.sources[1].url, "https://models.example/net.onnx");
  EXPECT_EQ(file.sources[2].repository, "a/b");
  EXPECT_EQ(catalogue->packages.at("p").version, "1.0");
  EXPECT_EQ(Message(catalogue->Find("nobody").status()), "no model is called \"nobody\" (there are: voice)");
}

TEST(Catalogue, AFileWithoutHashHasAboutASize) {
  json catalogue = Small();
  json& file = catalogue["models"][0]["files"][0];
  file.erase("sha256");
  file["sources"].erase(0);
  EXPECT_THAT(WhyRefused(catalogue), HasSubstr("x.json: models[0].files[0].about_size: is missing"));
  file["about_size"] = 1000;
  const auto parsed = ParseCatalogue(catalogue.dump(), "x.json");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_FALSE(parsed->models[0].files[0].is_known());
  EXPECT_FALSE(parsed->models[0].size_is_exact());
}

// What a foreign catalogue could do harm with. Each names the field.
TEST(Catalogue, HostileFieldsAreRefused) {
  const std::pair<const char*, json> cases[] = {
      {"/models/0/name", "../x"},
      {"/models/0/name", "A B"},
      {"/models/0/title", "a\x1b[2Jb"},
      {"/models/0/home", "javascript:alert(1)"},
      {"/models/0/languages/0", "e n"},
      {"/models/0/files/0/path", "/etc/passwd"},
      {"/models/0/files/0/path", "../../x"},
      {"/models/0/files/0/path", "a/../b"},
      {"/models/0/files/0/path", ".lock"},
      {"/models/0/files/0/path", "a/.fetch"},
      {"/models/0/files/0/path", "-rf"},
      {"/models/0/files/0/path", "a//b"},
      {"/models/0/files/0/path", "a\\b"},
      {"/models/0/files/0/path", "a/b.part"},
      {"/models/0/files/0/path", "a/b.sha256"},
      {"/models/0/files/0/path", std::string(400, 'a')},
      {"/models/0/files/0/size", -1},
      {"/models/0/files/0/size", 0},
      {"/models/0/files/0/size", 1.5},
      {"/models/0/files/0/size", 18446744073709551615ULL},
      {"/models/0/files/0/sha256", std::string(64, 'A')},
      {"/models/0/files/0/sha256", "abc"},
      {"/models/0/files/0/optional", "yes"},
      {"/models/0/files/0/sources/0/parts/0/package", "unknown"},
      {"/models/0/files/0/sources/0/parts", json::array()},
      {"/models/0/files/0/sources/1/url", "file:///etc/passwd"},
      {"/models/0/files/0/sources/1/url", "https://user:password@host/x"},
      {"/models/0/files/0/sources/1/url", "https:///x"},
      {"/models/0/files/0/sources/2/repository", "a/../b"},
      {"/models/0/files/0/sources/2/revision", "-x"},
      {"/models/0/files/0/sources/2/path", "../x"},
      {"/models/0/files/0/sources/2/site", "unknown"},
      {"/packages/p/package", "--index-url=evil"},
      {"/packages/p/package", "git+https://evil"},
      {"/packages/p/version", ">=1"},
      {"/packages/p/registry", "cargo"},
      {"/sites/hub/base_url", "https://hub.example/"},
      {"/sites/hub/form", "{repository}/{path}"},
      {"/sites/hub/form", "{repository}/{revision}/{path}/{path}"},
  };
  for (const auto& [pointer, value] : cases) {
    json catalogue = Small();
    catalogue[json::json_pointer(pointer)] = value;
    const auto parsed = ParseCatalogue(catalogue.dump(), "x.json");
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument) << pointer << " " << value;
    EXPECT_THAT(Message(parsed.status()), HasSubstr("x.json: ")) << pointer;
  }
}

TEST(Catalogue, FaultsAreNamedByPlace) {
  json catalogue = Small();
  catalogue["models"][0]["files"][0]["path"] = "../x";
  EXPECT_THAT(WhyRefused(catalogue),
              HasSubstr("x.json: models[0].files[0].path: must be a plain relative path"));
  catalogue = Small();
  catalogue["models"][0].erase("licence");
  EXPECT_EQ(WhyRefused(catalogue), "x.json: models[0].licence: is missing");
  catalogue = Small();
  catalogue["packages"]["p"].erase("sha256");
  EXPECT_EQ(WhyRefused(catalogue), "x.json: packages.p.sha256: is missing");
}

TEST(Catalogue, NamesAndPathsAreUnique) {
  json catalogue = Small();
  catalogue["models"].push_back(catalogue["models"][0]);
  EXPECT_EQ(WhyRefused(catalogue), "x.json: two models are called voice");
  catalogue["models"][1]["name"] = "other";
  EXPECT_EQ(WhyRefused(catalogue), "x.json: v/net.onnx is listed twice");
  catalogue["models"][1]["files"][0]["path"] = "v";
  EXPECT_EQ(WhyRefused(catalogue), "x.json: v is a file and a folder");
}

TEST(Catalogue, BrokenTextIsRefused) {
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string("{}"), std::string("{\"models\": []}"),
        std::string("\xff\xfe"), std::string(100000, '['), std::string("")}) {
    EXPECT_EQ(ParseCatalogue(text, "x.json").status().code(), StatusCode::kInvalidArgument)
        << text.substr(0, 20);
  }
}

// The list that the program carries is the one in the repository, and it is whole.
TEST(Catalogue, TheBuiltInListIsTheRepositorys) {
  EXPECT_EQ(BuiltInCatalogueJson(), ReadAll(WAVESHIFT_SOURCE_DIR "/share/models.json"));
  const auto catalogue = LoadCatalogue("");
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  std::set<std::string> defaults;
  for (const Model& model : catalogue->models) {
    if (model.is_default) defaults.insert(model.name);
  }
  EXPECT_THAT(defaults, testing::ElementsAre("deepfilternet3", "kokoro", "kokoro-voices", "piper-en-us-joe",
                                             "silero-vad"));
  for (const char* name : {"indextts-1.5", "indextts-1.0", "kim-vocal-2"})
    EXPECT_TRUE(catalogue->Find(name).ok());
  EXPECT_EQ((*catalogue->Find("kokoro-voices"))->files.size(), 55U);
  EXPECT_EQ(LoadCatalogue("/nowhere/models.json").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace waveshift::models

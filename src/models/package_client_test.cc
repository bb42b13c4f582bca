// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/package_client.h"

#include <gmock/gmock.h>

#include "models/test_clients.h"

namespace waveshift::models {
namespace {

using testing::HasSubstr;
using testing::Not;

class PackageClientTest : public FolderTest {
 protected:
  PackageClientTest() {
    pypi_.registry = Package::Registry::kPypi;
    pypi_.name = "one";
    pypi_.version = "1.0";
    npm_.registry = Package::Registry::kNpm;
    npm_.name = "@scope/two";
    npm_.version = "2.1.0";
  }
  StatusOr<std::string> Fetch(const Package& package, const std::stop_token& stop = {}) {
    EXPECT_TRUE(MakeDirectories(Path("out" + std::to_string(++calls_))).ok());
    return FetchWithClient(package, Path("out" + std::to_string(calls_)), stop);
  }
  Package pypi_;
  Package npm_;
  int calls_ = 0;
  const TestClients clients_{Path("clients")};
};

TEST_F(PackageClientTest, AsksByNameAndExactVersion) {
  Write("clients/one-1.0.whl", "wheel");
  Write("clients/scope-two-2.1.0.tgz", "tarball");
  const auto wheel = Fetch(pypi_);
  ASSERT_TRUE(wheel.ok()) << wheel.status();
  EXPECT_EQ(ReadAll(*wheel), "wheel");
  const auto tarball = Fetch(npm_);
  ASSERT_TRUE(tarball.ok()) << tarball.status();
  EXPECT_EQ(ReadAll(*tarball), "tarball");
  EXPECT_THAT(clients_.Calls(), HasSubstr("pip -m pip download --no-deps --only-binary=:all:"));
  EXPECT_THAT(clients_.Calls(), HasSubstr(" one==1.0\n"));
  EXPECT_THAT(clients_.Calls(), HasSubstr("npm pack @scope/two@2.1.0 --pack-destination "));
  EXPECT_THAT(clients_.Calls(), HasSubstr("--ignore-scripts"));
  pypi_.platform = "manylinux_2_28_x86_64";
  pypi_.python = "3.11";
  ASSERT_TRUE(Fetch(pypi_).ok());
  EXPECT_THAT(clients_.Calls(), HasSubstr("--platform manylinux_2_28_x86_64 --python-version 3.11"));
}

TEST_F(PackageClientTest, TheClientsReasonComesThroughWithoutPasswords) {
  const auto wheel = Fetch(pypi_);
  EXPECT_EQ(wheel.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(wheel.status()), HasSubstr("one 1.0: pip could not fetch it: ERROR: No matching"));
  EXPECT_THAT(Message(wheel.status()), HasSubstr("https://index.example/simple"));
  EXPECT_THAT(Message(wheel.status()), Not(HasSubstr("password")));
  EXPECT_THAT(Message(Fetch(npm_).status()), HasSubstr("npm could not fetch it: npm error code E404"));
}

TEST_F(PackageClientTest, ClientsThatAreNotThere) {
  clients_.Remove("npm");
  clients_.Remove("python3");
  clients_.NothingElse();
  EXPECT_EQ(Message(Fetch(npm_).status()), "npm is not installed (package npm)");
  const auto wheel = Fetch(pypi_);
  EXPECT_EQ(wheel.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(wheel.status()), "pip is not installed (package python3-pip)");
}

TEST_F(PackageClientTest, APythonWithoutPipIsPassedOver) {
  clients_.Script("python3", "exit 1\n");
  clients_.Script(
      "pip3",
      "[[ $1 == --version ]] && exit 0\nwhile [[ $1 != --dest ]]; do shift; done\necho x > \"$2/one.whl\"\n");
  EXPECT_TRUE(Fetch(pypi_).ok());
}

TEST_F(PackageClientTest, OneArchiveMustCome) {
  clients_.Script("npm", "exit 0\n");
  EXPECT_THAT(Message(Fetch(npm_).status()), HasSubstr("0 archives came instead of one"));
  clients_.Script("npm", "touch \"$4/a.tgz\" \"$4/b.tgz\"\n");
  EXPECT_THAT(Message(Fetch(npm_).status()), HasSubstr("2 archives came instead of one"));
}

TEST_F(PackageClientTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Fetch(npm_, stop.get_token()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Fetch(pypi_, stop.get_token()).status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::models

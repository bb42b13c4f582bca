// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: a PATH with programs that stand for pip and npm. They hand out archives from a folder, take the
// arguments of the real ones, and write down how they were called.
#ifndef WAVESHIFT_MODELS_TEST_CLIENTS_H_
#define WAVESHIFT_MODELS_TEST_CLIENTS_H_

#include <cstdlib>
#include <filesystem>
#include <string>

#include "models/test_files.h"

namespace waveshift::models {

class TestClients {
 public:
  // Archives are looked for as FOLDER/NAME-VERSION.whl and .tgz ('/' and '@' of a scope become '-').
  explicit TestClients(const std::string& folder) : folder_(folder) {
    const char* const path = std::getenv("PATH");
    old_path_ = path != nullptr ? path : "";
    Script("python3", kPip);
    Script("npm", kNpm);
    ::setenv("PATH", (folder_ + "/bin:" + old_path_).c_str(), 1);
  }
  ~TestClients() { ::setenv("PATH", old_path_.c_str(), 1); }
  TestClients(const TestClients&) = delete;
  TestClients& operator=(const TestClients&) = delete;

  // Only what is in the folder can be found.
  void NothingElse() const { ::setenv("PATH", (folder_ + "/bin").c_str(), 1); }
  void Script(const std::string& name, const std::string& text) const {
    const std::string path = folder_ + "/bin/" + name;
    ASSERT_TRUE(WriteFileAtomic(path, "#!/bin/bash\nhere='" + folder_ + "'\n" + text).ok());
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  void Remove(const std::string& name) const { std::filesystem::remove(folder_ + "/bin/" + name); }
  // One line a call.
  std::string Calls() const {
    const auto calls = ReadFile(folder_ + "/calls", 1 << 20);
    return calls.ok() ? *calls : "";
  }

 private:
  static constexpr const char* kPip = R"sh(
[[ "$1 $2" == "-m pip" ]] || exit 9
[[ $3 == --version ]] && exit 0
echo "pip $*" >> "$here/calls"
while [[ $# -gt 0 && $1 != --dest ]]; do shift; done
dest=$2 what=$3
from="$here/${what%%==*}-${what##*==}.whl"
if [[ ! -e $from ]]; then
  echo "WARNING: something" >&2
  echo "ERROR: No matching distribution for $what at https://me:password@index.example/simple" >&2
  exit 1
fi
cp "$from" "$dest/"
)sh";
  static constexpr const char* kNpm = R"sh(
echo "npm $*" >> "$here/calls"
[[ $1 == pack && $3 == --pack-destination ]] || exit 9
what=${2#@} name=${what%@*} version=${what##*@}
from="$here/${name//\//-}-$version.tgz"
if [[ ! -e $from ]]; then
  echo "npm error code E404" >&2
  echo "npm error 404 Not Found" >&2
  exit 1
fi
mkdir -p "$4/npm-cache"
cp "$from" "$4/"
)sh";

  const std::string folder_;
  std::string old_path_;
};

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_TEST_CLIENTS_H_

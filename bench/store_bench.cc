// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One transfer to or from an S3 server, for tools/bench_stores.py:
//   waveshift_store_bench up FILE KEY
//   waveshift_store_bench down KEY FOLDER
// Prints the seconds that the transfer itself took. The server: R2_ENDPOINT_URL, CLOUDFLARE_R2_BUCKET_NAME,
// CLOUDFLARE_R2_ACCESS_KEY_ID, CLOUDFLARE_R2_SECRET_ACCESS_KEY.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "stores/r2/r2_object_store.h"

namespace waveshift::stores {
namespace {

std::string Setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int Main(int argc, char** argv) {
  const std::string what = argc == 4 ? argv[1] : "";
  if (what != "up" && what != "down") {
    std::fprintf(stderr, "usage: waveshift_store_bench up FILE KEY | down KEY FOLDER\n");
    return 2;
  }
  R2Options options;
  options.endpoint_url = Setting("R2_ENDPOINT_URL");
  options.bucket = Setting("CLOUDFLARE_R2_BUCKET_NAME");
  options.credentials = {Setting("CLOUDFLARE_R2_ACCESS_KEY_ID"), Setting("CLOUDFLARE_R2_SECRET_ACCESS_KEY"),
                         ""};
  const auto store = MakeR2ObjectStore(options);
  const auto begin = std::chrono::steady_clock::now();
  const Status status = what == "up" ? store->PutFile(argv[3], argv[2], {}).status()
                                     : store->Materialize(argv[2], argv[3]).status();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (!status.ok()) {
    std::fprintf(stderr, "waveshift_store_bench: %s\n", Message(status).c_str());
    return 1;
  }
  std::printf("%.3f\n", seconds.count());
  return 0;
}

}  // namespace
}  // namespace waveshift::stores

int main(int argc, char** argv) { return waveshift::stores::Main(argc, argv); }

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: the servers of tests/cloud as processes of a test program. Not linked into the program.
#ifndef WAVESHIFT_STORES_TEST_PEER_H_
#define WAVESHIFT_STORES_TEST_PEER_H_

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/line_process.h"
#include "net/http_client.h"
#include "stores/d1/d1_task_store.h"
#include "stores/r2/r2_object_store.h"

namespace waveshift::stores {

using PeerJson = nlohmann::json;

// A server that answers with its address to a line of input, and ends with this object.
class PeerProcess {
 public:
  PeerProcess(const std::string& program, const std::string& script) {
    const std::string path = std::string(WAVESHIFT_SOURCE_DIR) + "/tests/cloud/" + script;
    auto process = StartLineProcess(program, {path});
    if (!process.ok()) throw std::runtime_error(Message(process.status()));
    process_ = *std::move(process);
    const auto answer = process_->Ask("url\n", "end\n", std::chrono::seconds(120), 10000, {});
    if (!answer.ok())
      throw std::runtime_error(path + " does not start: " + Message(answer.status()) + "; run ./setup.sh");
    url_ = PeerJson::parse(*answer)["url"];
  }
  const std::string& url() const { return url_; }

 private:
  std::unique_ptr<LineProcess> process_;
  std::string url_;
};

// Cloudflare's runtime with its D1 and R2 engines, and faults as planned (tests/cloud/peer.mjs).
class CloudflarePeer {
 public:
  // The one of this test program.
  static CloudflarePeer& Get() {
    static CloudflarePeer peer;
    return peer;
  }

  PeerJson Ask(const std::string& what, const PeerJson& json) {
    net::HttpRequest request{.method = "POST", .url = process_.url() + "/_peer/" + what, .body = json.dump()};
    const auto response = http_.Send(request, {});
    if (!response.ok() || response->status != 200) throw std::runtime_error("the peer failed at " + what);
    return response->body.empty() ? PeerJson() : PeerJson::parse(response->body);
  }
  // Empty bucket, database with the tables of `schema` ("V4", "V2", "" = none), no faults.
  void Reset(const std::string& schema) {
    PeerJson all = {{"schema", PeerJson::array()}};
    if (!schema.empty()) {
      const std::string path = std::string(WAVESHIFT_SOURCE_DIR) + "/tests/cloud/schemas.json";
      all["schema"] = PeerJson::parse(ReadFile(path, 1 << 20).value()).at(schema);
    }
    Ask("reset", all);
  }
  void Plan(const PeerJson& rules) { Ask("plan", rules); }
  PeerJson Sql(const std::string& sql) { return Ask("sql", {{"sql", sql}}); }
  // Requests since the last reset whose target holds `part`.
  std::vector<PeerJson> Log(const std::string& part = "") {
    std::vector<PeerJson> found;
    for (const PeerJson& entry : Ask("log", PeerJson::object())) {
      if (entry["target"].get<std::string>().find(part) != std::string::npos) found.push_back(entry);
    }
    return found;
  }

  const std::string& url() const { return process_.url(); }
  // Without pauses that only cost time.
  R2Options R2() const {
    R2Options options;
    options.endpoint_url = url();
    options.bucket = "media";
    options.credentials = {"test-access-key", "test-secret-access-key", ""};
    options.key_write_interval = std::chrono::milliseconds(0);
    options.first_delay = std::chrono::milliseconds(2);
    options.longest_delay = std::chrono::milliseconds(20);
    return options;
  }
  D1Options D1() const {
    D1Options options;
    options.api_base_url = url() + "/client/v4";
    options.account_id = "test-account";
    options.database_id = "test-database";
    options.api_token = "d1-token-of-the-test-peer";
    options.first_delay = std::chrono::milliseconds(2);
    options.limits = {.per_second = 100000, .burst = 100000};
    return options;
  }

 private:
  CloudflarePeer() = default;
  PeerProcess process_{"node", "peer.mjs"};
  net::HttpClient http_;
};

// OpenStack Swift's S3 API (tests/cloud/swift_peer.py).
class SwiftPeer {
 public:
  static SwiftPeer& Get() {
    static SwiftPeer peer;
    return peer;
  }
  R2Options R2(const std::string& bucket) const {
    R2Options options;
    options.endpoint_url = process_.url();
    options.bucket = bucket;
    options.credentials = {"test:tester", "testing", ""};
    options.key_write_interval = std::chrono::milliseconds(0);
    options.first_delay = std::chrono::milliseconds(5);
    return options;
  }

 private:
  SwiftPeer() = default;
  PeerProcess process_{"/usr/bin/python3", "swift_peer.py"};
};

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_TEST_PEER_H_

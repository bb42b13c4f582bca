// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/http/probe.h"

#include <string>

#include <httplib.h>

namespace waveshift::app {
namespace {

// The library's words are the names of its errors.
std::string Reason(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "nobody listens there";
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::Read:
    case httplib::Error::Write:
      return "no answer in time";
    default:
      return "failed: " + httplib::to_string(error);
  }
}

}  // namespace

Status ProbeHealth(const std::string& host, int port, std::chrono::milliseconds patience) {
  const std::string name = host.empty() || host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  httplib::Client client(name, port);
  client.set_connection_timeout(patience);
  client.set_read_timeout(patience);
  client.set_write_timeout(patience);
  const httplib::Result result = client.Get("/api/health");
  const std::string place = name + ":" + std::to_string(port);
  if (!result) return Unavailable(place + ": " + Reason(result.error()));
  if (result->status != 200) return Unavailable(place + ": answered " + std::to_string(result->status));
  return OkStatus();
}

}  // namespace waveshift::app

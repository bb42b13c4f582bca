// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/fc/gateway.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "service/service.h"

namespace waveshift::app {
namespace {

constexpr std::string_view kHttpTrigger = "/http-invoke";

bool SameName(std::string_view a, std::string_view b) {
  return !service::HeaderLess()(a, b) && !service::HeaderLess()(b, a);
}

// "" for a value that the platform does not have.
std::string_view PhaseOf(std::string_view control_path) {
  if (control_path == "/invoke" || control_path == kHttpTrigger) return "Invoke";
  if (control_path == "/initialize") return "Initialize";
  if (control_path == "/pre-stop") return "PreStop";
  return control_path == "/pre-freeze" ? "PreFreeze" : "";
}

bool HasFailed(const service::Response& response) {
  return response.status >= 500 || response.Header("x-fc-status") == "404";
}

// Writes the last line when the last copy of it goes: after the body's last piece, where the body is
// streamed.
class Phase {
 public:
  Phase(const FcGateway::LineSink& sink, std::string_view name, std::string id)
      : sink_(sink), name_(name), id_(std::move(id)) {
    sink_("FC " + name_ + " Start RequestId: " + id_);
  }
  ~Phase() { sink_("FC " + name_ + " End RequestId: " + id_ + (error_.empty() ? "" : ", Error: " + error_)); }
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;
  void Fail(std::string error) { error_ = std::move(error); }

 private:
  const FcGateway::LineSink& sink_;
  const std::string name_;
  const std::string id_;
  std::string error_;
};

}  // namespace

void DropForbiddenHeaders(service::Response& response) {
  std::erase_if(response.headers, [](const auto& header) {
    const std::string& name = header.first;
    for (const char* word : {"Connection", "Content-Length", "Date", "Keep-Alive", "Server"}) {
      if (SameName(name, word)) return true;
    }
    if (SameName(std::string_view(name).substr(0, 5), "x-fc-")) return true;
    return SameName(name, "Content-Disposition") && SameName(header.second.substr(0, 10), "attachment");
  });
}

FcGateway::FcGateway(service::RequestHandler& service, LineSink sink)
    : service_(service), sink_(std::move(sink)) {}

service::Response FcGateway::Handle(const service::Request& request, const service::BodyReader& body) {
  const std::string control_path = request.Header("x-fc-control-path");
  const std::string_view name = PhaseOf(control_path);
  service::Request named = request;
  const std::string id = service::Service::RequestIdOf(request);
  named.headers["x-fc-request-id"] = id;  // the same one in every line, also when it was made here
  const auto phase = name.empty() ? nullptr : std::make_shared<Phase>(sink_, name, id);
  service::Response response = service_.Handle(named, body);
  if (control_path == kHttpTrigger || name.empty()) DropForbiddenHeaders(response);
  if (phase && HasFailed(response)) phase->Fail("status " + std::to_string(response.status));
  if (phase && response.stream) {
    response.stream = [phase, stream = std::move(response.stream)] { return stream(); };
  }
  if (phase && response.events) {
    response.events = [phase, events = std::move(response.events)] { return events(); };
  }
  return response;
}

service::Response FcGateway::HandleExpect(const service::Request& request) {
  return service_.HandleExpect(request);
}

}  // namespace waveshift::app

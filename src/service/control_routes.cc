// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What function platforms call: getting ready, events, the end. Answers of /invoke carry x-fc-status: 200
// when the event was handled, 404 when it should come again (function compute's word for a failed function).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "service/auth.h"
#include "service/function_event.h"
#include "service/service_internal.h"

namespace waveshift::service {
namespace {

constexpr std::chrono::milliseconds kPreStopPatience{8000};
// Function platforms carry a few MB; larger results are fetched by their key.
constexpr int64_t kMostCarriedBytes = 8 << 20;
// A body of the largest size may take half a gigabyte while it is parsed.
constexpr int kMostUnknownEvents = 2;
constexpr int kHandled = 200;
constexpr int kFailed = 404;

// What another try may mend: time that ran out, stores that are down, a server that is busy.
bool ShouldComeAgain(int status) { return (status >= 500 && status != 501) || status == 429; }

bool IsPlatformHeader(std::string_view name) {
  constexpr std::string_view kPrefix = "x-fc-";
  return name.size() > kPrefix.size() && !HeaderLess()(name.substr(0, kPrefix.size()), kPrefix) &&
         !HeaderLess()(kPrefix, name.substr(0, kPrefix.size()));
}

Response EventResponse(int status, std::string body) {
  Response response;
  response.status = status;
  response.SetHeader("Content-Type", "application/json");
  response.SetHeader("x-fc-status", std::to_string(status));
  response.body = std::move(body);
  return response;
}

}  // namespace

Response Service::Initialize(Call& call) {
  const auto begin = std::chrono::steady_clock::now();
  if (deps_.initialize) {
    const Status status = deps_.initialize(speech_stop_.get_token());
    // Not 2xx: the platform throws this instance away and tries another.
    if (!status.ok()) return call.Error(HttpStatusFor(status) >= 500 ? status : Internal(Message(status)));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return JsonResponse(200, Json{{"status", "initialized"}, {"seconds", seconds}});
}

Response Service::Invoke(Call& call) {
  FunctionEvent event;
  {
    // Outside a platform anybody may come here, and an event is read before the token in it can be seen.
    const bool is_known = IsFromPlatform(call) || options_.open_control_routes || IsAuthorized(call);
    const int others = is_known ? 0 : unknown_events_.fetch_add(1);
    const std::shared_ptr<void> leave(nullptr, [&](void*) { unknown_events_ -= is_known ? 0 : 1; });
    if (others >= kMostUnknownEvents)
      return call.Error(503, "not_ready", "too many events without a token are being read; try again soon");
    Response refusal;
    const auto payload = ReadBody(call, refusal);
    if (!payload.ok()) return EventResponse(kFailed, std::move(refusal.body));
    auto parsed = ParseFunctionEvent(*payload);
    if (!parsed.ok()) {
      const Response error = call.Error(422, "invalid_field", Message(parsed.status()));
      return EventResponse(kFailed, error.body);
    }
    event = *std::move(parsed);
  }
  return HandleEvent(call, std::move(event));
}

// The event's request as if it had come by itself. Its own x-fc- headers say nothing; the platform's are
// those of the call that carries it.
Response Service::HandleEvent(Call& call, FunctionEvent event) {
  std::erase_if(event.request.headers, [](const auto& header) { return IsPlatformHeader(header.first); });
  for (const auto& [name, value] : call.request.headers) {
    if (IsPlatformHeader(name)) event.request.headers[name] = value;
  }
  event.request.peer = call.request.peer;
  const BodyReader body = [&event](const BodySink& sink) { return sink(event.body); };
  Call inner{.request = event.request,
             .body = &body,
             .request_id = call.request_id,
             .target = {},
             .argument = {},
             .body_limit = 0,
             .begun = call.begun,
             .is_inner = true,
             .is_trusted = IsFromPlatform(call) || (!options_.api_token.empty() && IsAuthorized(call))};
  const Route* route = nullptr;
  Response response = Dispatch(inner, &route);
  if (deps_.on_handled) {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - call.begun).count();
    deps_.on_handled(event.request, route ? route->pattern : "", response.status, seconds, call.request_id);
  }
  auto carried = CarriedBody(response);
  if (!carried.ok()) {
    response = inner.Error(carried.status());
    carried = response.body;
  }
  // Who sent a bare task id looks at nothing but the status.
  const bool failed = event.is_http ? ShouldComeAgain(response.status) : response.status >= 300;
  const int status = failed ? kFailed : kHandled;
  response.SetHeader("X-Request-Id", call.request_id);
  return EventResponse(status, event.is_http ? FunctionAnswer(response, *carried) : *carried);
}

// All bytes of an answer, whatever makes them.
StatusOr<std::string> Service::CarriedBody(Response& response) {
  const auto too_large = [] {
    return OutOfRange("the answer is too large for an event; ask for it by HTTP");
  };
  if (response.events)
    return Unimplemented("an event cannot carry a stream of events; ask for the status instead");
  if (response.object) {
    if (response.object->length > kMostCarriedBytes) return too_large();
    return deps_.objects->GetRange(response.object->key, response.object->offset, response.object->length);
  }
  if (!response.stream) return std::move(response.body);
  std::string bytes;
  while (true) {
    WS_ASSIGN_OR_RETURN(const auto piece, response.stream());
    if (!piece) return bytes;
    bytes += *piece;
    if (static_cast<int64_t>(bytes.size()) > kMostCarriedBytes) return too_large();
  }
}

// The platform is about to end this instance. Whoever else calls gets the answer and no effect.
Response Service::PreStop(Call& call) {
  const bool may_stop = IsFromPlatform(call);
  if (may_stop) {
    StopSpeech();
    deps_.manager->WindDown(kPreStopPatience);
  }
  return JsonResponse(200, Json{{"status", may_stop ? "stopping" : "unchanged"}});
}

// Nothing waits for a freeze: answers are whole, and every log line has been written out.
Response Service::PreFreeze(Call&) { return JsonResponse(200, Json{{"status", "ready"}}); }

}  // namespace waveshift::service

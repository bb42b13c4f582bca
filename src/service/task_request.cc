// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// POST /api/start_tts where the job runs within the request: the answer is how it ended.
#include <memory>
#include <utility>

#include "service/service_internal.h"
#include "service/time_limit.h"

namespace waveshift::service {
namespace {

constexpr int kAccepted = 202;
constexpr int kNotYet = 503;
// The next try should come at once: nothing is overloaded.
constexpr char kRetryAtOnce[] = "1";

}  // namespace

Response Service::RunWithinRequest(Call& call, const std::string& id) {
  using End = WithinRequest::End;
  std::chrono::seconds limit = options_.time_limit;
  if (const auto platform = options_.trusts_platform ? PlatformLimit(call.request) : std::chrono::seconds(0);
      platform.count() > 0 && (limit.count() == 0 || platform < limit)) {
    limit = platform;
  }
  if (deps_.on_task_request) deps_.on_task_request(id, call.request_id, true);
  const auto within = deps_.manager->RunWithin(id, LimitsFor(call.begun, limit, options_.time_margin));
  if (deps_.on_task_request) deps_.on_task_request(id, call.request_id, false);
  if (!within.ok()) return call.Error(within.status());
  const stores::Task& task = within->state.task;
  if (within->end == End::kOutOfTime) return OutOfTime(call, *within);
  if (within->end == End::kShutDown) {
    return call.Error(kNotYet, "not_ready",
                      "the server is shutting down; the next request goes on with the task");
  }
  if (within->end == End::kLeftOpen) {
    return call.Error(kNotYet, "not_ready",
                      "the object store gave no answer for too long; the next request goes on with the task");
  }
  const bool completed = task.status == stores::kStatusCompleted;
  const std::string message = within->end == End::kElsewhere ? "dubbing is under way in another process"
                              : completed                    ? "the dub is finished"
                                                             : task.error_message;
  Json json{{"status", task.status}, {"task_id", id}, {"message", message}};
  if (within->end == End::kEnded) {
    const std::string key = pipeline::LayoutForTask(id).hls_prefix + "playlist.m3u8";
    json["result"] = {{"status", completed ? "success" : "error"},
                      {"message", message},
                      {"output_path", completed ? Json(key) : Json(nullptr)}};
  }
  return JsonResponse(200, json);
}

// The task waits for another request: one that this server sends itself, or the caller's next try. After a
// request that brought the task no further the next one would do no better, so none is sent.
Response Service::OutOfTime(Call& call, const WithinRequest& within) {
  const std::string& id = within.state.task.id;
  std::string detail = "the request's time is over; the next one goes on with the task";
  bool goes_on = false;
  if (deps_.go_on_later && !within.made_progress) {
    detail = "the request's time is over, and the task got no further in it";
  } else if (deps_.go_on_later) {
    const Status asked = deps_.go_on_later(id);
    goes_on = asked.ok();
    if (!goes_on) detail += "; it could not be sent from here: " + Message(asked);
  }
  Response response =
      JsonResponse(goes_on ? kAccepted : kNotYet, Json{{"status", within.state.task.status},
                                                       {"code", "time_limit"},
                                                       {"task_id", id},
                                                       {"detail", detail},
                                                       {"message", detail},
                                                       {"goes_on", goes_on},
                                                       {"percent", within.state.progress.percent},
                                                       {"request_id", call.request_id}});
  if (!goes_on) response.SetHeader("Retry-After", kRetryAtOnce);
  return response;
}

}  // namespace waveshift::service

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The HTTP API of contract.md section 4 without a transport: a request in, a response out. docs of the
// routes: contract.md; decisions made here:
//   - DELETE /api/task/{id} cancels. A task that has ended otherwise answers 409; one that is cancelled
//   already answers as if it were
//     cancelled now. Removing a task with its files is `waveshift tasks rm`.
//   - Where a token is set, it may also come as the password of HTTP Basic (any user name), so that a browser
//   can open /ui/.
//   - GET and HEAD below /media/ may be used by any web page (CORS "*"), because players run on other
//   origins; no other route may.
//   - Errors below /v1/ have OpenAI's form beside the contract's, and OpenAI's status for a wrong field: 400.
//   - Keys below journal/ (a job's own notes) and .waveshift/ can neither be read nor written from outside;
//   results can be read.
#ifndef WAVESHIFT_SERVICE_SERVICE_H_
#define WAVESHIFT_SERVICE_SERVICE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "media/sound_encoder.h"
#include "service/function_event.h"
#include "service/http_types.h"
#include "service/speech_voices.h"
#include "service/task_manager.h"
#include "service/worker.h"

namespace waveshift::service {

// A file of the page at /ui/; the bytes are part of the program.
struct WebAsset {
  std::string_view name;  // "index.html"
  std::string_view bytes;
};

struct ServiceOptions {
  std::string api_token;            // "" = open
  std::string public_base_url;      // where objects can be read by everybody, "" = /media/ of this server
  bool run_within_request = false;  // POST /api/start_tts answers when the job has ended
  bool control_only = false;        // routes that speak answer 404: another server has the engine
  // The x-fc-* headers of requests are function compute's own: nobody outside can set them.
  bool trusts_platform = false;
  // Control routes need neither token nor header; what they carry does (platforms that do not say who calls).
  bool open_control_routes = false;
  std::chrono::seconds time_limit{0};   // of a request; 0: as the platform's header says, or none
  std::chrono::seconds time_margin{0};  // how long before it jobs begin to end; 0: as suits the limit
  int64_t max_json_bytes = int64_t{32} << 20;
  int64_t max_object_bytes = int64_t{64} << 30;
  int max_event_streams = 8;
  int max_speech_requests = 4;  // POST /v1/audio/speech at one time; more are refused, none wait
  int max_speech_characters = 4096;
  std::chrono::milliseconds transcript_patience{10000};  // of who asks for a task's first line
  std::string scratch_directory;  // uploads are written here first; "" = the system's temporary folder
};

struct ServiceDeps {
  TaskManager* manager = nullptr;
  stores::TaskStore* tasks = nullptr;
  stores::ObjectStore* objects = nullptr;
  // OK when jobs can be run now (engine there, folders writable).
  std::function<Status()> check_ready;
  // The Prometheus text of /metrics.
  std::function<std::string()> metrics_text;
  // After every request: its route's pattern ("" when none fits), status and time.
  std::function<void(const Request&, std::string_view route, int status, double seconds,
                     const std::string& request_id)>
      on_handled;
  std::vector<WebAsset> web_assets;
  SpeechEngines speech;      // for /v1/
  Worker* worker = nullptr;  // of the later product's routes; null: they are not served
  std::function<Status(media::SoundFormat)> check_sound_format = &media::CheckSoundFormat;
  // POST /initialize: loads what speaks and speaks once. Empty: there is nothing to load. Any thread.
  std::function<Status(const std::stop_token&)> initialize;
  std::function<bool()> is_loaded;  // for /api/health; may be empty
  // Sees to it that somebody goes on with a task when a request's time is over. Empty: the caller's own
  // business.
  std::function<Status(const std::string& task_id)> go_on_later;
  // A request begins or ends to work on a task, for the log; may be empty.
  std::function<void(const std::string& task_id, const std::string& request_id, bool begins)> on_task_request;
  // One line about a request after its answer began.
  std::function<void(const std::string& request_id, const std::string& line)> log;
};

class Service : public RequestHandler {
 public:
  // What `deps` points to outlives the service.
  Service(ServiceOptions options, ServiceDeps deps);
  ~Service() override;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  Response Handle(const Request& request, const BodyReader& body) override;
  Response HandleExpect(const Request& request) override;
  // Ends speech that is under way, soon; from now on nothing is spoken. Repeatable.
  void StopSpeech();
  // In the contract's form, for errors that the transport itself finds.
  static Response ErrorResponse(int status, std::string_view code, std::string_view detail,
                                const std::string& request_id);
  // The id of a request: x-fc-request-id, x-scf-request-id, x-cff-request-id, x-request-id (the first that is
  // sane), else a new one.
  static std::string RequestIdOf(const Request& request);

 private:
  struct Call;
  struct Route;
  using Handler = Response (Service::*)(Call&);

  static const std::vector<Route>& Routes();
  const Route* FindRoute(Call& call, std::string& allowed) const;
  bool IsAuthorized(const Call& call) const;
  // The platform itself calls this control route.
  bool IsFromPlatform(const Call& call) const;
  Response HandleEvent(Call& call, FunctionEvent event);
  StatusOr<std::string> CarriedBody(Response& response);
  Response RunWithinRequest(Call& call, const std::string& id);
  Response OutOfTime(Call& call, const WithinRequest& within);
  Response Dispatch(Call& call, const Route** route);
  Response Refusal(Call& call, const Route* route, const std::string& allowed);

  Response Root(Call& call);
  Response Health(Call& call);
  Response Ready(Call& call);
  Response Metrics(Call& call);
  Response StartTts(Call& call);
  Response CreateTask(Call& call);
  Response ListTasks(Call& call);
  Response TaskStatus(Call& call);
  Response TaskEvents(Call& call);
  Response TaskReport(Call& call);
  Response CancelTask(Call& call);
  Response DebugTask(Call& call);
  Response PutObject(Call& call);
  Response GetMedia(Call& call);
  Response MediaPreflight(Call& call);
  Response Initialize(Call& call);
  Response Invoke(Call& call);
  Response PreStop(Call& call);
  Response PreFreeze(Call& call);
  Response Page(Call& call);
  Response PageRedirect(Call& call);
  Response CreateSpeech(Call& call);
  Response ListModels(Call& call);
  Response GetModel(Call& call);
  Response ListVoices(Call& call);
  // worker_routes.cc
  Response InitializeWorkerTask(Call& call);
  Response SynthesizeForTask(Call& call);
  Response SynthesizeSentences(Call& call);
  Response ForgetWorkerTask(Call& call);
  Response WorkerTaskStatus(Call& call);
  Response WorkerHealth(Call& call);
  Response AnswerSynthesize(Call& call, bool has_id);
  Response CheckWorkerCall(Call& call, bool has_id);
  static Response WorkerError(Call& call, const Status& status);

  StatusOr<std::string> ReadBody(Call& call, Response& refusal);
  StatusOr<std::string> ReadJsonBody(Call& call, Response& refusal);
  // `has_playlist`: whether one was seen before; then it is not looked for again.
  StatusOr<std::string> StatusJson(const std::string& id, TaskState* state, bool* has_playlist);
  Response ServeObject(Call& call, const std::string& key);
  Response SpeechResponse(Call& call, const SpeechRequest& request, const Speaker& speaker,
                          const std::shared_ptr<void>& slot);
  int64_t BodyLimit(const Route& route) const;

  const ServiceOptions options_;
  const ServiceDeps deps_;
  std::shared_ptr<std::atomic<int>> event_streams_ = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> speech_streams_ = std::make_shared<std::atomic<int>>(0);
  std::atomic<int> unknown_events_{0};  // whose callers have not shown who they are yet
  // What /api/ready found last. Finding out may take seconds, which /health must not.
  std::atomic<bool> was_ready_{true};
  std::stop_source speech_stop_;  // also of warming up
  const int64_t created_;         // s since 1970: when this server began
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_SERVICE_H_

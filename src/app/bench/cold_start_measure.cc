// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/cold_start_measure.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include "app/bench/stopwatch.h"
#include "base/line_process.h"
#include "net/http_client.h"

namespace waveshift::app {
namespace {

constexpr std::chrono::milliseconds kPause{2};
constexpr double kPatienceS = 300;
constexpr std::chrono::milliseconds kAnswerPatience{300000};
constexpr char kSentence[] =
    R"({"model": "tts-1", "voice": "auto", "input": "The first train leaves at seven.", "response_format": "wav"})";

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// A port that nobody listens on just now.
StatusOr<int> FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return ErrnoStatus(errno, "cold start");
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) return Internal("cold start: no free port");
  return ntohs(address.sin_port);
}

bool TakesConnections(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool open =
      fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  if (fd >= 0) ::close(fd);
  return open;
}

// One server from its start to its end.
class ColdServer {
 public:
  static StatusOr<std::unique_ptr<ColdServer>> Start(const ColdStartOptions& options,
                                                     const std::stop_token& stop) {
    auto server = std::make_unique<ColdServer>(options, stop);
    WS_ASSIGN_OR_RETURN(server->port_, FreePort());
    std::error_code error;
    const std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
    if (error) return Internal("cold start: /proc/self/exe: " + error.message());
    std::vector<std::string> arguments = options.environment;
    for (const std::string& word :
         {program, std::string("serve"), std::string("--host"), std::string("127.0.0.1"),
          std::string("--port"), std::to_string(server->port_)}) {
      arguments.push_back(word);
    }
    server->watch_ = Stopwatch();
    WS_ASSIGN_OR_RETURN(server->process_, StartLineProcess("env", arguments));
    return server;
  }
  ColdServer(const ColdStartOptions& options, const std::stop_token& stop) : options_(options), stop_(stop) {}

  StatusOr<double> PortOpen() {
    return Until([this] { return TakesConnections(port_); }, "its port is open");
  }
  StatusOr<double> Answers(const std::string& path) {
    return Until([&] { return Ask("GET", path, "", nullptr).ok(); }, path + " answers");
  }
  StatusOr<double> Initialized() {
    WS_RETURN_IF_ERROR(Ask("POST", "/initialize", "", nullptr));
    return watch_.Seconds();
  }
  StatusOr<double> FirstAudio() {
    double first = 0;
    const net::BodySink sink = [&](std::string_view piece) {
      if (first == 0 && !piece.empty()) first = watch_.Seconds();
      return OkStatus();
    };
    WS_RETURN_IF_ERROR(Ask("POST", "/v1/audio/speech", kSentence, sink));
    return first;
  }

 private:
  template <typename Condition>
  StatusOr<double> Until(const Condition& holds, const std::string& what) {
    while (!holds()) {
      if (stop_.stop_requested()) return Cancelled("stopped");
      if (::access(("/proc/" + std::to_string(process_->process_id()) + "/exe").c_str(), R_OK) != 0)
        return Unavailable("cold start: the server ended before " + what);
      if (watch_.Seconds() > kPatienceS) return Unavailable("cold start: in vain waited until " + what);
      std::this_thread::sleep_for(kPause);
    }
    return watch_.Seconds();
  }

  // OK for a 2xx answer.
  Status Ask(const std::string& method, const std::string& path, const std::string& body,
             const net::BodySink& sink) {
    net::HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(port_) + path;
    request.body = body;
    request.sink = sink;
    request.headers = {{"Content-Type", "application/json"}};
    if (!options_.api_token.empty())
      request.headers.push_back({"Authorization", "Bearer " + options_.api_token});
    request.timeouts = {.idle = kAnswerPatience, .total = kAnswerPatience};
    WS_ASSIGN_OR_RETURN(const net::HttpResponse response, client_.Send(request, stop_));
    if (response.is_success()) return OkStatus();
    return Unavailable("cold start: " + path + " answered with status " + std::to_string(response.status));
  }

  const ColdStartOptions& options_;
  const std::stop_token& stop_;
  int port_ = 0;
  Stopwatch watch_;
  net::HttpClient client_;
  std::unique_ptr<LineProcess> process_;
};

constexpr std::array<const char*, 6> kMeasures = {"port_open",  "health",      "ready",
                                                  "initialize", "first_audio", "first_audio_lazy"};
using Round = std::array<double, kMeasures.size()>;

StatusOr<Round> OneRound(const ColdStartOptions& options, const std::stop_token& stop) {
  Round round = {};
  {
    WS_ASSIGN_OR_RETURN(const auto server, ColdServer::Start(options, stop));
    WS_ASSIGN_OR_RETURN(round[0], server->PortOpen());
    WS_ASSIGN_OR_RETURN(round[1], server->Answers("/api/health"));
    WS_ASSIGN_OR_RETURN(round[2], server->Answers("/api/ready"));
    WS_ASSIGN_OR_RETURN(round[3], server->Initialized());
    WS_ASSIGN_OR_RETURN(round[4], server->FirstAudio());
  }
  WS_ASSIGN_OR_RETURN(const auto lazy, ColdServer::Start(options, stop));
  WS_RETURN_IF_ERROR(lazy->PortOpen().status());
  WS_ASSIGN_OR_RETURN(round[5], lazy->FirstAudio());
  return round;
}

}  // namespace

StatusOr<std::vector<BenchRow>> MeasureColdStart(const ColdStartOptions& options,
                                                 const std::stop_token& stop) {
  std::array<std::vector<double>, kMeasures.size()> values;
  for (int i = 0; i < options.rounds; ++i) {
    if (options.progress)
      options.progress(static_cast<double>(i) / options.rounds, "cold start " + options.engine);
    WS_ASSIGN_OR_RETURN(const Round round, OneRound(options, stop));
    for (size_t m = 0; m < round.size(); ++m) values[m].push_back(round[m]);
  }
  std::vector<BenchRow> rows;
  for (size_t m = 0; m < values.size(); ++m) {
    const BenchRounds rounds = Summary(values[m]);
    rows.push_back({.bench = "cold-start",
                    .subject = options.engine,
                    .threads = static_cast<int>(std::thread::hardware_concurrency()),
                    .measure = kMeasures[m],
                    .unit = "s",
                    .value = rounds.best,
                    .median = rounds.median});
  }
  return rows;
}

}  // namespace waveshift::app

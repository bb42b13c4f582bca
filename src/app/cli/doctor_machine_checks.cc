// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/doctor_machine_checks.h"

#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "config/settings.h"
#include "media/fonts.h"
#include "net/http_client.h"
#include "runtime/ggml/device.h"
#include "tts/indextts/compute_device.h"

namespace waveshift::app {
namespace {

using Result = DoctorCheck::Result;

constexpr int64_t kMib = int64_t{1} << 20;
constexpr int64_t kLittleMemory = 2048 * kMib;  // a neural voice, separation and the media work side by side
constexpr std::chrono::seconds kOddClock{60};
constexpr std::chrono::seconds kWrongClock{15 * 60};
constexpr std::string_view kPlatformOrigin = "default on ";

std::string Mib(int64_t bytes) { return std::to_string(bytes / kMib) + " MiB"; }

int UsableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

// What the machine has, or less where the container says so.
int64_t UsableMemory() {
  const int64_t machine = int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const auto text = ReadFile(file, 64);
    const int64_t limit = text.ok() ? std::atoll(text->c_str()) : 0;
    if (limit > 0 && limit < machine) return limit;
  }
  return machine;
}

std::string OriginOf(const config::Settings& settings, std::string_view key) {
  for (const config::SettingValue& value : settings.Describe()) {
    if (value.key == key) return value.origin;
  }
  return "";
}

// "function compute", "" on an ordinary machine: where the configuration took its defaults from.
std::string PlatformOf(const config::Settings& settings) {
  for (const char* key : {"SERVER_PORT", "SERVER_HOST", "WAVESHIFT_LOG_FORMAT", "CLEANUP_TEMP_FILES"}) {
    const std::string origin = OriginOf(settings, key);
    if (origin.starts_with(kPlatformOrigin)) return origin.substr(kPlatformOrigin.size());
  }
  return "";
}

// The time on the server's clock, as it stands in its answer to anything.
StatusOr<std::chrono::system_clock::time_point> TimeOf(const std::string& url, const std::stop_token& stop) {
  net::HttpClient client;
  net::HttpRequest request;
  request.url = url;
  request.timeouts.total = std::chrono::seconds(5);
  request.max_response_bytes = kMib;
  WS_ASSIGN_OR_RETURN(const net::HttpResponse response, client.Send(request, stop));
  const auto time = net::ParseHttpDate(response.Header("Date"));
  if (!time) return Unavailable(net::RedactedUrl(url) + ": the answer has no Date");
  return *time;
}

}  // namespace

DoctorCheck CheckComputeDevice(const config::Settings& settings) {
  const int64_t memory = UsableMemory();
  DoctorCheck check{"device", Result::kOk, std::to_string(UsableProcessors()) + " processors, " + Mib(memory),
                    ""};
  if (memory < kLittleMemory) {
    check.result = Result::kWarning;
    check.remedy = "give it at least " + Mib(kLittleMemory) + " of memory";
  }
  const Status cuda = tts::indextts::CheckCudaDevice();
  if (cuda.ok()) {
    check.detail +=
        "; " + tts::indextts::CudaDeviceName() + ", " + Mib(tts::indextts::CudaFreeBytes()) + " free";
    if (settings.device == "cpu") check.detail += ", not used: WAVESHIFT_DEVICE=cpu";
    return check;
  }
  check.detail += ggml::BuiltWithCuda() || settings.device == "cuda"
                      ? "; no CUDA: " + Message(cuda)
                      : "; this build computes on the processor";
  if (settings.device != "cuda") return check;
  check.result = Result::kMissing;
  check.remedy = ggml::BuiltWithCuda()
                     ? "install NVIDIA's driver for a card of sm_75 or newer, or set WAVESHIFT_DEVICE=auto"
                     : "use a build with -DWAVESHIFT_CUDA=ON, or set WAVESHIFT_DEVICE=auto";
  return check;
}

DoctorCheck CheckSubtitleFonts() {
  // A few characters of each script stand for all of it.
  constexpr std::pair<const char*, const char*> kScripts[] = {
      {"Latin", "Aéßñ"},  {"Cyrillic", "Жя"}, {"Chinese", "字幕"},    {"Japanese", "かなカ"},
      {"Korean", "한글"}, {"Arabic", "عرب"},  {"Devanagari", "हिन्दी"}};
  DoctorCheck check{"fonts", Result::kOk, "", ""};
  std::string found;
  for (const auto& [script, characters] : kScripts) {
    const Status status = media::CheckFonts(characters);
    if (status.ok()) {
      found += (found.empty() ? "" : ", ") + std::string(script);
      continue;
    }
    check.result = Result::kWarning;
    check.detail += (check.detail.empty() ? "no " : ", no ") + std::string(script);
    if (check.remedy.empty()) check.remedy = Message(status) + " (only burned subtitles need them)";
  }
  check.detail = "burned subtitles in " + (found.empty() ? "no script" : found) +
                 (check.detail.empty() ? "" : "; " + check.detail);
  return check;
}

DoctorCheck CheckPlatform(const config::Settings& settings) {
  DoctorCheck check{"platform", Result::kOk, "", ""};
  const std::string platform = PlatformOf(settings);
  const bool is_inline = settings.execution == config::Execution::kInline ||
                         (settings.execution == config::Execution::kAuto && !platform.empty());
  check.detail = platform.empty() ? "an ordinary machine" : platform;
  check.detail +=
      is_inline ? "; jobs run within the request that starts them" : "; jobs run in the background";
  for (const config::SettingValue& value : settings.Describe()) {
    const bool is_limit = value.key == "WAVESHIFT_TIME_LIMIT_S" && value.value != "0";
    if (is_limit) check.detail += "; a request may take " + value.value + " s";
  }
  if (platform.empty()) return check;
  if (!is_inline) {
    check.result = Result::kWarning;
    check.remedy = "set WAVESHIFT_EXECUTION=auto: the platform stops the process when it has answered";
  } else if (!settings.cloud_configured) {
    check.result = Result::kWarning;
    check.detail += "; tasks lie on this instance's own disk and go with it";
    check.remedy = "set the six CLOUDFLARE_* keys";
  }
  return check;
}

DoctorCheck CheckServer(const config::Settings& settings) {
  const std::string& host = settings.server.host;
  DoctorCheck check{"server", Result::kOk, "listens on " + host + ":" + std::to_string(settings.server.port),
                    ""};
  const bool is_local = host == "127.0.0.1" || host == "localhost" || host == "::1";
  if (settings.server.api_token.is_set()) {
    check.detail += ", wants its token";
  } else if (is_local) {
    check.detail += ", for this machine only";
  } else {
    check.result = Result::kWarning;
    check.detail += ", for everybody who reaches it: there is no token";
    check.remedy = "set WAVESHIFT_API_TOKEN (openssl rand -hex 24 makes one)";
  }
  return check;
}

DoctorCheck CheckClock(const config::Settings& settings, const std::stop_token& stop) {
  DoctorCheck check{"clock", Result::kOk, "", ""};
  const auto time = TimeOf(settings.cloudflare.R2Endpoint(), stop);
  if (!time.ok()) {
    check.result = Result::kWarning;
    check.detail = "not compared: " + Message(time.status());
    check.remedy = "see what stores says";
    return check;
  }
  const auto off = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - *time);
  check.detail = std::to_string(std::abs(off.count())) + " s " + (off.count() < 0 ? "behind" : "ahead of") +
                 " the object store";
  if (std::chrono::abs(off) <= kOddClock) return check;
  check.result = std::chrono::abs(off) < kWrongClock ? Result::kWarning : Result::kMissing;
  check.remedy = "set this machine's clock (NTP)";
  return check;
}

}  // namespace waveshift::app

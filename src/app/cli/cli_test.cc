// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The program as its users call it. WAVESHIFT_PROGRAM is its path.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/process.h"

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

class CliTest : public ::testing::Test {
 protected:
  CliTest() : scratch_(std::make_unique<ScratchDirectory>(*ScratchDirectory::Make())) {}

  // Without the variables of whoever runs the tests, in a folder without .env.
  std::vector<std::string> Command(const std::vector<std::string>& environment,
                                   const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"-i",
                                    "-C",
                                    scratch_->path(),
                                    "PATH=/usr/local/bin:/usr/bin:/bin",
                                    "HOME=" + scratch_->path(),
                                    "WAVESHIFT_HOME=" + scratch_->path() + "/home"};
    all.insert(all.end(), environment.begin(), environment.end());
    all.emplace_back(WAVESHIFT_PROGRAM);
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }
  ProcessResult Run(const std::vector<std::string>& arguments, const std::string& input = "",
                    const std::vector<std::string>& environment = {}) {
    ProcessRequest request;
    request.program = "env";
    request.arguments = Command(environment, arguments);
    request.input = input;
    request.time_limit = std::chrono::minutes(2);
    auto result = RunProcess(request, {});
    EXPECT_TRUE(result.ok()) << Message(result.status());
    return result.ok() ? *result : ProcessResult{-1, "", ""};
  }
  // One line that begins with the program's name.
  static void ExpectReason(const ProcessResult& result, const std::string& words) {
    EXPECT_THAT(result.error_output, StartsWith("waveshift: "));
    EXPECT_EQ(std::count(result.error_output.begin(), result.error_output.end(), '\n'), 1)
        << result.error_output;
    EXPECT_THAT(result.error_output, HasSubstr(words));
  }
  std::string Path(const std::string& name) const { return scratch_->path() + "/" + name; }

  std::unique_ptr<ScratchDirectory> scratch_;
};

TEST_F(CliTest, UsageErrorsExitWithTwoAndOneLine) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"sing"},
      {"models"},
      {"models", "pull"},
      {"models", "rm"},
      {"run"},
      {"tasks"},
      {"tasks", "show"},
      {"speak", "hello"},
      {"speak", "hello", "-o"},
      {"speak", "hello", "-o", "-", "--json"},
      {"version", "--loud"},
      {"run", "x", "--progress", "loud"},
      {"serve", "--port", "99999"},
      {"serve", "--engine", "loud"},
      {"speak", "x", "-o", "x.wav", "--engine", "loud"},
      {"speak", "x", "-o", "x.wav", "--speed", "nan"},
      {"dub", "x", "--transcript", "y", "--max-speed", "nan"},
      {"dub", "x", "--transcript", "y", "--loudness", "nan"},
      {"bench", "separation", "--seconds", "nan"},
      {"bench", "separation", "--minutes", "1,nan"}};
  for (const auto& arguments : wrong) {
    const ProcessResult result = Run(arguments);
    EXPECT_EQ(result.exit_code, 2) << ::testing::PrintToString(arguments);
    EXPECT_EQ(result.output, "");
    ExpectReason(result, "");
  }
  ExpectReason(Run({"sing"}), "there is no command sing (see waveshift --help)");
  ExpectReason(Run({"tasks", "sing"}), "there is no command sing (see waveshift tasks --help)");
  ExpectReason(Run({"--loud"}), "there is no flag --loud (see waveshift --help)");
  ExpectReason(Run({"models", "inspect", "a\x1b[31m\nb"}), "a [31m b: No such file");
}

TEST_F(CliTest, EveryCommandHasHelp) {
  const std::string help = Run({"--help"}).output;
  for (const char* command : {"run", "serve", "speak", "tasks", "doctor", "bench", "config", "version"}) {
    EXPECT_THAT(help, HasSubstr(command));
    const ProcessResult result = Run({command, "--help"});
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_THAT(result.output, HasSubstr("Usage:")) << command;
    EXPECT_EQ(result.error_output, "") << command;
  }
  EXPECT_THAT(Run({"tasks", "rm", "--help"}).output, HasSubstr("ID"));
}

TEST_F(CliTest, VersionSaysWhatIsInIt) {
  const Json json = Json::parse(Run({"version", "--json"}).output);
  EXPECT_EQ(json["name"], "waveshift");
  EXPECT_THAT(json["engines"].dump(), HasSubstr("espeak"));
  EXPECT_FALSE(json["ffmpeg"].get<std::string>().empty());
  EXPECT_THAT(Run({"version"}).output, StartsWith("waveshift " + json["version"].get<std::string>()));
  EXPECT_THAT(Run({"--version"}).output, StartsWith("waveshift " + json["version"].get<std::string>()));
}

TEST_F(CliTest, ConfigShowsOriginsAndNoSecrets) {
  const ProcessResult result =
      Run({"config", "--json"}, "", {"WAVESHIFT_API_TOKEN=verysecrettoken", "SERVER_PORT=8123"});
  EXPECT_EQ(result.exit_code, 0) << result.error_output;
  EXPECT_THAT(result.output, Not(HasSubstr("verysecrettoken")));
  EXPECT_THAT(result.output, HasSubstr("8123"));
  EXPECT_TRUE(Json::parse(result.output)["settings"].is_array());
  EXPECT_THAT(Run({"config"}).output, HasSubstr("SERVER_PORT=8000"));
  const ProcessResult half = Run({"config"}, "", {"CLOUDFLARE_ACCOUNT_ID=abc"});
  EXPECT_EQ(half.exit_code, 4);
  ExpectReason(half, "CLOUDFLARE_R2_BUCKET_NAME");
}

TEST_F(CliTest, SpeakWritesSound) {
  const ProcessResult file = Run({"speak", "Good morning.", "--lang", "en", "-o", Path("out.wav"), "--json"});
  ASSERT_EQ(file.exit_code, 0) << file.error_output;
  const Json json = Json::parse(file.output);
  EXPECT_EQ(json["engine"], "espeak");
  EXPECT_GT(json["seconds"].get<double>(), 0.3);
  const auto bytes = ReadFile(Path("out.wav"), 10 << 20);
  ASSERT_TRUE(bytes.ok());
  EXPECT_THAT(*bytes, StartsWith("RIFF"));
  const ProcessResult stream = Run({"speak", "-", "--lang", "en", "-o", "-"}, "Good morning.");
  EXPECT_EQ(stream.exit_code, 0) << stream.error_output;
  EXPECT_TRUE(stream.output == *bytes);
}

TEST_F(CliTest, SpeakSaysWhyItCannot) {
  const auto speak = [this](std::vector<std::string> more, const std::string& input = "") {
    more.insert(more.begin(), "speak");
    more.insert(more.end(), {"-o", Path("out.wav")});
    return Run(more, input);
  };
  EXPECT_EQ(speak({"..."}).exit_code, 3);
  EXPECT_EQ(speak({"-"}, "bad \xff text").exit_code, 3);
  EXPECT_EQ(speak({"-"}, std::string(100000, 'a')).exit_code, 3);
  EXPECT_EQ(speak({"hello", "--lang", "no language"}).exit_code, 3);
  ExpectReason(speak({"hello", "--lang", "no language"}), "--lang");
  EXPECT_EQ(speak({"hello", "--engine", "kokoro"}).exit_code, 4);
  ExpectReason(speak({"hello", "--voice", "me.wav"}), "there is no file me.wav");
  ASSERT_TRUE(WriteFileAtomic(Path("me.wav"), "RIFF").ok());
  EXPECT_EQ(speak({"hello", "--voice", Path("me.wav")}).exit_code, 4);
  const ProcessResult nobody = speak({"hello", "--lang", "en", "--voice", "nobody"});
  EXPECT_EQ(nobody.exit_code, 3);
  ExpectReason(nobody, "\"nobody\"");
  EXPECT_FALSE(ReadFile(Path("out.wav"), 10).ok());
  const ProcessResult missing = Run({"speak", "hello", "-o", Path("out.wav")}, "", {"PATH=/nonexistent"});
  EXPECT_EQ(missing.exit_code, 4);
  ExpectReason(missing, "espeak-ng");
}

TEST_F(CliTest, TasksOfAnEmptyStore) {
  const ProcessResult list = Run({"tasks", "list", "--json"});
  EXPECT_EQ(list.exit_code, 0) << list.error_output;
  EXPECT_EQ(Json::parse(list.output)["tasks"].size(), 0u);
  for (const char* action : {"show", "cancel", "rm"}) {
    const ProcessResult result = Run({"tasks", action, "nobody"});
    EXPECT_EQ(result.exit_code, 3) << action;
    ExpectReason(result, "nobody");
  }
  const ProcessResult run = Run({"run", "nobody"});
  EXPECT_EQ(run.exit_code, 3);
  ExpectReason(run, "nobody");
}

TEST_F(CliTest, DoctorChecksAndSaysHowToMend) {
  const ProcessResult well = Run({"doctor", "--json"});
  EXPECT_EQ(well.exit_code, 0) << well.output << well.error_output;
  EXPECT_EQ(Json::parse(well.output)["ready"], true);
  ASSERT_TRUE(WriteFileAtomic(Path("file"), "x").ok());
  const ProcessResult ill = Run({"doctor", "--json"}, "", {"WAVESHIFT_HOME=" + Path("file") + "/home"});
  EXPECT_EQ(ill.exit_code, 4);
  ExpectReason(ill, "stores");
  const Json json = Json::parse(ill.output);
  EXPECT_EQ(json["ready"], false);
  for (const Json& check : json["checks"]) {
    EXPECT_TRUE(check["result"] != "missing" || check["remedy"].is_string()) << check;
  }
}

// `waveshift serve` beside the test.
class Serving {
 public:
  explicit Serving(std::vector<std::string> command) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    command.insert(command.begin(), "env");
    std::vector<char*> argv;
    argv.reserve(command.size() + 1);
    for (std::string& argument : command) argv.push_back(argument.data());
    argv.push_back(nullptr);
    EXPECT_EQ(::posix_spawnp(&pid_, "env", &actions, nullptr, argv.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~Serving() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(out_);
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  std::string FirstLine() const {
    std::string line;
    char c = 0;
    while (::read(out_, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }
  // Its exit code after the signal.
  int End(int signal_number) {
    ::kill(pid_, signal_number);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

TEST_F(CliTest, ServeAnnouncesItsPortAndStopsOnASignal) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    Serving serving(Command({}, {"serve", "--port", "0", "--json", "--quiet"}));
    const Json announced = Json::parse(serving.FirstLine(), nullptr, false);
    ASSERT_TRUE(announced.is_object());
    EXPECT_EQ(announced["host"], "127.0.0.1");
    const std::string port = std::to_string(announced["port"].get<int>());
    const ProcessResult second = Run({"serve", "--port", port});
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_THAT(second.error_output, HasSubstr("Address already in use"));
    EXPECT_EQ(serving.End(signal_number), 130);
  }
}

}  // namespace
}  // namespace waveshift::app

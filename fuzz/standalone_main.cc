// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzzer without libFuzzer: every seed of a folder, then a fixed number of mutations of them. The same
// seeds give the same inputs on every machine. When one breaks the fuzzer, its bytes lie in fuzz-failure.bin
// in the working directory.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzzing.h"

// Sanitizers end the process without a signal; they have this instead.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

constexpr int kMutations = 2000;
constexpr size_t kLargestInput = 1 << 16;

constexpr std::array<std::string_view, 24> kTokens = {
    "-->",           "\n\n",         "\r\n",     "00:00:01,000 --> 00:00:02,000\n",
    "WEBVTT",        "NOTE ",        "<v Anna>", "</v>",
    "&amp;",         "&#x0;",        "[",        "{",
    "\"start_ms\":", "-1",           "1e999",    "null",
    "\\u0000",       "\\ud800",      "\xff",     "\xC0\x80",
    "\xEF\xBB\xBF",  "\xE2\x80\xAE", "{\\an8}",  "\xE3\x80\x8C"};

// std::mt19937_64 is the same everywhere; the standard's distributions are not.
class Random {
 public:
  size_t Below(size_t n) { return n == 0 ? 0 : static_cast<size_t>(engine_() % n); }

 private:
  std::mt19937_64 engine_{20260101};
};

void MutateOnce(std::string* input, const std::vector<std::string>& seeds, Random* random) {
  const size_t at = random->Below(input->size() + 1);
  const size_t length = random->Below(std::min<size_t>(input->size() - at, 64) + 1);
  switch (random->Below(8)) {
    case 0:
      if (at < input->size()) (*input)[at] = static_cast<char>((*input)[at] ^ (1 << random->Below(8)));
      break;
    case 1:
      if (at < input->size()) (*input)[at] = static_cast<char>(random->Below(256));
      break;
    case 2:
      input->erase(at, length);
      break;
    case 3:
      input->insert(at, input->substr(at, length));
      break;
    case 4:
      input->insert(at, kTokens[random->Below(kTokens.size())]);
      break;
    case 5: {
      const std::string& other = seeds[random->Below(seeds.size())];
      const size_t from = random->Below(other.size() + 1);
      input->replace(at, length, other.substr(from, random->Below(256)));
      break;
    }
    case 6:
      input->resize(at);
      break;
    default:
      // The same piece again and again: depth and size.
      for (size_t n = random->Below(200), i = 0; i < n; ++i)
        input->insert(at, kTokens[(at + length) % kTokens.size()]);
  }
  if (input->size() > kLargestInput) input->resize(kLargestInput);
}

// The input that runs, and where it is kept when it breaks the fuzzer.
const std::string* current_input = nullptr;
std::string failure_file;

// Only calls that a signal handler may make.
void KeepInput() {
  if (current_input == nullptr) return;
  const int file = ::open(failure_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  for (size_t done = 0; done < current_input->size();) {
    const ssize_t n = ::write(file, current_input->data() + done, current_input->size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  ::close(file);
}

void OnSignal(int number) {
  KeepInput();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void KeepInputsThatFail(std::string_view program) {
  failure_file = std::string(program.substr(program.find_last_of('/') + 1)) + ".failure";
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(number, OnSignal);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(KeepInput);
}

void RunOne(const std::string& input) {
  current_input = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  current_input = nullptr;
}

std::vector<std::string> ReadInputs(const std::string& path) {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths;
  std::error_code error;
  if (fs::is_regular_file(path, error)) paths.emplace_back(path);
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file()) paths.push_back(it->path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const fs::path& p : paths) {
    std::ifstream file(p, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER|INPUT_FILE\n", argv[0]);
    return 2;
  }
  const std::vector<std::string> seeds = ReadInputs(argv[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: no seeds\n", argv[1]);
    return 2;
  }
  KeepInputsThatFail(argv[0]);
  RunOne("");
  for (const std::string& seed : seeds) RunOne(seed);
  int mutations = 0;
  Random random;
  for (; std::filesystem::is_directory(argv[1]) && mutations < kMutations; ++mutations) {
    std::string input = seeds[random.Below(seeds.size())];
    for (size_t n = 1 + random.Below(4); n > 0; --n) MutateOnce(&input, seeds, &random);
    RunOne(input);
  }
  std::printf("%zu seeds and %d mutations passed\n", seeds.size(), mutations);
  return 0;
}

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/child_internal.h"

#include <fcntl.h>
#include <spawn.h>

#include <array>

namespace waveshift::internal {

Status MakePipe(Fd& read_end, Fd& write_end) {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe");
  const std::array<Fd*, 2> targets = {&read_end, &write_end};
  for (size_t i = 0; i < ends.size(); ++i) {
    *targets[i] = Fd(ends[i]);
  }
  for (Fd* end : targets) {
    if (end->get() > STDERR_FILENO) continue;
    Fd higher(::fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!higher.open()) return ErrnoStatus(errno, "pipe");
    *end = std::move(higher);
  }
  return OkStatus();
}

Status Child::Start(const std::string& path, const std::string& program,
                    const std::vector<std::string>& arguments, int in, int out, int err) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
  // Also what other libraries opened without close-on-exec stays here: a socket that a child holds is a
  // connection that never ends.
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, path.c_str(), &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error == EAGAIN || error == ENOMEM)
    return MakeStatus(StatusCode::kResourceExhausted, Message(ErrnoStatus(error, program)));
  if (error != 0) return FailedPrecondition(Message(ErrnoStatus(error, path + " cannot be run")));
  pid_ = pid;
  return OkStatus();
}

}  // namespace waveshift::internal

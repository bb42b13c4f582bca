// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/sigpipe_block.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace waveshift {
namespace {

// errno of a write to a pipe that nobody reads.
int WriteToNobody() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  const int error = ::write(ends[1], "x", 1) == -1 ? errno : 0;
  ::close(ends[1]);
  return error;
}

bool IsPending() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

bool IsBlocked() {
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  return sigismember(&now, SIGPIPE) == 1;
}

// Its disposition is the default one here: a signal that came through would end the test program.
TEST(SigpipeBlock, AWriteToNobodyIsAnErrorOnly) {
  {
    const SigpipeBlock block;
    EXPECT_EQ(WriteToNobody(), EPIPE);
    EXPECT_TRUE(IsPending());
  }
  EXPECT_FALSE(IsPending());
  EXPECT_FALSE(IsBlocked());
}

TEST(SigpipeBlock, TheyMayBeNested) {
  const SigpipeBlock outer;
  {
    const SigpipeBlock inner;
    EXPECT_EQ(WriteToNobody(), EPIPE);
  }
  EXPECT_FALSE(IsPending());
  EXPECT_TRUE(IsBlocked());
}

TEST(SigpipeBlock, OneThatWasPendingBeforeIsLeftToItsOwner) {
  const SigpipeBlock owner;
  EXPECT_EQ(WriteToNobody(), EPIPE);
  {
    const SigpipeBlock block;
    EXPECT_EQ(WriteToNobody(), EPIPE);
  }
  EXPECT_TRUE(IsPending());
}

}  // namespace
}  // namespace waveshift

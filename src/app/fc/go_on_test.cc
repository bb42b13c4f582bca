// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/fc/go_on.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_server.h"

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(GoOnCaller, SendsAnAsynchronousInvocation) {
  net::TestServer server([](const net::TestRequest&, const net::TestConnection& to) { to.Reply(202, ""); });
  GoOnCaller caller(server.Url(""), "s3cret-token");
  ASSERT_TRUE(caller.Send("t-1", {}).ok());
  const auto requests = server.Requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].Method(), "POST");
  EXPECT_EQ(requests[0].Target(), "/api/start_tts");
  EXPECT_TRUE(requests[0].HasHeader("X-Fc-Invocation-Type: Async"));
  EXPECT_TRUE(requests[0].HasHeader("Authorization: Bearer s3cret-token"));
  EXPECT_TRUE(requests[0].HasHeader("Content-Type: application/json"));
  EXPECT_EQ(requests[0].body, R"({"task_id":"t-1"})");
}

TEST(GoOnCaller, SaysWhyItCouldNot) {
  net::TestServer server([](const net::TestRequest&, const net::TestConnection& to) { to.Reply(403, "no"); });
  const Status refused = GoOnCaller(server.Url(""), "s3cret-token").Send("t", {});
  EXPECT_THAT(Message(refused), HasSubstr("WAVESHIFT_SELF_URL: answered with status 403"));
  const Status nobody = GoOnCaller("http://127.0.0.1:1", "s3cret-token").Send("t", {});
  EXPECT_THAT(Message(nobody), HasSubstr("WAVESHIFT_SELF_URL"));
  EXPECT_THAT(Message(nobody), Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace waveshift::app

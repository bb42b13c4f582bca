// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/fc/gateway.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OneAnswer : public service::RequestHandler {
 public:
  service::Response Handle(const service::Request& request, const service::BodyReader&) override {
    last = request;
    return answer;
  }
  service::Response HandleExpect(const service::Request&) override {
    service::Response response;
    response.status = 417;
    return response;
  }
  service::Response answer;
  service::Request last;
};

class FcGatewayTest : public ::testing::Test {
 protected:
  service::Response Call(const std::string& control_path, const std::string& id = "1-67a5-x") {
    service::Request request;
    request.method = "POST";
    request.target = control_path;
    if (!control_path.empty()) request.headers["x-fc-control-path"] = control_path;
    if (!id.empty()) request.headers["x-fc-request-id"] = id;
    return gateway_.Handle(request, [](const service::BodySink&) { return OkStatus(); });
  }
  OneAnswer service_;
  std::vector<std::string> lines_;
  FcGateway gateway_{service_, [this](const std::string& line) { lines_.push_back(line); }};
};

TEST_F(FcGatewayTest, ALineBeforeAndAfterEachCall) {
  Call("/invoke");
  Call("/http-invoke");
  Call("/initialize");
  Call("/pre-stop");
  EXPECT_THAT(lines_,
              ElementsAre("FC Invoke Start RequestId: 1-67a5-x", "FC Invoke End RequestId: 1-67a5-x",
                          "FC Invoke Start RequestId: 1-67a5-x", "FC Invoke End RequestId: 1-67a5-x",
                          "FC Initialize Start RequestId: 1-67a5-x", "FC Initialize End RequestId: 1-67a5-x",
                          "FC PreStop Start RequestId: 1-67a5-x", "FC PreStop End RequestId: 1-67a5-x"));
  lines_.clear();
  Call("");
  Call("/something");
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(FcGatewayTest, FailuresAreSaid) {
  service_.answer.status = 503;
  Call("/http-invoke");
  EXPECT_EQ(lines_.back(), "FC Invoke End RequestId: 1-67a5-x, Error: status 503");
  service_.answer.status = 404;
  Call("/http-invoke");  // a client's mistake is no failure of the function
  EXPECT_EQ(lines_.back(), "FC Invoke End RequestId: 1-67a5-x");
  service_.answer.SetHeader("x-fc-status", "404");
  Call("/invoke");
  EXPECT_EQ(lines_.back(), "FC Invoke End RequestId: 1-67a5-x, Error: status 404");
}

TEST_F(FcGatewayTest, AnIdThatCannotStandInALineIsReplacedForAll) {
  Call("/invoke", "a\nb");
  const std::string id = service_.last.Header("x-fc-request-id");
  EXPECT_EQ(id.size(), 36u);
  EXPECT_THAT(lines_, ElementsAre("FC Invoke Start RequestId: " + id, "FC Invoke End RequestId: " + id));
}

TEST_F(FcGatewayTest, AStreamEndsWithItsLastPiece) {
  service_.answer.stream = []() -> StatusOr<std::optional<std::string>> {
    return std::optional<std::string>("x");
  };
  std::optional<service::Response> response = Call("/http-invoke");
  EXPECT_EQ(**response->stream(), "x");
  service_.answer = {};
  EXPECT_EQ(lines_.size(), 1u);
  response.reset();
  EXPECT_EQ(lines_.size(), 2u);
}

TEST_F(FcGatewayTest, ForbiddenHeadersGoFromTheHttpTriggerOnly) {
  for (const char* name :
       {"X-Fc-Status", "connection", "Date", "Keep-Alive", "SERVER", "Content-Length", "X-Request-Id"})
    service_.answer.SetHeader(name, "200");
  service_.answer.SetHeader("Content-Disposition", "Attachment; filename=x");
  const service::Response http = Call("/http-invoke");
  EXPECT_THAT(http.headers, ElementsAre(std::make_pair("X-Request-Id", "200")));
  EXPECT_EQ(Call("/invoke").Header("x-fc-status"), "200");
  service_.answer.headers = {{"Content-Disposition", "inline"}};
  EXPECT_EQ(Call("/http-invoke").headers.size(), 1u);
}

TEST_F(FcGatewayTest, ExpectIsPassedOn) { EXPECT_EQ(gateway_.HandleExpect({}).status, 417); }

}  // namespace
}  // namespace waveshift::app

// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a well-behaved server gets and gives.
#include "net/http_client.h"

#include <gtest/gtest.h>

#include <atomic>

#include <cstdlib>
#include <thread>

#include "base/files.h"
#include "base/process.h"
#include "net/test_server.h"

namespace waveshift::net {
namespace {

class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"})
      ::unsetenv(name);
  }
  HttpClient client_;
  ScratchDirectory folder_ = ScratchDirectory::Make().value();
};

TEST_F(HttpClientTest, SendsWhatItWasGivenAndNothingElse) {
  TestServer server([](const TestRequest& request, const TestConnection& to) {
    to.Reply(200, "you said " + request.body, "X-Answer:  yes \r\n");
  });
  const auto response = client_.Send({.method = "POST",
                                      .url = server.Url("/a?b=c"),
                                      .headers = {{"Authorization", "Bearer k"}, {"X-Empty", ""}},
                                      .body = std::string("he\0llo", 6)},
                                     {});
  ASSERT_TRUE(response.ok()) << Message(response.status());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "you said " + std::string("he\0llo", 6));
  EXPECT_EQ(response->Header("x-answer"), "yes");
  const TestRequest request = server.Requests().at(0);
  EXPECT_EQ(request.Method(), "POST");
  EXPECT_EQ(request.Target(), "/a?b=c");
  EXPECT_TRUE(request.HasHeader("Authorization: Bearer k"));
  EXPECT_TRUE(request.HasHeader("X-Empty:"));
  EXPECT_EQ(request.head.find("Expect"), std::string::npos);
  EXPECT_EQ(request.head.find("Transfer-Encoding"), std::string::npos);
}

TEST_F(HttpClientTest, EveryMethod) {
  TestServer server([](const TestRequest& request, const TestConnection& to) {
    if (request.Method() == "HEAD") {
      to.Send("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
    } else {
      to.Reply(request.Method() == "DELETE" ? 204 : 200, request.Method());
    }
  });
  for (const std::string method : {"GET", "PUT", "POST", "PATCH"}) {
    const auto response = client_.Send({.method = method, .url = server.Url()}, {});
    ASSERT_TRUE(response.ok()) << method << ": " << Message(response.status());
    EXPECT_EQ(response->body, method);
  }
  const auto head = client_.Send({.method = "HEAD", .url = server.Url()}, {});
  ASSERT_TRUE(head.ok()) << Message(head.status());
  EXPECT_EQ(head->Header("Content-Length"), "999");
  EXPECT_EQ(client_.Send({.method = "DELETE", .url = server.Url()}, {})->status, 204);
  EXPECT_TRUE(server.Requests().at(1).HasHeader("Content-Length: 0"));
}

TEST_F(HttpClientTest, SaysWhenARequestWentOutTwice) {
  std::atomic<int> number{0};
  const TestServer server([&](const TestRequest&, const TestConnection& to) {
    if (++number == 2) return to.HangUp();  // the kept connection dies with the second request on it
    to.Reply(200, "x");
  });
  HttpRequest request{.method = "POST", .url = server.Url(), .body = "counts"};
  EXPECT_EQ(client_.Send(request, {})->times_sent, 1);
  const auto second = client_.Send(request, {});
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->times_sent, 2);
  EXPECT_EQ(server.Requests().size(), 3U);
  EXPECT_EQ(client_.Send(request, {})->times_sent, 1);
}

TEST_F(HttpClientTest, ConnectionsAreUsedAgain) {
  TestServer server([](const TestRequest&, const TestConnection& to) { to.Reply(200, "x"); });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client_.Send({.url = server.Url()}, {}).ok());
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpClientTest, AConnectionThatDiedMeanwhileIsReplaced) {
  TestServer server([](const TestRequest&, const TestConnection& to) {
    to.Reply(200, "x");
    to.HangUp();
  });
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client_.Send({.method = "POST", .url = server.Url(), .body = "abc"}, {}).ok());
  }
  for (const TestRequest& request : server.Requests()) EXPECT_EQ(request.body, "abc");
}

TEST_F(HttpClientTest, ManyThreads) {
  TestServer server(
      [](const TestRequest& request, const TestConnection& to) { to.Reply(200, request.Target()); });
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) {
          const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
          const auto response = client_.Send({.url = server.Url(path)}, {});
          right += response.ok() && response->body == path;
        }
      });
    }
  }
  EXPECT_EQ(right, 160);
}

TEST_F(HttpClientTest, BodiesOfOtherAnswersNeverReachTheSink) {
  TestServer server([](const TestRequest& request, const TestConnection& to) {
    to.Reply(request.Target() == "/good" ? 200 : 404, std::string(100000, 'x'));
  });
  std::string got;
  const auto sink = [&](std::string_view piece) {
    got += piece;
    return OkStatus();
  };
  const auto bad = client_.Send({.url = server.Url("/bad"), .sink = sink}, {});
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(bad->status, 404);
  EXPECT_EQ(got, "");
  EXPECT_GT(bad->body.size(), 1000U);
  EXPECT_LE(bad->body.size(), 64U << 10);
  const auto good = client_.Send({.url = server.Url("/good"), .sink = sink}, {});
  EXPECT_EQ(got.size(), 100000U);
  EXPECT_EQ(good->body, "");
  EXPECT_EQ(good->body_bytes, 100000);
  const auto refused = client_.Send(
      {.url = server.Url("/good"), .sink = [](std::string_view) { return DataLoss("disk full"); }}, {});
  EXPECT_EQ(Message(refused.status()), "disk full");
}

TEST_F(HttpClientTest, TheHeadIsShownOnceBeforeTheBody) {
  TestServer server([](const TestRequest& request, const TestConnection& to) {
    to.Reply(request.Target() == "/gone" ? 404 : 206, std::string(300000, 'x'), "ETag: \"e\"\r\n");
  });
  std::string seen;
  HttpRequest request{.url = server.Url("/part")};
  request.on_head = [&](const HttpResponse& head) {
    seen += "head " + std::to_string(head.status) + head.Header("etag");
    return OkStatus();
  };
  request.sink = [&](std::string_view) {
    if (!seen.ends_with("body")) seen += " body";
    return OkStatus();
  };
  ASSERT_TRUE(client_.Send(request, {}).ok());
  EXPECT_EQ(seen, "head 206\"e\" body");
  seen.clear();
  request.url = server.Url("/gone");
  ASSERT_TRUE(client_.Send(request, {}).ok());
  EXPECT_EQ(seen, "");
  request.url = server.Url("/part");
  request.on_head = [](const HttpResponse&) { return DataLoss("another file"); };
  EXPECT_EQ(Message(client_.Send(request, {}).status()), "another file");
  EXPECT_EQ(seen, "");
}

TEST_F(HttpClientTest, FilesGoUpAndComeDownWhole) {
  std::string bytes;
  for (int i = 0; i < 300000; ++i) bytes += static_cast<char>(i * 7 + i / 251);
  TestServer server([&](const TestRequest& request, const TestConnection& to) {
    to.Reply(request.Target() == "/gone" ? 404 : 200, request.Method() == "PUT" ? "" : bytes);
  });
  const std::string up = folder_.path() + "/up";
  ASSERT_TRUE(WriteFileAtomic(up, bytes).ok());
  const auto body = OpenFileBody(up).value();
  ASSERT_TRUE(client_.Send({.method = "PUT", .url = server.Url("/f"), .body_source = body.get()}, {}).ok());
  EXPECT_TRUE(server.Requests().at(0).body == bytes);
  const std::string down = folder_.path() + "/sub/down";
  ASSERT_TRUE(MakeDirectories(folder_.path() + "/sub").ok());
  ASSERT_TRUE(client_.SendToFile({.url = server.Url("/f")}, down, {}).ok());
  EXPECT_TRUE(ReadFile(down, 1 << 20).value() == bytes);
  const std::string none = folder_.path() + "/sub/none";
  EXPECT_EQ(client_.SendToFile({.url = server.Url("/gone")}, none, {})->status, 404);
  EXPECT_FALSE(ReadFile(none, 1).ok());
  const auto large = client_.SendToFile({.url = server.Url("/f"), .max_response_bytes = 1000}, none, {});
  EXPECT_EQ(large.status().code(), StatusCode::kOutOfRange);
  EXPECT_FALSE(ReadFile(none, 1).ok());
  EXPECT_FALSE(ReadFile(none + ".part", 1).ok());
}

TEST_F(HttpClientTest, RedirectsAreFollowedOnlyWhenAskedFor) {
  TestServer server([](const TestRequest& request, const TestConnection& to) {
    if (request.Target() == "/end") {
      to.Reply(200, "there");
    } else {
      to.Reply(302, "", "Location: " + std::string(request.Target() == "/loop" ? "/loop" : "/end") + "\r\n");
    }
  });
  const auto response = client_.Send({.url = server.Url("/begin")}, {});
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->Header("location"), "/end");
  const auto followed = client_.Send({.url = server.Url("/begin"), .max_redirects = 3}, {});
  EXPECT_EQ(followed->body, "there");
  EXPECT_EQ(followed->Header("location"), "");
  EXPECT_EQ(client_.Send({.url = server.Url("/loop"), .max_redirects = 3}, {}).status().code(),
            StatusCode::kUnavailable);
}

TEST_F(HttpClientTest, TheProxyOfTheEnvironmentIsUsed) {
  TestServer proxy(
      [](const TestRequest& request, const TestConnection& to) { to.Reply(200, request.Target()); });
  ::setenv("http_proxy", proxy.Url("").c_str(), 1);
  const auto response = client_.Send({.url = "http://host.invalid/x"}, {});
  ::unsetenv("http_proxy");
  ASSERT_TRUE(response.ok()) << Message(response.status());
  EXPECT_EQ(response->body, "http://host.invalid/x");
}

// A server that shares no code with ours.
TEST_F(HttpClientTest, PythonsServerUnderstandsIt) {
  const std::string port_file = folder_.path() + "/port";
  ASSERT_TRUE(WriteFileAtomic(folder_.path() + "/hello.txt", "from Python").ok());
  const std::string script =
      "import functools, http.server, os\n"
      "handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory='" +
      folder_.path() +
      "')\n"
      "handler.func.protocol_version = 'HTTP/1.1'\n"
      "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)\n"
      "open('" +
      port_file +
      ".new', 'w').write(str(server.server_port))\n"
      "os.rename('" +
      port_file + ".new', '" + port_file +
      "')\n"
      "server.serve_forever()\n";
  std::stop_source stop;
  std::jthread process([&] {
    const auto ignored =
        RunProcess({.program = "python3", .arguments = {"-c", script}, .time_limit = std::chrono::minutes(2)},
                   stop.get_token());
  });
  StatusOr<std::string> port = NotFound("");
  for (int i = 0; i < 1200 && !port.ok(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    port = ReadFile(port_file, 10);
  }
  ASSERT_TRUE(port.ok());
  const std::string url = "http://127.0.0.1:" + *port + "/hello.txt";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(client_.Send({.url = url}, {})->body, "from Python");
  const auto head = client_.Send({.method = "HEAD", .url = url}, {});
  EXPECT_EQ(head->Header("content-length"), "11");
  EXPECT_EQ(client_.Send({.method = "PUT", .url = url, .body = "x"}, {})->status, 501);
  stop.request_stop();
}

}  // namespace
}  // namespace waveshift::net

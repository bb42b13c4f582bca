// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The service over real sockets.
#include "app/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "app/http/bounded_server.h"
#include "app/http/web_assets.h"
#include "service/speech_testing.h"
#include "service/testing.h"

namespace waveshift::app {
namespace {

using service::testing::AddTask;
using service::testing::DepsOf;
using service::testing::FakeJob;
using service::testing::FastOptions;
using service::testing::kPatience;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr char kToken[] = "s3cret";

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    manager_ = std::make_unique<service::TaskManager>(FastOptions(), DepsOf(*tasks_, *objects_, job_));
    manager_->Begin();
    service::ServiceDeps deps;
    deps.manager = manager_.get();
    deps.tasks = tasks_.get();
    deps.objects = objects_.get();
    deps.web_assets = WebAssets();
    deps.speech = engines_.All();
    service::ServiceOptions options;
    options.api_token = kToken;
    options.max_json_bytes = 2 << 20;
    options.max_object_bytes = 8 << 20;
    options.max_speech_requests = 1;
    service_ = std::make_unique<service::Service>(options, std::move(deps));
    auto server = HttpServer::Bind({}, *service_, *objects_);
    EXPECT_TRUE(server.ok()) << Message(server.status());
    server_ = std::move(*server);
    thread_ = std::thread([this] { server_->Run(); });
  }
  ~HttpServerTest() override {
    server_->Stop();
    thread_.join();
  }

  std::unique_ptr<httplib::Client> Client(bool with_token = true) {
    auto client = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
    client->set_keep_alive(true);
    client->set_read_timeout(kPatience);
    if (with_token) client->set_bearer_token_auth(kToken);
    return client;
  }
  static void ExpectError(const httplib::Result& result, int status, const std::string& code) {
    ASSERT_TRUE(result) << httplib::to_string(result.error());
    EXPECT_EQ(result->status, status) << result->body;
    const Json body = Json::parse(result->body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << result->body;
    EXPECT_EQ(body["code"], code);
    EXPECT_EQ(body["request_id"], result->get_header_value("X-Request-Id"));
  }
  // A connection without a client library.
  class Socket {
   public:
    explicit Socket(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
      sockaddr_in address = {};
      address.sin_family = AF_INET;
      address.sin_port = htons(static_cast<uint16_t>(port));
      ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
      EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    }
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    void Send(const std::string& bytes) {
      for (size_t sent = 0; sent < bytes.size();) {
        const ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return;
        sent += static_cast<size_t>(n);
      }
    }
    void EndSending() { ::shutdown(fd_, SHUT_WR); }
    // What arrives until the server closes the connection, or `end` was seen.
    std::string ReadUntil(const std::string& end) {
      std::string answer;
      char piece[4096];
      while (answer.find(end) == std::string::npos) {
        const ssize_t n = ::recv(fd_, piece, sizeof(piece), 0);
        if (n <= 0) break;
        answer.append(piece, static_cast<size_t>(n));
      }
      return answer;
    }

   private:
    const int fd_;
  };
  std::string Raw(const std::string& bytes, const std::string& end) {
    Socket socket(server_->port());
    socket.Send(bytes);
    return socket.ReadUntil(end);
  }

  std::unique_ptr<stores::TaskStore> tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  FakeJob job_;
  service::testing::FakeEngines engines_;
  std::unique_ptr<service::TaskManager> manager_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

// A request for speech in PCM.
std::string SpeechCall(const std::string& input) {
  const std::string body =
      Json{{"model", "kokoro"}, {"voice", "alloy"}, {"input", input}, {"response_format", "pcm"}}.dump();
  return "POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + std::string(kToken) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}
// The head of the chunk with "One.": 0.2 s at 24 kHz in 16 bits are 9600 bytes.
constexpr char kFirstChunk[] = "\r\n2580\r\n";
constexpr char kLastChunk[] = "\r\n0\r\n\r\n";

TEST_F(HttpServerTest, SpeechLeavesWhileTheRestIsBeingSpoken) {
  engines_.kokoro->Hold("Two");
  Socket socket(server_->port());
  socket.Send(SpeechCall("One. Two."));
  const std::string begin = socket.ReadUntil(kFirstChunk);
  EXPECT_THAT(begin, HasSubstr("200 OK"));
  EXPECT_THAT(begin, HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_TRUE(engines_.kokoro->WaitUntilHeld());
  engines_.kokoro->Release();
  EXPECT_THAT(socket.ReadUntil(kLastChunk), HasSubstr(kLastChunk));
}

TEST_F(HttpServerTest, SpeechThatFailsInTheMiddleDoesNotLookWhole) {
  Socket socket(server_->port());
  socket.Send(SpeechCall("One. FAIL."));
  const std::string all = socket.ReadUntil("until the server closes the connection");
  EXPECT_THAT(all, HasSubstr(kFirstChunk));
  EXPECT_THAT(all, Not(HasSubstr(kLastChunk)));
}

TEST_F(HttpServerTest, NothingMoreIsSpokenForAClientThatWentAway) {
  engines_.kokoro->Hold("Two");
  {
    Socket socket(server_->port());
    socket.Send(SpeechCall("One. Two. " + std::string(199, 'X') + ". Four."));
    socket.ReadUntil(kFirstChunk);
    EXPECT_TRUE(engines_.kokoro->WaitUntilHeld());
  }
  engines_.kokoro->Release();
  // The place is free once that request is over.
  const auto end = std::chrono::steady_clock::now() + kPatience;
  const std::string body =
      Json{{"model", "kokoro"}, {"voice", "alloy"}, {"input", "Other."}, {"response_format", "pcm"}}.dump();
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < end) {
    const auto result = Client()->Post("/v1/audio/speech", body, "application/json");
    ASSERT_TRUE(result) << httplib::to_string(result.error());
    status = result->status;
  }
  EXPECT_EQ(status, 200);
  std::vector<std::string> asked;
  for (const tts::SpeakRequest& request : engines_.kokoro->asked()) asked.push_back(request.text);
  EXPECT_THAT(asked, ::testing::ElementsAre("One.", "Two.", "Other."));
}

TEST_F(HttpServerTest, AnswersHealthWithoutAToken) {
  const auto result = Client(false)->Get("/api/health");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(Json::parse(result->body)["status"], "healthy");
  EXPECT_NE(result->get_header_value("X-Request-Id"), "");
  ExpectError(Client(false)->Get("/api/tasks"), 401, "unauthorized");
}

TEST_F(HttpServerTest, ObjectsAndRangesGoThroughUnchanged) {
  auto client = Client();
  std::string bytes(3 << 20, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  const auto put = client->Put("/api/objects/in/a.mp4", bytes, "video/mp4");
  ASSERT_TRUE(put);
  EXPECT_EQ(put->status, 201) << put->body;
  const auto whole = client->Get("/media/in/a.mp4");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->status, 200);
  EXPECT_TRUE(whole->body == bytes);
  EXPECT_EQ(whole->get_header_value("Content-Length"), std::to_string(bytes.size()));
  const auto part = client->Get("/media/in/a.mp4", httplib::Headers{{"Range", "bytes=1000000-2000000"}});
  ASSERT_TRUE(part);
  EXPECT_EQ(part->status, 206);
  EXPECT_TRUE(part->body == bytes.substr(1000000, 1000001));
  EXPECT_EQ(part->get_header_value("Content-Range"), "bytes 1000000-2000000/" + std::to_string(bytes.size()));
  EXPECT_EQ(part->get_header_value_count("Content-Range"), 1u);
  const auto last = client->Get("/media/in/a.mp4", httplib::Headers{{"Range", "bytes=-5"}});
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, bytes.substr(bytes.size() - 5));
  ExpectError(client->Get("/media/in/a.mp4", httplib::Headers{{"Range", "bytes=99999999-"}}), 416,
              "range_not_satisfiable");
  const auto several = client->Get("/media/in/a.mp4", httplib::Headers{{"Range", "bytes=0-1,4-5"}});
  ASSERT_TRUE(several);
  EXPECT_EQ(several->status, 200);
  EXPECT_EQ(several->body.size(), bytes.size());
  const auto head = client->Head("/media/in/a.mp4");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->get_header_value("Content-Length"), std::to_string(bytes.size()));
  EXPECT_EQ(head->get_header_value("Accept-Ranges"), "bytes");
}

TEST_F(HttpServerTest, AnEmptyObjectIsAnObject) {
  auto client = Client();
  ASSERT_EQ(client->Put("/api/objects/empty.txt", "", "text/plain")->status, 201);
  const auto result = client->Get("/media/empty.txt");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "");
}

TEST_F(HttpServerTest, ChunkedUploadsAreTaken) {
  size_t sent = 0;
  const auto result = Client()->Put(
      "/api/objects/in/chunks.bin",
      [&sent](size_t, httplib::DataSink& sink) {
        const std::string piece(10000, 'x');
        sink.write(piece.data(), piece.size());
        if (++sent == 50) sink.done();
        return true;
      },
      "application/octet-stream");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 201) << result->body;
  EXPECT_EQ(objects_->Head("in/chunks.bin")->size_bytes, 500000);
}

TEST_F(HttpServerTest, TooLargeBodiesAreRefused) {
  ExpectError(Client()->Post("/api/start_tts", std::string((2 << 20) + 1, ' '), "application/json"), 413,
              "too_large");
  ExpectError(Client()->Put("/api/objects/big", std::string((8 << 20) + 1, ' '), "application/octet-stream"),
              413, "too_large");
  EXPECT_EQ(objects_->Head("big").status().code(), StatusCode::kNotFound);
}

// Nobody reads it, and it must not be taken for the next request.
TEST_F(HttpServerTest, ABodyWhereNoneBelongsIsRefusedUnread) {
  for (const std::string method : {"GET", "HEAD", "OPTIONS", "PRI"}) {
    for (const std::string length : {"Content-Length: 9000000000", "Transfer-Encoding: chunked"}) {
      Socket socket(server_->port());
      socket.Send(method + " /api/health HTTP/1.1\r\nHost: x\r\n" + length + "\r\n\r\n");
      const std::string answer = socket.ReadUntil("never");  // the connection ends
      EXPECT_THAT(answer, HasSubstr("HTTP/1.1 413")) << method << " " << length;
      if (method == "HEAD") {
        EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
      }
    }
  }
  // A few bytes do no harm.
  const std::string inner = "DELETE /api/task/t1 HTTP/1.1\r\nHost: x\r\n\r\n";
  Socket socket(server_->port());
  socket.Send("GET /api/health HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(inner.size()) +
              "\r\n\r\n" + inner);
  EXPECT_THAT(socket.ReadUntil("version"), HasSubstr("HTTP/1.1 200"));
  socket.Send("GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string rest = socket.ReadUntil("never");
  EXPECT_THAT(rest, HasSubstr("HTTP/1.1 200"));
  EXPECT_EQ(rest.find("HTTP/1.1", rest.find("HTTP/1.1") + 1), std::string::npos) << rest;
}

TEST_F(HttpServerTest, NothingIsReadBehindARequestThatCannotBeRead) {
  const std::string inner = "GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::string& line :
       {std::string("POST / HTTP/9.9"), "POST /" + std::string(9000, 'a') + " HTTP/1.1"}) {
    const std::string answer =
        Raw(line + "\r\nHost: x\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner,
            "never");
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 4"));
    EXPECT_THAT(answer, Not(HasSubstr("HTTP/1.1 200")));
  }
}

TEST_F(HttpServerTest, AnUnreadBodyIsNotTakenForTheNextRequest) {
  // Without the token nobody wants the body: it is read away, and the connection goes on behind it.
  const std::string inner = "GET /api/tasks HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string body;
  while (body.size() < 300000) body += inner;
  Socket socket(server_->port());
  socket.Send("PUT /api/objects/a HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
  EXPECT_THAT(socket.ReadUntil("request_id"), HasSubstr("HTTP/1.1 401"));
  socket.Send("GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string rest = socket.ReadUntil("never");
  EXPECT_THAT(rest, HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(rest, Not(HasSubstr("HTTP/1.1 401")));
  // One that ends too early ends the connection.
  Socket broken(server_->port());
  broken.Send(
      "PUT /api/objects/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret\r\nContent-Length: "
      "3000\r\n\r\n" +
      inner);
  broken.EndSending();
  const std::string answer = broken.ReadUntil("never");
  EXPECT_THAT(answer, Not(HasSubstr("HTTP/1.1 2")));
  EXPECT_EQ(objects_->Head("a").status().code(), StatusCode::kNotFound);
}

TEST_F(HttpServerTest, ExpectContinueIsRefusedBeforeTheBody) {
  Socket socket(server_->port());
  socket.Send(
      "PUT /api/objects/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\nExpect: 100-continue\r\n\r\n");
  const std::string answer = socket.ReadUntil("never");  // the connection ends: the body may come after all
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 401"));
  EXPECT_EQ(answer.find("100 Continue"), std::string::npos);
  const size_t body = answer.find("\r\n\r\n") + 4;
  EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(answer.size() - body) + "\r\n"));
  const Json json = Json::parse(answer.substr(body), nullptr, false);
  ASSERT_TRUE(json.is_object()) << answer;
  EXPECT_EQ(json["code"], "unauthorized");
}

TEST_F(HttpServerTest, ABodyWhoseLengthIsNotClearIsNeverRead) {
  const std::string inner = "DELETE /api/task/t1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret\r\n\r\n";
  const std::string length = "Content-Length: " + std::to_string(inner.size()) + "\r\n";
  for (const std::string& lengths :
       {length + "Content-Length: 0\r\n", "Content-Length: 0\r\n" + length,
        length + "Transfer-Encoding: chunked\r\n", std::string("Content-Length: -5\r\n"),
        std::string("Content-Length: 5x\r\n")}) {
    Socket socket(server_->port());
    socket.Send("POST /api/start_tts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret\r\n" + lengths +
                "\r\n" + inner);
    const std::string answer = socket.ReadUntil("never");
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 400")) << lengths;
    EXPECT_THAT(answer, HasSubstr("length is not clear")) << lengths;
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos) << lengths << answer;
  }
}

TEST_F(HttpServerTest, WhatCannotBeReadIsAnErrorInTheSameForm) {
  const std::string answer = Raw("GET / HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n", "request_id");
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 400"));
  EXPECT_THAT(answer, HasSubstr("\"code\":\"bad_request\""));
  ExpectError(Client()->Get("/" + std::string(9000, 'a')), 414, "bad_request");
}

// The library took lines of any length, and any number of them, into memory.
TEST_F(HttpServerTest, AHeadHasAnEnd) {
  const size_t most = BoundedServer::kMaxHeadBytes;
  // One byte more than may come, so that nothing is left unread.
  const std::string endless_line = Raw(std::string(most + 1, 'a'), "never");
  EXPECT_THAT(endless_line, HasSubstr("HTTP/1.1 431"));
  EXPECT_THAT(endless_line, HasSubstr("\"code\":\"bad_request\""));
  EXPECT_THAT(endless_line, HasSubstr("Content-Type: application/json"));
  std::string head = "GET /api/health HTTP/1.1\r\nHost: x\r\nX-Long: ";
  EXPECT_THAT(Raw(head + std::string(most + 1 - head.size(), 'a'), "never"), HasSubstr("HTTP/1.1 400"));
  while (head.size() <= most) head += "a\r\nX-Many: ";
  head.resize(most + 1);
  const std::string many = Raw(head, "never");
  EXPECT_THAT(many, HasSubstr("HTTP/1.1 400"));
  EXPECT_EQ(many.find("HTTP/1.1", 1), std::string::npos) << many;  // the rest is no further request
}

// A byte now and then, each within the patience, holds no thread.
TEST_F(HttpServerTest, AHeadThatNeverEndsIsCutOff) {
  HttpServerOptions options;
  options.patience = std::chrono::seconds(1);
  auto server = HttpServer::Bind(options, *service_, *objects_);
  ASSERT_TRUE(server.ok());
  std::thread running([&] { (*server)->Run(); });
  {
    Socket slow((*server)->port());
    std::atomic<bool> is_cut_off{false};
    std::thread sender([&] {
      for (int i = 0; i < 600 && !is_cut_off; ++i) {
        slow.Send("a");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
      EXPECT_TRUE(is_cut_off);
      slow.EndSending();
    });
    EXPECT_THAT(slow.ReadUntil("never"), Not(HasSubstr("HTTP/1.1 2")));
    is_cut_off = true;
    sender.join();
  }
  (*server)->Stop();
  running.join();
}

TEST_F(HttpServerTest, ALineOfABodyInChunksHasAnEnd) {
  std::string request =
      "PUT /api/objects/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret\r\nTransfer-Encoding: "
      "chunked\r\n\r\n";
  const std::string chunks = request + "1\r\nx\r\n" + std::string(BoundedServer::kMaxHeadBytes + 1, '1');
  const std::string refusal = Raw(chunks, "never");
  EXPECT_THAT(refusal, HasSubstr("HTTP/1.1 400"));
  EXPECT_EQ(refusal.find("HTTP/1.1", 1), std::string::npos) << refusal;
  EXPECT_EQ(objects_->Head("a").status().code(), StatusCode::kNotFound);
  // Many short ones are no long one.
  for (size_t i = 0; i < BoundedServer::kMaxHeadBytes / 4; ++i) request += "1\r\nx\r\n";
  EXPECT_THAT(Raw(request + "0\r\n\r\n", "\r\n\r\n{"), HasSubstr("HTTP/1.1 201"));
  EXPECT_EQ(objects_->Head("a")->size_bytes, static_cast<int64_t>(BoundedServer::kMaxHeadBytes / 4));
}

TEST_F(HttpServerTest, RequestsThatComeTogetherAreAllAnswered) {
  const std::string health = "GET /api/health HTTP/1.1\r\nHost: x\r\n";
  const std::string answers =
      Raw(health + "\r\n" + health + "\r\n" + health + "Connection: close\r\n\r\n", "never");
  size_t count = 0;
  for (size_t at = answers.find("HTTP/1.1 200"); at != std::string::npos;
       at = answers.find("HTTP/1.1 200", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 3U) << answers;
}

TEST_F(HttpServerTest, DeleteWithoutABodyAnswersAtOnce) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  const std::string answer = Raw(
      "DELETE /api/task/t1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret\r\nConnection: close\r\n\r\n",
      "\r\n\r\n{");
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200"));
  EXPECT_EQ(tasks_->Get("t1")->status, "cancelled");
}

TEST_F(HttpServerTest, EventsArriveUntilTheTaskEnds) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  ASSERT_EQ(Client()->Post("/api/start_tts", R"({"task_id":"t1"})", "application/json")->status, 200);
  ASSERT_TRUE(job_.WaitForStarts(1));
  std::string text;
  bool let = false;
  const auto result = Client()->Get("/api/task/t1/events", [&](const char* data, size_t size) {
    text.append(data, size);
    if (!let) job_.LetComplete();
    let = true;
    return true;
  });
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"), "text/event-stream");
  EXPECT_THAT(text, HasSubstr("\"status\":\"processing\""));
  EXPECT_THAT(text, HasSubstr("\"status\":\"completed\""));
}

TEST_F(HttpServerTest, StopEndsOpenEventStreams) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  ASSERT_EQ(Client()->Post("/api/start_tts", R"({"task_id":"t1"})", "application/json")->status, 200);
  ASSERT_TRUE(job_.WaitForStarts(1));
  std::thread stopper;
  bool begun = false;
  const auto client = Client();
  client->Get("/api/task/t1/events", [&](const char*, size_t) {
    if (!begun) stopper = std::thread([this] { server_->Stop(); });
    begun = true;
    return true;
  });
  ASSERT_TRUE(begun);
  stopper.join();  // the test would hang here, or in the destructor, if the stream kept the server alive
}

TEST_F(HttpServerTest, ATakenPortIsAnError) {
  HttpServerOptions options;
  options.port = server_->port();
  const auto second = HttpServer::Bind(options, *service_, *objects_);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(Message(second.status()), HasSubstr("Address already in use"));
  EXPECT_THAT(Message(second.status()), HasSubstr(std::to_string(options.port)));
  options.host = "no.such.host.invalid";
  EXPECT_FALSE(HttpServer::Bind(options, *service_, *objects_).ok());
}

TEST_F(HttpServerTest, StopBeforeRunIsNotForgotten) {
  auto server = HttpServer::Bind({}, *service_, *objects_);
  ASSERT_TRUE(server.ok());
  (*server)->Stop();
  (*server)->Run();  // returns
}

// As on a function platform, which keeps its connections for hours.
TEST_F(HttpServerTest, KeptConnectionsDoNotHoldTheEndUp) {
  HttpServerOptions options;
  options.idle = std::chrono::hours(24);
  options.patience = std::chrono::hours(24);
  options.hides_connection = true;
  auto server = HttpServer::Bind(options, *service_, *objects_);
  ASSERT_TRUE(server.ok());
  std::thread running([&] { (*server)->Run(); });
  Socket idle((*server)->port());
  idle.Send("GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = idle.ReadUntil("healthy");
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  EXPECT_THAT(answer, Not(HasSubstr("Keep-Alive")));
  Socket halfway((*server)->port());
  halfway.Send("GET /api/health HTTP/1.1\r\nHost: a\r\n");
  const Socket silent((*server)->port());
  (*server)->Stop();
  running.join();
}

TEST_F(HttpServerTest, ThePageAndItsScriptsAreInTheProgram) {
  auto client = Client();
  const auto page = client->Get("/ui/");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->get_header_value("Content-Type"), HasSubstr("text/html"));
  EXPECT_THAT(page->body, HasSubstr("<title>WaveShift</title>"));
  for (const char* file : {"app.js", "style.css", "hls.min.js", "player.html", "player.js", "NOTICE"}) {
    const auto result = client->Get(std::string("/ui/") + file);
    ASSERT_TRUE(result) << file;
    EXPECT_EQ(result->status, 200) << file;
  }
  EXPECT_THAT(client->Get("/ui/hls.min.js")->body, HasSubstr("1.5.17"));
}

}  // namespace
}  // namespace waveshift::app

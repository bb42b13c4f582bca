// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/download.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/hash.h"
#include "models/test_file_server.h"
#include "models/test_files.h"

namespace waveshift::models {
namespace {

using net::TestConnection;
using net::TestRequest;
using net::TestServer;
using testing::HasSubstr;
using testing::Not;

class DownloadTest : public FolderTest {
 protected:
  void SetUp() override { ForgetProxies(); }
  // A file whose size and hash the catalogue knows, or not.
  DownloadSpec Known(const std::string& url) const {
    return {.url = url, .exact_bytes = static_cast<int64_t>(bytes_.size()), .sha256 = Sha256Hex(bytes_)};
  }
  static DownloadSpec Unknown(const std::string& url) { return {.url = url, .most_bytes = 100 << 20}; }
  PartFile Part() const { return PartFile::Open(Path("f"), {}).value(); }
  // A beginning of the file, as an earlier run from `url` left it.
  void LeavePart(size_t size, const std::string& url, const std::string& etag,
                 const std::string& server_sha = "") {
    PartFile part = Part();
    ASSERT_TRUE(
        part.SetOrigin({SourceName(url), etag, server_sha, static_cast<int64_t>(bytes_.size())}).ok());
    ASSERT_TRUE(part.Append(std::string_view(bytes_).substr(0, size)).ok());
  }
  StatusOr<Downloaded> Fetch(const DownloadSpec& spec, const DownloadRules& rules = QuickRules(),
                             const std::stop_token& stop = {}) {
    PartFile part = Part();
    auto done = Downloader(client_, rules).Fetch(spec, part, {}, stop);
    if (done.ok()) {
      EXPECT_TRUE(part.Commit().ok());
    }
    return done;
  }
  void ExpectWhole(const StatusOr<Downloaded>& done) {
    ASSERT_TRUE(done.ok()) << done.status();
    EXPECT_EQ(done->sha256, Sha256Hex(bytes_));
    EXPECT_EQ(ReadAll(Path("f")), bytes_);
  }
  void ExpectRefused(const StatusOr<Downloaded>& done, StatusCode code, const std::string& words) {
    EXPECT_EQ(done.status().code(), code) << done.status();
    EXPECT_THAT(Message(done.status()), HasSubstr(words));
  }

  const std::string bytes_ = SomeBytes(3 << 20);
  net::HttpClient client_;
};

TEST_F(DownloadTest, WholeFileWithProgress) {
  const TestServer server(
      [&](const TestRequest& request, const TestConnection& to) { ServeFile(request, to, bytes_); });
  PartFile part = Part();
  int64_t last = 0;
  int64_t total = 0;
  const auto on_progress = [&](int64_t at, int64_t of) {
    EXPECT_GT(at, last);
    last = at;
    total = of;
  };
  const auto done = Downloader(client_, QuickRules()).Fetch(Unknown(server.Url("/f")), part, on_progress, {});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->sha256, Sha256Hex(bytes_));
  EXPECT_EQ(done->server_sha256, "");
  EXPECT_EQ(last, static_cast<int64_t>(bytes_.size()));
  EXPECT_EQ(total, last);
}

TEST_F(DownloadTest, BrokenConnectionsAreGoneOnWith) {
  for (const bool known : {true, false}) {
    // Every answer breaks after 1.2 MiB: three rounds, each from where the last one stopped.
    const TestServer server([&](const TestRequest& request, const TestConnection& to) {
      ServeSome(request, to, bytes_, 1200 << 10);
    });
    DownloadRules rules = QuickRules();
    rules.retry.max_attempts = 2;
    ExpectWhole(Fetch(known ? Known(server.Url()) : Unknown(server.Url()), rules));
    const auto requests = server.Requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(FirstByte(requests[1]), 1200U << 10);
    EXPECT_EQ(FirstByte(requests[2]), 2400U << 10);
    EXPECT_EQ(HeaderOf(requests[1], "If-Range"), "\"v1\"");
  }
}

TEST_F(DownloadTest, AnotherProcessGoesOnByRange) {
  const TestServer server(
      [&](const TestRequest& request, const TestConnection& to) { ServeFile(request, to, bytes_); });
  LeavePart(1000000, server.Url("/f"), "\"v1\"");
  ExpectWhole(Fetch(Unknown(server.Url("/f"))));
  EXPECT_EQ(FirstByte(server.Requests().front()), 1000000U);
}

TEST_F(DownloadTest, AFileThatChangedBeginsAnew) {
  // If-Range: the server itself sends the new file from its beginning.
  {
    const TestServer server([&](const TestRequest& request, const TestConnection& to) {
      ServeFile(request, to, bytes_, "\"v2\"");
    });
    LeavePart(1000000, server.Url("/f"), "\"v1\"");
    Write("f.part", SomeBytes(1000000, 7));
    ExpectWhole(Fetch(Unknown(server.Url("/f"))));
    EXPECT_EQ(server.Requests().size(), 1U);
  }
  // A server that knows no If-Range: the other ETag shows it.
  const TestServer server([&](const TestRequest& request, const TestConnection& to) {
    TestRequest deaf = request;
    const size_t at = deaf.head.find("If-Range");
    if (at != std::string::npos) deaf.head[at] = 'X';
    ServeFile(deaf, to, bytes_, "\"v2\"");
  });
  LeavePart(1000000, server.Url("/f"), "\"v1\"");
  Write("f.part", SomeBytes(1000000, 7));
  ExpectWhole(Fetch(Unknown(server.Url("/f"))));
  EXPECT_EQ(server.Requests().size(), 2U);
}

TEST_F(DownloadTest, WithoutAnythingToTellVersionsApartItBeginsAnew) {
  const TestServer server([&](const TestRequest& request, const TestConnection& to) {
    ServeFile(request, to, bytes_, "W/\"weak\"");
  });
  LeavePart(1000000, server.Url("/f"), "");
  Write("f.part", SomeBytes(1000000, 7));
  ExpectWhole(Fetch(Unknown(server.Url("/f"))));
  // With a known hash it may go on: the end is compared.
  LeavePart(1000000, "https://elsewhere.example/f", "");
  ExpectWhole(Fetch(Known(server.Url("/f"))));
  EXPECT_EQ(FirstByte(server.Requests().back()), 1000000U);
}

TEST_F(DownloadTest, AWrongPartIsFoundAtTheEndAndMended) {
  const TestServer server(
      [&](const TestRequest& request, const TestConnection& to) { ServeFile(request, to, bytes_); });
  LeavePart(1000000, server.Url("/f"), "\"v1\"");
  Write("f.part", SomeBytes(1000000, 7));
  ExpectWhole(Fetch(Known(server.Url("/f"))));
  EXPECT_EQ(server.Requests().size(), 2U);
  // A part that is whole already is only compared.
  Write("f.part", bytes_);
  ExpectWhole(Fetch(Known(server.Url("/f"))));
  EXPECT_EQ(server.Requests().size(), 2U);
  // One that is too long begins anew.
  Write("f.part", bytes_ + "more");
  ExpectWhole(Fetch(Known(server.Url("/f"))));
}

TEST_F(DownloadTest, UnsatisfiableRanges) {
  const TestServer server(
      [&](const TestRequest& request, const TestConnection& to) { ServeFile(request, to, bytes_); });
  // The part is whole, but nobody knew.
  LeavePart(bytes_.size(), server.Url("/f"), "\"v1\"");
  ExpectWhole(Fetch(Unknown(server.Url("/f"))));
  EXPECT_EQ(server.Requests().size(), 1U);
  // It is longer than the file has become.
  LeavePart(bytes_.size(), server.Url("/f"), "\"v1\"");
  Write("f.part", bytes_ + bytes_);
  ExpectWhole(Fetch(Unknown(server.Url("/f"))));
  const TestServer stubborn([](const TestRequest&, const TestConnection& to) { to.Reply(416, ""); });
  LeavePart(10, stubborn.Url("/f"), "\"v1\"");
  ExpectRefused(Fetch(Unknown(stubborn.Url("/f"))), StatusCode::kOutOfRange, "HTTP 416");
}

TEST_F(DownloadTest, ServersThatLieAboutRanges) {
  int calls = 0;
  const TestServer server([&](const TestRequest&, const TestConnection& to) {
    ++calls;
    to.Reply(206, bytes_.substr(5), "ETag: \"v1\"\r\nContent-Range: bytes 5-3145727/3145728\r\n");
  });
  LeavePart(1000000, server.Url("/f"), "\"v1\"");
  ExpectRefused(Fetch(Known(server.Url("/f"))), StatusCode::kUnavailable, "sent another range");
  EXPECT_EQ(ReadAll(Path("f.part")), bytes_.substr(0, 1000000));  // untouched
  const TestServer nonsense([&](const TestRequest&, const TestConnection& to) {
    to.Reply(206, bytes_, "Content-Range: bytes x-y/99999999999999999999\r\n");
  });
  ExpectRefused(Fetch(Known(nonsense.Url("/f"))), StatusCode::kUnavailable, "sent another range");
}

TEST_F(DownloadTest, ServersThatLieAboutLength) {
  const TestServer longer([&](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 4; ++i) to.Send("100000\r\n" + std::string(1 << 20, 'x') + "\r\n");
    to.Send("0\r\n\r\n");
  });
  ExpectRefused(Fetch(Known(longer.Url("/f"))), StatusCode::kDataLoss, "sends more than 3145728 bytes");
  DownloadSpec small = Unknown(longer.Url("/f"));
  small.most_bytes = 1000;
  ExpectRefused(Fetch(small), StatusCode::kDataLoss, "sends more than 1000 bytes");
  // Said at once: nothing is transferred.
  const TestServer other([&](const TestRequest& request, const TestConnection& to) {
    ServeFile(request, to, std::string(5000, 'x'));
  });
  LeavePart(1000, other.Url("/f"), "\"v1\"");
  ExpectRefused(Fetch(Known(other.Url("/f"))), StatusCode::kDataLoss,
                "has 5000 bytes, but the file that is known has");
  EXPECT_EQ(ReadAll(Path("f.part")), bytes_.substr(0, 1000));
  const TestServer shorter([&](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  });
  ExpectRefused(Fetch(Known(shorter.Url("/f"))), StatusCode::kDataLoss, "gave 3 bytes instead of 3145728");
  const TestServer empty([](const TestRequest&, const TestConnection& to) { to.Reply(200, ""); });
  LeavePart(1000, empty.Url("/f"), "\"v1\"");
  ExpectRefused(Fetch(Unknown(empty.Url("/f"))), StatusCode::kDataLoss, "gave no bytes");
}

TEST_F(DownloadTest, ABodyWithoutAnEndIsTrustedOnlyWithAHash) {
  const TestServer server([&](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.0 200 OK\r\n\r\n" + bytes_);
    to.HangUp();
  });
  ExpectRefused(Fetch(Unknown(server.Url("/f"))), StatusCode::kDataLoss, "says neither how long");
  ExpectWhole(Fetch(Known(server.Url("/f"))));
}

TEST_F(DownloadTest, AnotherContentIsNeverTaken) {
  const TestServer server([&](const TestRequest& request, const TestConnection& to) {
    std::string bad = bytes_;
    bad[2000000] ^= 1;
    ServeFile(request, to, bad);
  });
  ExpectRefused(Fetch(Known(server.Url("/f"))), StatusCode::kDataLoss,
                "is not the file that is known (SHA-256)");
  EXPECT_EQ(ReadAll(Path("f.part")), "");
}

// As Hugging Face does: the redirect says what the file is, the content comes from elsewhere.
TEST_F(DownloadTest, TheHashInARedirectCounts) {
  std::string sha = Sha256Hex(bytes_);
  const TestServer server([&](const TestRequest& request, const TestConnection& to) {
    if (request.Target().starts_with("/cdn")) return ServeFile(request, to, bytes_, "");
    to.Reply(302, "",
             "X-Linked-Etag: \"" + sha + "\"\r\nX-Linked-Size: 3145728\r\nLocation: /cdn/f?sig=secret\r\n");
  });
  const auto done = Fetch(Unknown(server.Url("/f")));
  ExpectWhole(done);
  EXPECT_EQ(done->server_sha256, sha);
  // It also tells that a part of another site is a part of the same file.
  LeavePart(1000000, "https://mirror.example/f", "", sha);
  ExpectWhole(Fetch(Unknown(server.Url("/f"))));
  EXPECT_EQ(FirstByte(server.Requests().back()), 1000000U);
  LeavePart(1000000, "https://mirror.example/f", "", std::string(64, 'c'));
  Write("f.part", SomeBytes(1000000, 7));
  ExpectWhole(Fetch(Unknown(server.Url("/f"))));
  sha[0] = sha[0] == '0' ? '1' : '0';
  const auto refused = Fetch(Unknown(server.Url("/f")));
  ExpectRefused(refused, StatusCode::kDataLoss, "SHA-256");
  EXPECT_THAT(Message(refused.status()), Not(HasSubstr("secret")));
}

TEST_F(DownloadTest, RedirectsThatAreNotFollowed) {
  const TestServer round(
      [](const TestRequest&, const TestConnection& to) { to.Reply(302, "", "Location: /again\r\n"); });
  ExpectRefused(Fetch(Known(round.Url("/f"))), StatusCode::kUnavailable, "redirects too often");
  for (const char* location : {"ftp://host/f", "file:///etc/passwd", ""}) {
    const TestServer server([&](const TestRequest&, const TestConnection& to) {
      to.Reply(302, "", std::string("Location: ") + location + "\r\n");
    });
    EXPECT_EQ(Fetch(Known(server.Url("/f"))).status().code(), StatusCode::kInvalidArgument) << location;
  }
}

TEST_F(DownloadTest, ErrorsOfTheServer) {
  const TestServer gone([](const TestRequest&, const TestConnection& to) { to.Reply(404, "not here"); });
  ExpectRefused(Fetch(Known(gone.Url("/f?token=secret"))), StatusCode::kNotFound, "HTTP 404");
  EXPECT_EQ(gone.Requests().size(), 1U);
  std::atomic<int> calls{0};
  const TestServer busy([&](const TestRequest& request, const TestConnection& to) {
    if (++calls < 3) return to.Reply(503, "later");
    ServeFile(request, to, bytes_);
  });
  ExpectWhole(Fetch(Known(busy.Url("/f"))));
}

TEST_F(DownloadTest, SilentAndSlowServers) {
  DownloadRules rules = QuickRules();
  rules.retry.max_attempts = 1;
  rules.timeouts.idle = std::chrono::milliseconds(100);
  const auto silent = [&](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.1 200 OK\r\nContent-Length: 3145728\r\n\r\nabc");
    to.WaitForEnd();
  };
  const TestServer first(silent);
  ExpectRefused(Fetch(Known(first.Url("/f")), rules), StatusCode::kDeadlineExceeded, "no answer for");
  rules.timeouts.idle = std::chrono::minutes(1);
  rules.slow_time = std::chrono::milliseconds(100);
  rules.slow_bytes = 1 << 20;
  const TestServer dripping([&](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.1 200 OK\r\nContent-Length: 3145728\r\n\r\n");
    for (int i = 0; i < 200; ++i) {
      to.Send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  ExpectRefused(Fetch(Known(dripping.Url("/f")), rules), StatusCode::kDeadlineExceeded, "sends too slowly");
}

TEST_F(DownloadTest, StopsWhenAskedAndKeepsThePart) {
  std::stop_source stop;
  const TestServer server([&](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 3145728\r\n\r\n" + bytes_.substr(0, 500000));
    to.WaitForEnd();
  });
  PartFile part = Part();
  const auto on_progress = [&](int64_t at, int64_t) {
    if (at == 500000) stop.request_stop();
  };
  const auto done =
      Downloader(client_, QuickRules()).Fetch(Known(server.Url("/f")), part, on_progress, stop.get_token());
  EXPECT_EQ(done.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(ReadAll(Path("f.part")), bytes_.substr(0, 500000));
}

TEST(SourceName, HoldsNoSecret) {
  EXPECT_EQ(SourceName("https://user:pw@host/a/f.bin"), "https://host/a/f.bin");
  EXPECT_THAT(SourceName("https://host/f?token=secret"), Not(HasSubstr("secret")));
  EXPECT_NE(SourceName("https://host/f?v=1"), SourceName("https://host/f?v=2"));
}

}  // namespace
}  // namespace waveshift::models

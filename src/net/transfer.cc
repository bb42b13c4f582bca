// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>
#include <string_view>

#include "base/sigpipe_block.h"
#include "base/version.h"
#include "net/transfer_internal.h"

namespace waveshift::net::internal {
namespace {

constexpr size_t kMaxHeaderBytes = 256 << 10;
// Of an answer that is not 2xx, when a sink waits for 2xx: what is kept of it.
constexpr int64_t kMaxErrorBodyBytes = 64 << 10;
constexpr int64_t kMostErrorBodyBytes = 64 << 20;  // after that it is not waited for its end
constexpr int kLongestPollMs = 100;
constexpr long kBufferBytes = 256 << 10;  // the library's own are 16 and 64 KiB: a system call each

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool IsTokenCharacter(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || IsUpper(c) || (c >= '0' && c <= '9');
  return letter || (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool IsHeaderValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && c != '\t') || u == 0x7F;
  });
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

void Append(curl_slist*& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list = longer;
}

}  // namespace

Handle::Handle() : easy(curl_easy_init()), multi(curl_multi_init()) {
  if (easy == nullptr || multi == nullptr) throw std::bad_alloc();
}

Handle::~Handle() {
  const SigpipeBlock no_sigpipe;  // TLS takes its leave of whoever is still there
  curl_multi_cleanup(multi);
  curl_easy_cleanup(easy);
}

Status CheckRequest(const HttpRequest& request) {
  const std::string shown = RedactedUrl(request.url);
  if (!request.url.starts_with("https://") && !request.url.starts_with("http://"))
    return InvalidArgument(shown + ": must begin with https:// or http://");
  const bool plain = std::all_of(request.url.begin(), request.url.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u < 0x7F;
  });
  if (!plain) return InvalidArgument(shown + ": holds characters that must be percent-encoded");
  if (!IsToken(request.method)) return InvalidArgument(shown + ": bad HTTP method");
  for (const HttpHeader& header : request.headers) {
    if (!IsToken(header.name)) return InvalidArgument(shown + ": bad name of a header");
    if (!IsHeaderValue(header.value))
      return InvalidArgument(shown + ": header " + header.name + " holds control characters");
  }
  return OkStatus();
}

Transfer::Transfer(Handle& handle, const HttpRequest& request)
    : handle_(handle), request_(request), shown_url_(RedactedUrl(request.url)) {}

Transfer::~Transfer() {
  curl_easy_reset(handle_.easy);
  curl_slist_free_all(header_list_);
  curl_slist_free_all(known_list_);
}

Status Transfer::Fail(const std::string& why, StatusCode code) const {
  return MakeStatus(code, shown_url_ + ": " + why);
}

// The callbacks may not throw through libcurl; what they allocate is bounded.
size_t Transfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  return static_cast<Transfer*>(self)->TakeHeaderLine({data, size * count}) ? size * count : 0;
}

size_t Transfer::OnBody(char* data, size_t size, size_t count, void* self) {
  // Any number but that of the bytes ends the transfer; an empty piece has none that differs from 0.
  return static_cast<Transfer*>(self)->TakeBody({data, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
}

size_t Transfer::OnRead(char* to, size_t size, size_t count, void* self) {
  auto* const transfer = static_cast<Transfer*>(self);
  const auto read = transfer->ReadBody(to, size * count);
  if (read.ok()) return *read;
  transfer->callback_error_ = read.status();
  return CURL_READFUNC_ABORT;
}

int Transfer::OnSeek(void* self, curl_off_t offset, int origin) {
  auto* const transfer = static_cast<Transfer*>(self);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  transfer->callback_error_ = transfer->RewindBody();
  return transfer->callback_error_.ok() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

int Transfer::OnRequest(void* self, char* /*our_ip*/, char* /*ip*/, int /*our_port*/, int /*port*/) {
  ++static_cast<Transfer*>(self)->response_.times_sent;
  return CURL_PREREQFUNC_OK;
}

// What is connected to is what was asked about: the name is not looked up again in between.
curl_socket_t Transfer::OnSocket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto* const transfer = static_cast<Transfer*>(self);
  if (transfer->request_.may_connect(address->addr))
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  transfer->callback_error_ =
      transfer->Fail("leads to an address that may not be used", StatusCode::kInvalidArgument);
  return CURL_SOCKET_BAD;
}

bool Transfer::TakeHeaderLine(std::string_view line) {
  last_activity_ = Clock::now();
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    callback_error_ = Fail("the answer's headers are too large", StatusCode::kOutOfRange);
    return false;
  }
  if (line.starts_with("HTTP/")) {  // a new answer begins: after 100 Continue, or behind a redirect
    response_.headers.clear();
    return true;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.push_back(
      {std::string(Trimmed(line.substr(0, colon))), std::string(Trimmed(line.substr(colon + 1)))});
  return true;
}

bool Transfer::TakeBody(std::string_view piece) {
  last_activity_ = Clock::now();
  long status = 0;
  curl_easy_getinfo(handle_.easy, CURLINFO_RESPONSE_CODE, &status);
  const bool to_sink = request_.sink && status >= 200 && status < 300;
  response_.body_bytes += static_cast<int64_t>(piece.size());
  const bool is_error_body = request_.sink && !to_sink;
  const int64_t most = is_error_body ? std::min(request_.max_response_bytes, kMostErrorBodyBytes)
                                     : request_.max_response_bytes;
  if (is_error_body && response_.body_bytes > kMaxErrorBodyBytes && response_.body_bytes <= most)
    return true;  // the head of it says enough
  if (response_.body_bytes > most) {
    callback_error_ =
        Fail("the answer is larger than " + std::to_string(most) + " bytes", StatusCode::kOutOfRange);
    return false;
  }
  if (!to_sink) {
    response_.body += piece;
    return true;
  }
  if (request_.on_head && !head_shown_) {
    head_shown_ = true;
    response_.status = static_cast<int>(status);
    callback_error_ = request_.on_head(response_);
    if (!callback_error_.ok()) return false;
  }
  callback_error_ = request_.sink(piece);
  return callback_error_.ok();
}

StatusOr<size_t> Transfer::ReadBody(char* to, size_t most) {
  last_activity_ = Clock::now();
  if (request_.body_source != nullptr) return request_.body_source->Read(to, most);
  const size_t n = std::min(most, request_.body.size() - body_sent_);
  std::memcpy(to, request_.body.data() + body_sent_, n);
  body_sent_ += n;
  return n;
}

Status Transfer::RewindBody() {
  body_sent_ = 0;
  return request_.body_source != nullptr ? request_.body_source->Rewind() : OkStatus();
}

void Transfer::SetHeaders() {
  const auto add = [this](const std::string& line) { Append(header_list_, line); };
  for (const HttpHeader& header : request_.headers) {
    // libcurl's way to write a header without a value.
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  add("Expect:");  // no 100-continue: some servers never send it
  curl_easy_setopt(handle_.easy, CURLOPT_HTTPHEADER, header_list_);
  curl_easy_setopt(handle_.easy, CURLOPT_USERAGENT, ("waveshift/" + std::string(Version())).c_str());
}

void Transfer::SetBody() {
  CURL* const easy = handle_.easy;
  const int64_t size = request_.body_source != nullptr ? request_.body_source->size_bytes()
                                                       : static_cast<int64_t>(request_.body.size());
  const bool wants_body = request_.body_source != nullptr || !request_.body.empty() ||
                          request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
  if (request_.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (wants_body) {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Transfer::OnRead);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &Transfer::OnSeek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
}

void Transfer::SetConnection() {
  CURL* const easy = handle_.easy;
  if (!request_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, request_.ca_file.c_str());
  if (!request_.may_connect) return;
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not the environment's, either
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::OnSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  for (const std::string& known : request_.known_addresses) Append(known_list_, known);
  curl_easy_setopt(easy, CURLOPT_RESOLVE, known_list_);
}

Status Transfer::SetUp() {
  CURL* const easy = handle_.easy;
  WS_RETURN_IF_ERROR(RewindBody());
  curl_easy_reset(easy);  // the connections stay
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR,
                   request_.url.starts_with("https") ? "https" : "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request_.max_redirects > 0 ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, static_cast<long>(request_.max_redirects));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
  // A cancelled request does not wait for a name server.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.timeouts.connect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeouts.total.count()));
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Transfer::OnRequest);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  SetConnection();
  SetHeaders();
  SetBody();
  return OkStatus();
}

Status Transfer::Loop(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { curl_multi_wakeup(handle_.multi); });
  last_activity_ = Clock::now();
  int running = 1;
  while (true) {
    if (curl_multi_perform(handle_.multi, &running) != CURLM_OK)
      return Fail("the HTTP library failed", StatusCode::kInternal);
    if (running == 0) break;
    if (stop.stop_requested()) return Cancelled("stopped");
    const auto idle = Clock::now() - last_activity_;
    if (request_.timeouts.idle.count() > 0 && idle > request_.timeouts.idle)
      return Fail("no answer for " + std::to_string(request_.timeouts.idle.count()) + " ms",
                  StatusCode::kDeadlineExceeded);
    curl_multi_poll(handle_.multi, nullptr, 0, kLongestPollMs, nullptr);
  }
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(handle_.multi, &left)) {
    if (message->msg == CURLMSG_DONE) return StatusOfCurl(message->data.result);
  }
  return Fail("the HTTP library gave no result", StatusCode::kInternal);
}

StatusOr<HttpResponse> Transfer::Run(const std::stop_token& stop) {
  if (stop.stop_requested()) return Cancelled("stopped");
  const SigpipeBlock no_sigpipe;  // with CURLOPT_NOSIGNAL it is the caller's business
  WS_RETURN_IF_ERROR(SetUp());
  if (curl_multi_add_handle(handle_.multi, handle_.easy) != CURLM_OK)
    return Fail("the HTTP library failed", StatusCode::kInternal);
  const Status status = Loop(stop);
  long http_status = 0;
  curl_easy_getinfo(handle_.easy, CURLINFO_RESPONSE_CODE, &http_status);
  curl_multi_remove_handle(handle_.multi, handle_.easy);
  WS_RETURN_IF_ERROR(status);
  response_.status = static_cast<int>(http_status);
  return std::move(response_);
}

Status Transfer::StatusOfCurl(CURLcode code) const {
  if (code == CURLE_OK) return OkStatus();
  if (!callback_error_.ok()) return callback_error_;
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Fail("took longer than it may", StatusCode::kDeadlineExceeded);
    case CURLE_URL_MALFORMAT:
      return Fail("is no URL", StatusCode::kInvalidArgument);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Fail("the server's certificate is not trusted", StatusCode::kFailedPrecondition);
    case CURLE_UNSUPPORTED_PROTOCOL:  // how libcurl calls an answer without a status line
    case CURLE_WEIRD_SERVER_REPLY:
      return Fail("the answer is not HTTP", StatusCode::kUnavailable);
    case CURLE_PARTIAL_FILE:
      return Fail("the answer ended too early", StatusCode::kUnavailable);
    case CURLE_TOO_MANY_REDIRECTS:
      return Fail("redirects too often", StatusCode::kUnavailable);
    case CURLE_OUT_OF_MEMORY:
      return Fail("out of memory", StatusCode::kInternal);
    default:
      break;
  }
  std::string why = curl_easy_strerror(code);  // fixed texts, nothing of the request
  // "Timeout was reached", but not "SSL connect error".
  if (why.size() > 1 && IsUpper(why[0]) && !IsUpper(why[1]))
    why.front() = static_cast<char>(why.front() + 32);
  return Fail(why, StatusCode::kUnavailable);
}

}  // namespace waveshift::net::internal

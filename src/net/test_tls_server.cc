// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/test_tls_server.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "base/sigpipe_block.h"

namespace waveshift::net {

class TestTlsServer::Impl {
 public:
  Impl(const std::string& certificate_file, Answer answer)
      : answer_(std::move(answer)), context_(SSL_CTX_new(TLS_server_method())) {
    MakeCertificate(certificate_file);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Accept(); });
  }
  ~Impl() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::string port() const { return std::to_string(port_); }
  int accepted() const { return accepted_; }
  std::vector<std::string> Targets() const {
    const std::lock_guard lock(mutex_);
    return targets_;
  }

 private:
  void MakeCertificate(const std::string& file) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(kName), -1,
                               -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* const names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:media.example.test,IP:127.0.0.1");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context_, certificate);
    SSL_CTX_use_PrivateKey(context_, key);
    BIO* const out = BIO_new_file(file.c_str(), "wb");
    PEM_write_bio_X509(out, certificate);
    BIO_free(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  void Accept() {
    const SigpipeBlock
        no_sigpipe;  // a client that refuses the certificate is gone when the answer is written
    while (!ending_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++accepted_;
      SSL* const ssl = SSL_new(context_);
      SSL_set_fd(ssl, socket);
      if (SSL_accept(ssl) == 1) Serve(ssl);
      SSL_shutdown(ssl);
      SSL_free(ssl);
      ::close(socket);
    }
  }
  void Serve(SSL* ssl) {
    std::string head;
    char buffer[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const int n = SSL_read(ssl, buffer, sizeof buffer);
      if (n <= 0) return;
      head.append(buffer, static_cast<size_t>(n));
    }
    const size_t from = head.find(' ') + 1;
    const std::string target = head.substr(from, head.find(' ', from) - from);
    {
      const std::lock_guard lock(mutex_);
      targets_.push_back(target);
    }
    const std::string bytes = answer_(target);
    SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
  }

  const Answer answer_;
  SSL_CTX* const context_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<int> accepted_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> targets_;  // guarded by mutex_
  std::thread thread_;
};

TestTlsServer::TestTlsServer(const std::string& certificate_file, Answer answer)
    : certificate_file_(certificate_file),
      impl_(std::make_unique<Impl>(certificate_file, std::move(answer))) {}
TestTlsServer::~TestTlsServer() = default;
std::string TestTlsServer::port() const { return impl_->port(); }
int TestTlsServer::accepted() const { return impl_->accepted(); }
std::vector<std::string> TestTlsServer::Targets() const { return impl_->Targets(); }

std::string TestTlsServer::Reply(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

PublicFetchOptions TestTlsServer::FetchOptions(const std::string& address) const {
  PublicFetchOptions options;
  options.allowed_hosts = {std::string(kName) + ":" + port()};
  options.known_addresses = {std::string(kName) + ":" + port() + ":" + address};
  options.ca_file = certificate_file_;
  options.retry.first_delay = std::chrono::milliseconds(1);
  options.is_public = [](const sockaddr& at) {
    return at.sa_family == AF_INET &&
           reinterpret_cast<const sockaddr_in&>(at).sin_addr.s_addr == htonl(INADDR_LOOPBACK);
  };
  return options;
}

}  // namespace waveshift::net

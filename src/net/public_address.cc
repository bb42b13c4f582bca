// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/public_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace waveshift::net {
namespace {

struct Block4 {
  uint32_t first;
  int bits;
};

// Everything that is no public host.
constexpr std::array<Block4, 17> kNotPublic4 = {{{0x00000000, 8},   // "this" network
                                                 {0x0A000000, 8},   // private
                                                 {0x64400000, 10},  // carriers; Alibaba's metadata
                                                 {0x7F000000, 8},   // loopback
                                                 {0xA83F8110, 32},  // Azure's host: 168.63.129.16
                                                 {0xA9FE0000, 16},  // link-local; metadata of most clouds
                                                 {0xAC100000, 12},  // private
                                                 {0xC0000000, 24},  // protocol assignments; Oracle's metadata
                                                 {0xC0000200, 24},  // documentation
                                                 {0xC0586300, 24},  // 6to4 relays
                                                 {0xC0A80000, 16},  // private
                                                 {0xC6120000, 15},  // benchmarks
                                                 {0xC6336400, 24},  // documentation
                                                 {0xCB007100, 24},  // documentation
                                                 {0xE0000000, 4},   // multicast
                                                 {0xF0000000, 4},   // reserved
                                                 {0xFFFFFFFF, 32}}};  // broadcast

bool IsPublic4(uint32_t address) {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(), [&](const Block4& block) {
    const uint32_t mask = ~uint32_t{0} << (32 - block.bits);
    return (address & mask) == block.first;
  });
}

using Bytes16 = std::array<uint8_t, 16>;

bool BeginsWith(const Bytes16& address, const Bytes16& prefix, int bits) {
  const auto whole = static_cast<size_t>(bits / 8);
  if (!std::equal(prefix.begin(), prefix.begin() + whole, address.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

struct Block6 {
  Bytes16 prefix;
  int bits;
};
constexpr Block6 kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96};
constexpr Block6 kNat64 = {{0x00, 0x64, 0xFF, 0x9B}, 96};
constexpr Block6 kGlobal = {{0x20}, 3};
// Within the global unicast addresses.
constexpr std::array<Block6, 4> kNotPublic6 = {{{{0x20, 0x01}, 23},              // assignments, Teredo
                                                {{0x20, 0x01, 0x0D, 0xB8}, 32},  // documentation
                                                {{0x20, 0x02}, 16},              // 6to4
                                                {{0x3F, 0xFF}, 20}}};            // documentation

bool IsPublic6(const Bytes16& address) {
  for (const Block6& block : {kMapped, kNat64}) {
    if (!BeginsWith(address, block.prefix, block.bits)) continue;
    return IsPublic4(uint32_t{address[12]} << 24 | uint32_t{address[13]} << 16 | uint32_t{address[14]} << 8 |
                     address[15]);
  }
  return BeginsWith(address, kGlobal.prefix, kGlobal.bits) &&
         std::none_of(kNotPublic6.begin(), kNotPublic6.end(),
                      [&](const Block6& block) { return BeginsWith(address, block.prefix, block.bits); });
}

}  // namespace

bool IsPublicAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in ip{};
    std::memcpy(&ip, &address, sizeof ip);
    return IsPublic4(ntohl(ip.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 ip{};
  std::memcpy(&ip, &address, sizeof ip);
  Bytes16 bytes{};
  std::memcpy(bytes.data(), ip.sin6_addr.s6_addr, bytes.size());
  return IsPublic6(bytes);
}

}  // namespace waveshift::net

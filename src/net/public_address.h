// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_NET_PUBLIC_ADDRESS_H_
#define WAVESHIFT_NET_PUBLIC_ADDRESS_H_

#include <sys/socket.h>

namespace waveshift::net {

// True for an IPv4 or IPv6 address of one host on the public Internet. False for all that leads elsewhere:
// this machine, private networks, links, carriers' inner networks (100.64/10), documentation, multicast,
// reserved blocks (IANA's special-purpose registries, RFC 6890), and the metadata services of clouds. An IPv6
// address that stands for an IPv4 one (mapped, NAT64) is judged by that one; tunnels (6to4, Teredo) are not
// public. Other families are not public. Pure; any thread.
bool IsPublicAddress(const sockaddr& address);

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_PUBLIC_ADDRESS_H_

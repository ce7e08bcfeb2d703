// Where the simulated fleet's hosts are, for the floors.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

// A blocking connection to the host of that number, 127.0.1.1 and following; -1 when there is none.
inline int connect_to(unsigned host, int port) {
    constexpr unsigned last_octets = 254;
    const unsigned net = host / last_octets + 1;
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    where.sin_addr.s_addr = htonl(0x7f000000u + (net << 8) + host % last_octets + 1);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0) return socket;
    close(socket);
    return -1;
}

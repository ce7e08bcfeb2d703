// The floor of SSH: a loop with blocking sockets and bare libssh2 that does for each host what
// rdpsweep does on the wire, and nothing else.
// usage: ssh_floor PORT HOSTS SCRIPT, with the password in RDPSWEEP_PASSWORD
//
// Hosts are 127.0.1.1 and following, as the simulated fleet's. It prints the bytes it read.
#include "transports/ssh/methods.hpp"

#include <libssh2.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

#include "bench/fleet_address.hpp"

namespace {

using rdpsweep::ssh::prefer_algorithms;

const std::string user = "SIM\\sweeper";
const std::string command =
    "powershell -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
    "\"[Environment]::SetEnvironmentVariable('RDPSWEEP_NONCE',[Console]::In.ReadLine());"
    "[Environment]::SetEnvironmentVariable('RDPSWEEP_ARGS',[Console]::In.ReadLine());"
    "Invoke-Expression ([Console]::In.ReadToEnd())\"";

// What the command printed on both streams.
std::size_t run(LIBSSH2_SESSION* session, const std::string& input) {
    LIBSSH2_CHANNEL* channel = libssh2_channel_open_session(session);
    if (channel == nullptr || libssh2_channel_exec(channel, command.c_str()) != 0) return 0;
    for (std::size_t sent = 0; sent < input.size();) {
        const auto wrote = libssh2_channel_write(channel, input.data() + sent, input.size() - sent);
        if (wrote < 0) return 0;
        sent += static_cast<std::size_t>(wrote);
    }
    libssh2_channel_send_eof(channel);
    std::array<char, 16384> buffer;
    std::string output;
    for (;;) {
        const auto got = libssh2_channel_read(channel, buffer.data(), buffer.size());
        if (got <= 0) break;
        output.append(buffer.data(), static_cast<std::size_t>(got));
    }
    libssh2_channel_close(channel);
    libssh2_channel_wait_closed(channel);
    libssh2_channel_free(channel);
    return output.size();
}

std::size_t visit(unsigned host, int port, const std::string& password, const std::string& input) {
    const int socket = connect_to(host, port);
    if (socket < 0) return 0;
    LIBSSH2_SESSION* session = libssh2_session_init();
    prefer_algorithms(session, {});
    std::size_t read = 0;
    const auto size = static_cast<unsigned>(user.size());
    if (libssh2_session_handshake(session, socket) == 0 &&
        libssh2_userauth_list(session, user.c_str(), size) != nullptr &&
        libssh2_userauth_password(session, user.c_str(), password.c_str()) == 0) {
        read = run(session, input);
    }
    libssh2_session_disconnect(session, "done");
    libssh2_session_free(session);
    close(socket);
    return read;
}

} // namespace

int main(int count, char** words) {
    const char* password = std::getenv("RDPSWEEP_PASSWORD");
    if (count != 4 || password == nullptr) return 2;
    std::ifstream file(words[3]);
    const std::string script{std::istreambuf_iterator<char>(file), {}};
    const std::string input = "0123456789abcdef0123456789abcdef\n{}\n" + script;
    libssh2_init(0);
    const int hosts = std::atoi(words[2]);
    std::size_t read = 0;
    int answered = 0;
    for (int host = 0; host < hosts; ++host) {
        const auto size = visit(static_cast<unsigned>(host), std::atoi(words[1]), password, input);
        answered += size != 0 ? 1 : 0;
        read += size;
    }
    std::printf("%d of %d hosts answered, %zu bytes\n", answered, hosts, read);
    return answered == hosts ? 0 : 1;
}

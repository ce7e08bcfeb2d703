// The disk behind a socket: what is asked, and answers that are none.
#include "tests/support/catch.hpp"

#include <array>
#include <csignal>
#include <sys/socket.h>
#include <unistd.h>

#include "offline/helper/pipe_source.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;
namespace wire = rdpsweep::disk_wire;

namespace {

// A parent whose answers wait in the socket before anything is asked.
class Parent {
public:
    Parent() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_) == 0); }

    ~Parent() {
        close(ends_[0]);
        if (ends_[1] >= 0) close(ends_[1]);
    }

    void answer(const std::string& bytes) {
        REQUIRE(write(ends_[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }

    // Says no more, and listens.
    void fall_silent() { shutdown(ends_[1], SHUT_WR); }

    void leave() {
        close(ends_[1]);
        ends_[1] = -1;
    }

    // Returns "offset+length" of all that was asked.
    std::string asked() {
        std::array<char, 4096> bytes{};
        const auto got = recv(ends_[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
        wire::Reader reader(wire::Speaker::helper);
        if (got > 0) reader.add({bytes.data(), static_cast<std::size_t>(got)});
        std::string text;
        for (;;) {
            const auto message = reader.next();
            if (!message || !*message) return text;
            const auto request = *wire::read_request((*message)->body);
            text += std::to_string(request.offset) + "+" + std::to_string(request.length) + " ";
        }
    }

    ParentLink link() { return {ends_[0], ends_[0]}; }

private:
    int ends_[2] = {-1, -1};
};

std::string data(const std::string& bytes) {
    return wire::to_bytes(wire::Kind::data, bytes);
}

} // namespace

TEST_CASE("pipe source: it asks for what is wanted and takes what comes", "[disk]") {
    Parent parent;
    auto link = parent.link();
    PipeSource disk(link, 4096);
    CHECK(disk.size() == 4096);
    std::string bytes(4, '\0');
    parent.answer(data("abcd"));
    CHECK(disk.read(100, std::as_writable_bytes(std::span(bytes))));
    CHECK(bytes == "abcd");
    CHECK(parent.asked() == "100+4 ");
}

TEST_CASE("pipe source: what is larger than a request is asked in pieces", "[disk]") {
    Parent parent;
    auto link = parent.link();
    PipeSource disk(link, wire::request_bytes * 3);
    std::string bytes(wire::request_bytes + 1, '\0');
    // The first answer does not fit into the socket: a short one ends the read, after the request.
    parent.answer(data("short"));
    const auto read = disk.read(512, std::as_writable_bytes(std::span(bytes)));
    REQUIRE_FALSE(read);
    CHECK(read.error().code() == Errc::protocol_violation);
    CHECK(parent.asked() == "512+1048576 ");
}

TEST_CASE("pipe source: each way not to get bytes is its own error", "[disk]") {
    Parent parent;
    auto link = parent.link();
    PipeSource disk(link, 4096);
    std::string bytes(4, '\0');
    const auto read = [&](std::uint64_t offset) {
        const auto status = disk.read(offset, std::as_writable_bytes(std::span(bytes)));
        return status ? Errc{} : status.error().code();
    };
    CHECK(read(4093) == Errc::malformed_output);
    CHECK(read(UINT64_MAX) == Errc::malformed_output);
    CHECK(parent.asked().empty());
    parent.answer(wire::to_bytes(wire::Kind::no_data, ""));
    CHECK(read(4092) == Errc::not_found);
    parent.answer(data("abcde"));
    CHECK(read(0) == Errc::protocol_violation);
    parent.answer(data("abcd").substr(0, 7));
    parent.fall_silent();
    CHECK(read(0) == Errc::peer_closed);
    // The helper itself is ended by the signal.
    const auto usual = std::signal(SIGPIPE, SIG_IGN);
    parent.leave();
    CHECK(read(0) == Errc::peer_closed);
    std::signal(SIGPIPE, usual);
}

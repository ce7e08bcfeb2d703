// Asks for a piece, waits for it, and takes no other.
#include "offline/helper/pipe_source.hpp"

#include <algorithm>
#include <cstring>

namespace rdpsweep::offline {

Status PipeSource::read_piece(std::uint64_t offset, std::span<std::byte> into) {
    const disk_wire::Request request{offset, static_cast<std::uint32_t>(into.size())};
    if (auto sent = link_.send(disk_wire::to_bytes(request)); !sent) return sent;
    auto answer = link_.receive();
    if (!answer) return std::move(answer).error();
    if (answer->kind == disk_wire::Kind::no_data) {
        return Error(
            Phase::run,
            Errc::not_found,
            "the disk does not give " + std::to_string(into.size()) + " bytes at " +
                std::to_string(offset)
        );
    }
    if (answer->body.size() != into.size()) {
        return Error(Phase::run, Errc::protocol_violation, "rdpsweep gave other bytes than asked");
    }
    std::memcpy(into.data(), answer->body.data(), into.size());
    return {};
}

Status PipeSource::read(std::uint64_t offset, std::span<std::byte> into) {
    if (auto inside = lies_within(size_, offset, into.size()); !inside) return inside;
    for (std::size_t done = 0; done < into.size();) {
        const auto length = std::min(disk_wire::request_bytes, into.size() - done);
        if (auto read = read_piece(offset + done, into.subspan(done, length)); !read) return read;
        done += length;
    }
    return {};
}

} // namespace rdpsweep::offline

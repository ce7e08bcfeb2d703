// Blocking reads and writes, as often as the system needs.
#include "offline/helper/link.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace rdpsweep::offline {

namespace {

Error parent_is_gone() {
    return {Phase::run, Errc::peer_closed, "rdpsweep is gone"};
}

} // namespace

Status ParentLink::send(const std::string& bytes) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const auto written = write(out_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return parent_is_gone();
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<disk_wire::Message> ParentLink::receive() {
    std::array<char, std::size_t{64} << 10U> buffer; // NOLINT: filled by read()
    for (;;) {
        auto message = reader_.next();
        if (!message) return std::move(message).error();
        if (*message) return **std::move(message);
        const auto got = read(in_, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return parent_is_gone();
        reader_.add({buffer.data(), static_cast<std::size_t>(got)});
    }
}

} // namespace rdpsweep::offline

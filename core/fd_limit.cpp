// Raises the soft limit of descriptors to the hard one and divides it among hosts.
#include "core/fd_limit.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace rdpsweep {

namespace {

// Kept for the store, reports, epoll, the resolver's sockets and libraries.
constexpr std::size_t reserved = 64;

// A host may hold a connection, a second one while cleaning up, and a GSSAPI or resolver socket.
// One more is kept for a host that is being connected to.
constexpr std::size_t per_host = 3;
constexpr std::size_t per_place = per_host + 1;

// Where the hard limit is "infinite" (some containers), more than this is never needed.
constexpr rlim_t enough = 1'048'576;

} // namespace

FdLimit fit_descriptors(std::size_t descriptors, std::size_t asked) noexcept {
    FdLimit result;
    result.descriptors = descriptors;
    const auto usable = descriptors > reserved ? descriptors - reserved : 0;
    result.in_flight = std::max<std::size_t>(1, std::min(asked, usable / per_place));
    const auto at_work = result.in_flight * per_host;
    result.left = usable > at_work ? usable - at_work : 0;
    result.wanted = asked * per_place + reserved;
    result.lowered = result.in_flight < asked;
    return result;
}

FdLimit raise_fd_limit(std::size_t asked) noexcept {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return fit_descriptors(0, asked);
    limit.rlim_cur = std::min(limit.rlim_max, enough);
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return fit_descriptors(static_cast<std::size_t>(std::min(limit.rlim_cur, enough)), asked);
}

} // namespace rdpsweep

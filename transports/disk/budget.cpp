// Compares without a sum that could overflow.
#include "transports/disk/budget.hpp"

#include <string>

namespace rdpsweep::disk {

namespace {

Error used_up(std::string what) {
    return {Phase::run, Errc::output_limit, "the disk's reader " + std::move(what)};
}

} // namespace

Status Budget::ask(const disk_wire::Request& request) {
    const bool inside = request.offset <= disk_ && request.length <= disk_ - request.offset;
    if (!inside || request.length == 0 || request.length > disk_wire::request_bytes) {
        return Error(
            Phase::run,
            Errc::protocol_violation,
            "the disk's reader asked for " + std::to_string(request.length) + " bytes at " +
                std::to_string(request.offset) + ", of a disk of " + std::to_string(disk_)
        );
    }
    if (requests_ >= rules_.requests) {
        return used_up("asked more than " + std::to_string(rules_.requests) + " times");
    }
    if (request.length > rules_.bytes - bytes_) {
        return used_up("asked for more than " + std::to_string(rules_.bytes) + " bytes");
    }
    ++requests_;
    bytes_ += request.length;
    return {};
}

Status Budget::tell() {
    if (stages_ >= rules_.stages) {
        return used_up("named more than " + std::to_string(rules_.stages) + " stages");
    }
    ++stages_;
    return {};
}

} // namespace rdpsweep::disk

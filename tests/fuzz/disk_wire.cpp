// What a disk's reader says, which may be in the hands of the disk: messages cut anywhere, requests
// against the budget, and failures that choose their words.
#include "core/disk_wire.hpp"

#include "core/disk_hints.hpp"
#include "core/limits.hpp"
#include "tests/fuzz/target.hpp"
#include "transports/disk/budget.hpp"
#include "transports/disk/image_kind.hpp"

#include <algorithm>
#include <array>
#include <string>

using namespace rdpsweep;
using namespace rdpsweep::disk_wire;

namespace {

constexpr std::uint64_t disk_size = std::uint64_t{1} << 31U;

// Reads all messages, piece by piece, and writes them again. broken: how it ended.
std::string read_all(std::string_view bytes, std::size_t piece, bool& broken) {
    Reader reader(Speaker::helper);
    std::string again;
    broken = false;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.add(bytes.substr(at, piece));
        for (;;) {
            const auto message = reader.next();
            broken = !message;
            if (broken) return again;
            if (!*message) break;
            again += to_bytes((*message)->kind, (*message)->body);
        }
        const auto most = limits::stdout_bytes + header_bytes + piece;
        must(reader.waiting() < most, "what waits is bounded");
    }
    return again;
}

void check_messages(std::string_view bytes) {
    bool broken = false;
    const auto whole = read_all(bytes, std::max<std::size_t>(bytes.size(), 1), broken);
    must(bytes.substr(0, whole.size()) == whole, "what was read is what came");
    bool broken_too = false;
    const auto pieces = read_all(bytes, 3, broken_too);
    must(pieces == whole, "bytes cut anywhere are the same messages");
    must(broken == broken_too, "and end the same way");
}

void check_requests(std::string_view bytes) {
    disk::Budget budget(disk_size, {.requests = 8, .bytes = 1u << 20});
    std::uint64_t served = 0;
    for (std::size_t at = 0; at + 12 <= bytes.size(); at += 12) {
        const auto request = read_request(bytes.substr(at, 12));
        must(request.has_value(), "twelve bytes are a request");
        must(to_bytes(*request).substr(header_bytes) == bytes.substr(at, 12), "read and written");
        if (!budget.ask(*request)) continue;
        must(request->length > 0 && request->length <= request_bytes, "a request has a size");
        must(request->offset < disk_size, "it begins in the disk");
        must(request->length <= disk_size - request->offset, "and ends there");
        served += request->length;
    }
    must(budget.bytes() == served, "what is served is counted");
    must(budget.requests() <= 8 && served <= 1u << 20, "and bounded");
}

void check_failure(std::string_view bytes) {
    const auto failure = read_failure(bytes);
    must(failure.phase() == Phase::run, "a failure is one of reading");
    must(!failure.retryable(), "and is not tried again");
    const std::array told{
        Errc::unsupported,
        Errc::blocked_by_policy,
        Errc::malformed_output,
        Errc::output_limit,
        Errc::not_found};
    must(std::find(told.begin(), told.end(), failure.code()) != told.end(), "its code is harmless");
    const auto& hints = disk_hints::all;
    const bool ours = std::find(hints.begin(), hints.end(), failure.hint()) != hints.end();
    must(failure.hint().empty() || ours, "its advice is ours");
    must(!failure.detail().empty(), "it says something");
    for (const auto text : {failure.detail(), failure.native()}) {
        must(text.size() <= 1700, "words are bounded");
        for (const unsigned char c : text)
            must(c >= 0x20 && c != 0x7f, "words are fit to be shown");
    }
}

// An image of these bytes, its last sector the same as its first.
void check_image(std::string_view bytes) {
    const auto head = bytes.substr(0, disk::sector);
    const auto extent = disk::extent_of(disk_size, head, head);
    if (extent) must(extent->bytes >= disk::sector && extent->bytes <= disk_size, "a disk's size");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_messages(bytes);
    check_requests(bytes);
    check_failure(bytes);
    check_image(bytes);
    const auto body = bytes.substr(0, failure_bytes);
    if (!body.empty()) check_messages(to_bytes(Kind::failure, body) + std::string(bytes));
    return 0;
}

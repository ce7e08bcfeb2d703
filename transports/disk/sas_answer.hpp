// What Azure's storage answers when a range of a blob is asked for. No I/O.
#pragma once

#include "core/result.hpp"
#include "transports/net/http.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rdpsweep::disk {

// Bytes of a blob, from offset on.
struct ByteRange {
    std::uint64_t offset = 0;
    std::size_t length = 0;

    // Returns "bytes=0-511" (RFC 9110 section 14.1.2).
    [[nodiscard]] std::string header() const;
};

// What the first answer said of a blob; each later one has to say the same.
struct BlobShape {
    std::uint64_t size = 0;
    std::string etag; // empty: the storage gives none
};

struct RangeAnswer {
    BlobShape shape;
    std::string bytes;
};

// Returns the bytes of an answer to that range. known: null for the first one, of which the end may
// lie beyond that of the blob. Error{run, ...}, its native code with x-ms-error-code and
// x-ms-request-id: access_denied, not_found, protocol_violation (also of a blob that changed),
// unsupported, malformed_output, throttled with the pause that is asked for.
Result<RangeAnswer>
read_range_answer(net::HttpResponse&& answer, const ByteRange& wanted, const BlobShape* known);

// Tells whether the SAS was refused as one is that has ended or was revoked: another one may do.
bool refuses_signature(const net::HttpResponse& answer);

} // namespace rdpsweep::disk

// A disk that is a blob or a snapshot of Azure, read by ranges of HTTP through its SAS: a URL whose
// signature lets whoever has it read.
#pragma once

#include "core/outcome.hpp"
#include "core/secret.hpp"
#include "transports/disk/blocks.hpp"
#include "transports/services.hpp"

#include <memory>

namespace rdpsweep::disk {

// Where a URL that may be read comes from, and a fresh one when it has ended.
class SasSource {
public:
    virtual ~SasSource() = default;

    // Returns the whole URL with its signature. again: the last one was refused as expired. Where
    // there is no other, the detail of the Error goes on after what the storage said of the last.
    virtual Task<Result<Secret>> url(bool again, HostDeadline& deadline) = 0;
};

// Opens the disk behind a SAS: one connection, over which ranges are read one after the other. Its
// size is from the first answer's Content-Range; the footer of a fixed VHD is left out. All three
// must outlive it. attempt counts the bytes on the wire. Error{resolve, connect, tls, http, open,
// ...}: each names the storage's host and the blob's path, and never the query, which is the
// signature.
Task<Result<std::unique_ptr<Blocks>>>
open_sas(SasSource& source, Services& services, HostDeadline& deadline, Attempt& attempt);

} // namespace rdpsweep::disk

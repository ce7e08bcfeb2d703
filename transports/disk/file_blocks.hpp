// A disk that is a file or a block device of this machine.
#pragma once

#include "transports/disk/blocks.hpp"
#include "transports/disk/image_kind.hpp"

#include <memory>
#include <string>

namespace rdpsweep::disk {

// Opens an image and returns its disk. It is read on the pool, which must outlive it. Links are
// followed: /dev/disk/by-id holds nothing else. Error{open, ...}: not_found, access_denied,
// unsupported (a folder, a FIFO, another format), malformed_output, timed_out, cancelled, else
// local_limit with the system's words. A file that is written to while it is read is Error{run,
// protocol_violation} from read().
Task<Result<std::unique_ptr<Blocks>>>
open_file(std::string path, asio::thread_pool& pool, HostDeadline& deadline);

} // namespace rdpsweep::disk

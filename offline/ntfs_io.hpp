// What libfsntfs reads from: a ByteSource behind libbfio's eleven functions. Private to ntfs.cpp.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <libbfio.h>
#include <optional>

#include "offline/source.hpp"

namespace rdpsweep::offline {

// The libraries' errors cannot carry ours: what the source said stays here.
struct NtfsIo {
    ByteSource& source;
    std::uint64_t at = 0;
    std::optional<Error> failure; // the first; later reads fail without asking
};

// Makes a handle over io, which must outlive it; nullptr when the library cannot.
libbfio_handle_t* make_bfio_handle(NtfsIo& io);

} // namespace rdpsweep::offline

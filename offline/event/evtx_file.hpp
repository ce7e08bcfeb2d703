// A log of its own, made of chunks of another one: what is fed to readers of whole files.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <span>
#include <vector>

#include "offline/bytes.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

// Returns a log of these chunks, oldest first: a clean header, then the chunks as they are.
std::vector<std::byte> evtx_file(std::span<const Bytes> chunks);

// Returns a log of the newest chunks of another one, at most so many.
Result<std::vector<std::byte>> newest_of(ByteSource& log, std::size_t most_chunks);

} // namespace rdpsweep::offline

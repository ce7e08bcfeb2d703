// The security descriptors of an NTFS volume: $Secure's stream $SDS has each once, under a number.
//
// libfsntfs looks a number up in the index $SII, and cannot where that has more than one level
// (2020 to 2026), which is every volume with a Windows on it. So the stream is read here, without
// an index.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "offline/bytes.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

class NtfsSecurity {
public:
    explicit NtfsSecurity(std::unique_ptr<ByteSource> stream) : stream_(std::move(stream)) {}

    // Returns the descriptor of that number. Error{run, malformed_output}: there is none whose
    // checksum is right; or what the stream's source says.
    Result<std::vector<std::byte>> find(std::uint32_t number);

private:
    struct Place {
        std::uint64_t offset;
        std::uint32_t size;
    };

    Status scan_until(std::uint32_t number);
    void note(Bytes block, std::uint64_t offset);
    Result<std::vector<std::byte>> read(std::uint32_t number, Place place);

    std::unique_ptr<ByteSource> stream_;
    std::unordered_map<std::uint32_t, Place> places_;
    std::uint64_t scanned_ = 0;
};

} // namespace rdpsweep::offline

// A finished run's hosts, compressed: hosts.jsonl.gz in the place of hosts.jsonl.
#pragma once

#include "core/descriptor.hpp"
#include "core/result.hpp"
#include "scanner/store/state_folder.hpp"

#include <array>
#include <cstdint>
#include <istream>
#include <memory>
#include <streambuf>

struct gzFile_s;

namespace rdpsweep {

inline constexpr auto records_name = "hosts.jsonl";
inline constexpr auto packed_name = "hosts.jsonl.gz";

// Reads what was compressed, line by line: as bounded as whoever reads lines. What is damaged or
// cut short ends the stream as bad(), and so does more than 64 GiB: no run has that much
// (1,000,000 VMs of 19 KB are 19 GB).
class PackedStream : private std::streambuf, public std::istream {
public:
    explicit PackedStream(Descriptor file);

private:
    struct Close {
        void operator()(gzFile_s* file) const noexcept;
    };

    std::streambuf::int_type underflow() override;

    std::unique_ptr<gzFile_s, Close> file_;
    std::uint64_t left_;
    std::array<char, 64u << 10> block_{};
};

// Compresses the hosts of a run that ended: the last record of each, in the order of the inventory.
// The file is written whole, then it takes the place of the other. Does nothing for a run that is
// compressed. Error{config, taken} for one that is being written.
Status pack_records(const StateFolder& run);

// Puts hosts.jsonl back, so that the run can be gone on with, and locks it. Nothing where the run
// is not compressed. Error{config, ...}: taken while another process does so, malformed_output
// where it is damaged.
Status unpack_records(const StateFolder& run);

} // namespace rdpsweep

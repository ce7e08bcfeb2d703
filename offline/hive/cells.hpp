// Cells: the pieces a hive is made of. One is read by its offset, and nothing else of the hive.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "offline/source.hpp"

namespace rdpsweep::offline {

// What a field has that points to no cell.
inline constexpr std::uint32_t no_cell = 0xFFFFFFFF;

class Cells {
public:
    // bins_size: as the base block says. What lies behind the end of the file cannot be read.
    Cells(ByteSource& hive, std::uint32_t bins_size) noexcept;

    // Returns the first bytes of the cell at offset, most of them at most; fewer where the cell is
    // smaller. Error{run, malformed_output}: there is no cell that is in use, or it does not lie
    // within the hive.
    Result<std::vector<std::byte>> read(std::uint32_t offset, std::size_t most) const;

private:
    ByteSource* hive_;
    std::uint64_t end_;
};

// Returns the error that says what is wrong with the cell at offset.
Error bad_cell(std::uint32_t offset, const char* what);

} // namespace rdpsweep::offline

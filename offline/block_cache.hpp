// Blocks of a disk that is far away: each is fetched once, neighbours together, within a budget.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

#include "offline/source.hpp"

namespace rdpsweep::offline {

struct BlockRules {
    std::size_t block = std::size_t{64} << 10U; // measured: fewest bytes at little more time
    std::size_t most_a_request = std::size_t{1} << 20U;
    std::size_t most_requests = 4000; // a whole chain takes some 80
    std::uint64_t most_bytes = std::uint64_t{256} << 20U;
    std::size_t most_kept = std::size_t{16} << 20U; // in memory; the longest unused go first
    // Blocks at once where each follows the one before, and blocks between a wanted one and one
    // that is kept, which are then fetched, too. Measured: a third of the requests for a tenth more
    // bytes.
    std::size_t ahead = 4;
    std::size_t gap = 1;
};

// Reads whole blocks of the source below, which must outlive it, and keeps those used last.
class BlockCache final : public ByteSource {
public:
    explicit BlockCache(ByteSource& below, BlockRules rules = {});

    [[nodiscard]] std::uint64_t size() const noexcept override { return below_.size(); }

    // Error{run, output_limit}: the budget of requests or bytes is used up; every later read that
    // needs a block which is not kept fails the same way.
    Status read(std::uint64_t offset, std::span<std::byte> into) override;

    [[nodiscard]] std::size_t requests() const noexcept { return requests_; }

    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    struct Block {
        std::uint64_t number;
        std::vector<std::byte> bytes;
    };

    using Kept = std::list<Block>; // used last first

    struct Run {
        std::uint64_t first;
        std::uint64_t last;
    };

    Run widened(Run wanted);
    Status fetch(Run run);
    Status fetch_with_more(Run run);
    const Block* find(std::uint64_t number);
    void keep(std::uint64_t number, std::span<const std::byte> bytes);
    Status read_run(std::uint64_t offset, std::span<std::byte> into);

    ByteSource& below_;
    BlockRules rules_;
    Kept kept_;
    std::unordered_map<std::uint64_t, Kept::iterator> places_;
    std::uint64_t next_ = ~std::uint64_t{0}; // behind what was fetched last
    std::size_t ahead_ = 1;
    std::size_t requests_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace rdpsweep::offline

// Lists what a key has many of: what of it is damaged is counted, and its names are bounded.
#pragma once

#include "core/result.hpp"

#include <utility>

#include "offline/hive/hive.hpp"

namespace rdpsweep::offline {

// Reads each of cells by read(cell). Error{run, output_limit} with those words when the names take
// more than hive_limit::names; errors but malformed_output end the listing.
template <class T, class Cells, class Read>
Result<Listing<T>> list_all(const Cells& cells, Read read, const char* too_many) {
    Listing<T> listing;
    std::size_t names = 0;
    for (const auto& cell : cells) {
        Result<T> found = read(cell);
        if (!found && found.error().code() != Errc::malformed_output) {
            return std::move(found).error();
        }
        if (!found) {
            ++listing.unreadable;
            continue;
        }
        names += found->name.size() * sizeof(char16_t);
        if (names > hive_limit::names) {
            return Error(Phase::run, Errc::output_limit, too_many);
        }
        listing.found.push_back(*std::move(found));
    }
    return listing;
}

} // namespace rdpsweep::offline

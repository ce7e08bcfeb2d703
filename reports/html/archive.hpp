// Evidence that the page carries packed: unfolded by the script when somebody opens a host.
#pragma once

#include "reports/html/fragment.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rdpsweep::html {

// Fragments of HTML, deflated (RFC 1950) in parcels and written in Base64. Security descriptors,
// paths and sentences repeat from host to host, so a tenth of their size is left.
class Archive {
public:
    // Adds a fragment and returns its number, by which the script finds it. It must not hold a NUL.
    std::size_t add(const Html& fragment);

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

    // Returns the element that holds all parcels; nothing may be added afterwards.
    Html element();

private:
    void pack();

    static constexpr std::size_t parcel = 64; // fragments that are unpacked together

    std::size_t count_ = 0;
    std::string open_; // fragments of the parcel that is not full yet
    std::vector<Html> parcels_;
};

} // namespace rdpsweep::html

// Shuffles the hosts, then sorts them by what is known of them.
#include "scanner/run/visiting_order.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace rdpsweep {

std::vector<std::size_t> visiting_order(
    const std::vector<Target>& targets,
    const std::vector<bool>& postponed,
    const LetIn& before,
    std::mt19937& random
) {
    enum class Place : std::uint8_t { let_in, untried, refused };
    std::vector<Place> places;
    places.reserve(targets.size());
    for (std::size_t index = 0; index < targets.size(); ++index) {
        const bool let_in = before.knows(targets[index]);
        places.push_back(
            postponed[index] ? Place::refused
            : let_in         ? Place::let_in
                             : Place::untried
        );
    }
    std::vector<std::size_t> order(targets.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    std::stable_sort(order.begin(), order.end(), [&places](std::size_t a, std::size_t b) {
        return places[a] < places[b];
    });
    return order;
}

} // namespace rdpsweep

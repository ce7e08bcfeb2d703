// What hosts have in common that the rest of the fleet has not: said with numbers only.
#pragma once

#include "core/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rdpsweep {

// "resource_group=rg-7": of 12 hosts 12 have it, of the fleet's 2,000 hosts 40 do.
struct Share {
    std::string trait;
    std::size_t count = 0;
    std::size_t of = 0;
    std::size_t fleet = 0;
    std::size_t fleet_of = 0;
};

// Returns a host's tags and build as texts, each bounded.
std::vector<std::string> traits_of(const HostResult& host);

class Shares {
public:
    enum class Affected : std::uint8_t { by_news, by_silence };

    void add_to_fleet(const std::vector<std::string>& traits);
    void add(Affected how, const std::vector<std::string>& traits);

    // Returns at most two traits that at least nine in ten of those hosts have, and at most half as
    // large a share of the fleet: what is rarest first. None of fewer than two hosts.
    [[nodiscard]] std::vector<Share> of(Affected how) const;

    // Returns how many hosts were added.
    [[nodiscard]] std::size_t count(Affected how) const;

private:
    using Counts = std::map<std::string, std::size_t>;
    static void count_in(Counts& counts, const std::vector<std::string>& traits);

    struct Kind {
        std::size_t hosts = 0;
        Counts traits;
    };

    std::size_t fleet_ = 0;
    Counts fleet_traits_;
    std::map<Affected, Kind> kinds_;
};

} // namespace rdpsweep

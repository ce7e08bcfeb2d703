// Hosts as HTML, waiting for their place on the page.
#pragma once

#include "reports/changes/difference.hpp"
#include "reports/digest.hpp"
#include "reports/html/archive.hpp"
#include "reports/html/markup.hpp"

#include <map>
#include <string>

namespace rdpsweep::html {

// As large as the page will be: the hosts come in inventory order and leave in the order of their
// causes. So that ten thousand sick hosts stay under 5 MB, evidence is written as it is only up to
// a limit; a part of it is kept for the first host of each group, which stands for the others where
// there is no JavaScript. The rest goes into the archive.
struct Rendered {
    std::map<GroupKey, Html> grouped; // broken, at risk and unknown
    std::map<Obstacle, Html> obstructed;
    Html healthy_rows;
    Html disk_rows; // nothing was found on their disk, and that is all that is known
    Html not_applicable_rows;
    Archive archive;
    const Difference* difference = nullptr; // since another run; null: none is known

    void add(const Words& words, const HostResult& host);

private:
    [[nodiscard]] Html change_of(const Words& words, const HostResult& host) const;
    Html unhealthy(const Words& words, const HostResult& host, bool first_of_its_kind);

    std::size_t room_ = 600'000;            // bytes of plain evidence, of any host
    std::size_t room_for_firsts_ = 400'000; // and of the first hosts of groups
};

} // namespace rdpsweep::html

// Which hosts of a run answer as one Windows: a clone that was not generalised, or a VM that is in
// the inventory twice. Whoever asks for the one may be changing the other.
#pragma once

#include "core/outcome.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

class SameWindows {
public:
    // Takes the MachineGuid of an assessed host, if its facts have one.
    void note(const HostResult& host);

    // Returns the names of the other hosts with that MachineGuid, "a, b"; empty: there are none.
    [[nodiscard]] std::string others(std::string_view id, std::string_view machine_guid) const;

private:
    struct Seen {
        std::string id, name;
    };

    std::map<std::string, std::vector<Seen>> seen_; // by MachineGuid, in lower case
};

} // namespace rdpsweep

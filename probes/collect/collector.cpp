// The collector script, compiled in.
#include "probes/collect/collector.hpp"

#include "embedded/collector_ps1.hpp"

namespace rdpsweep {

std::string_view collector_script() noexcept {
    return embedded::collector_ps1;
}

} // namespace rdpsweep

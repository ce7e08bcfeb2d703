// Makes the ids of runs and plans: a time, so that they sort, and random digits.
#include "scanner/store/run_id.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"

namespace rdpsweep {

std::string new_run_id(std::chrono::system_clock::time_point now) {
    using std::chrono::duration_cast;
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    auto stamp = to_iso8601(second.time_since_epoch().count());
    std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
    auto rest = std::to_string(duration_cast<std::chrono::milliseconds>(now - second).count());
    rest.insert(0, 3 - rest.size(), '0');
    return stamp + "-" + rest + random_hex128().substr(0, 6);
}

} // namespace rdpsweep

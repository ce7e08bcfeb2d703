// Keeps the names of the variables that hold secrets, for the whole process, as the environment is.
#include "scanner/system/child_environment.hpp"

#include <mutex>
#include <set>
#include <string_view>
#include <unistd.h>

namespace rdpsweep {

namespace {

struct Hidden {
    std::mutex turn;
    std::set<std::string, std::less<>> names{
        "RDPSWEEP_PASSWORD", "AZURE_CLIENT_SECRET", "IDENTITY_HEADER"};
};

Hidden& hidden() {
    static Hidden one;
    return one;
}

} // namespace

void hide_from_children(const std::string& variable) {
    auto& all = hidden();
    const std::lock_guard turn(all.turn);
    all.names.insert(variable);
}

std::vector<std::string> child_environment() {
    auto& all = hidden();
    const std::lock_guard turn(all.turn);
    std::vector<std::string> kept;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
        const std::string_view entry(*at);
        if (all.names.count(entry.substr(0, entry.find('='))) == 0) kept.emplace_back(entry);
    }
    return kept;
}

} // namespace rdpsweep

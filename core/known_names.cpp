// Compares without regard to case, and gives back our own spelling.
#include "core/known_names.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep {

std::string
known_names(const std::vector<std::string>& said, std::span<const std::string_view> known) {
    if (said.empty()) return "nothing";
    std::vector<std::string> named;
    for (const auto& one : said) {
        const auto at = std::find_if(known.begin(), known.end(), [&one](std::string_view name) {
            return iequals(name, one);
        });
        if (at != known.end()) named.emplace_back(*at);
    }
    if (named.size() < said.size()) named.emplace_back("methods that we do not know");
    return join(named, ", ");
}

} // namespace rdpsweep

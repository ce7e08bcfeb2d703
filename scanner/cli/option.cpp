// Joins lists of options and words their defaults.
#include "scanner/cli/option.hpp"

#include <iterator>

namespace rdpsweep::cli {

void append(Options& options, Options more) {
    options.insert(
        options.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())
    );
}

std::string usual(const std::string& what, const std::string& value) {
    return what + " (default " + value + ")";
}

} // namespace rdpsweep::cli

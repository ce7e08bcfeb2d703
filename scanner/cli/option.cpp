// Joins lists of options and words their defaults.
#include "scanner/cli/option.hpp"

#include <cctype>
#include <iterator>

namespace rdpsweep::cli {

std::string key_of(const Option& option) {
    const auto name = option.names.substr(option.names.rfind(',') + 1);
    return name.starts_with("--") ? name.substr(2) : "";
}

std::string variable_of(const Option& option) {
    std::string name = "RDPSWEEP_";
    for (const char c : key_of(option))
        name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

void append(Options& options, Options more) {
    options.insert(
        options.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())
    );
}

std::string usual(const std::string& what, const std::string& value) {
    return what + " (default " + value + ")";
}

} // namespace rdpsweep::cli

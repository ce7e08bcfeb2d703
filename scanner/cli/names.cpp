// Collects the names of transports, reports and languages.
#include "scanner/cli/names.hpp"

#include "reports/messages/catalogue.hpp"
#include "reports/report.hpp"
#include "transports/registry.hpp"

#include <vector>

namespace rdpsweep {

namespace {

template <class Table>
std::vector<std::string_view> names_in(const Table& table) {
    std::vector<std::string_view> names;
    for (const auto& row : table)
        names.push_back(row.name);
    return names;
}

} // namespace

CliNames cli_names() {
    static const auto transports = [] {
        auto names = names_in(all_transports());
        for (const auto& source : all_sources())
            names.push_back(source.name);
        return names;
    }();
    static const auto reports = names_in(all_reports());
    return {transports, reports, built_in_languages()};
}

} // namespace rdpsweep

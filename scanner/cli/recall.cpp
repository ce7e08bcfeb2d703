// Reads scan and check lines without what they run.
#include "scanner/cli/recall.hpp"

#include "scanner/cli/command_line.hpp"
#include "scanner/cli/scan_grammar.hpp"

namespace rdpsweep {

std::optional<ScanOptions>
recall_scan(const std::vector<std::string>& args, const CliNames& names) {
    using cli::asks;
    const std::vector<cli::Verb> verbs{
        {"scan", "", "", asks<ScanOptions>({cli::scan_options, {}, cli::wrong_scan})},
        {"check", "", "", asks<ScanOptions>({cli::check_options, {}, cli::wrong_scan})}};
    const auto line = parse_command_line(args, verbs, names);
    if (line.exit) return {};
    return line.given<ScanOptions>();
}

} // namespace rdpsweep

// Reads files, -t and Azure, each into a source of its own.
#include "scanner/scope/sources.hpp"

#include "scanner/azure/read_azure.hpp"
#include "scanner/inventory/disk_targets.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

SourceNames name_sources(
    const std::vector<std::string>& inventories,
    const std::vector<std::string>& targets,
    AzureOptions azure
) {
    SourceNames names{{}, targets, std::move(azure)};
    for (const auto& written : inventories) {
        if (!take_azure_inventory(written, names.azure)) names.files.push_back(written);
    }
    return names;
}

namespace {

// Adds what the defaults of our own inventories say: those that loose targets will take.
void add_defaults(const std::vector<InventorySource>& sources, SaidElsewhere& said) {
    const auto shared = std::find_if(sources.begin(), sources.end(), [](const auto& source) {
        return source.has_defaults;
    });
    if (shared == sources.end()) return;
    const auto& given = shared->defaults.given;
    said.account = said.account || given.has(Field::credential);
    if (said.route.empty() && given.has(Field::route)) said.route = shared->defaults.target.route;
}

} // namespace

std::vector<InventorySource> read_sources(
    const SourceNames& names, std::span<const std::string_view> transports, Problems& problems
) {
    std::vector<InventorySource> sources(names.files.size());
    if (std::count(names.files.begin(), names.files.end(), "-") > 1) {
        problems.add(
            std::string(command_line_origin), "stdin can be read only once", "give -i - one time"
        );
        return sources;
    }
    // Programs come last: a file says which variables hold secrets, and they must not see them.
    auto said = names.said;
    for (const bool programs : {false, true}) {
        if (programs) add_defaults(sources, said);
        for (std::size_t at = 0; at < names.files.size(); ++at) {
            const auto& path = names.files[at];
            if (problems.full() || is_program(path) != programs) continue;
            const ReadContext context{path == "-" ? "stdin" : path, {}, transports, problems, said};
            read_source(path, context, sources[at]);
        }
    }
    if (!names.arguments.empty()) {
        const ReadContext context{std::string(command_line_origin), {}, transports, problems};
        read_arguments(names.arguments, context, sources.emplace_back());
    }
    if (!names.disks.empty()) {
        const ReadContext context{std::string(command_line_origin), {}, transports, problems};
        read_disks(names.disks, context, sources.emplace_back());
    }
    if (!names.snapshots.empty()) {
        const ReadContext context{std::string(command_line_origin), {}, transports, problems};
        read_snapshots(names.snapshots, context, sources.emplace_back());
    }
    if (problems.empty() && names.azure.wanted()) {
        read_azure(names.azure, problems, sources.emplace_back());
    }
    return sources;
}

} // namespace rdpsweep

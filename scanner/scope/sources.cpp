// Reads files, -t and Azure, each into a source of its own.
#include "scanner/scope/sources.hpp"

#include "scanner/azure/read_azure.hpp"

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

std::vector<InventorySource> read_sources(
    const SourceNames& names, std::span<const std::string_view> transports, Problems& problems
) {
    std::vector<InventorySource> sources;
    bool stdin_read = false;
    for (const auto& path : names.files) {
        if (problems.full()) break;
        const bool from_stdin = path == "-";
        if (from_stdin && std::exchange(stdin_read, true)) {
            problems.add(
                std::string(command_line_origin),
                "stdin can be read only once",
                "give -i - one time"
            );
            continue;
        }
        const ReadContext context{from_stdin ? "stdin" : path, {}, transports, problems};
        read_source(path, context, sources.emplace_back());
    }
    if (!names.arguments.empty()) {
        const ReadContext context{std::string(command_line_origin), {}, transports, problems};
        read_arguments(names.arguments, context, sources.emplace_back());
    }
    if (problems.empty() && names.azure.wanted()) {
        read_azure(names.azure, problems, sources.emplace_back());
    }
    return sources;
}

} // namespace rdpsweep

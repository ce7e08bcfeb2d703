// Every option that names a file, once.
#include "scanner/run/whole_paths.hpp"

#include "core/text.hpp"
#include "scanner/azure/read_azure.hpp"
#include "scanner/inventory/inventory.hpp"
#include "scanner/system/whole_path.hpp"

namespace rdpsweep {

namespace {

// Returns what --azure-cloud says: a name, or a file (scanner/azure/azure_plane.cpp).
std::string whole_cloud(const std::string& written, const std::string& folder) {
    const bool file = written.find('/') != std::string::npos || written.ends_with(".json");
    return file ? whole_path(written, folder) : written;
}

} // namespace

std::string whole_source(const std::string& written, const std::string& folder) {
    AzureOptions ignored;
    return take_azure_inventory(written, ignored) ? written : whole_inventory(written, folder);
}

std::string whole_target(const std::string& written, const std::string& folder) {
    const auto word = trim(written);
    if (word.size() < 2 || !word.starts_with('@')) return written;
    return '@' + whole_path(std::string(word.substr(1)), folder);
}

ScanOptions with_whole_paths(ScanOptions options, const std::string& folder) {
    const auto make_whole = [&folder](std::string& path) { path = whole_path(path, folder); };
    auto& scope = options.scope;
    for (auto& written : scope.inventories)
        written = whole_source(written, folder);
    for (auto& written : scope.targets)
        written = whole_target(written, folder);
    for (auto& path : scope.disks)
        make_whole(path);
    scope.azure.cloud = whole_cloud(scope.azure.cloud, folder);
    make_whole(scope.azure.ca_file);
    make_whole(scope.credential.password_file);
    make_whole(options.talk.log_file);
    make_whole(options.ca_file);
    for (auto& path : options.known_hosts)
        make_whole(path);
    for (auto& report : options.reports)
        make_whole(report.path);
    make_whole(options.state_dir);
    make_whole(options.stats_json);
    make_whole(options.audit_file);
    return options;
}

} // namespace rdpsweep

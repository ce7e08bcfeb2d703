// Holds the table of clouds, and checks the endpoints that `az cloud show` gives for another.
#include "transports/azure/cloud.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

#include <array>

namespace rdpsweep::azure {

namespace {

// Returns the clouds as azure-cli knows them (azure/cli/core/cloud.py of 2.45).
const std::array<Cloud, 3>& clouds() {
    static const std::array<Cloud, 3> all{{
        {"AzureCloud",
         "https://login.microsoftonline.com",
         "https://management.azure.com",
         "https://management.core.windows.net/",
         {"serialconsole.azure.com"}},
        {"AzureChinaCloud",
         "https://login.chinacloudapi.cn",
         "https://management.chinacloudapi.cn",
         "https://management.core.chinacloudapi.cn/",
         {}}, // has no serial console
        {"AzureUSGovernment",
         "https://login.microsoftonline.us",
         "https://management.usgovcloudapi.net",
         "https://management.core.usgovcloudapi.net/",
         {"serialconsole.azure.us"}},
    }};
    return all;
}

std::string without_slash(std::string url) {
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

// Returns "management.azure.com:443" of "https://management.azure.com:443/x"; empty unless https. A
// name before an @ would make what follows it the host: such an address is none of ours.
std::string_view https_host(std::string_view url) {
    constexpr std::string_view scheme = "https://";
    if (!iequals(url.substr(0, scheme.size()), scheme)) return {};
    url.remove_prefix(scheme.size());
    const auto host = url.substr(0, url.find_first_of("/?#"));
    // Readers differ in what a backslash ends, and so in whose name stands before an @.
    return host.find_first_of("@\\") == std::string_view::npos ? host : std::string_view();
}

} // namespace

std::vector<std::string_view> cloud_names() {
    std::vector<std::string_view> names;
    for (const auto& cloud : clouds())
        names.push_back(cloud.name);
    return names;
}

const Cloud* find_cloud(std::string_view name) {
    for (const auto& cloud : clouds()) {
        if (iequals(cloud.name, name)) return &cloud;
    }
    return nullptr;
}

Result<Cloud> read_cloud(std::string_view json) {
    auto document = parse_json(json, Phase::config);
    if (!document) return std::move(document).error();
    const auto& endpoints = field(*document, "endpoints");
    Cloud cloud;
    cloud.name = text(*document, "name");
    cloud.authority = without_slash(text(endpoints, "activeDirectory"));
    cloud.arm = without_slash(text(endpoints, "resourceManager"));
    cloud.audience = text(endpoints, "activeDirectoryResourceId");
    // az does not know this one; operators of a cloud of their own may add it.
    if (auto gateway = text(*document, "suffixes/serialConsoleGateway"); !gateway.empty()) {
        cloud.console_gateways.push_back(std::move(gateway));
    }
    const auto missing = [](const char* what) {
        return Error(
                   Phase::config,
                   Errc::malformed_output,
                   std::string("the cloud's endpoints.") + what + " is no https address"
        )
            .with_hint("az cloud show -n NAME > cloud.json");
    };
    if (https_host(cloud.authority).empty()) return missing("activeDirectory");
    if (https_host(cloud.arm).empty()) return missing("resourceManager");
    if (cloud.audience.empty()) return missing("activeDirectoryResourceId");
    return cloud;
}

bool is_arm_link(const Cloud& cloud, std::string_view url) {
    const auto ours = ascii_lower(https_host(cloud.arm));
    const auto theirs = ascii_lower(https_host(url));
    return !theirs.empty() && (theirs == ours || theirs.ends_with("." + ours));
}

} // namespace rdpsweep::azure

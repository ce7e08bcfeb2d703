// Opens the way to Azure: which cloud it is, and as whom we ask.
#include "scanner/azure/azure_plane.hpp"

#include "scanner/system/child_process.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/talk/problems.hpp"
#include "transports/azure/login.hpp"

namespace rdpsweep {

namespace {

constexpr std::size_t cloud_file_bytes = 1u << 20;

Result<azure::Cloud> cloud_of(const std::string& written) {
    if (const auto* known = azure::find_cloud(written)) return *known;
    if (written.find('/') == std::string::npos && !written.ends_with(".json")) {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   "--azure-cloud: " + in_quotes(written) + " is no known cloud"
        )
            .with_hint(
                suggest(written, azure::cloud_names(), "known clouds") +
                "; or a file: az cloud show -n NAME > cloud.json"
            );
    }
    const auto text = read_file(written, cloud_file_bytes);
    if (!text) return Error(text.error());
    return azure::read_cloud(*text);
}

azure::LoginKind kind_of(AzureLogin login) {
    switch (login) {
    case AzureLogin::environment:
        return azure::LoginKind::environment;
    case AzureLogin::managed_identity:
        return azure::LoginKind::managed_identity;
    case AzureLogin::cli:
        return azure::LoginKind::cli;
    case AzureLogin::automatic:
        break;
    }
    return azure::LoginKind::automatic;
}

Result<std::string> run_az(const std::vector<std::string>& argv) {
    ProgramLimits limits;
    limits.time = std::chrono::seconds(60); // az takes 1 to 10 to start
    return run_program(argv, limits, "azure-cli");
}

} // namespace

AzurePlane::AzurePlane(azure::Cloud cloud, const AzureOptions& options)
    : cloud_(std::move(cloud)), rest_(azure::make_rest(options.ca_file)),
      environment_(azure::process_environment) {}

Result<std::unique_ptr<AzurePlane>> AzurePlane::open(const AzureOptions& options) {
    auto cloud = cloud_of(options.cloud);
    if (!cloud) return std::move(cloud).error();
    std::unique_ptr<AzurePlane> plane(new AzurePlane(std::move(*cloud), options));
    auto ready = plane->log_in(options.login);
    if (!ready) return std::move(ready).error();
    return plane;
}

Status AzurePlane::log_in(AzureLogin login) {
    const azure::LoginServices services{*rest_, cloud_, environment_, run_az};
    auto source = azure::login(kind_of(login), services);
    if (!source) return std::move(source).error();
    tokens_.emplace(std::move(*source));
    arm_.emplace(*rest_, *tokens_, cloud_);
    return {};
}

} // namespace rdpsweep

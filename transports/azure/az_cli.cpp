// Runs `az account get-access-token` and reads its JSON.
#include "transports/azure/az_cli.hpp"

#include <ctime>

namespace rdpsweep::azure {

namespace {

class AzCliSource final : public TokenSource {
public:
    AzCliSource(const Cloud& cloud, std::string tenant, ProgramRunner run)
        : cloud_(cloud), tenant_(std::move(tenant)), run_(std::move(run)) {}

    [[nodiscard]] std::string describe() const override { return "azure-cli's login"; }

    Task<Result<AccessToken>> fetch(HostDeadline&) override {
        std::vector<std::string> argv;
        for (const auto* word : {"az", "account", "get-access-token", "--output", "json"})
            argv.emplace_back(word);
        argv.emplace_back("--resource");
        argv.push_back(cloud_.audience);
        if (!tenant_.empty()) {
            argv.emplace_back("--tenant");
            argv.push_back(tenant_);
        }
        auto printed = run_(argv);
        if (!printed) {
            co_return std::move(printed)
                .error()
                .in_phase(Phase::authenticate)
                .with_hint("az login; az account get-access-token must print a token");
        }
        auto token = parse_token(*printed, std::time(nullptr));
        cleanse(*printed);
        co_return token;
    }

private:
    const Cloud& cloud_;
    std::string tenant_;
    ProgramRunner run_;
};

} // namespace

std::unique_ptr<TokenSource>
make_az_cli(const Cloud& cloud, std::string tenant, ProgramRunner run) {
    return std::make_unique<AzCliSource>(cloud, std::move(tenant), std::move(run));
}

} // namespace rdpsweep::azure

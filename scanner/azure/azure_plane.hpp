// Our way to Azure: cloud, login, tokens, Resource Manager. One for each lane.
#pragma once

#include "scanner/options/azure_options.hpp"
#include "transports/azure/arm.hpp"
#include "transports/azure/proxy.hpp"

#include <memory>
#include <optional>

namespace rdpsweep {

class AzurePlane {
public:
    // Reads the cloud's description and chooses the login; opens no connection yet. Error{config,
    // ...}.
    static Result<std::unique_ptr<AzurePlane>> open(const AzureOptions& options);

    AzurePlane(const AzurePlane&) = delete;
    AzurePlane& operator=(const AzurePlane&) = delete;

    [[nodiscard]] azure::Arm& arm() noexcept { return *arm_; }

    [[nodiscard]] azure::Rest& rest() noexcept { return *rest_; }

    [[nodiscard]] const azure::Cloud& cloud() const noexcept { return cloud_; }

private:
    AzurePlane(azure::Cloud cloud, const AzureOptions& options);
    Status log_in(AzureLogin login);

    azure::Cloud cloud_;
    std::unique_ptr<azure::Rest> rest_;
    azure::Environment environment_;
    std::optional<azure::TokenCache> tokens_;
    std::optional<azure::Arm> arm_;
};

} // namespace rdpsweep
